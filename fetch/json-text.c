/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * SQLite takes 16 bytes and more for each value of a JSON text, however small, knows a depth that
 * differs from version to version, ends a string at \u0000, and makes ill-formed UTF-8 of half a
 * surrogate pair. So the text is gone over first. Whether it is JSON at all is SQLite's to say:
 * nothing here does harm to a text that is not.
 */

#include <ctype.h>

#include "fetch/json-text.h"
#include "fetch/reply.h"

static const char white[] = " \t\n\r\f\v";

static bool is_white(char c) {
        return c && strchr(white, c);
}

/* Behind "window.name =", "let name =" and the like, or at the start. */
static char *skip_assignment(char *text) {
        size_t n = 0;

        if (!isalpha((unsigned char) *text) && *text != '_' && *text != '$')
                return text;
        while (isalnum((unsigned char) text[n]) || (text[n] && strchr("_$.[]\"' \t\r\n", text[n])))
                n++;
        return text[n] == '=' ? text + n + 1 : text;
}

static char *trim_end(const char *text, char *end) {
        while (end > text && (is_white(end[-1]) || end[-1] == ';'))
                end--;
        return end;
}

/* The four digits of an escape at s, "\uXXXX"; -1: it is none. */
static int32_t escaped(const char *s) {
        int32_t value = 0;

        if (s[0] != '\\' || s[1] != 'u')
                return -1;
        for (size_t i = 2; i < 6; i++) {
                const char *digits = "0123456789abcdef", *digit;

                digit = s[i] ? strchr(digits, tolower((unsigned char) s[i])) : NULL;
                if (!digit)
                        return -1;
                value = value * 16 + (int32_t) (digit - digits);
        }
        return value;
}

static bool is_high(int32_t value) {
        return value >= 0xd800 && value <= 0xdbff;
}

static bool is_low(int32_t value) {
        return value >= 0xdc00 && value <= 0xdfff;
}

/* Mends the escape at s; behind it. */
static char *mend_escape(char *s) {
        int32_t value = escaped(s);

        if (value < 0)
                return s[1] ? s + 2 : s + 1;
        if (is_high(value) && is_low(escaped(s + 6)))
                return s + 12;
        if (value == 0)
                s[5] = '1';
        else if (is_high(value) || is_low(value))
                memcpy(s + 2, "fffd", 4);
        return s + 6;
}

/* From behind the opening quotation mark of a string to its closing one, or the end. */
static char *skip_string(char *s) {
        while (*s && *s != '"')
                s = *s == '\\' ? mend_escape(s) : s + 1;
        return s;
}

/* Behind the array or object that begins at text, where a semicolon and more of a program follow.
 */
static char *end_of_value(char *text, char *end) {
        size_t depth = 0;

        for (char *s = text; s < end && (depth > 0 || *s == '[' || *s == '{'); s++)
                if (*s == '"') {
                        s = skip_string(s + 1);
                        if (!*s)
                                break;
                } else if (*s == '[' || *s == '{')
                        depth++;
                else if ((*s == ']' || *s == '}') && --depth == 0)
                        return s[1 + strspn(s + 1, white)] == ';' ? s + 1 : end;
        return end;
}

char *json_text_trim(char *text, size_t *size) {
        char *end = trim_end(text, text + *size);

        text += strspn(text, white);
        if (startswith(text, "<!--") && end - text >= 7 && memcmp(end - 3, "-->", 3) == 0) {
                text += 4;
                end = trim_end(text, end - 3);
        }
        text = skip_assignment(text + strspn(text, white));
        text += strspn(text, white);
        end = end_of_value(text, MAX(end, text));
        *end = '\0';
        *size = (size_t) (end - text);
        return text;
}

int json_text_check(char *text, size_t size, const char **ret_why) {
        size_t values = 0, depth = 0;
        bool opened = false; /* an array or object, and nothing seen in it yet */

        for (char *s = text; s < text + size; s++) {
                if (is_white(*s))
                        continue;
                if (opened && *s != ']' && *s != '}')
                        values++;
                opened = *s == '[' || *s == '{';
                if (opened)
                        depth++;
                else if ((*s == ']' || *s == '}') && depth > 0)
                        depth--;
                else if (*s == ',')
                        values++;
                else if (*s == '"') {
                        s = skip_string(s + 1);
                        if (!*s)
                                break;
                }
                if (depth > DEPTH_MAX) {
                        *ret_why = "the JSON is nested more than 256 deep";
                        return -EBADMSG;
                }
                if (values > ELEMENTS_MAX) {
                        *ret_why = "the JSON has more than 250000 values";
                        return -E2BIG;
                }
        }
        return 0;
}

static struct {
        Db *db;
        unsigned users;
} shared;

int json_db_open(Db **ret) {
        int r;

        if (shared.users == 0) {
                r = db_open(":memory:", false, &shared.db);
                if (r < 0)
                        return r;
        }
        shared.users++;
        *ret = shared.db;
        return 0;
}

void json_db_close(Db *db) {
        if (db && --shared.users == 0)
                shared.db = db_free(shared.db);
}
