/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* UTF-8: what is well-formed, how what is not is read, and the way back. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "common/utf8.h"

#define BYTES(literal) (literal), sizeof(literal) - 1
#define BAD 0xfffd

/* clang-format off */
static const struct {
        const char *data;
        size_t size;
        bool valid;
} texts[] = {
        { BYTES(""), true },
        { BYTES("Harbour bridge open"), true },
        { BYTES("a\0b"), true },
        { BYTES("\x7f"), true },
        { BYTES("Größe, جسر, 橋, 🌉"), true },
        { BYTES("\xc2\x80"), true },         /* U+0080, the first of two bytes */
        { BYTES("\xdf\xbf"), true },         /* U+07FF, the last */
        { BYTES("\xe0\xa0\x80"), true },     /* U+0800 */
        { BYTES("\xed\x9f\xbf"), true },     /* U+D7FF, the last before the surrogates */
        { BYTES("\xee\x80\x80"), true },     /* U+E000, the first after them */
        { BYTES("\xef\xbf\xbd"), true },     /* U+FFFD itself */
        { BYTES("\xef\xbf\xbf"), true },     /* U+FFFF: a noncharacter, but well-formed */
        { BYTES("\xf0\x90\x80\x80"), true }, /* U+10000 */
        { BYTES("\xf4\x8f\xbf\xbf"), true }, /* U+10FFFF */

        { BYTES("\x80"), false }, /* a trailing byte alone */
        { BYTES("\xbf"), false },
        { BYTES("a\xbf" "a"), false },
        { BYTES("\xc0\x80"), false }, /* overlong NUL */
        { BYTES("\xc1\xbf"), false },
        { BYTES("\xe0\x9f\xbf"), false }, /* overlong U+07FF */
        { BYTES("\xf0\x8f\xbf\xbf"), false }, /* overlong U+FFFF */
        { BYTES("\xed\xa0\x80"), false }, /* U+D800 */
        { BYTES("\xed\xbf\xbf"), false }, /* U+DFFF */
        { BYTES("\xed\xa0\xbc\xed\xbc\x89"), false }, /* a pair of surrogates */
        { BYTES("\xf4\x90\x80\x80"), false }, /* U+110000 */
        { BYTES("\xf5\x80\x80\x80"), false },
        { BYTES("\xf8\x88\x80\x80\x80"), false }, /* five bytes */
        { BYTES("\xfe"), false },
        { BYTES("\xff"), false },
        { BYTES("\xc3"), false }, /* cut off */
        { BYTES("\xe2\x80"), false },
        { BYTES("\xe2"), false },
        { BYTES("\xf0\x9f\x8c"), false },
        { BYTES("\xf0\x9f"), false },
        { BYTES("\xf0"), false },
        { BYTES("\xc3" "a"), false }, /* interrupted */
        { BYTES("\xe2\x80" "a"), false },
        { BYTES("\xf0\x9f\x8c" "a"), false },
        { BYTES("Gr\xf6\xdf" "e"), false }, /* Latin-1 */
};
/* clang-format on */

static void test_valid(void **state) {
        for (size_t i = 0; i < ELEMENTSOF(texts); i++)
                if (utf8_valid(texts[i].data, texts[i].size) != texts[i].valid)
                        fail_msg("row %zu should be %s", i,
                                 texts[i].valid ? "valid" : "ill-formed");
}

/* How many strings are well-formed follows from how many characters take 1, 2 and 3 bytes. */
static void test_how_many_are_valid(void **state) {
        const size_t one = 0x80, two = 0x800 - 0x80, three = 0x10000 - 0x800 - 0x800;
        size_t n[4] = {};

        for (uint32_t bits = 0; bits < 1U << 24; bits++) {
                const char s[3] = { (char) (bits >> 16), (char) (bits >> 8), (char) bits };

                n[3] += utf8_valid(s, 3);
                if ((bits & 0xff) == 0)
                        n[2] += utf8_valid(s, 2);
                if ((bits & 0xffff) == 0)
                        n[1] += utf8_valid(s, 1);
        }
        assert_int_equal(n[1], one);
        assert_int_equal(n[2], one * one + two);
        assert_int_equal(n[3], one * one * one + 2 * one * two + three);
}

