/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* sources: every source file there is, and whether it is enabled. */

#include <dirent.h>

#include "common/json.h"
#include "common/log.h"
#include "ctl/table.h"
#include "ctl/verbs.h"
#include "version.h"

#define OUT_MAX (16U * 1024U * 1024U)
#define NAMES_MAX 4096U

typedef struct Names {
        char *items[NAMES_MAX];
        size_t n;
} Names;

static int by_name(const void *a, const void *b) {
        return strcmp(*(char *const *) a, *(char *const *) b);
}

static int add(Names *names, const char *name) {
        for (size_t i = 0; i < names->n; i++)
                if (streq(names->items[i], name))
                        return 0;
        if (names->n == NAMES_MAX)
                return 0;
        names->items[names->n] = strdup(name);
        if (!names->items[names->n])
                return -ENOMEM;
        names->n++;
        return 0;
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
        qsort(names->items, names->n, sizeof(char *), by_name);
        return r;
}

static bool is_enabled(const Config *config, const char *name) {
        for (size_t i = 0; i < config->sources.n; i++)
                if (streq(config->sources.items[i].text, name))
                        return true;
        return false;
}

static int put_json(const char *name, bool enabled, const Source *source, Buffer *b) {
        int r;

        r = json_begin(b);
        if (r >= 0)
                r = json_add_string(b, "name", name);
        if (r >= 0)
                r = json_add_raw(b, "enabled", enabled ? "true" : "false");
        if (r >= 0 && source)
                r = json_add_string(b, "description", source->description.text);
        if (r >= 0 && source)
                r = json_add_string(b, "url", source->url.text);
        if (r >= 0 && source)
                r = json_add_string(b, "file", source->path);
        return r < 0 ? r : json_end(b);
}

static int put_row(const char *name, bool enabled, const Source *source, Table *table) {
        int r;

        r = table_add(table, name);
        if (r >= 0)
                r = table_add(table, enabled ? "enabled" : "-");
        if (r >= 0)
                r = table_add(table, source ? source->description.text
                                            : "its file is missing or has errors");
        return r < 0 ? r : table_add(table, source ? source->path : NULL);
}

static int put(const Options *options, const Config *config, const Terminal *terminal, Buffer *b) {
        static const char *const head[] = { "SOURCE", "ENABLED", "DESCRIPTION", "FILE" };
        _cleanup_table_ Table table = TABLE(terminal, ELEMENTSOF(head));
        static Names names;
        int r;

        table.tabs = !terminal->is_terminal;
        r = find(config, &names);
        for (size_t i = 0; r >= 0 && i < ELEMENTSOF(head); i++)
                r = table_add(&table, head[i]);
        for (size_t i = 0; i < names.n; i++) {
                bool enabled = is_enabled(config, names.items[i]);
                _cleanup_(source_freep) Source *source = NULL;

                if (r >= 0)
                        (void) config_load_source(config, names.items[i], &source);
                if (r >= 0)
                        r = options->format == OUTPUT_JSON
                                    ? put_json(names.items[i], enabled, source, b)
                                    : put_row(names.items[i], enabled, source, &table);
                free(names.items[i]);
        }
        names.n = 0;
        return r < 0 || options->format == OUTPUT_JSON ? r : table_write(&table, b);
}

int sources_run(const Options *options, const Config *config) {
        _cleanup_buffer_ Buffer out = BUFFER(OUT_MAX);
        Terminal terminal;

        terminal_init(&terminal, options->color);
        if (put(options, config, &terminal, &out) < 0) {
                (void) log_oom();
                return EXIT_FAILURE;
        }
        return out.size > 0 ? terminal_status(terminal_flush(&terminal, &out)) : EXIT_SUCCESS;
}
