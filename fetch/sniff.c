/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * After HTML's "prescan a byte stream", with two differences: it looks much further, because real
 * pages put 15 kB of styles before their declaration, and it skips the contents of scripts and the
 * like.
 */

#include <ctype.h>
#include <strings.h>

#include "fetch/labels.h"
#include "fetch/sniff.h"

#define SNIFF_MAX (256U * 1024U)

typedef struct Scan {
        const char *at, *end;
} Scan;

typedef struct Attribute {
        const char *name, *value;
        size_t n_name, n_value;
} Attribute;

static bool is_space(char c) {
        return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f';
}

static bool begins(const Scan *s, const char *word) {
        size_t n = strlen(word);

        return (size_t) (s->end - s->at) > n && strncasecmp(s->at, word, n) == 0;
}

static bool equals(const char *s, size_t n, const char *word) {
        return n == strlen(word) && strncasecmp(s, word, n) == 0;
}

/* Goes behind the next occurrence of the text, or to the end. */
static void skip_past(Scan *s, const char *text) {
        size_t n = strlen(text);

        while (s->at < s->end) {
                const char *p = memchr(s->at, text[0], (size_t) (s->end - s->at));

                s->at = p ? p : s->end;
                if (begins(s, text)) {
                        s->at += n;
                        return;
                }
                if (p)
                        s->at++;
        }
}

static bool next_attribute(Scan *s, Attribute *ret) {
        Attribute a = {};
        char quote = 0;

        while (s->at < s->end && (is_space(*s->at) || *s->at == '/'))
                s->at++;
        if (s->at >= s->end || *s->at == '>')
                return false;

        a.name = s->at++;
        while (s->at < s->end && !is_space(*s->at) && !strchr("/>=", *s->at))
                s->at++;
        a.n_name = (size_t) (s->at - a.name);
        while (s->at < s->end && is_space(*s->at))
                s->at++;
        if (s->at < s->end && *s->at == '=') {
                s->at++;
                while (s->at < s->end && is_space(*s->at))
                        s->at++;
                if (s->at < s->end && (*s->at == '"' || *s->at == '\''))
                        quote = *s->at++;
                a.value = s->at;
                while (s->at < s->end &&
                       (quote ? *s->at != quote : !is_space(*s->at) && *s->at != '>'))
                        s->at++;
                a.n_value = (size_t) (s->at - a.value);
                if (quote && s->at < s->end)
                        s->at++;
        }
        *ret = a;
        return true;
}

/* "text/html; charset=utf-8" */
static bool charset_in_content(const Attribute *a, const char **ret_label, size_t *ret_n) {
        Scan s = { a->value, a->value + a->n_value };
        const char *label;
        char quote = 0;

        for (;;) {
                skip_past(&s, "charset");
                while (s.at < s.end && is_space(*s.at))
                        s.at++;
                if (s.at >= s.end)
                        return false;
                if (*s.at == '=')
                        break;
        }
        s.at++;
        while (s.at < s.end && is_space(*s.at))
                s.at++;
        if (s.at < s.end && (*s.at == '"' || *s.at == '\''))
                quote = *s.at++;
        label = s.at;
        while (s.at < s.end && (quote ? *s.at != quote : !is_space(*s.at) && *s.at != ';'))
                s.at++;
        *ret_label = label;
        *ret_n = (size_t) (s.at - label);
        return true;
}

/* s stands behind "<meta". */
static bool read_meta(Scan *s, const char **ret_label, size_t *ret_n) {
        const char *label = NULL, *content = NULL;
        size_t n = 0, n_content = 0;
        bool is_content_type = false;
        Attribute a;

        while (next_attribute(s, &a)) {
                if (!a.value)
                        continue;
                if (equals(a.name, a.n_name, "charset") && !label) {
                        label = a.value;
                        n = a.n_value;
                } else if (equals(a.name, a.n_name, "http-equiv"))
                        is_content_type = equals(a.value, a.n_value, "content-type");
                else if (equals(a.name, a.n_name, "content") && !content)
                        (void) charset_in_content(&a, &content, &n_content);
        }
        if (!label && is_content_type) {
                label = content;
                n = n_content;
        }
        if (!label || !charset_by_label(label, n))
                return false;
        *ret_label = label;
        *ret_n = n;
        return true;
}

/* A tag with its attributes, which may hold what looks like tags; or a declaration and the like. */
static void skip_markup(Scan *s) {
        bool closes = s->end - s->at > 1 && s->at[1] == '/';
        const char *name = s->at + 1 + closes;
        Attribute a;

        if (name < s->end && isalpha((unsigned char) *name)) {
                s->at = name;
                while (s->at < s->end && !is_space(*s->at) && *s->at != '>')
                        s->at++;
                while (next_attribute(s, &a))
                        ;
        } else if (closes || (name < s->end && (*name == '!' || *name == '?')))
                skip_past(s, ">");
        else
                s->at++;
}

bool sniff_meta(const char *page, size_t size, const char **ret_label, size_t *ret_n) {
        static const char *const opaque[][2] = {
                { "<!--", "-->" },       { "<script", "</script" },     { "<style", "</style" },
                { "<title", "</title" }, { "<textarea", "</textarea" },
        };
        Scan s = { page, page + MIN(size, (size_t) SNIFF_MAX) };

        while (s.at < s.end) {
                bool skipped = false;

                s.at = memchr(s.at, '<', (size_t) (s.end - s.at));
                if (!s.at)
                        return false;
                if (begins(&s, "<meta") && (is_space(s.at[5]) || s.at[5] == '/')) {
                        s.at += 5;
                        if (read_meta(&s, ret_label, ret_n))
                                return true;
                        continue;
                }
                for (size_t i = 0; i < ELEMENTSOF(opaque) && !skipped; i++)
                        if (begins(&s, opaque[i][0]) &&
                            !isalnum((unsigned char) s.at[strlen(opaque[i][0])])) {
                                s.at += strlen(opaque[i][0]) -
                                        (i == 0 ? 2 : 0); /* "<!-->" is a whole comment */
                                skip_past(&s, opaque[i][1]);
                                skipped = true;
                        }
                if (!skipped)
                        skip_markup(&s);
        }
        return false;
}

bool sniff_xml(const char *page, size_t size, const char **ret_label, size_t *ret_n) {
        Scan s = { page, page + MIN(size, (size_t) 1024) };
        const char *stop;
        Attribute a;

        while (s.at < s.end && is_space(*s.at))
                s.at++;
        if (!begins(&s, "<?xml") || !is_space(s.at[5]))
                return false;
        stop = memchr(s.at, '>', (size_t) (s.end - s.at));
        if (!stop)
                return false;
        s = (Scan){ s.at + 5, stop };
        while (next_attribute(&s, &a))
                if (a.value && equals(a.name, a.n_name, "encoding") &&
                    charset_by_label(a.value, a.n_value)) {
                        *ret_label = a.value;
                        *ret_n = a.n_value;
                        return true;
                }
        return false;
}
