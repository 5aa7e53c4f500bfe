/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Time spans and sizes as systemd reads them (`systemd-analyze timespan` takes and refuses the
 * same), and times as RFC 3339 writes them.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <time.h>

#include "common/timespan.h"

#define SECOND USEC_PER_SEC
#define MINUTE USEC_PER_MINUTE
#define HOUR USEC_PER_HOUR
#define DAY USEC_PER_DAY

/* clang-format off */
static const struct {
        const char *text;
        usec_t span;
} spans[] = {
        { "30s", 30 * SECOND },
        { "5min", 5 * MINUTE },
        { "1h 30min", 90 * MINUTE },
        { "12h", 12 * HOUR },

        /* every name of every unit */
        { "2us", 2 },
        { "2usec", 2 },
        { "2\u00b5s", 2 }, /* the micro sign */
        { "2\u03bcs", 2 }, /* the Greek letter */
        { "2ms", 2000 },
        { "2msec", 2000 },
        { "2", 2 * SECOND },
        { "2s", 2 * SECOND },
        { "2sec", 2 * SECOND },
        { "2second", 2 * SECOND },
        { "2seconds", 2 * SECOND },
        { "2m", 2 * MINUTE },
        { "2min", 2 * MINUTE },
        { "2minute", 2 * MINUTE },
        { "2minutes", 2 * MINUTE },
        { "2h", 2 * HOUR },
        { "2hr", 2 * HOUR },
        { "2hour", 2 * HOUR },
        { "2hours", 2 * HOUR },
        { "2d", 2 * DAY },
        { "2day", 2 * DAY },
        { "2days", 2 * DAY },
        { "2w", 14 * DAY },
        { "2week", 14 * DAY },
        { "2weeks", 14 * DAY },
        { "2M", 5259600 * SECOND },
        { "2month", 5259600 * SECOND },
        { "2months", 5259600 * SECOND },
        { "2y", 63115200 * SECOND },
        { "2year", 63115200 * SECOND },
        { "2years", 63115200 * SECOND },

        /* spaces and sums */
        { "  5s 500ms  ", 5500000 },
        { "5s500ms", 5500000 },
        { "5 s", 5 * SECOND },
        { "\t5\ts", 5 * SECOND },
        { "1h30", HOUR + 30 * SECOND },
        { "12 34", 46 * SECOND },
        { "1s 1h 1s", HOUR + 2 * SECOND },
        { "0", 0 },
        { "0s", 0 },
        { "007s", 7 * SECOND },

        /* fractions */
        { "1.5h", 90 * MINUTE },
        { "2.5", 2500000 },
        { ".7", 700000 },
        { " .22s ", 220000 },
        { ".5y", 15778800 * SECOND },
        { "3.1s.2", 3300000 },
        { "3.1 .2", 3300000 },
        { "3.1 sec 1.2 sec", 4300000 },
        { "1.0000001s", SECOND }, /* less than a microsecond is nothing */
        { "0.000000000000000001y", 0 },
        { "0.333333333333333333y", 10519199999999 },
        { "0.999999999999999999y", 31557599999999 },
        { "999999999999999999.999999us", 999999999999999999 },

        { "infinity", USEC_INFINITY },
        { " infinity ", USEC_INFINITY },
        { "584541y", 584541 * (31557600 * SECOND) },
        { "18446744073709.551614s", USEC_INFINITY - 1 },
};

