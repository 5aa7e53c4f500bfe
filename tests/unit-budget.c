/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The memory that bodies share: who waits, who goes on, who is given up. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "fetch/budget.h"

#define N 4U

typedef struct Four {
        Budget budget;
        Share shares[N];
} Four;

static int set_up(void **state) {
        Four *f = calloc(1, sizeof(Four));

        budget_init(&f->budget);
        for (unsigned i = 0; i < N; i++)
                budget_join(&f->budget, f->shares + i, f);
        *state = f;
        return 0;
}

static int tear_down(void **state) {
        Four *f = *state;

        for (unsigned i = 0; i < N; i++)
                budget_leave(f->shares + i);
        assert_int_equal(f->budget.used, 0);
        assert_int_equal(f->budget.n_waiting, 0);
        free(f);
        return 0;
}

/* What does not fit waits until somebody is done. */
static void test_waiting(void **state) {
        Four *f = *state;

        budget_set_held(f->shares, BUDGET_MAX / 2);
        assert_true(budget_may_grow(f->shares + 1));
        budget_set_held(f->shares + 1, BUDGET_MAX / 2);
        assert_false(budget_may_grow(f->shares + 2));
        assert_false(budget_may_grow(f->shares + 3));
        assert_int_equal(f->budget.n_waiting, 2);
        assert_null(budget_next(&f->budget)); /* the first two are still on their way */

        budget_leave(f->shares + 1);
        assert_ptr_equal(budget_next(&f->budget), f->shares + 2);
        assert_true(budget_may_grow(f->shares + 2));
        budget_set_held(f->shares + 2, BUDGET_MAX / 2);
        assert_null(budget_next(&f->budget));
        budget_leave(f->shares);
        assert_ptr_equal(budget_next(&f->budget), f->shares + 3);
        assert_null(budget_next(&f->budget));
        assert_int_equal(budget_wait(&f->budget, 1), USEC_INFINITY);
}

/* Where all who hold something wait, the one that waited first goes on, whatever it takes. */
static void test_all_wait(void **state) {
        Four *f = *state;

        for (unsigned i = 0; i < N; i++)
                budget_set_held(f->shares + i, BUDGET_MAX / N);
        for (unsigned i = N; i-- > 0;) {
                assert_false(budget_may_grow(f->shares + i));
                f->shares[i].waiting_since = 100 - i;
        }
        assert_ptr_equal(budget_next(&f->budget), f->shares + N - 1);
        budget_set_held(f->shares + N - 1, BUDGET_MAX);
        assert_true(budget_may_grow(f->shares + N - 1));
        assert_null(budget_next(&f->budget)); /* the others wait for that one alone */
}

/* Those that stand still are given up, the largest first, once a second, and only for others. */
static void test_standing_still(void **state) {
        Four *f = *state;
        usec_t now = 10 * USEC_PER_SEC;

        budget_set_held(f->shares, BUDGET_MAX / 4);
        budget_set_held(f->shares + 1, BUDGET_MAX / 2);
        budget_set_held(f->shares + 2, BUDGET_MAX / 4);
        assert_null(budget_burden(&f->budget, now));
        assert_false(budget_may_grow(f->shares + 3));
        assert_int_equal(budget_wait(&f->budget, now), 0);
        assert_null(budget_burden(&f->budget, now)); /* the first look */
        assert_int_equal(budget_wait(&f->budget, now), USEC_PER_SEC);
        assert_null(budget_burden(&f->budget, now + USEC_PER_SEC / 2));

        now += USEC_PER_SEC;
        budget_set_held(f->shares + 1, BUDGET_MAX / 2 + 64 * 1024); /* this one comes */
        budget_set_held(f->shares + 2, BUDGET_MAX / 4 + 1024);
        assert_ptr_equal(budget_burden(&f->budget, now), f->shares + 2);
        budget_leave(f->shares + 2);
        assert_ptr_equal(budget_next(&f->budget), f->shares + 3);
        assert_null(budget_burden(&f->budget, now + USEC_PER_SEC)); /* nobody waits */
}

int main(void) {
        static const struct CMUnitTest tests[] = {
                cmocka_unit_test_setup_teardown(test_waiting, set_up, tear_down),
                cmocka_unit_test_setup_teardown(test_all_wait, set_up, tear_down),
                cmocka_unit_test_setup_teardown(test_standing_still, set_up, tear_down),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
