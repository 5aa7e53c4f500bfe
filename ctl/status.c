/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * status: how the daemon, its sources and its subscribers are. The lines of its answer go into a
 * table in memory; each format is a query of that.
 */

#include <fcntl.h>

#include "client/client.h"
#include "common/log.h"
#include "ctl/table.h"
#include "ctl/verbs.h"
#include "ctl/when.h"

#define LINES_MAX 2000000 /* MaxSubscribers= is a million at most */
#define OUT_MAX (512U * 1024U * 1024U)

/* Is it normal for this source that its page has no strip or no entries, or still within the time
 * of Expect=? */
static bool may_be_empty(const Config *config, const char *name, int64_t seconds) {
        _cleanup_(source_freep) Source *source = NULL;

        if (config_load_source(config, name, &source) < 0)
                return false;
        if (source->expect.mode == EXPECT_MODE_WITHIN)
                return (usec_t) seconds * USEC_PER_SEC < source->expect.span;
        return source->expect.mode == EXPECT_MODE_SOMETIMES;
}

static int judge(const Config *config, Db *db) {
        Rows *rows;
        int r;

        r = db_query(db, SQL_STATUS_WITHOUT, &rows, "");
        while (r >= 0 && (r = rows_next(rows)) > 0)
                if (may_be_empty(config, rows_text(rows, 1), rows_int(rows, 2)))
                        r = db_run(db, SQL_STATUS_NORMAL, "i", rows_int(rows, 0));
        return r;
}

/* Takes a part of the answer. 1: it was the last one. */
static int on_event(const ClientEvent *e, Db *db) {
        int r;

        if (e->type == CLIENT_ERROR) {
                log_error("the daemon refuses: %s; see tickerd-protocol(7)", e->message);
                return -EREMOTEIO;
        }
        if (e->type != CLIENT_LINE)
                return 0;
        if (streq(e->name, "status-end"))
                return 1;
        if (!streq(e->name, "source") && !streq(e->name, "status") && !streq(e->name, "subscriber"))
                return 0;
        r = db_run(db, SQL_STATUS_ADD, "ss", e->name, e->line);
        if (r == -EEXIST) /* it lacks what it must have */
                return -EBADMSG;
        return MIN(r, 0);
}

static int read_lines(Client *client, Db *db) {
        ClientEvent e;
        int r, n = 0;

        r = client_connect(client, CLIENT_PATIENCE);
        while (r >= 0) {
                r = client_read(client, CLIENT_PATIENCE);
                if (r == 0)
                        return -EAGAIN;
                while (r >= 0 && (r = client_next(client, &e)) > 0) {
                        r = on_event(&e, db);
                        if (r > 0)
                                return n > 0 ? 0 : -EBADMSG;
                        if (n++ == LINES_MAX)
                                return -EMSGSIZE;
                }
        }
        return r == -ENOTCONN ? -ECONNRESET : r;
}

/* Asks the daemon, and puts its answer into the table "lines". Errors are logged. */
static int ask(const Config *config, Db **ret) {
        static const ClientRequest request = { .status = true };
        _cleanup_(client_freep) Client *client = NULL;
        _cleanup_(db_freep) Db *db = NULL;
        int r;

        if (db_open(":memory:", false, &db) < 0 || db_run(db, SQL_STATUS_LINES, "") < 0 ||
            client_new(config->socket.text, &request, db, &client) < 0)
                return log_oom();
        r = read_lines(client, db);
        if (r >= 0)
                r = judge(config, db);
        if (r < 0 && r != -EREMOTEIO)
                client_explain(r, config->socket.text);
        if (r >= 0)
                *ret = STEAL_POINTER(db);
        return r;
}

/* "5min 3s ago", "in 20s" */
static const char *distance(const char *time, char text[static 48]) {
        int64_t then = when_seconds(strnull(time)), now = (int64_t) (time_now() / USEC_PER_SEC);
        char span[32];

        text[0] = '\0';
        if (then == 0)
                return text;
        (void) timespan_format((usec_t) llabs(then - now) * USEC_PER_SEC, span, sizeof(span));
        (void) snprintf(text, 48, then > now ? "in %s" : "%s ago", span);
        return text;
}

