/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* How far the tape has come: where one begins again after any interruption, and what a file may
 * hold. */

#include "relay/place.h"
#include "tests/unit-folder.h"

#define HOUR USEC_PER_HOUR
#define MINUTE USEC_PER_MINUTE
#define T0 (UINT64_C(1700000000) * USEC_PER_SEC)

static Place *open_place(void) {
        Place *place;

        assert_int_equal(place_new(in_folder("place"), HOUR, &place), 0);
        return place;
}

static Place *reopen(Place *place) {
        assert_int_equal(place_save(place), 0);
        (void) place_free(place);
        return open_place();
}

static Place *fresh(void) {
        Place *place = open_place();

        assert_int_equal(place_begin(place, "TICKER", 1), 0);
        place_set_store(place, "5f3c9a1e");
        return place;
}

static void test_place_window(void **state) {
        Place *place = fresh();
        int64_t begin;

        /* An item a minute for a day: one begins an hour, and at most a thirtieth more, before the
         * last. */
        for (int64_t i = 1; i <= 1440; i++)
                assert_true(place_reached(place, i, T0 + (usec_t) i * MINUTE));
        place = reopen(place);
        begin = place_begin(place, "TICKER", 1);
        assert_true(begin >= 1440 - 63 && begin <= 1440 - 60);
        assert_string_equal(place_store(place), "5f3c9a1e");
        (void) place_free(place);
}

static void test_place_young(void **state) {
        Place *place = fresh();

        (void) place_reached(place, 100, T0);
        (void) place_reached(place, 200, T0 + HOUR - 1);
        place = reopen(place);
        assert_int_equal(place_begin(place, "TICKER", 1), 0);
        assert_true(place_reached(place, 201, T0 + HOUR));
        (void) place_free(place);
}

static void test_place_interrupted(void **state) {
        Place *place = fresh();

        (void) place_reached(place, 100, T0);
        (void) place_reached(place, 200, T0 + 2 * HOUR);
        assert_int_equal(place_begin(place, "TICKER", 1), 100);
        /* What is offered again does not count before all of it is, however long that takes... */
        assert_false(place_reached(place, 150, T0 + 9 * HOUR));
        assert_int_equal(place_begin(place, "TICKER", 1), 100);
        assert_false(place_reached(place, 200, T0 + 9 * HOUR));
        place = reopen(place);
        assert_int_equal(place_begin(place, "TICKER", 1), 100);
        /* ... and then it was acknowledged now. */
        assert_true(place_reached(place, 201, T0 + 10 * HOUR));
        assert_int_equal(place_begin(place, "TICKER", 1), 100);
        assert_true(place_reached(place, 202, T0 + 10 * HOUR + 1));
        assert_true(place_reached(place, 203, T0 + 11 * HOUR + 1));
        assert_int_equal(place_begin(place, "TICKER", 1), 202);
        (void) place_free(place);
}

static void test_place_clock(void **state) {
        Place *place = fresh();

        (void) place_reached(place, 10, T0);
        (void) place_reached(place, 20, T0 + 2 * HOUR);
        /* Set back by a year: nothing is newer than now, and so nothing is an hour old. */
        assert_true(place_reached(place, 30, T0 - 365 * USEC_PER_DAY));
        assert_int_equal(place_begin(place, "TICKER", 1), 0);
        /* There and back, for ever: it stays within its limits. */
        for (int64_t i = 31; i < 3000; i++)
                assert_true(place_reached(place, i, T0 + (usec_t) (i % 7) * 3 * MINUTE));
        place = reopen(place);
        assert_true(place_begin(place, "TICKER", 1) < 2999);
        (void) place_free(place);
}

static void test_place_another(void **state) {
        Place *place = fresh();

        (void) place_reached(place, 10, T0);
        (void) place_reached(place, 20, T0 + 2 * HOUR);
        place = reopen(place);
        assert_int_equal(place_begin(place, "TICKER", 1), 10);
        place_set_store(place, "5f3c9a1e");
        assert_int_equal(place_begin(place, "TICKER", 1), 10);
        assert_int_equal(place_begin(place, "TICKER", 2), 0); /* made anew */
        assert_string_equal(place_store(place), "");
        place_set_store(place, "5f3c9a1e");
        assert_true(place_reached(place, 5, T0));
        assert_true(place_reached(place, 6, T0 + HOUR));
        assert_int_equal(place_begin(place, "TICKER", 2), 5);
        place_set_store(place, "0badcafe");
        assert_int_equal(place_begin(place, "TICKER", 2), 0);
        (void) place_free(place);
}

static void test_place_spoilt(void **state) {
        static const char *const texts[] = {
                "",
                "\n\n",
                "stream TICKER",
                "stream TICKER 1\nstore\n",
                "stream TICKER 1\nstore 5f3c9a1e\nx\n",
                "stream TICKER 1\nstore 5f3c9a1e\n5 -1\n",
                "\xff\xfe\x00\x01",
        };

        for (size_t i = 0; i < ELEMENTSOF(texts); i++) {
                Place *place;

                write_file("place", texts[i]);
                place = open_place();
                assert_int_equal(place_begin(place, "TICKER", 1), 0);
                (void) place_free(place);
        }
}

static void test_place_not_written(void **state) {
        Place *place = fresh();

        (void) place_reached(place, 10, T0);
        place = reopen(place);
        (void) place_reached(place, 20, T0 + 2 * HOUR);
        /* Something is in the way of the new file: the old one stays, and it is tried again. */
        assert_int_equal(mkdir(in_folder("place.new"), 0700), 0);
        assert_int_equal(place_save(place), -EISDIR);
        assert_int_equal(rmdir(in_folder("place.new")), 0);
        place = reopen(place);
        assert_int_equal(place_begin(place, "TICKER", 1), 10);
        (void) place_free(place);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                IN_FOLDER(test_place_window),      IN_FOLDER(test_place_young),
                IN_FOLDER(test_place_interrupted), IN_FOLDER(test_place_clock),
                IN_FOLDER(test_place_another),     IN_FOLDER(test_place_spoilt),
                IN_FOLDER(test_place_not_written),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
