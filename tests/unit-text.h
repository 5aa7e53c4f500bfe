/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What the tests of text.h share: how bytes are written in tables, and the way to a key. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "common/text.h"

#define BYTES(literal) (literal), sizeof(literal) - 1
#define FFFD "\xef\xbf\xbd"

typedef struct CodeRange {
        uint32_t first, last;
} CodeRange;

static inline char *clean(const char *s, size_t n, size_t max) {
        char *text;

        assert_int_equal(text_clean(s, n, max, &text), 0);
        return text;
}

/* The key as it is made of an entry: of the cleaned text. */
static inline char *key_of(const char *s) {
        _cleanup_free_ char *text = clean(s, strlen(s), HEADLINE_MAX);
        char *key;

        assert_int_equal(text_key(text, &key), 0);
        return key;
}
