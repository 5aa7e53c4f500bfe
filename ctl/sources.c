/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* sources: every source file there is, and whether it is enabled. */

#include <dirent.h>

#include "common/log.h"
#include "ctl/table.h"
#include "ctl/verbs.h"
#include "sql/db.h"
#include "version.h"

#define OUT_MAX (256U * 1024U * 1024U)
#define NAMES_MAX 100000U

/* Names of sources, some twice. */
typedef struct Names {
        char **items;
        size_t n, room;
} Names;

static void names_done(Names *names) {
        for (size_t i = 0; i < names->n; i++)
                free(names->items[i]);
        free(names->items);
}

static int by_name(const void *a, const void *b) {
        return strcmp(*(char *const *) a, *(char *const *) b);
}

static int add(Names *names, const char *name) {
        if (names->n >= NAMES_MAX)
                return -E2BIG;
        if (names->n == names->room) {
                size_t room = MAX(2 * names->room, (size_t) 64);
                char **grown = reallocarray(names->items, room, sizeof(char *));

                if (!grown)
                        return -ENOMEM;
                names->items = grown;
                names->room = room;
        }
        names->items[names->n] = strdup(name);
        return names->items[names->n++] ? 0 : -ENOMEM;
}

/* NAME.source; a folder that is not there has none. */
static int add_folder(Names *names, const char *path) {
        struct dirent *entry;
        DIR *folder;
        int r = 0;

        folder = opendir(path);
        while (folder && r >= 0 && (entry = readdir(folder))) {
                char *end = strrchr(entry->d_name, '.');

                if (!end || !streq(end, ".source"))
                        continue;
                *end = '\0';
                if (source_name_valid(entry->d_name))
                        r = add(names, entry->d_name);
        }
        if (folder)
                (void) closedir(folder);
        return r;
}

static int find(const Config *config, Names *names) {
        const char *slash = strrchr(config->path, '/');
        _cleanup_free_ char *beside = NULL;
        int r;

        if (asprintf(&beside, "%.*ssources", slash ? (int) (slash - config->path) + 1 : 0,
                     config->path) < 0) {
                beside = NULL;
                return -ENOMEM;
        }
        r = add_folder(names, beside);
        if (r >= 0)
                r = add_folder(names, TICKERD_DATADIR "/sources");
        for (size_t i = 0; r >= 0 && i < config->sources.n; i++)
                r = add(names, config->sources.items[i].text);
        if (r >= 0 && names->n > 0)
                qsort(names->items, names->n, sizeof(char *), by_name);
        return r;
}

static int put_json(Db *json, const char *name, bool enabled, const Source *source, Buffer *b) {
        _cleanup_rows_ Rows *rows = NULL;
        int r;

        r = db_row(json, SQL_CTL_SOURCE, &rows, "sisss", name, (int64_t) enabled,
                   source ? source->description.text : NULL, source ? source->url.text : NULL,
                   source ? source->path : NULL);
        if (r > 0)
                buffer_printf(b, "%s\n", rows_text(rows, 0));
        return r;
}

static void put_row(const char *name, bool enabled, const Source *source, Table *table) {
        table_add(table, name);
        table_add(table, enabled ? "enabled" : "-");
        table_add(table, source ? source->description.text : "its file is missing or has errors");
        table_add(table, source ? source->path : NULL);
}

static int put(const Options *options, const Config *config, const Terminal *terminal, Buffer *b) {
        _cleanup_table_ Table table = TABLE(terminal, "SOURCE", "ENABLED", "DESCRIPTION", "FILE");
        bool as_json = options->format == OUTPUT_JSON;
        _cleanup_(names_done) Names names = {};
        _cleanup_(db_freep) Db *json = NULL;
        int r;

        table.tabs = !terminal->is_terminal;
        r = find(config, &names);
        if (r >= 0 && as_json)
                r = db_open(":memory:", false, &json);
        for (size_t i = 0; r >= 0 && i < names.n; i++) {
                const char *name = names.items[i];
                bool enabled = config_enables(config, name);
                _cleanup_(source_freep) Source *source = NULL;

                if (i > 0 && streq(name, names.items[i - 1]))
                        continue;
                (void) config_load_source(config, name, &source);
                if (as_json)
                        r = put_json(json, name, enabled, source, b);
                else
                        put_row(name, enabled, source, &table);
        }
        if (r >= 0 && !as_json)
                r = table_write(&table, b);
        return r < 0 ? r : buffer_error(b);
}

int sources_run(const Options *options, const Config *config) {
        _cleanup_buffer_ Buffer out = BUFFER(OUT_MAX);
        Terminal terminal;
        int r;

        terminal_init(&terminal, options->color);
        terminal.document = options->format != OUTPUT_TEXT;
        r = put(options, config, &terminal, &out);
        if (r == -E2BIG)
                log_error("there are more than %u source files", NAMES_MAX);
        else if (r < 0)
                (void) log_oom();
        if (r < 0)
                return EXIT_FAILURE;
        return out.size > 0 ? terminal_status(terminal_flush(&terminal, &out)) : EXIT_SUCCESS;
}
