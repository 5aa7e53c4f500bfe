/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <sqlite3.h>
#include <strings.h>

#include "common/text.h"
#include "sql/functions.h"

static const char *text_of(sqlite3_value *value, size_t *ret_n) {
        const unsigned char *s = sqlite3_value_text(value);

        *ret_n = s ? (size_t) sqlite3_value_bytes(value) : 0;
        return (const char *) s;
}

static void sql_clean(sqlite3_context *context, _unused_ int n_values, sqlite3_value **values) {
        size_t n, max = (size_t) sqlite3_value_int64(values[1]);
        const char *s = text_of(values[0], &n);
        char *clean;

        if (!s)
                return;
        if (text_clean(s, n, max, &clean) < 0)
                sqlite3_result_error_nomem(context);
        else
                sqlite3_result_text(context, clean, -1, free);
}

static bool is_url(const char *s) {
        if (strncasecmp(s, "http://", 7) != 0 && strncasecmp(s, "https://", 8) != 0)
                return false;
        for (; *s; s++)
                if ((unsigned char) *s <= 0x20 || (unsigned char) *s >= 0x7f)
                        return false;
        return true;
}

static void sql_clean_url(sqlite3_context *context, _unused_ int n_values, sqlite3_value **values) {
        size_t n;
        const char *s = text_of(values[0], &n);
        char *clean;

        if (!s)
                return;
        if (text_clean(s, n, URL_MAX + 1, &clean) < 0)
                sqlite3_result_error_nomem(context);
        else if (strlen(clean) <= URL_MAX && is_url(clean))
                sqlite3_result_text(context, clean, -1, free);
        else
                free(clean);
}

static void sql_text_key(sqlite3_context *context, _unused_ int n_values, sqlite3_value **values) {
        size_t n;
        const char *s = text_of(values[0], &n);
        char *key;

        if (!s)
                return;
        if (text_key(s, &key) < 0)
                sqlite3_result_error_nomem(context);
        else
                sqlite3_result_text(context, key, -1, free);
}

static void sql_identity(sqlite3_context *context, _unused_ int n_values, sqlite3_value **values) {
        size_t n_source, n_text;
        const char *source = text_of(values[0], &n_source), *text = text_of(values[1], &n_text);
        Hash h;

        if (!source || !text)
                return;
        h = hash_bytes(HASH_INIT, source, n_source + 1); /* with its NUL, which divides the two */
        h = hash_bytes(h, text, n_text);
        sqlite3_result_blob(context, h.bytes, sizeof(h.bytes), SQLITE_TRANSIENT);
}

static void sql_words(sqlite3_context *context, _unused_ int n_values, sqlite3_value **values) {
        size_t n, n_words;
        const char *key = text_of(values[0], &n);
        uint64_t *words;

        if (!key)
                return;
        if (text_words(key, &words, &n_words) < 0)
                sqlite3_result_error_nomem(context);
        else
                sqlite3_result_blob64(context, words, n_words * sizeof(uint64_t), free);
}

/* SQLite gives no promise how a blob is aligned; a copy does. */
static uint64_t *words_of(sqlite3_value *value, size_t *ret_n) {
        const void *data = sqlite3_value_blob(value);
        size_t size = (size_t) sqlite3_value_bytes(value);
        uint64_t *words = malloc(size + sizeof(uint64_t));

        if (!words)
                return NULL;
        if (size > 0)
                memcpy(words, data, size);
        *ret_n = size / sizeof(uint64_t);
        return words;
}

static void sql_closeness(sqlite3_context *context, _unused_ int n_values, sqlite3_value **values) {
        _cleanup_free_ uint64_t *a = NULL, *b = NULL;
        size_t n_a, n_b;

        a = words_of(values[0], &n_a);
        b = words_of(values[1], &n_b);
        if (!a || !b)
                sqlite3_result_error_nomem(context);
        else
                sqlite3_result_double(context, text_closeness(a, n_a, b, n_b));
}

int functions_register(sqlite3 *handle) {
        static const struct {
                const char *name;
                int n_values;
                void (*function)(sqlite3_context *, int, sqlite3_value **);
        } functions[] = {
                { "clean", 2, sql_clean },       { "clean_url", 1, sql_clean_url },
                { "text_key", 1, sql_text_key }, { "identity", 2, sql_identity },
                { "words", 1, sql_words },       { "closeness", 2, sql_closeness },
        };
        int code = SQLITE_OK;

        for (size_t i = 0; i < ELEMENTSOF(functions) && code == SQLITE_OK; i++)
                code = sqlite3_create_function_v2(handle, functions[i].name, functions[i].n_values,
                                                  SQLITE_UTF8 | SQLITE_DETERMINISTIC |
                                                          SQLITE_DIRECTONLY,
                                                  NULL, functions[i].function, NULL, NULL, NULL);
        return code;
}
