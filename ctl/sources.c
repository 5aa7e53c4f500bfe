/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* sources: every source file there is, and whether it is enabled. */

#include <dirent.h>

#include "common/log.h"
#include "ctl/table.h"
#include "ctl/verbs.h"
#include "sql/db.h"
#include "version.h"

#define OUT_MAX (256U * 1024U * 1024U)
#define NAMES_MAX 100000

typedef struct Sources {
        const Config *config;
        Db *db; /* in memory */
        int n;
} Sources;

/* Adds the source of this name unless it is there. */
static int add(Sources *sources, const char *name) {
        _cleanup_(source_freep) Source *source = NULL;
        _cleanup_rows_ Rows *rows = NULL;
        int r;

        r = db_row(sources->db, SQL_SOURCES_HAS, &rows, "s", name);
        if (r != 0)
                return r;
        if (sources->n++ >= NAMES_MAX)
                return -E2BIG;
        (void) config_load_source(sources->config, name, &source);
        return db_run(sources->db, SQL_SOURCES_ADD, "sisss", name,
                      (int64_t) config_enables(sources->config, name),
                      source ? source->description.text : NULL, source ? source->url.text : NULL,
                      source ? source->path : NULL);
}

/* Adds each NAME.source of a folder. A folder that does not exist has none. */
static int add_folder(Sources *sources, const char *path) {
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
                        r = add(sources, entry->d_name);
        }
        if (folder)
                (void) closedir(folder);
        return r;
}

static int find(Sources *sources) {
        const Config *config = sources->config;
        const char *slash = strrchr(config->path, '/');
        _cleanup_free_ char *beside = NULL;
        int r;

        if (asprintf(&beside, "%.*ssources", slash ? (int) (slash - config->path) + 1 : 0,
                     config->path) < 0) {
                beside = NULL;
                return -ENOMEM;
        }
        r = db_run(sources->db, SQL_SOURCES_TABLE, "");
        if (r >= 0)
                r = add_folder(sources, beside);
        if (r >= 0)
                r = add_folder(sources, TICKERD_DATADIR "/sources");
        for (size_t i = 0; r >= 0 && i < config->sources.n; i++)
                r = add(sources, config->sources.items[i].text);
        return r;
}

static int put_table(Db *db, const Terminal *terminal, Buffer *b) {
        _cleanup_table_ Table table = TABLE(terminal, "SOURCE", "ENABLED", "DESCRIPTION", "FILE");
        Rows *rows;
        int r;

        table.tabs = !terminal->is_terminal;
        r = db_query(db, SQL_SOURCES_LIST, &rows, "");
        while (r >= 0 && (r = rows_next(rows)) > 0)
                table_add_row(&table, rows, 0);
        return r < 0 ? r : table_write(&table, b);
}

int sources_run(const Options *options, const Config *config) {
        _cleanup_buffer_ Buffer out = BUFFER(OUT_MAX);
        Sources sources = { .config = config };
        Terminal terminal;
        int r;

        terminal_init(&terminal, options->color);
        terminal.document = options->format != OUTPUT_TEXT;
        r = db_open(":memory:", false, &sources.db);
        if (r >= 0)
                r = find(&sources);
        if (r >= 0)
                r = options->format == OUTPUT_JSON
                            ? db_print(sources.db, SQL_SOURCES_JSON, &out, "")
                            : put_table(sources.db, &terminal, &out);
        if (r >= 0)
                r = buffer_error(&out);
        (void) db_free(sources.db);
        if (r == -E2BIG)
                log_error("there are more than %d source files", NAMES_MAX);
        else if (r < 0)
                (void) log_oom();
        if (r < 0)
                return EXIT_FAILURE;
        return out.size > 0 ? terminal_status(terminal_flush(&terminal, &out)) : EXIT_SUCCESS;
}
