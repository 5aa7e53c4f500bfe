/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* When a source is polled next, and when its trouble is told: tables of polls and what follows. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "daemon/schedule.h"

#define SEC USEC_PER_SEC

static const Expect always = { .mode = EXPECT_MODE_ALWAYS };
static const Expect sometimes = { .mode = EXPECT_MODE_SOMETIMES };
static const Expect within = { .mode = EXPECT_MODE_WITHIN, .span = 100 * SEC };

/* One poll: at so many seconds, with that state; what is expected of it. */
typedef struct Step {
        usec_t at;
        State state;
        Verdict verdict;
        usec_t alarm; /* seconds, 0: none */
        bool clear;
} Step;

static void play(const Expect *expect, const Step *steps, size_t n) {
        Health health = {};

        for (size_t i = 0; i < n; i++) {
                usec_t alarm;
                bool clear;
                Verdict verdict = health_count(&health, expect, steps[i].state, steps[i].at * SEC,
                                               &alarm, &clear);

                if (verdict != steps[i].verdict || alarm != steps[i].alarm * SEC ||
                    clear != steps[i].clear)
                        fail_msg("poll %zu: verdict %d, alarm %llu, clear %d", i, verdict,
                                 (unsigned long long) (alarm / SEC), clear);
        }
}
#define PLAY(expect, ...)                                                                          \
        play(expect, (const Step[]){ __VA_ARGS__ },                                                \
             sizeof((const Step[]){ __VA_ARGS__ }) / sizeof(Step))

static void test_alarm_after_third(_unused_ void **state) {
        PLAY(&always, { 10, STATE_OK, VERDICT_HEALTHY }, { 20, STATE_HTTP_ERROR, VERDICT_BAD },
             { 30, STATE_TIMEOUT, VERDICT_BAD }, { 40, STATE_HTTP_ERROR, VERDICT_BAD, 20 },
             { 50, STATE_HTTP_ERROR, VERDICT_BAD }, { 60, STATE_OK, VERDICT_HEALTHY, 0, true },
             { 70, STATE_OK, VERDICT_HEALTHY });
}

static void test_no_all_clear_without_alarm(_unused_ void **state) {
        PLAY(&always, { 10, STATE_EMPTY, VERDICT_BAD }, { 20, STATE_NO_STRIP, VERDICT_BAD },
             { 30, STATE_UNCHANGED, VERDICT_HEALTHY }, { 40, STATE_BLOCKED, VERDICT_BAD },
             { 50, STATE_BLOCKED, VERDICT_BAD }, { 60, STATE_OK, VERDICT_HEALTHY });
}

static void test_sometimes(_unused_ void **state) {
        PLAY(&sometimes, { 10, STATE_EMPTY, VERDICT_HEALTHY },
             { 20, STATE_NO_STRIP, VERDICT_HEALTHY }, { 30, STATE_EMPTY, VERDICT_HEALTHY },
             { 40, STATE_BAD_PAGE, VERDICT_BAD }, { 50, STATE_BAD_PAGE, VERDICT_BAD },
             { 60, STATE_BAD_PAGE, VERDICT_BAD, 40 },
             { 70, STATE_EMPTY, VERDICT_HEALTHY, 0, true });
}

static void test_within(_unused_ void **state) {
        PLAY(&within, { 10, STATE_OK, VERDICT_HEALTHY }, { 20, STATE_EMPTY, VERDICT_WAITING },
             { 30, STATE_EMPTY, VERDICT_WAITING }, { 109, STATE_NO_STRIP, VERDICT_WAITING },
             { 110, STATE_EMPTY, VERDICT_BAD, 10 }, { 120, STATE_EMPTY, VERDICT_BAD },
             { 130, STATE_OK, VERDICT_HEALTHY, 0, true }, { 140, STATE_EMPTY, VERDICT_WAITING },
             /* The clock steps back: that only makes the wait longer. */
             { 5, STATE_EMPTY, VERDICT_WAITING }, { 230, STATE_EMPTY, VERDICT_BAD, 130 });
}

static void test_within_from_the_start(_unused_ void **state) {
        PLAY(&within, { 10, STATE_EMPTY, VERDICT_WAITING }, { 109, STATE_EMPTY, VERDICT_WAITING },
             { 110, STATE_EMPTY, VERDICT_BAD, 10 });
}

static void test_alarm_of_before_is_cleared(_unused_ void **state) {
        Health health = { .alarmed = true }; /* as read from the store after a restart */
        usec_t alarm;
        bool clear;

        for (int i = 0; i < 5; i++) {
                assert_int_equal(
                        health_count(&health, &always, STATE_TIMEOUT, 10 * SEC, &alarm, &clear),
                        VERDICT_BAD);
                assert_int_equal(alarm, 0);
        }
        assert_int_equal(health_count(&health, &always, STATE_OK, 20 * SEC, &alarm, &clear),
                         VERDICT_HEALTHY);
        assert_true(clear);
}

