/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "common/json.h"

static void put_string(Buffer *b, const char *value) {
        buffer_puts(b, "\"");
        while (*value) {
                size_t plain = 0;

                while ((unsigned char) value[plain] >= 0x20 && value[plain] != '"' &&
                       value[plain] != '\\')
                        plain++;
                buffer_append(b, value, plain);
                value += plain;
                if (!*value)
                        break;
                if (*value == '"' || *value == '\\')
                        buffer_printf(b, "\\%c", *value);
                else
                        buffer_printf(b, "\\u%04x", (unsigned) (unsigned char) *value);
                value++;
        }
        buffer_puts(b, "\"");
}

static void put_key(Buffer *b, const char *key) {
        if (b->size > 0 && b->data[b->size - 1] != '{')
                buffer_puts(b, ",");
        put_string(b, key);
        buffer_puts(b, ":");
}

void json_begin(Buffer *b) {
        buffer_puts(b, "{");
}

void json_end(Buffer *b) {
        buffer_puts(b, "}\n");
}

void json_add_string(Buffer *b, const char *key, const char *value) {
        if (!value)
                return;
        put_key(b, key);
        put_string(b, value);
}

void json_add_number(Buffer *b, const char *key, int64_t value) {
        put_key(b, key);
        buffer_printf(b, "%lld", (long long) value);
}