/* The characters read from a text, with their lengths: tables 3-8 to 3-11 of Unicode 15 too. */
/* clang-format off */
static const struct {
        const char *data;
        size_t size;
        struct {
                uint32_t character;
                size_t length;
        } read[10];
} readings[] = {
        { BYTES("aé€🌉"), { { 'a', 1 }, { 0xe9, 2 }, { 0x20ac, 3 }, { 0x1f309, 4 } } },
        { BYTES("\0"), { { 0, 1 } } },
        { BYTES("\xef\xbf\xbd"), { { BAD, 3 } } },
        { BYTES("\xc0\xaf\xe0\x80\xbf\xf0\x81\x82" "A"),
          { { BAD, 1 }, { BAD, 1 }, { BAD, 1 }, { BAD, 1 }, { BAD, 1 }, { BAD, 1 }, { BAD, 1 }, { BAD, 1 },
            { 'A', 1 } } },
        { BYTES("\xed\xa0\x80\xed\xbf\xbf\xed\xaf" "A"),
          { { BAD, 1 }, { BAD, 1 }, { BAD, 1 }, { BAD, 1 }, { BAD, 1 }, { BAD, 1 }, { BAD, 1 }, { BAD, 1 },
            { 'A', 1 } } },
        { BYTES("\xf4\x91\x92\x93\xff" "A\x80\xbf" "B"),
          { { BAD, 1 }, { BAD, 1 }, { BAD, 1 }, { BAD, 1 }, { BAD, 1 }, { 'A', 1 }, { BAD, 1 }, { BAD, 1 },
            { 'B', 1 } } },
        { BYTES("\xe1\x80\xe2\xf0\x91\x92\xf1\xbf" "A"),
          { { BAD, 2 }, { BAD, 1 }, { BAD, 3 }, { BAD, 2 }, { 'A', 1 } } },
        { BYTES("\xf0\x9f\x8c"), { { BAD, 3 } } },
        { BYTES("\xe2\x82"), { { BAD, 2 } } },
        { BYTES("\xf5\x80\x80\x80"), { { BAD, 1 }, { BAD, 1 }, { BAD, 1 }, { BAD, 1 } } },
};
/* clang-format on */

static void test_next(void **state) {
        for (size_t i = 0; i < ELEMENTSOF(readings); i++) {
                size_t at = 0;

                for (size_t j = 0; at < readings[i].size; j++) {
                        uint32_t character;
                        size_t length =
                                utf8_next(readings[i].data + at, readings[i].size - at, &character);

                        if (length != readings[i].read[j].length ||
                            character != readings[i].read[j].character)
                                fail_msg("row %zu, character %zu: U+%04X of %zu bytes", i, j,
                                         (unsigned) character, length);
                        at += length;
                }
                assert_int_equal(at, readings[i].size);
        }
}

static void test_put(void **state) {
        for (uint32_t c = 0; c <= 0x10ffff; c++) {
                _cleanup_buffer_ Buffer b = BUFFER(4);
                bool surrogate = c >= 0xd800 && c <= 0xdfff;
                uint32_t read;

                utf8_put(&b, c);
                assert_int_equal(utf8_valid(b.data, b.size), !surrogate);
                if (surrogate)
                        continue;
                assert_int_equal(utf8_next(b.data, b.size, &read), b.size);
                assert_int_equal(read, c);
        }
}

static void test_put_limit(void **state) {
        _cleanup_buffer_ Buffer b = BUFFER(5);

        utf8_put(&b, 0x20ac);
        utf8_put(&b, 0xe9);
        assert_int_equal(buffer_error(&b), 0);
        utf8_put(&b, 0xe9);
        assert_int_equal(buffer_error(&b), -ENOBUFS); /* never half a character */
        assert_string_equal(b.data, "€é");
}

/* What is written to a terminal moves, colours and reverses nothing. */
static void test_mask(_unused_ void **state) {
        static const struct {
                const char *text, *keep, *masked;
        } cases[] = {
                { "Größe, جسر, 橋, 🌉", "", "Größe, جسر, 橋, 🌉" },
                { "a\x1b[31mb\x7f\n\t", "", "a?[31mb???" },
                { "a\x1b\n\t", "\n", "a?\n?" },
                { "\xc2\x9b"
                  "31m\xc2\xa0",
                  "", "??31m\xc2\xa0" },
                { "\xe2\x80\xae\xd8\x9c\xe2\x81\xa6", "", "????????" },
                { "\xe2\x80\x8c\xe2\x80\x8d", "",
                  "\xe2\x80\x8c\xe2\x80\x8d" }, /* ZWNJ, ZWJ: spelling */
                { "\x9b"
                  "31m\xe2\x80",
                  "", "?31m??" }, /* ill-formed */
                { "\xef\xbf\xbd", "", "\xef\xbf\xbd" },
        };
        char text[64];

        for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
                (void) strcpy(text, cases[i].text);
                utf8_mask(text, strlen(text), cases[i].keep);
                assert_string_equal(text, cases[i].masked);
        }
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_mask),
                cmocka_unit_test(test_valid),
                cmocka_unit_test(test_how_many_are_valid),
                cmocka_unit_test(test_next),
                cmocka_unit_test(test_put),
                cmocka_unit_test(test_put_limit),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
