/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The endless line of headlines: what comes next, what goes round, what an edit does to it. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "ctl/marquee.h"

#define BETWEEN "   +++   "

static void add(Marquee *marquee, int64_t id, int64_t revises, const char *headline) {
        Item item = { .id = id, .revises = revises, .source = "x" };

        item_copy_text(item.headline, sizeof(item.headline), headline);
        marquee_add(marquee, &item);
}

/* Moves on by so many cells; what came into sight at the right end of the window. */
static char *run(Marquee *marquee, unsigned steps) {
        char *seen = calloc(1, steps + 1);

        assert_non_null(seen);
        for (unsigned i = 0; i < steps; i++) {
                _cleanup_buffer_ Buffer b = BUFFER(4096);

                marquee_step(marquee);
                assert_return_code(marquee_window(marquee, 8, &b), 0);
                assert_int_equal(b.size, 8);
                seen[i] = b.data[7];
        }
        return seen;
}

static Marquee *begin(void) {
        _cleanup_buffer_ Buffer b = BUFFER(4096);
        Marquee *marquee;

        assert_return_code(marquee_new(&marquee), 0);
        assert_return_code(marquee_window(marquee, 8, &b), 0);
        assert_string_equal(b.data, "        ");
        return marquee;
}

static void test_round(_unused_ void **state) {
        _cleanup_(marquee_freep) Marquee *marquee = begin();
        _cleanup_free_ char *seen = NULL, *again = NULL;
        const char expected[] = "x: One" BETWEEN "x: Two" BETWEEN "x: One" BETWEEN;

        add(marquee, 1, 0, "One");
        add(marquee, 2, 0, "Two");
        seen = run(marquee, sizeof(expected) - 1);
        assert_string_equal(seen, expected);

        /* What is new comes before what was there, once, and then in its turn. */
        add(marquee, 3, 0, "Three");
        again = run(marquee, 80);
        assert_ptr_equal(strstr(again, "x: "), strstr(again, "x: Three" BETWEEN "x: One" BETWEEN
                                                             "x: Two" BETWEEN "x: Three"));
}

static void test_edit(_unused_ void **state) {
        _cleanup_(marquee_freep) Marquee *marquee = begin();
        _cleanup_free_ char *seen = NULL;

        add(marquee, 1, 0, "One");
        add(marquee, 2, 0, "Two");
        add(marquee, 3, 0, "Three");
        add(marquee, 4, 1, "Uno");
        seen = run(marquee, 200);
        assert_null(strstr(seen, "One"));
        assert_ptr_equal(strstr(seen, "x: "), strstr(seen, "x: Uno" BETWEEN "x: Two" BETWEEN
                                                           "x: Three" BETWEEN "x: Uno"));
}

static void test_oldest_goes(_unused_ void **state) {
        _cleanup_(marquee_freep) Marquee *marquee = begin();
        _cleanup_free_ char *seen = NULL;
        char headline[16];

        for (int i = 1; i <= 14; i++) {
                (void) snprintf(headline, sizeof(headline), "No %d.", i);
                add(marquee, i, 0, headline);
        }
        seen = run(marquee, 500);
        assert_null(strstr(seen, "No 1."));
        assert_null(strstr(seen, "No 2."));
        for (int i = 3; i <= 14; i++) {
                (void) snprintf(headline, sizeof(headline), "No %d.", i);
                assert_non_null(strstr(seen, headline));
        }
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_round),
                cmocka_unit_test(test_edit),
                cmocka_unit_test(test_oldest_goes),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