static int put_sources(Db *db, const Terminal *terminal, Buffer *b) {
        _cleanup_table_ Table table =
                TABLE(terminal, "SOURCE", "STATE", "SINCE", "NEXT POLL", "POLLS", "BAD", "DETAIL");
        char text[48];
        Rows *rows;
        int r;

        r = db_query(db, SQL_STATUS_SOURCES, &rows, "");
        while (r >= 0 && (r = rows_next(rows)) > 0) {
                table_add(&table, rows_text(rows, 0));
                table_add(&table, rows_text(rows, 1));
                table_add(&table, distance(rows_text(rows, 2), text));
                table_add(&table, distance(rows_text(rows, 3), text));
                table_add_row(&table, rows, 4);
        }
        return r < 0 ? r : table_write(&table, b);
}

/* The name of a process; "" if we may not know it. */
static void name_of(int64_t pid, char name[static 32]) {
        _cleanup_close_ int fd = -1;
        char path[64];
        ssize_t n = 0;

        (void) snprintf(path, sizeof(path), "/proc/%lld/comm", (long long) pid);
        fd = open(path, O_RDONLY | O_CLOEXEC);
        if (fd >= 0)
                n = read(fd, name, 31);
        name[n > 0 ? n : 0] = '\0';
}

static int put_subscribers(Db *db, const Terminal *terminal, Buffer *b) {
        _cleanup_table_ Table table =
                TABLE(terminal, "PID", "PROGRAM", "CURSOR", "BEHIND", "SOURCES");
        char name[32];
        Rows *rows;
        int r;

        r = db_query(db, SQL_STATUS_SUBSCRIBERS, &rows, "");
        while (r >= 0 && (r = rows_next(rows)) > 0) {
                name_of(rows_int(rows, 0), name);
                table_add(&table, rows_text(rows, 0));
                table_add(&table, name);
                table_add_row(&table, rows, 1);
        }
        return r < 0 ? r : table_write(&table, b);
}

static int put_text(Db *db, bool well, const Terminal *terminal, Buffer *b) {
        const Palette *p = &terminal->palette;
        _cleanup_rows_ Rows *rows = NULL;
        char version[64];
        int r;

        r = db_row(db, SQL_STATUS_DAEMON, &rows, "");
        if (r <= 0)
                return r < 0 ? r : -EBADMSG;
        item_copy_text(version, sizeof(version), rows_text(rows, 0));
        buffer_printf(
                b,
                "tickerd %s, %lld items, newest %lld, journal at %lld, log of %lld KiB: %s%s%s\n\n",
                version, (long long) rows_int(rows, 1), (long long) rows_int(rows, 2),
                (long long) rows_int(rows, 3), (long long) rows_int(rows, 4),
                well ? p->good : p->bad, well ? "all is well" : "not all is well", p->end);
        r = put_sources(db, terminal, b);
        buffer_puts(b, "\n");
        return r < 0 ? r : put_subscribers(db, terminal, b);
}

int status_run(const Options *options, const Config *config) {
        static const char down[] = "# HELP tickerd_up Whether the daemon answers.\n"
                                   "# TYPE tickerd_up gauge\ntickerd_up 0\n";
        _cleanup_buffer_ Buffer out = BUFFER(OUT_MAX);
        _cleanup_(db_freep) Db *db = NULL;
        Terminal terminal;
        int64_t bad = 0;
        int r;

        terminal_init(&terminal, options->color);
        terminal.document = options->format != OUTPUT_TEXT;
        if (ask(config, &db) < 0) {
                if (options->format == OUTPUT_PROMETHEUS)
                        (void) terminal_write(&terminal, down, strlen(down));
                return EXIT_FAILURE;
        }
        r = db_number(db, sql_texts[SQL_STATUS_BAD], &bad);
        if (r >= 0 && options->format == OUTPUT_JSON)
                r = db_print(db, SQL_STATUS_JSON, &out, "");
        else if (r >= 0 && options->format == OUTPUT_PROMETHEUS)
                r = db_print(db, SQL_STATUS_METRICS, &out, "");
        else if (r >= 0)
                r = put_text(db, bad == 0, &terminal, &out);
        if (r >= 0)
                r = buffer_error(&out);
        if (r < 0) {
                if (r == -ENOMEM)
                        (void) log_oom();
                else
                        log_error("the daemon's answer cannot be understood (%s); "
                                  "install the tickerctl that came with it",
                                  strerror(-r));
                return EXIT_FAILURE;
        }
        r = terminal_flush(&terminal, &out);
        return bad > 0 ? EXIT_FAILURE : terminal_status(r);
}
