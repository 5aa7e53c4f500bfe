/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* A list is found by its name: the list, or what holds it, is called as strips are, and its first
 * entry has a text that is called as headlines are. */

#include "suggest/json-lists.h"
#include "fetch/json-text.h"
#include "suggest/outline.h"

#define TITLE_MIN 12U

static bool is_any(const char *s, const char *const *of, size_t n) {
        for (size_t i = 0; i < n; i++)
                if (streq(of[i], s))
                        return true;
        return false;
}

static bool keep(char *to, const char *path) {
        if (*to || strlen(path) >= JSON_PATH_MAX || !words_clean(path))
                return false;
        strcpy(to, path);
        return true;
}

/* Points for the names on the path; the last one counts most. */
static void judge_path(JsonList *list, const char *path) {
        for (const char *p = strchr(path, '.'); p; p = strchr(p + 1, '.')) {
                char key[JSON_PATH_MAX];
                size_t n = strcspn(p + 1, ".");
                Cue cue;

                memcpy(key, p + 1, n);
                key[n] = '\0';
                cue = words_name(key);
                list->score = MAX(cue.against ? 0 : cue.score, list->score - 2);
                if (cue.score >= CUE_STRONG && name_is_plain(key))
                        strcpy(list->key, key);
        }
}

/* The texts of the first entry: the headline, the link, the time. */
static int read_entry(Db *db, const char *text, JsonList *list) {
        static const char *const links[] = { "url",      "link",   "href", "permalink",
                                             "path",     "uri",    "URL",  "canonicalUrl",
                                             "shareUrl", "webUrl", "guid", "fullUrl" };
        _cleanup_rows_ Rows *rows = NULL;
        int r;

        r = db_query(db, SQL_JSON_LEAVES, &rows, "ss", text, list->strip);
        while (r >= 0 && (r = rows_next(rows)) > 0) {
                const char *path = rows_text(rows, 0), *key = rows_text(rows, 1);
                const char *value = rows_text(rows, 2);
                Role role;

                if (!path || !key || !value)
                        return -ENOMEM;
                role = words_role(key);
                if (is_any(key, links, ELEMENTSOF(links)) && strchr(value, '/'))
                        (void) keep(list->link, path);
                else if ((role == ROLE_TITLE || streq(key, "name")) &&
                         words_weight(value, strlen(value)) >= TITLE_MIN && *value != '/' &&
                         !startswith(value, "http"))
                        (void) keep(list->headline, path);
                else if (role == ROLE_TIME && strlen(value) >= 4)
                        (void) keep(list->published, path);
        }
        return r;
}

static bool is_flag(const char *key) {
        static const char *const bare[] = { "active",  "isActive",  "enabled", "isEnabled",
                                            "visible", "isVisible", "show",    "display" };
        static const char *const words[] = { " activ",    " enabled ", " show",
                                             " visible ", " display",  " is " };
        char spaced[JSON_PATH_MAX];

        if (is_any(key, bare, ELEMENTSOF(bare)))
                return true;
        if (words_name(key).score < CUE_MEDIUM || !words_split(key, spaced, sizeof(spaced)))
                return false;
        for (size_t i = 0; i < ELEMENTSOF(words); i++)
                if (strstr(spaced, words[i]))
                        return true;
        return false;
}

static int read_flags(Db *db, const char *text, JsonList *list) {
        _cleanup_rows_ Rows *rows = NULL;
        int r;

        r = db_query(db, SQL_JSON_FLAGS, &rows, "ss", text, list->strip);
        while (r >= 0 && (r = rows_next(rows)) > 0) {
                const char *path = rows_text(rows, 0), *key = rows_text(rows, 1);

                if (!path || !key)
                        return -ENOMEM;
                if (!is_flag(key))
                        continue;
                list->off |= rows_int(rows, 2) == 0;
                (void) keep(list->when, path);
        }
        return r;
}

static int read_list(Db *db, const char *text, const char *path, JsonList *list) {
        int r;

        if (!path || !keep(list->strip, path))
                return 0;
        judge_path(list, path);
        if (list->score < CUE_STRONG - 2)
                return 0;
        r = read_entry(db, text, list);
        return r < 0 || !*list->headline ? 0 : read_flags(db, text, list) >= 0;
}

unsigned json_lists_find(Db *db, char *text, JsonList *lists) {
        _cleanup_rows_ Rows *rows = NULL;
        size_t size = strlen(text);
        const char *why;
        unsigned n = 0;

        text = json_text_trim(text, &size);
        if ((*text != '{' && *text != '[') || json_text_check(text, size, &why) < 0 ||
            db_query(db, SQL_JSON_LISTS, &rows, "s", text) < 0)
                return 0;
        while (n < JSON_LISTS_MAX && rows_next(rows) > 0) {
                lists[n] = (JsonList){ .n = (unsigned) rows_int(rows, 1) };
                if (read_list(db, text, rows_text(rows, 0), lists + n) > 0)
                        n++;
        }
        return n;
}
