/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What is under way: acknowledged in any order, reached in one. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <poll.h>

#include "relay/window.h"

static Window *window;
static int me, other;

static int set_up(void **state) {
        if (window_new(&window) < 0)
                return -1;
        window_open(window, &me, &me);
        return 0;
}

static int tear_down(void **state) {
        window = window_free(window);
        return 0;
}

static WindowState look(void) {
        WindowState state;

        window_look(window, &state);
        return state;
}

static bool told(void) {
        struct pollfd fd = { .fd = window_fd(window), .events = POLLIN };

        return poll(&fd, 1, 0) == 1;
}

static void test_window_order(void **state) {
        for (int64_t id = 10; id <= 50; id += 10)
                assert_int_equal(window_add(window, id, 100), 0);
        window_acknowledge(window, &me, 30);
        window_acknowledge(window, &me, 20);
        window_acknowledge(window, &me, 25); /* no such */
        assert_int_equal(look().reached, 0);
        assert_int_equal(look().n, 5);
        window_acknowledge(window, &me, 10);
        assert_int_equal(look().reached, 30);
        window_acknowledge(window, &me, 50);
        window_acknowledge(window, &me, 30); /* again */
        assert_int_equal(look().reached, 30);
        assert_false(told());
        window_acknowledge(window, &me, 40);
        assert_true(told());
        assert_int_equal(look().reached, 50);
        assert_int_equal(look().n, 0);
        assert_false(told());
}

static void test_window_room(void **state) {
        int64_t id = 1, done = 1;

        /* Around the ring some times. */
        for (unsigned round = 0; round < 5; round++) {
                while (look().room)
                        assert_int_equal(window_add(window, id++, 100), 0);
                assert_int_equal(look().n, WINDOW_ITEMS);
                assert_int_equal(window_add(window, id, 100), -EAGAIN);
                assert_false(told());
                while (!told())
                        window_acknowledge(window, &me, done++);
                assert_int_equal(look().n, WINDOW_ITEMS / 2);
                assert_int_equal(look().reached, done - 1);
        }
}

static void test_window_bytes(void **state) {
        int64_t id = 1;

        while (look().room)
                assert_int_equal(window_add(window, id++, 16 * 1024), 0);
        assert_true(id > 50 && id - 1 <= WINDOW_BYTES / (16 * 1024));
        window_acknowledge(window, &me, 1);
        assert_true(told());
        assert_true(look().room);
}

static void test_window_fails(void **state) {
        assert_int_equal(window_add(window, 1, 100), 0);
        window_fail(window, &other, true, "somebody else's");
        window_acknowledge(window, &other, 1);
        assert_false(told());
        assert_int_equal(look().n, 1);
        window_fail(window, &me, false, "item %d", 1);
        window_fail(window, &me, true, "later");
        assert_true(told());
        assert_true(look().failed);
        assert_false(look().refused);
        assert_string_equal(look().why, "item 1");

        window_open(window, &other, NULL);
        assert_false(look().failed);
        assert_int_equal(look().n, 0);
        window_fail(window, &me, true, "of a connection that is over");
        assert_false(look().failed);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test_setup_teardown(test_window_order, set_up, tear_down),
                cmocka_unit_test_setup_teardown(test_window_room, set_up, tear_down),
                cmocka_unit_test_setup_teardown(test_window_bytes, set_up, tear_down),
                cmocka_unit_test_setup_teardown(test_window_fails, set_up, tear_down),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
