/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Text in cells: clusters, widths, lines, directions; and which words of an edit are new. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "ctl/cells.h"
#include "ctl/word-diff.h"

#define FAMILY "\xf0\x9f\x91\xa8\xe2\x80\x8d\xf0\x9f\x91\xa9\xe2\x80\x8d\xf0\x9f\x91\xa7"
#define FLAG "\xf0\x9f\x87\xb3\xf0\x9f\x87\xb4" /* two regional indicators */

static void test_width(_unused_ void **state) {
        static const struct {
                const char *text;
                unsigned width;
        } cases[] = {
                { "", 0 },          { "abc", 3 },
                { "e\xcc\x81", 1 }, /* e and an accent */
                { "港の橋", 6 },    { FAMILY "!", 3 },
                { "مَرحبا", 5 },     { "\xe2\x9d\xa4\xef\xb8\x8f", 2 },
        };

        for (size_t i = 0; i < ELEMENTSOF(cases); i++)
                assert_int_equal(cells_width(cases[i].text, strlen(cases[i].text)), cases[i].width);
}

static void test_clusters_are_whole(_unused_ void **state) {
        unsigned width;

        assert_int_equal(cells_next(FAMILY "x", strlen(FAMILY) + 1, &width), strlen(FAMILY));
        assert_int_equal(cells_next(FLAG FLAG, 2 * strlen(FLAG), &width), strlen(FLAG));
        assert_int_equal(cells_fit("港の橋", 9, 5), 6); /* half a character is none */
        assert_int_equal(cells_fit("e\xcc\x81x", 4, 1), 3);
}

static void test_lines(_unused_ void **state) {
        size_t skip;

        assert_int_equal(cells_break("one two three", 13, 8, &skip), 7);
        assert_int_equal(skip, 8);
        assert_int_equal(cells_break("one two", 7, 7, &skip), 7);
        assert_int_equal(cells_break("unbreakable", 11, 4, &skip),
                         4); /* no space: where it must be */
        assert_int_equal(skip, 4);
        assert_int_equal(cells_break("港の橋", 9, 1, &skip),
                         3); /* at least one, or it would never end */
}

static void test_cut(_unused_ void **state) {
        static const struct {
                const char *text;
                unsigned width;
                const char *cut;
        } cases[] = {
                { "Bridge closed", 0, "Bridge closed" },
                { "Bridge closed", 13, "Bridge closed" },
                { "Bridge closed", 8, "Bridge…" },
                { "港の橋", 4, "港…" },
                { "Bridge", 1, "…" },
        };

        for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
                _cleanup_buffer_ Buffer b = BUFFER(1024);

                cells_cut(&b, cases[i].text, cases[i].width);
                assert_int_equal(buffer_error(&b), 0);
                assert_string_equal(b.data, cases[i].cut);
        }
}

static void test_directions(_unused_ void **state) {
        assert_true(cells_rtl("«إغلاق» bridge"));
        assert_false(cells_rtl("A bridge: إغلاق"));
        assert_true(cells_bidi("A bridge: إغلاق"));
        assert_false(cells_bidi("2026, 港 …"));
}

/* The text with what changed between brackets. */
static const char *changes(const char *before, const char *text, char *buffer) {
        bool changed[HEADLINE_MAX], now = false;
        char *p = buffer;

        word_diff(before, text, changed);
        for (size_t i = 0; text[i]; i++) {
                if (changed[i] != now)
                        *p++ = now ? ']' : '[';
                now = changed[i];
                *p++ = text[i];
        }
        if (now)
                *p++ = ']';
        *p = '\0';
        return buffer;
}

static void test_changes(_unused_ void **state) {
        static const struct {
                const char *before, *text, *marked;
        } cases[] = {
                { "one two three", "one two three", "one two three" },
                { "3 killed in fire", "5 killed in fire", "[5] killed in fire" },
                { "Vote at noon", "Vote at noon, officials say", "Vote at noon, [officials say]" },
                { "a b c d", "b c d a", "b c d [a]" },
                { "a b c d", "a d", "a d" },
                { "港の橋", "港の船橋", "港の[船]橋" },
                { "", "all new", "all new" }, /* nothing to compare with */
        };
        char buffer[2 * HEADLINE_MAX];

        for (size_t i = 0; i < ELEMENTSOF(cases); i++)
                assert_string_equal(changes(cases[i].before, cases[i].text, buffer),
                                    cases[i].marked);
}

/* As many words as a headline can have are not looked at, and do no harm. */
static void test_many_words(_unused_ void **state) {
        bool changed[HEADLINE_MAX];
        char text[HEADLINE_MAX + 1];

        memset(text, ' ', HEADLINE_MAX);
        for (size_t i = 0; i < HEADLINE_MAX; i += 2)
                text[i] = 'x';
        text[HEADLINE_MAX] = '\0';
        word_diff("y", text, changed);
        for (size_t i = 0; i < HEADLINE_MAX; i++)
                assert_false(changed[i]);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_width),      cmocka_unit_test(test_clusters_are_whole),
                cmocka_unit_test(test_lines),      cmocka_unit_test(test_cut),
                cmocka_unit_test(test_directions), cmocka_unit_test(test_changes),
                cmocka_unit_test(test_many_words),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
