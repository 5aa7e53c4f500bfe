/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <dirent.h>
#include <strings.h>
#include <sys/types.h>

#include "common/ini.h"
#include "common/log.h"
#include "common/settings.h"

void value_done(Value *v) {
        free(v->text);
        free(v->file);
        *v = (Value){};
}

void values_done(Values *v) {
        for (size_t i = 0; i < v->n; i++)
                value_done(v->items + i);
        free(v->items);
        *v = (Values){};
}

int value_default_path(Value *v, const char *variable, const char *folder, const char *file) {
        const char *list = getenv(variable);

        if (v->text)
                return 0;
        if (isempty(list))
                list = folder;
        if (asprintf(&v->text, "%.*s/%s", (int) strcspn(list, ":"), list, file) < 0) {
                v->text = NULL;
                return log_oom();
        }
        return 0;
}

static int value_copy(const Value *from, const char *text, size_t n, Value *ret) {
        Value v = {
                .text = strndup(text, n),
                .file = from->file ? strdup(from->file) : NULL,
                .line = from->line,
        };

        if (!v.text || (from->file && !v.file)) {
                value_done(&v);
                return -ENOMEM;
        }
        *ret = v;
        return 0;
}

static int values_add(Values *list, const Value *from, const char *text, size_t n,
                      const char **ret_why) {
        Value *grown;
        int r;

        if (list->n > 0 && !list->items[0].file)
                values_done(list); /* what the user says replaces the fallback */
        if (list->n >= VALUES_MAX) {
                *ret_why = "is one too many for this list";
                return -E2BIG;
        }
        grown = reallocarray(list->items, list->n + 1, sizeof(Value));
        if (!grown)
                return -ENOMEM;
        list->items = grown;
        r = value_copy(from, text, n, list->items + list->n);
        if (r < 0)
                return r;
        list->n++;
        return 0;
}

size_t url_user(const char *url, const char **ret) {
        const char *begin = strstr(url, "://"), *at;

        if (!begin)
                return 0;
        begin += 3;
        at = memrchr(begin, '@', strcspn(begin, "/?#\\"));
        *ret = begin;
        return at ? (size_t) (at + 1 - begin) : 0;
}

int setting_text(const Value *value, void *target, _unused_ const char **ret_why) {
        Value copy;
        int r;

        r = value_copy(value, value->text, strlen(value->text), &copy);
        if (r < 0)
                return r;
        value_done(target);
        *(Value *) target = copy;
        return 0;
}

int setting_words(const Value *value, void *target, const char **ret_why) {
        const char *s = value->text;
        int r = 0;

        for (s += strspn(s, " \t"); *s && r >= 0; s += strspn(s, " \t")) {
                size_t n = strcspn(s, " \t");

                r = values_add(target, value, s, n, ret_why);
                s += n;
        }
        return r;
}

int setting_lines(const Value *value, void *target, const char **ret_why) {
        return values_add(target, value, value->text, strlen(value->text), ret_why);
}

int setting_boolean(const Value *value, void *target, const char **ret_why) {
        static const char *const words[] = { "no", "yes", "false", "true", "off",
                                             "on", "0",   "1",     "n",    "y" };

        for (size_t i = 0; i < ELEMENTSOF(words); i++)
                if (strcasecmp(value->text, words[i]) == 0) {
                        *(bool *) target = i % 2 == 1;
                        return 0;
                }
        *ret_why = "is neither yes nor no";
        return -EINVAL;
}

int setting_timespan(const Value *value, void *target, const char **ret_why) {
        usec_t span;
        int r;

        r = timespan_parse(value->text, &span);
        if (r < 0 || span == 0) {
                *ret_why = "is not a time span; write 30s, 5min or 1h 30min";
                return -EINVAL;
        }
        *(usec_t *) target = span;
        return 0;
}

int setting_span_within(const Value *value, usec_t least, usec_t most, const char *otherwise,
                        void *target, const char **ret_why) {
        usec_t span;
        int r;

        r = setting_timespan(value, &span, ret_why);
        if (r < 0)
                return r;
        if (span < least || span > most) {
                *ret_why = otherwise;
                return -EINVAL;
        }
        *(usec_t *) target = span;
        return 0;
}

int setting_size(const Value *value, void *target, const char **ret_why) {
        uint64_t size;
        int r;

        r = size_parse(value->text, &size);
        if (r < 0 || size == 0) {
                *ret_why = "is not a size; write bytes, or a number with K, M or G";
                return -EINVAL;
        }
        *(uint64_t *) target = size;
        return 0;
}

int setting_count(const Value *value, void *target, const char **ret_why) {
        uint64_t count;
        int r;

        r = size_parse(value->text, &count);
        if (r < 0 || count == 0 || count > 1000000 || strpbrk(value->text, "KMGT")) {
                *ret_why = "is not a number from 1 to 1000000";
                return -EINVAL;
        }
        *(unsigned *) target = (unsigned) count;
        return 0;
}

int setting_mode(const Value *value, void *target, const char **ret_why) {
        const char *s = value->text;
        size_t n = strlen(s);

        if (n < 1 || n > 4 || strspn(s, "01234567") != n || strtoul(s, NULL, 8) > 0777) {
                *ret_why = "is not an access mode; write 0660 or the like";
                return -EINVAL;
        }
        *(mode_t *) target = (mode_t) strtoul(s, NULL, 8);
        return 0;
}