static void test_delay(_unused_ void **state) {
        static const struct {
                usec_t interval;
                unsigned bad;
                State state;
                int64_t retry_after;
                usec_t expected; /* seconds, without jitter */
        } table[] = {
                { 30, 0, STATE_OK, 0, 30 },
                { 30, 0, STATE_OK, 600, 30 }, /* only a bad poll is told when to come back */
                { 30, 1, STATE_HTTP_ERROR, 0, 30 },
                { 30, 2, STATE_HTTP_ERROR, 0, 60 },
                { 30, 3, STATE_HTTP_ERROR, 0, 120 },
                { 30, 4, STATE_HTTP_ERROR, 0, 240 },
                { 30, 5, STATE_HTTP_ERROR, 0, 300 },
                { 30, 4000000000U, STATE_HTTP_ERROR, 0, 300 },
                { 30, 2, STATE_NETWORK_ERROR, 0, 60 },
                { 30, 9, STATE_NETWORK_ERROR, 0, 60 },
                { 30, 9, STATE_TIMEOUT, 0, 60 },
                { 600, 9, STATE_HTTP_ERROR, 0, 600 },
                { 600, 9, STATE_TIMEOUT, 0, 600 },
                { 30, 1, STATE_BLOCKED, 3600, 3600 },
                { 30, 5, STATE_BLOCKED, 40, 300 },
        };

        for (size_t i = 0; i < ELEMENTSOF(table); i++) {
                Health health = { .bad = table[i].bad };
                usec_t least = schedule_delay(table[i].interval * SEC, &health, table[i].state,
                                              table[i].retry_after, 0);
                usec_t most = schedule_delay(table[i].interval * SEC, &health, table[i].state,
                                             table[i].retry_after, UINT32_MAX);

                assert_int_equal(least / SEC, table[i].expected);
                assert_int_equal(most - least, table[i].interval * SEC / 10);
        }
}

static void test_forward(_unused_ void **state) {
        static const struct {
                usec_t fresh, expected; /* seconds after the beginning of the poll */
        } table[] = {
                { 0, 31 }, /* no cache */
                { 5, 31 }, /* a third is the most: it may be fresh again by then, nobody knows */
                { 18, 31 },  { 19, 20 }, { 25, 26 },
                { 28, 29 },  { 29, 31 }, /* later than that it is not brought forward, */
                { 600, 31 },             /* and never delayed */
        };
        bool forward;

        for (size_t i = 0; i < ELEMENTSOF(table); i++) {
                forward = false;
                assert_int_equal(
                        schedule_forward(30 * SEC, 31 * SEC, table[i].fresh * SEC, &forward) / SEC,
                        table[i].expected);
                assert_int_equal(forward, table[i].expected < 30);
                forward = true; /* never two in a row */
                assert_int_equal(
                        schedule_forward(30 * SEC, 31 * SEC, table[i].fresh * SEC, &forward),
                        31 * SEC);
                assert_false(forward);
        }
}

/* Polls of 10s..2min for a day, with news at every nth; the last interval, and how many polls there
 * were. */
static usec_t breathe(Pace *pace, usec_t *now, unsigned nth, unsigned *ret_polls) {
        usec_t end = *now + 24 * USEC_PER_HOUR, interval = 0;

        for (*ret_polls = 0; *now < end; ++*ret_polls) {
                pace_count(pace, *now, nth > 0 && *ret_polls % nth == 0);
                interval = pace_interval(pace, 10 * SEC, 120 * SEC);
                assert_true(interval >= 10 * SEC && interval <= 120 * SEC);
                *now += interval;
        }
        return interval;
}

static void test_pace(_unused_ void **state) {
        const double middle = 34.64; /* seconds, of 10 and 120 */
        usec_t now = USEC_PER_HOUR, usual, busy, quiet;
        unsigned polls, all = 0;
        Pace pace = {};

        assert_int_equal(pace_interval(&pace, 10 * SEC, 120 * SEC) / SEC, 34);
        for (unsigned day = 0; day < 10; day++) {
                usual = breathe(&pace, &now, 60, &polls);
                all += polls;
        }
        assert_true(usual / SEC >= 25 && usual / SEC <= 45);
        assert_true(all <= 10 * 86400 / middle * 1.02);
        busy = breathe(&pace, &now, 2, &polls);
        assert_true(busy < usual);
        quiet = breathe(&pace, &now, 0, &polls);
        assert_int_equal(quiet, 120 * SEC);

        assert_int_equal(pace_interval(&pace, 30 * SEC, 30 * SEC), 30 * SEC);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_alarm_after_third),
                cmocka_unit_test(test_no_all_clear_without_alarm),
                cmocka_unit_test(test_sometimes),
                cmocka_unit_test(test_within),
                cmocka_unit_test(test_within_from_the_start),
                cmocka_unit_test(test_alarm_of_before_is_cleared),
                cmocka_unit_test(test_delay),
                cmocka_unit_test(test_forward),
                cmocka_unit_test(test_pace),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
