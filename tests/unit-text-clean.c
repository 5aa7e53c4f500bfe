/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * How a text is cleaned: examples, every character there is, and where a long one is cut.
 * Invisible characters are written as \u escapes.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "common/utf8.h"
#include "tests/unit-text.h"

/* clang-format off */
static const struct {
        const char *data;
        size_t size;
        const char *cleaned;
} cleanings[] = {
        { BYTES(""), "" },
        { BYTES("Bridge closed"), "Bridge closed" },
        { BYTES("  Bridge \t\r\n  closed\n"), "Bridge closed" },
        { BYTES(" \t\n\u00a0\u3000"), "" },
        { BYTES("“Bridge” closed… +++?"), "“Bridge” closed… +++?" }, /* nothing else is changed */
        { BYTES("e\u0301 é ﬁ ①"), "e\u0301 é ﬁ ①" },
        { BYTES("Bridge \u200b closed"), "Bridge closed" }, /* what is invisible parts no spaces */
        { BYTES("\u200b Bridge closed \u200b"), "Bridge closed" },
        { BYTES("\u202eBridge\u202c"), "Bridge" },
        { BYTES("\u2066Bridge\u2069"), "Bridge" },
        { BYTES("\ufeffBridge"), "Bridge" },
        { BYTES("Bro\u00adad\u2060cast"), "Broadcast" },
        { BYTES("\x1b[31mred\x1b[0m\a"), "[31mred [0m" }, /* no escape sequence */
        { BYTES("a\0b"), "a b" },
        { BYTES("a\xc2\x85" "b"), "a b" }, /* a control character that is white space */
        { BYTES("a\xc2\x9b" "b"), "a b" }, /* one that is not */
        { BYTES("می\u200cرود"), "می\u200cرود" },
        { BYTES("👩\u200d🚒"), "👩\u200d🚒" },
        { BYTES("❤\ufe0f ❤\ufe0e"), "❤\ufe0f ❤\ufe0e" },
        { BYTES("葛\U000e0100飾"), "葛\U000e0100飾" },
        { BYTES("عـاجل"), "عـاجل" }, /* tatweel is seen */
        { BYTES("\ufff9a\ufffab\ufffb"), "\ufff9a\ufffab\ufffb" }, /* not of Default_Ignorable_Code_Point */
        { BYTES("\ue000\uffff\ufdd0" "b"), "\ue000 b" },

        /* ill-formed: one U+FFFD for each maximal part that could have begun a character */
        { BYTES("\x80"), FFFD },
        { BYTES("a\xff" "b"), "a" FFFD "b" },
        { BYTES("Gr\xf6\xdf" "e"), "Gr" FFFD FFFD "e" },
        { BYTES("\xc3"), FFFD },
        { BYTES("\xe2\x82"), FFFD },
        { BYTES("\xf0\x9f\x8c"), FFFD },
        { BYTES("\xe2\x82" "a"), FFFD "a" },
        { BYTES("\xc3 \xc3"), FFFD " " FFFD },
        { BYTES("\xc0\x80"), FFFD FFFD },
        { BYTES("\xe0\x80\xaf"), FFFD FFFD FFFD },
        { BYTES("\xed\xa0\xbc\xed\xbc\x89"), FFFD FFFD FFFD FFFD FFFD FFFD },
        { BYTES("\xf4\x90\x80\x80"), FFFD FFFD FFFD FFFD },
        { BYTES("\xf8\x88\x80\x80\x80"), FFFD FFFD FFFD FFFD FFFD },
        { BYTES("\xe1\x80\xe2\xf0\x91\x92\xf1\xbf" "A"), FFFD FFFD FFFD FFFD "A" },
        { BYTES(FFFD), FFFD },
};
/* clang-format on */

static void test_clean(void **state) {
        for (size_t i = 0; i < ELEMENTSOF(cleanings); i++) {
                _cleanup_free_ char *text =
                        clean(cleanings[i].data, cleanings[i].size, HEADLINE_MAX);
                _cleanup_free_ char *again = clean(text, strlen(text), HEADLINE_MAX);

                assert_string_equal(text, cleanings[i].cleaned);
                assert_string_equal(again, text);
        }
}

static bool is_in(uint32_t c, const CodeRange *ranges, size_t n) {
        for (size_t i = 0; i < n; i++)
                if (c >= ranges[i].first && c <= ranges[i].last)
                        return true;
        return false;
}

/*
 * Every character between two letters: a space, nothing, or itself; controls and what is no
 * character never join the letters. The ranges are those of
 * Unicode's PropList.txt (White_Space, Variation_Selector) and DerivedCoreProperties.txt.
 */