/* What an empty value means. */
static int reset(const Setting *s, void *target, const char **ret_why) {
        const Value fallback = { .text = (char *) s->fallback };

        switch (s->kind) {
        case KIND_VALUES:
                values_done(target);
                return 0;
        case KIND_SPAN:
                *(usec_t *) target = 0;
                break;
        case KIND_VALUE:
                value_done(target);
                break;
        case KIND_OTHER:
                break;
        }
        if (!s->fallback)
                return 0;
        return s->parse(&fallback, target, ret_why);
}

static void *target_of(const Setting *s, void *object) {
        return (char *) object + s->offset;
}

int settings_init(const Setting *table, size_t n, void *object) {
        const char *why;

        for (size_t i = 0; i < n; i++) {
                const Value fallback = { .text = (char *) table[i].fallback };
                int r;

                if (!fallback.text)
                        continue;
                r = table[i].parse(&fallback, target_of(table + i, object), &why);
                if (r < 0)
                        return r;
        }
        return 0;
}

void settings_done(const Setting *table, size_t n, void *object) {
        for (size_t i = 0; i < n; i++)
                if (table[i].kind == KIND_VALUE)
                        value_done(target_of(table + i, object));
                else if (table[i].kind == KIND_VALUES)
                        values_done(target_of(table + i, object));
}

typedef struct SettingsReading {
        const Setting *table;
        size_t n;
        void *object;
} SettingsReading;

/* What is wrong, without what is secret in a URL. */
static void report(const char *path, unsigned line, const char *key, const char *text,
                   const char *why) {
        const char *user = text;
        size_t n = url_user(text, &user);

        log_file(LOG_ERR, path, line, "%s=%.*s%.200s %s", key, n > 0 ? (int) (user - text) : 0,
                 text, n > 0 ? user + n : text, why);
}

static bool has_section(const SettingsReading *reading, const char *section) {
        for (size_t i = 0; i < reading->n; i++)
                if (streq(reading->table[i].section, section))
                        return true;
        return false;
}

static int on_line(const char *path, unsigned line, const char *section, const char *key,
                   const char *text, void *userdata) {
        const SettingsReading *reading = userdata;
        const char *why = "is not valid";
        int r;

        if (!key) {
                if (!has_section(reading, section))
                        log_file(LOG_WARNING, path, line, "unknown section [%s], ignored", section);
                return 0;
        }
        if (!*section) {
                log_file(LOG_WARNING, path, line, "%s= stands before any [Section], ignored", key);
                return 0;
        }
        if (!has_section(reading, section))
                return 0;

        for (size_t i = 0; i < reading->n; i++) {
                const Setting *s = reading->table + i;
                Value value = { .text = (char *) text, .file = (char *) path, .line = line };

                if (!streq(s->section, section) || !streq(s->key, key))
                        continue;
                if (*text || s->empty_is_value)
                        r = s->parse(&value, target_of(s, reading->object), &why);
                else
                        r = reset(s, target_of(s, reading->object), &why);
                if (r == -ENOMEM)
                        return log_oom();
                if (r < 0)
                        report(path, line, key, text, why);
                return r;
        }
        log_file(LOG_WARNING, path, line, "unknown key %s= in [%s], ignored", key, section);
        return 0;
}

int settings_read(const char *path, const Setting *table, size_t n, void *object) {
        SettingsReading reading = { .table = table, .n = n, .object = object };

        return ini_read(path, on_line, &reading);
}

static int is_drop_in(const struct dirent *entry) {
        size_t n = strlen(entry->d_name);

        return entry->d_name[0] != '.' && n > 5 && streq(entry->d_name + n - 5, ".conf");
}

static int by_name(const struct dirent **a, const struct dirent **b) {
        return strcmp((*a)->d_name, (*b)->d_name);
}

/* A file that is there, or should be. */
static int read_file(const char *path, bool required, const Setting *table, size_t n,
                     void *object) {
        int r;

        r = settings_read(path, table, n, object);
        if (r == -ENOENT && !required)
                return 0;
        if (r == -ENOENT || r == -EACCES)
                log_error("%s: %s", path, strerror(-r));
        return r;
}

static int read_drop_ins(const char *folder, const Setting *table, size_t n, void *object) {
        _cleanup_free_ struct dirent **entries = NULL;
        int n_entries, error = 0;

        n_entries = scandir(folder, &entries, is_drop_in, by_name);
        if (n_entries < 0) {
                if (errno == ENOENT || errno == ENOTDIR)
                        return 0;
                error = -errno;
                log_error("%s: %s", folder, strerror(-error));
                return error;
        }
        for (int i = 0; i < n_entries; i++) {
                _cleanup_free_ char *path = NULL;
                int r;

                if (asprintf(&path, "%s/%s", folder, entries[i]->d_name) < 0) {
                        path = NULL;
                        r = log_oom();
                } else
                        r = read_file(path, true, table, n, object);
                if (r < 0 && error == 0)
                        error = r;
                free(entries[i]);
        }
        return error;
}

int settings_load(const char *path, bool required, const Setting *table, size_t n, void *object) {
        _cleanup_free_ char *folder = NULL;
        int r, k;

        if (asprintf(&folder, "%s.d", path) < 0) {
                folder = NULL;
                return log_oom();
        }
        r = read_file(path, required, table, n, object);
        k = read_drop_ins(folder, table, n, object);
        return r < 0 ? r : k;
}