static const struct {
        const char *text;
        int error;
} bad_spans[] = {
        { "", -EINVAL },
        { " ", -EINVAL },
        { "s", -EINVAL },
        { "min", -EINVAL },
        { "soon", -EINVAL },
        { "5x", -EINVAL },
        { "5secs", -EINVAL },
        { "5S", -EINVAL },
        { "5Min", -EINVAL },
        { "1,5s", -EINVAL },
        { "0x10s", -EINVAL },
        { "5s;", -EINVAL },
        { "5\u00a0s", -EINVAL },
        { "-5s", -EINVAL },
        { "-0s", -EINVAL },
        { "5s -1s", -EINVAL },
        { "never", -EINVAL },
        { "Infinity", -EINVAL },
        { "infinity 5s", -EINVAL },
        { "5s infinity", -EINVAL },
        { ".", -EINVAL },
        { " . ", -EINVAL },
        { "5.", -EINVAL },
        { " 5. ", -EINVAL },
        { "3.s", -EINVAL },
        { "3. 1s", -EINVAL },
        { ".s", -EINVAL },
        { "12..34", -EINVAL },
        { "..12", -EINVAL },
        { "12.34.56", -EINVAL },
        { "18446744073709551615us", -ERANGE },
        { "18446744073709.551615s", -ERANGE }, /* would be infinity */
        { "18446744073709.5s 51615us", -ERANGE },
        { "18446744073709.551614s 9us", -ERANGE },
        { "18446744073709551616us", -ERANGE },
        { "584543y", -ERANGE },
        { "584542y 584542y", -ERANGE },
        { "99999999999999999999999999", -ERANGE },
};
/* clang-format on */

static void test_timespan_parse(void **state) {
        for (size_t i = 0; i < ELEMENTSOF(spans); i++) {
                usec_t span = 77;
                int r = timespan_parse(spans[i].text, &span);

                if (r != 0 || span != spans[i].span)
                        fail_msg("\"%s\": %d, %llu", spans[i].text, r, (unsigned long long) span);
        }
}

static void test_timespan_parse_bad(void **state) {
        for (size_t i = 0; i < ELEMENTSOF(bad_spans); i++) {
                usec_t span = 77;
                int r = timespan_parse(bad_spans[i].text, &span);

                if (r != bad_spans[i].error)
                        fail_msg("\"%s\": %d", bad_spans[i].text, r);
                assert_int_equal(span, 77); /* untouched */
        }
}

/* clang-format off */
static const struct {
        usec_t span;
        const char *text;
} written[] = {
        { 0, "0s" },
        { 1, "1us" },
        { 1500, "1ms 500us" },
        { SECOND, "1s" },
        { 30 * SECOND, "30s" },
        { 90 * SECOND, "1min 30s" },
        { 5 * MINUTE, "5min" },
        { 2 * HOUR + 5 * MINUTE, "2h 5min" },
        { 2 * HOUR + 5 * MINUTE + 7 * SECOND, "2h 5min" },
        { 36 * HOUR, "1d 12h" },
        { 8 * DAY, "1w 1d" },
        { 31557600 * SECOND, "1y" },
        { USEC_INFINITY, "infinity" },
};
/* clang-format on */

static void test_timespan_format(void **state) {
        char text[32];

        for (size_t i = 0; i < ELEMENTSOF(written); i++)
                assert_string_equal(timespan_format(written[i].span, text, sizeof(text)),
                                    written[i].text);
}

/* What is written can be read, and is not far off: it has the two largest units. */
static void test_timespan_format_round_trip(void **state) {
        for (usec_t span = 1; span < USEC_INFINITY / 3; span = span * 3 / 2 + 1) {
                char text[32];
                usec_t read;

                (void) timespan_format(span, text, sizeof(text));
                assert_true(strlen(text) < sizeof(text) - 1);
                assert_int_equal(timespan_parse(text, &read), 0);
                assert_true(read <= span);
                assert_true(span - read <= span / 10);
        }
        for (size_t size = 1; size < 8; size++) {
                char text[8] = "xxxxxxx";

                (void) timespan_format(90 * SECOND, text, size); /* never past its end */
                assert_true(strlen(text) < size);
        }
}

/* clang-format off */
static const struct {
        const char *text;
        int r;
        uint64_t size;
} sizes[] = {
        { "0", 0, 0 },
        { "1", 0, 1 },
        { "4096", 0, 4096 },
        { "1K", 0, 1024 },
        { "8M", 0, 8 * 1024 * 1024 },
        { "2G", 0, UINT64_C(2) << 30 },
        { "1T", 0, UINT64_C(1) << 40 },
        { " 8 M", 0, 8 * 1024 * 1024 },
        { "16777215T", 0, UINT64_C(16777215) << 40 },
        { "16777216T", -ERANGE, 0 },
        { "18446744073709551616", -ERANGE, 0 },
        { "99999999999999999999999K", -ERANGE, 0 },
        { "", -EINVAL, 0 },
        { " ", -EINVAL, 0 },
        { "M", -EINVAL, 0 },
        { "8m", -EINVAL, 0 },
        { "8MB", -EINVAL, 0 },
        { "8KM", -EINVAL, 0 },
        { "8X", -EINVAL, 0 },
        { "8 8", -EINVAL, 0 },
        { "-1", -EINVAL, 0 },
        { "0x10", -EINVAL, 0 },
        { "large", -EINVAL, 0 },
};
/* clang-format on */