static void test_clean_every_character(void **state) {
        static const CodeRange spaces[] = {
                { 0x09, 0x0d },     { 0x20, 0x20 },     { 0x85, 0x85 },     { 0xa0, 0xa0 },
                { 0x1680, 0x1680 }, { 0x2000, 0x200a }, { 0x2028, 0x2029 }, { 0x202f, 0x202f },
                { 0x205f, 0x205f }, { 0x3000, 0x3000 },
        };
        static const CodeRange controls[] = { { 0x00, 0x1f }, { 0x7f, 0x9f }, { 0xfdd0, 0xfdef } };
        static const CodeRange spelling[] = {
                { 0x180b, 0x180d }, { 0x180f, 0x180f },   { 0x200c, 0x200d },
                { 0xfe00, 0xfe0f }, { 0xe0100, 0xe01ef },
        };
        static const CodeRange ignorable[] = {
                { 0xad, 0xad },       { 0x34f, 0x34f },     { 0x61c, 0x61c },
                { 0x115f, 0x1160 },   { 0x17b4, 0x17b5 },   { 0x180b, 0x180f },
                { 0x200b, 0x200f },   { 0x202a, 0x202e },   { 0x2060, 0x206f },
                { 0x3164, 0x3164 },   { 0xfe00, 0xfe0f },   { 0xfeff, 0xfeff },
                { 0xffa0, 0xffa0 },   { 0xfff0, 0xfff8 },   { 0x1bca0, 0x1bca3 },
                { 0x1d173, 0x1d17a }, { 0xe0000, 0xe0fff },
        };

        for (uint32_t c = 0; c <= 0x10ffff; c++) {
                _cleanup_buffer_ Buffer b = BUFFER(16), expected = BUFFER(16);
                _cleanup_free_ char *text = NULL;

                if (c >= 0xd800 && c <= 0xdfff)
                        continue;
                buffer_puts(&b, "a");
                utf8_put(&b, c);
                buffer_puts(&b, "b");

                buffer_puts(&expected, "a");
                if (is_in(c, spaces, ELEMENTSOF(spaces)) ||
                    is_in(c, controls, ELEMENTSOF(controls)) || (c & 0xffff) >= 0xfffe)
                        buffer_puts(&expected, " ");
                else if (is_in(c, spelling, ELEMENTSOF(spelling)) ||
                         !is_in(c, ignorable, ELEMENTSOF(ignorable)))
                        utf8_put(&expected, c);
                buffer_puts(&expected, "b");

                text = clean(b.data, b.size, HEADLINE_MAX);
                if (!streq(text, expected.data))
                        fail_msg("U+%04X: \"%s\" instead of \"%s\"", (unsigned) c, text,
                                 expected.data);
        }
}

/* Letters of one to four bytes, at every alignment, around the limit. */
static void test_cut(void **state) {
        static const char *const letters[] = { "x", "ж", "橋", "🌉" };
        static const size_t limits[] = { DETAIL_MAX, PUBLISHED_MAX, HEADLINE_MAX, 3, 4, 7, 8 };
        const char *ellipsis = "…";

        for (size_t i = 0; i < ELEMENTSOF(limits) * ELEMENTSOF(letters) * 8; i++) {
                size_t max = limits[i / 8 / ELEMENTSOF(letters)];
                const char *letter = letters[i / 8 % ELEMENTSOF(letters)];
                _cleanup_buffer_ Buffer b = BUFFER(HEADLINE_MAX * 2);

                buffer_append(&b, "abcdefg", i % 8);
                while (b.size <= max + 8) {
                        _cleanup_free_ char *text = clean(b.data, b.size, max), *again = NULL;
                        size_t n = strlen(text);

                        if (b.size <= max)
                                assert_string_equal(text, b.data);
                        else {
                                assert_true(n <= max);
                                assert_true(n + strlen(letter) > max); /* as little as can be */
                                assert_true(utf8_valid(text, n));
                                assert_string_equal(text + n - 3, ellipsis);
                                assert_memory_equal(text, b.data, n - 3);
                        }
                        again = clean(text, n, max);
                        assert_string_equal(again, text);
                        buffer_puts(&b, letter);
                }
        }
}

/* clang-format off */
static const struct {
        const char *text;
        size_t max;
        const char *cleaned;
} cuts[] = {
        { "Bridge closed", 13, "Bridge closed" },
        { "Bridge closed", 12, "Bridge cl…" },
        { "Bridge closed  ", 13, "Bridge closed" },  /* spaces at the end need no cut */
        { " \u200b Bridge closed", 13, "Bridge closed" },
        { "Bridge closed", 10, "Bridge…" },          /* no space before the ellipsis */
        { "Bridge closed", 9, "Bridge…" },
        { "Bridge closed", 8, "Bridg…" },
        { "Bridge …", 10, "Bridge …" },
        { "Brücke zu", 6, "Br…" },
        { "Brücke zu", 7, "Brü…" },
        { "abcdef", 3, "…" },
};
/* clang-format on */

static void test_cut_examples(void **state) {
        for (size_t i = 0; i < ELEMENTSOF(cuts); i++) {
                _cleanup_free_ char *text = clean(cuts[i].text, strlen(cuts[i].text), cuts[i].max);

                assert_string_equal(text, cuts[i].cleaned);
        }
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_clean),
                cmocka_unit_test(test_clean_every_character),
                cmocka_unit_test(test_cut),
                cmocka_unit_test(test_cut_examples),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
