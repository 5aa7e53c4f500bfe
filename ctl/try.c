/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* try and suggest: run the page reader, and show its result to people. */

#include "client/item.h"
#include "common/log.h"
#include "ctl/reader.h"
#include "ctl/table.h"
#include "ctl/verbs.h"

#define OUT_MAX (32U * 1024U * 1024U)

typedef struct Try {
        const Options *options;
        Terminal terminal;
        Db *json;
        Reading reading;
        char *path;   /* of the source file */
        bool by_name; /* it was named by its name, so it is installed */
        bool enabled;
        Buffer out;
} Try;

static void try_done(Try *t) {
        reading_done(&t->reading);
        buffer_done(&t->out);
        (void) db_free(t->json);
        free(t->path);
}

/* SOURCE, or FILE.source: a file has a slash or a dot in its name. */
static int find_source(Try *t, const Config *config) {
        const char *word = t->options->words[0];
        _cleanup_(source_freep) Source *source = NULL;
        int r;

        if (strpbrk(word, "/.")) {
                if (access(word, R_OK) < 0) {
                        log_error("%s: %m; name a source file, or a source of tickerctl sources",
                                  word);
                        return -errno;
                }
                t->path = strdup(word);
                return t->path ? 0 : log_oom();
        }
        r = config_load_source(config, word, &source);
        if (r < 0) {
                if (r == -ENOENT)
                        log_error(
                                "there is no source \"%s\"; see which there are: tickerctl sources",
                                word);
                else
                        log_error("source \"%s\" cannot be read: %s", word, strerror(-r));
                return r;
        }
        t->by_name = true;
        t->enabled = config_enables(config, word);
        t->path = strdup(source->path);
        return t->path ? 0 : log_oom();
}

static int read_page(Try *t) {
        char *arguments[6] = { NULL, NULL, (char *) "--verbose" };
        _cleanup_free_ char *source = NULL, *page = NULL, *config = NULL;
        const Options *o = t->options;
        int r, n = 3;

        if (asprintf(&source, "--source=%s", t->path) < 0)
                source = NULL;
        if (asprintf(&page, "--%s=%s", o->page ? "page" : "url",
                     o->page ? o->page : strnull(o->url)) < 0)
                page = NULL;
        if (asprintf(&config, "--config=%s", strnull(o->config)) < 0)
                config = NULL;
        if (!source || !page || !config)
                return log_oom();
        arguments[1] = source;
        if (o->page || o->url)
                arguments[n++] = page;
        if (o->config)
                arguments[n++] = config;
        r = reader_run("tickerd-fetch", arguments,
                       o->page  ? o->page
                       : o->url ? o->url
                                : o->words[0],
                       &t->reading);
        if (r >= 0 && t->reading.out.size == 0) {
                log_error("the page reader gave no reply: %.500s", strnull(t->reading.said.data));
                return -EIO;
        }
        return r;
}

static int put_entries(Try *t, const char *reply) {
        _cleanup_table_ Table table = TABLE(&t->terminal, "#", "HEADLINE", "PUBLISHED", "LINK");
        Rows *rows;
        int r, n = 0;

        r = db_query(t->json, SQL_CTL_ENTRIES, &rows, "s", reply);
        while (r >= 0 && (r = rows_next(rows)) > 0) {
                table_add_row(&table, rows, 0);
                n++;
        }
        return r < 0 || n == 0 ? r : table_write(&table, &t->out);
}

/* Is it a line of the reader's messages that a person should look at? */
static bool is_warning(const char *line) {
        return (startswith(line, "item ") &&
                (strstr(line, ": dropped, ") || strstr(line, ": a copy of "))) ||
               (startswith(line, "Strip= ") && strstr(line, "finds nothing")) ||
               strstr(line, ".source:") || startswith(line, "the server redirects");
}

static void put_warnings(Try *t) {
        const Palette *p = &t->terminal.palette;
        char *state = NULL, *said = t->reading.said.data;

        for (char *line = said ? strtok_r(said, "\n", &state) : NULL; line;
             line = strtok_r(NULL, "\n", &state))
                if (is_warning(line))
                        buffer_printf(&t->out, "%s%s%s\n", p->quiet, line, p->end);
}

