/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Times as people write them. The clock moves while this runs, so what is relative to it is
 * compared with room. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <time.h>

#include "ctl/when.h"

static void test_moments(_unused_ void **state) {
        static const struct {
                const char *text, *utc;
        } cases[] = {
                { "2026-11-23T07:00:12.345Z", "2026-11-23T07:00:12.345Z" },
                { "2026-11-23T07:00:12Z", "2026-11-23T07:00:12.000Z" },
                { "2026-11-23", "2026-11-22T22:00:00.000Z" }, /* two hours east */
                { "2026-11-23 14:30", "2026-11-23T12:30:00.000Z" },
                { "2026-11-23T14:30:05", "2026-11-23T12:30:05.000Z" },
        };
        char text[TIME_SIZE];
        usec_t time;

        for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
                assert_int_equal(when_parse(cases[i].text, &time), 0);
                assert_string_equal(time_format(time, text), cases[i].utc);
        }
}

static void test_spans(_unused_ void **state) {
        usec_t before, then, time, after;

        for (unsigned i = 0; i < 3; i++) {
                before = time_now();
                assert_int_equal(
                        when_parse((const char *[]){ "2h", "2h ago", "1h 60min" }[i], &time), 0);
                after = time_now();
                then = 2 * USEC_PER_HOUR;
                assert_true(time >= before - then && time <= after - then);
        }
        assert_int_equal(when_parse("today", &then), 0);
        assert_int_equal(when_parse("yesterday", &time), 0);
        assert_int_equal(then - time, USEC_PER_DAY); /* this zone has no summer time */
        assert_int_equal(when_parse("00:00", &time), 0);
        assert_int_equal(then, time);
}

static void test_no_times(_unused_ void **state) {
        static const char *const texts[] = { "",
                                             "soon",
                                             "25:00",
                                             "2026-13-01",
                                             "2026-11-23 14:30 UTC",
                                             "14:30 today",
                                             "12345",
                                             "-2h",
                                             "1970",
                                             "2026-11-23T07:00:12.3x" };
        usec_t time = 7;

        for (size_t i = 0; i < ELEMENTSOF(texts); i++) {
                assert_true(when_parse(texts[i], &time) < 0);
                assert_int_equal(time, 7);
        }
}

static void test_seconds(_unused_ void **state) {
        assert_int_equal(when_seconds("1970-01-02T00:00:01.999Z"), 86401);
        assert_int_equal(when_seconds(""), 0);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_moments),
                cmocka_unit_test(test_spans),
                cmocka_unit_test(test_no_times),
                cmocka_unit_test(test_seconds),
        };

        (void) setenv("TZ", "EAST-2", true);
        tzset();
        return cmocka_run_group_tests(tests, NULL, NULL);
}
