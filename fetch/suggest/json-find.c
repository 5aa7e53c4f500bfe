/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * One pass over the text, with the path of where it is: nothing is built, so that nothing can grow.
 * A list is of interest when the name of it, or of what holds it, is one for a strip, and its first
 * entry has a text by a name for headlines.
 */

#include <ctype.h>

#include "fetch/suggest/json-find.h"
#include "fetch/suggest/words.h"

#define DEPTH_LIMIT 64U
#define KEY_MAX 64U
#define TITLE_MIN 12U

/* What an object says of the lists in it. */
typedef struct Flag {
        char when[JSON_TEXT_MAX];
        bool off;
} Flag;

typedef struct Scan {
        const char *p;
        char path[JSON_PATH_MAX];
        size_t n_path;
        unsigned depth;
        unsigned lists;    /* around the place; what is inside of one is not looked for */
        Flag *flag;        /* of the object around the place */
        JsonFound *entry;  /* the list whose first entry is being read, or NULL */
        size_t entry_path; /* where the entry's own path begins */
        JsonFound *found;
        unsigned n;
} Scan;

static bool scan_value(Scan *s, int score);

static void skip_white(Scan *s) {
        while (isspace((unsigned char) *s->p))
                s->p++;
}

/* The string at hand, as it is written; its escapes stay. */
static bool scan_string(Scan *s, const char **ret, size_t *ret_n) {
        const char *begin = ++s->p;

        for (; *s->p && *s->p != '"'; s->p++)
                if (*s->p == '\\' && s->p[1])
                        s->p++;
        if (!*s->p)
                return false;
        *ret = begin;
        *ret_n = (size_t) (s->p++ - begin);
        return true;
}

static bool is_plain(const char *key) {
        if (!isalpha((unsigned char) *key) && *key != '_')
                return false;
        for (; *key; key++)
                if (!isalnum((unsigned char) *key) && *key != '_')
                        return false;
        return true;
}

static bool push(Scan *s, const char *key) {
        int n = snprintf(s->path + s->n_path, sizeof(s->path) - s->n_path,
                         is_plain(key) ? ".%s" : ".\"%s\"", key);

        if (n < 0 || s->n_path + (size_t) n >= sizeof(s->path))
                return false;
        s->n_path += (size_t) n;
        return true;
}

static void keep(char *to, const Scan *s) {
        if (!*to)
                (void) snprintf(to, JSON_TEXT_MAX, "$%s", s->path + s->entry_path);
}

static bool is_link_key(const char *key) {
        static const char *const keys[] = { "url",      "link",   "href", "permalink",
                                            "path",     "uri",    "URL",  "canonicalUrl",
                                            "shareUrl", "webUrl", "guid", "fullUrl" };

        for (size_t i = 0; i < ELEMENTSOF(keys); i++)
                if (streq(keys[i], key))
                        return true;
        return false;
}

/* A text of the first entry: is it the headline, the link, the time? */
static void take_text(Scan *s, const char *key, const char *value, size_t n) {
        Role role = words_role(key);

        if (is_link_key(key) && memchr(value, '/', n))
                keep(s->entry->link, s);
        else if ((role == ROLE_TITLE || streq(key, "name")) &&
                 words_weight(value, n) >= TITLE_MIN && !memchr(value, '/', MIN(n, (size_t) 4)))
                keep(s->entry->headline, s);
        else if (role == ROLE_TIME && n >= 4)
                keep(s->entry->published, s);
}

/* true or false beside a list, by a name that says what it is about. */
static void take_flag(Scan *s, const char *key, bool value) {
        static const char *const bare[] = { "active",  "isActive",  "enabled", "isEnabled",
                                            "visible", "isVisible", "show",    "display" };
        char spaced[KEY_MAX * 3];
        bool shows = false;

        for (size_t i = 0; i < ELEMENTSOF(bare); i++)
                shows |= streq(bare[i], key);
        if (!shows && words_name(key).score >= CUE_MEDIUM &&
            words_split(key, spaced, sizeof(spaced)))
                shows = strstr(spaced, " activ") || strstr(spaced, " enabled ") ||
                        strstr(spaced, " show") || strstr(spaced, " visible ") ||
                        strstr(spaced, " display") || strstr(spaced, " is ");
        if (!shows)
                return;
        s->flag->off |= !value;
        if (value)
                (void) snprintf(s->flag->when, sizeof(s->flag->when), "$%s", s->path);
}