static void put_next(Try *t, bool good) {
        const char *word = t->options->words[0], *base = strrchr(word, '/');
        const Options *o = t->options;

        base = base ? base + 1 : word;
        if (!good)
                buffer_printf(&t->out, "Next: look for the strip anew: tickerctl suggest %s\n",
                              o->page  ? o->page
                              : o->url ? o->url
                                       : "URL");
        else if (t->enabled)
                buffer_printf(&t->out, "Next: tickerctl watch --source=%s\n", word);
        else if (t->by_name)
                buffer_printf(&t->out,
                              "Next: add Sources=%s to /etc/tickerd/tickerd.conf, then "
                              "systemctl reload tickerd\n",
                              word);
        else
                buffer_printf(
                        &t->out,
                        "Next: install -m 644 %s /etc/tickerd/sources/%s, and try it by name\n",
                        word, base);
}

static int show(Try *t) {
        const char *reply = t->reading.out.data;
        const Palette *p = &t->terminal.palette;
        bool good = t->reading.status == 0;
        _cleanup_rows_ Rows *rows = NULL;
        char state[64], rest[512];
        int r;

        r = put_entries(t, reply);
        if (r >= 0)
                r = db_row(t->json, SQL_CTL_REPLY, &rows, "s", reply);
        if (r < 0)
                return r;
        put_warnings(t);
        item_copy_text(state, sizeof(state), rows_text(rows, 0));
        item_copy_text(rest, sizeof(rest), rows_text(rows, 1));
        buffer_printf(&t->out, "%s%s%s%s\n", good ? p->good : p->bad, state, p->end, rest);
        put_next(t, good);
        return buffer_error(&t->out);
}

int try_run(const Options *options, const Config *config) {
        Try t = { .options = options, .out = BUFFER(OUT_MAX) };
        int r;

        terminal_init(&t.terminal, options->color);
        r = find_source(&t, config);
        if (r >= 0)
                r = db_open(":memory:", false, &t.json);
        if (r >= 0)
                r = read_page(&t);
        if (r >= 0) {
                r = show(&t);
                if (r < 0)
                        log_error("the page reader gave a reply that cannot be understood");
                else
                        r = terminal_flush(&t.terminal, &t.out);
        }
        if (r >= 0 && t.reading.status != 0)
                r = -EIO;
        try_done(&t);
        return terminal_status(r);
}

/* The list of all proposals goes to standard error; only the source file goes to standard output.
 */
static int show_proposals(const Options *options, Reading *reading) {
        const char *word = options->words[0];
        bool url = strstr(word, "://");
        Terminal terminal;
        int r;

        if (reading->said.size > 0 &&
            write(STDERR_FILENO, reading->said.data, reading->said.size) < 0)
                return -errno;
        if (reading->out.size == 0)
                return 0;
        terminal_init(&terminal, COLOR_NEVER);
        terminal.document = true;
        r = terminal_flush(&terminal, &reading->out);
        if (r < 0)
                return r;
        (void) fprintf(
                stderr,
                "Next:\n  tickerctl suggest %s >NAME.source\n  tickerctl try ./NAME.source%s%s\n"
                "or look at another proposal: -n 2\n",
                word, url ? "" : " --page=", url ? "" : word);
        return 0;
}

int suggest_run(const Options *options, const Config *config) {
        char proposal[32], *arguments[] = { NULL, proposal, NULL, NULL, NULL };
        _cleanup_free_ char *page = NULL, *file = NULL;
        _cleanup_reading_ Reading reading = {};
        const char *word = options->words[0];
        int r;

        (void) snprintf(proposal, sizeof(proposal), "--proposal=%lld",
                        (long long) (options->number > 0 ? options->number : 1));
        if (asprintf(&page, "--%s=%s", strstr(word, "://") ? "url" : "page", word) < 0)
                page = NULL;
        if (asprintf(&file, "--config=%s", config->path) < 0)
                file = NULL;
        if (!page || !file) {
                (void) log_oom();
                return EXIT_FAILURE;
        }
        arguments[2] = page;
        if (options->config)
                arguments[3] = file;
        r = reader_run("tickerd-suggest", arguments, word, &reading);
        if (r >= 0)
                r = show_proposals(options, &reading);
        return r < 0 || reading.status != 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}
