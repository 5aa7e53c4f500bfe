/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What is true of every text: 100,000 random ones are taken, the same at every run. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "common/utf8.h"
#include "tests/unit-text.h"

/* xorshift64: good enough, and the same everywhere. */
static uint64_t random_next(uint64_t *seed) {
        *seed ^= *seed << 13;
        *seed ^= *seed >> 7;
        *seed ^= *seed << 17;
        return *seed;
}

static uint32_t random_below(uint64_t *seed, uint32_t n) {
        return (uint32_t) ((random_next(seed) >> 32) * n >> 32);
}

/* A character from one of the places where something special happens. */
static uint32_t random_character(uint64_t *seed) {
        static const CodeRange places[] = {
                { 0x00, 0x7f },       { 0x80, 0xff },       { 0x100, 0x24f },
                { 0x2b0, 0x36f },     { 0x370, 0x52f },     { 0x531, 0x5f4 },
                { 0x600, 0x6ff },     { 0x900, 0xdff },     { 0xe00, 0x109f },
                { 0x1100, 0x11ff },   { 0x1780, 0x18af },   { 0x1ab0, 0x1cff },
                { 0x1d00, 0x1fff },   { 0x2000, 0x206f },   { 0x2070, 0x218f },
                { 0x20d0, 0x20f0 },   { 0x2c00, 0x2fff },   { 0x3000, 0x33ff },
                { 0x4e00, 0x4e2f },   { 0xa640, 0xabff },   { 0xac00, 0xac4f },
                { 0xf900, 0xfaff },   { 0xfb00, 0xfdff },   { 0xfe00, 0xffff },
                { 0x10400, 0x105ff }, { 0x11000, 0x119ff }, { 0x16fe0, 0x16ff1 },
                { 0x1d100, 0x1d7ff }, { 0x1e000, 0x1e95f }, { 0x1f000, 0x1faff },
                { 0x2f800, 0x2fa1d }, { 0xe0000, 0xe01ff }, { 0x300, 0x301 },
                { 0x640, 0x652 },     { 0x20, 0x20 },       { 0x3f, 0x3f },
                { 0x1100, 0x1175 },   { 0x1161, 0x11c2 },   { 0x9be, 0x9d7 },
                { 0x0, 0x10ffff },
        };
        const CodeRange *r = places + random_below(seed, ELEMENTSOF(places));

        return r->first + random_below(seed, r->last - r->first + 1);
}

static void random_text(uint64_t *seed, Buffer *b) {
        uint32_t kind = random_below(seed, 4), n = random_below(seed, 40);

        if (random_below(seed, 500) == 0)
                n *= 100;
        for (uint32_t i = 0; i < n; i++) {
                char byte = (char) random_next(seed);

                if (kind == 0) /* bytes */
                        buffer_append(b, &byte, 1);
                else if (kind == 1) { /* bytes that are likely to be UTF-8 or nearly */
                        byte = (char) (0x80 | ((unsigned char) byte &
                                               (random_below(seed, 3) == 0 ? 0x7f : 0x3f)));
                        buffer_append(b, &byte, 1);
                } else
                        utf8_put(b, random_character(seed));
        }
}

static void check_random_text(const Buffer *b, size_t max) {
        _cleanup_free_ char *text = clean(b->data, b->size, max), *text_again = NULL;
        _cleanup_free_ char *key = NULL, *key_again = NULL;
        _cleanup_free_ uint64_t *words = NULL;
        size_t n = strlen(text), n_words;

        assert_true(n <= max);
        assert_true(utf8_valid(text, n));
        assert_null(strstr(text, "  "));
        assert_false(text[0] == ' ' || (n > 0 && text[n - 1] == ' '));
        text_again = clean(text, n, max);
        assert_string_equal(text_again, text);

        assert_int_equal(text_key(text, &key), 0);
        n = strlen(key);
        assert_true(utf8_valid(key, n));
        assert_null(strstr(key, "  "));
        assert_null(strstr(key, "? ?"));
        assert_false(key[0] == ' ' || (n > 0 && key[n - 1] == ' '));
        assert_int_equal(text_key(key, &key_again), 0);
        assert_string_equal(key_again, key);

        assert_int_equal(text_words(key, &words, &n_words), 0);
        assert_true(text_closeness(words, n_words, words, n_words) == (n_words > 0));
}

static void test_random_texts(void **state) {
        uint64_t seed = 20261123;

        for (size_t i = 0; i < 100000; i++) {
                _cleanup_buffer_ Buffer b = BUFFER(32768);

                random_text(&seed, &b);
                check_random_text(&b, i % 2 == 0 ? HEADLINE_MAX : 3 + random_below(&seed, 60));
        }
}

/* The other functions take what is not clean, too: an error is fine, a crash is not. */
static void test_random_bytes(void **state) {
        uint64_t seed = 42;

        for (size_t i = 0; i < 100000; i++) {
                _cleanup_buffer_ Buffer b = BUFFER(32768);
                _cleanup_free_ uint64_t *words = NULL;
                _cleanup_free_ char *key = NULL;
                size_t n;

                random_text(&seed, &b);
                assert_int_equal(buffer_reserve(&b, 0), 0);
                assert_int_equal(text_key(b.data, &key), 0);
                assert_true(utf8_valid(key, strlen(key)));
                assert_int_equal(text_words(b.data, &words, &n), 0);
        }
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_random_texts),
                cmocka_unit_test(test_random_bytes),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