static bool scan_member(Scan *s, const char *key, int score) {
        size_t before = s->n_path;
        bool fine = true, kept = push(s, key);
        int own = words_name(key).against ? 0 : words_name(key).score;

        skip_white(s);
        if (*s->p == '"') {
                const char *value;
                size_t n;

                fine = scan_string(s, &value, &n);
                if (fine && kept && s->entry)
                        take_text(s, key, value, n);
        } else {
                if (kept && !s->entry && (startswith(s->p, "true") || startswith(s->p, "false")))
                        take_flag(s, key, *s->p == 't');
                fine = scan_value(s, kept ? MAX(own, score - 2) : 0);
        }
        s->n_path = before;
        s->path[before] = '\0';
        return fine;
}

static bool scan_object(Scan *s, int score) {
        Flag flag = {}, *outer = s->flag;
        unsigned first = s->n;

        s->flag = &flag;
        s->p++;
        for (skip_white(s); *s->p == '"'; skip_white(s)) {
                char key[KEY_MAX + 1] = "";
                const char *name;
                size_t n;

                if (!scan_string(s, &name, &n))
                        return false;
                if (n <= KEY_MAX && !memchr(name, '\\', n))
                        memcpy(key, name, n);
                skip_white(s);
                if (*s->p++ != ':' || !scan_member(s, *key ? key : "\\", score))
                        return false;
                skip_white(s);
                if (*s->p != ',')
                        break;
                s->p++;
        }
        for (unsigned i = first; i < s->n; i++) {
                s->found[i].off |= flag.off;
                if (!*s->found[i].when)
                        memcpy(s->found[i].when, flag.when, sizeof(flag.when));
        }
        s->flag = outer;
        return *s->p == '}' && s->p++;
}

static bool scan_list(Scan *s, int score) {
        JsonFound list = { .score = score }, *outer = s->entry;
        size_t before = s->n_path;
        bool wanted = score >= CUE_STRONG - 2 && s->lists == 0 && !outer && s->n < JSON_FOUND_MAX;
        bool fine = true;

        s->p++;
        s->lists++;
        for (skip_white(s); fine && *s->p && *s->p != ']'; skip_white(s)) {
                bool object = *s->p == '{';

                if (wanted && object && list.n == 0) {
                        (void) snprintf(list.strip, sizeof(list.strip), "$%s", s->path);
                        s->entry = &list;
                        s->entry_path = before;
                }
                list.n += object;
                fine = scan_value(s, 0);
                s->entry = outer;
                skip_white(s);
                if (*s->p != ',')
                        break;
                s->p++;
        }
        s->lists--;
        if (wanted && list.n > 0 && *list.headline)
                s->found[s->n++] = list;
        return fine && *s->p == ']' && s->p++;
}

static bool scan_value(Scan *s, int score) {
        const char *ignored;
        size_t n;
        bool fine = false;

        skip_white(s);
        if (++s->depth <= DEPTH_LIMIT) {
                if (*s->p == '{')
                        fine = scan_object(s, score);
                else if (*s->p == '[')
                        fine = scan_list(s, score);
                else if (*s->p == '"')
                        fine = scan_string(s, &ignored, &n);
                else {
                        n = strcspn(s->p, ",]} \t\r\n");
                        s->p += n;
                        fine = n > 0;
                }
        }
        s->depth--;
        return fine;
}

unsigned json_find(const char *text, JsonFound *found) {
        Scan s = { .p = text, .found = found };

        skip_white(&s);
        if (*s.p != '{' && *s.p != '[') {
                /* "window.state = {" */
                size_t n = strcspn(s.p, "={[(");

                if (n > 200 || s.p[n] != '=')
                        return 0;
                s.p += n + 1;
                skip_white(&s);
        }
        if (*s.p == '{' || *s.p == '[')
                (void) scan_value(&s, 0);
        return s.n;
}
