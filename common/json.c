/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "common/json.h"

int json_string(Buffer *b, const char *value) {
        int r;

        r = buffer_append(b, "\"", 1);
        while (r >= 0 && *value) {
                size_t plain = 0;

                while ((unsigned char) value[plain] >= 0x20 && value[plain] != '"' &&
                       value[plain] != '\\')
                        plain++;
                r = buffer_append(b, value, plain);
                value += plain;
                if (r < 0 || !*value)
                        break;
                if (*value == '"' || *value == '\\')
                        r = buffer_printf(b, "\\%c", *value);
                else
                        r = buffer_printf(b, "\\u%04x", (unsigned) (unsigned char) *value);
                value++;
        }
        return r < 0 ? r : buffer_append(b, "\"", 1);
}

static int add_key(Buffer *b, const char *key) {
        int r;

        if (b->size > 0 && b->data[b->size - 1] != '{') {
                r = buffer_append(b, ",", 1);
                if (r < 0)
                        return r;
        }
        r = json_string(b, key);
        return r < 0 ? r : buffer_append(b, ":", 1);
}

int json_begin(Buffer *b) {
        return buffer_append(b, "{", 1);
}

int json_end(Buffer *b) {
        return buffer_append(b, "}\n", 2);
}

int json_add_string(Buffer *b, const char *key, const char *value) {
        int r;

        if (!value)
                return 0;
        r = add_key(b, key);
        return r < 0 ? r : json_string(b, value);
}

int json_add_number(Buffer *b, const char *key, int64_t value) {
        int r;

        r = add_key(b, key);
        return r < 0 ? r : buffer_printf(b, "%lld", (long long) value);
}

int json_add_raw(Buffer *b, const char *key, const char *value) {
        int r;

        r = add_key(b, key);
        return r < 0 ? r : buffer_puts(b, value);
}
