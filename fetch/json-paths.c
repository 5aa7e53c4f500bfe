/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "fetch/json-paths.h"
#include "common/log.h"

/* One step of a path: .name, ."any name", [0], [#-1]. Behind it, or NULL. */
static const char *skip_step(const char *s) {
        const char *from;

        if (s[0] == '.' && s[1] == '"') {
                s = strchr(s + 2, '"');
                return s ? s + 1 : NULL;
        }
        if (*s == '.') {
                from = s + 1;
                s = from + strcspn(from, ".[");
                return s > from ? s : NULL;
        }
        if (*s++ != '[')
                return NULL;
        if (s[0] == '#' && s[1] == '-')
                s += 2;
        from = s;
        s += strspn(s, "0123456789");
        return s > from && *s == ']' ? s + 1 : NULL;
}

/* Where a text is no path; NULL: it is one. SQLite looks only as far as the data goes. */
static const char *find_error(const char *path) {
        const char *next;

        if (*path != '$')
                return path;
        for (path++; *path; path = next) {
                next = skip_step(path);
                if (!next)
                        return path;
        }
        return NULL;
}

/* Keeps the first in *where; goes on, so that one run shows every problem. */
static void check(const char *key, const Value *value, const Value **where) {
        const char *rest = find_error(value->text);

        if (!rest)
                return;
        log_file(LOG_ERR, value->file ? value->file : "built-in", value->line,
                 "%s=%.200s is not a JSON path: error near \"%.40s\"", key, value->text, rest);
        if (!*where)
                *where = value;
}

static int join(const char *item, const char *path, char **ret) {
        if (isempty(path))
                return 0;
        if (asprintf(ret, "%s%s", item, path + 1) < 0) {
                *ret = NULL;
                return log_oom();
        }
        return 0;
}

int json_paths_make(const Source *source, JsonPaths *ret, const Value **ret_where) {
        /* The fallbacks of a source are made for markup. */
        const struct {
                const char *key;
                const Value *value;
                const char *markup, *json;
        } keys[] = {
                { "When", &source->when },
                { "Item", &source->item, ".//li", "$" },
                { "Headline", &source->headline, ".", "$" },
                { "Link", &source->link, ".//a/@href", NULL },
                { "Published", &source->published },
        };
        const char *paths[ELEMENTSOF(keys)];
        const Value *where = NULL;
        JsonPaths made = {};
        int r;

        for (size_t i = 0; i < source->strip.n; i++)
                check("Strip", source->strip.items + i, &where);
        for (size_t i = 0; i < ELEMENTSOF(keys); i++) {
                paths[i] = keys[i].value->text;
                if (paths[i] && keys[i].markup && streq(paths[i], keys[i].markup))
                        paths[i] = keys[i].json;
                else if (!isempty(paths[i]))
                        check(keys[i].key, keys[i].value, &where);
        }
        if (source->drop.n > 0) {
                const Value *drop = source->drop.items;

                log_file(LOG_ERR, drop->file, drop->line,
                         "Drop= is for markup; in JSON, Headline= names the text itself");
                if (!where)
                        where = drop;
        }
        if (where) {
                *ret_where = where;
                return -EINVAL;
        }

        r = join(paths[1], paths[2], &made.headline);
        if (r >= 0)
                r = join(paths[1], paths[3], &made.link);
        if (r >= 0)
                r = join(paths[1], paths[4], &made.published);
        if (r < 0) {
                json_paths_done(&made);
                return r;
        }
        *ret = made;
        return 0;
}

void json_paths_done(JsonPaths *paths) {
        free(paths->headline);
        free(paths->link);
        free(paths->published);
        *paths = (JsonPaths){};
}