static void test_size_parse(void **state) {
        for (size_t i = 0; i < ELEMENTSOF(sizes); i++) {
                uint64_t size = 77;
                int r = size_parse(sizes[i].text, &size);

                if (r != sizes[i].r || size != (r < 0 ? 77 : sizes[i].size))
                        fail_msg("\"%s\": %d, %llu", sizes[i].text, r, (unsigned long long) size);
        }
}

/* clang-format off */
static const struct {
        usec_t time;
        const char *text;
} times[] = {
        { 0, "1970-01-01T00:00:00.000Z" },
        { 999, "1970-01-01T00:00:00.000Z" }, /* cut, not rounded: no time is later than it was */
        { 1000, "1970-01-01T00:00:00.001Z" },
        { 951782399999999, "2000-02-28T23:59:59.999Z" },
        { 951782400000000, "2000-02-29T00:00:00.000Z" },
        { 1795417212345678, "2026-11-23T07:00:12.345Z" },
        { 2147483648000000, "2038-01-19T03:14:08.000Z" },
        { 4107542400000000, "2100-03-01T00:00:00.000Z" },
        { 253402300799999999, "9999-12-31T23:59:59.999Z" },
        { 253402300800000000, "9999-12-31T23:59:59.999Z" },
        { USEC_INFINITY, "9999-12-31T23:59:59.999Z" },
};
/* clang-format on */

static void test_time_format(void **state) {
        char text[TIME_SIZE];

        /* The zone of the machine does not matter. */
        assert_int_equal(setenv("TZ", "Asia/Kathmandu", 1), 0);
        tzset();
        for (size_t i = 0; i < ELEMENTSOF(times); i++)
                assert_string_equal(time_format(times[i].time, text), times[i].text);
}

static void test_clocks(void **state) {
        usec_t a = time_monotonic(), b = time_monotonic(), now = time_now();

        assert_true(a <= b);
        assert_true(now > 1577836800 * SECOND); /* 2020 */
        assert_true(now / SECOND - (usec_t) time(NULL) + 2 <= 4);
}

static void test_http_dates(void **state) {
        static const struct {
                const char *text;
                usec_t seconds; /* 0: no date */
        } dates[] = {
                { "Sun, 06 Nov 1994 08:49:37 GMT", 784111777 },
                { "Sunday, 06-Nov-94 08:49:37 GMT", 784111777 },
                { "Sun Nov  6 08:49:37 1994", 784111777 },
                { " Sun, 06 Nov 1994 08:49:37 UTC", 784111777 },
                { "Fri, 01 Jan 2100 00:00:00 GMT", 4102444800 }, /* more than 32 bits hold */
                { "Wed, 31 Dec 1969 23:59:59 GMT", 0 },
                { "Sun, 06 Nov 1994", 0 },
                { "Sun, 06 Nov 1994 08:49:37 CET", 0 },
                { "Sun, 06 Nov 1994 25:49:37 GMT", 0 },
                { "soon", 0 },
                { "", 0 },
        };

        for (size_t i = 0; i < ELEMENTSOF(dates); i++) {
                usec_t time = 77;
                int r = time_parse_http(dates[i].text, &time);

                assert_int_equal(r, dates[i].seconds > 0 ? 0 : -EINVAL);
                assert_true(time == (r < 0 ? 77 : dates[i].seconds * USEC_PER_SEC));
        }
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_timespan_parse),
                cmocka_unit_test(test_timespan_parse_bad),
                cmocka_unit_test(test_timespan_format),
                cmocka_unit_test(test_timespan_format_round_trip),
                cmocka_unit_test(test_size_parse),
                cmocka_unit_test(test_time_format),
                cmocka_unit_test(test_clocks),
                cmocka_unit_test(test_http_dates),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
