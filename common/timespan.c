/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <ctype.h>
#include <time.h>

#include "common/timespan.h"

typedef struct Unit {
        const char *name;
        usec_t usec;
} Unit;

/* systemd.time(7). A month is 30.44 days, a year 365.25. The first name of each size is the one we
 * write. */
static const Unit units[] = {
        { "y", 31557600 * USEC_PER_SEC },
        { "year", 31557600 * USEC_PER_SEC },
        { "years", 31557600 * USEC_PER_SEC },
        { "M", 2629800 * USEC_PER_SEC },
        { "month", 2629800 * USEC_PER_SEC },
        { "months", 2629800 * USEC_PER_SEC },
        { "w", 7 * USEC_PER_DAY },
        { "week", 7 * USEC_PER_DAY },
        { "weeks", 7 * USEC_PER_DAY },
        { "d", USEC_PER_DAY },
        { "day", USEC_PER_DAY },
        { "days", USEC_PER_DAY },
        { "h", USEC_PER_HOUR },
        { "hr", USEC_PER_HOUR },
        { "hour", USEC_PER_HOUR },
        { "hours", USEC_PER_HOUR },
        { "min", USEC_PER_MINUTE },
        { "m", USEC_PER_MINUTE },
        { "minute", USEC_PER_MINUTE },
        { "minutes", USEC_PER_MINUTE },
        { "s", USEC_PER_SEC },
        { "", USEC_PER_SEC },
        { "sec", USEC_PER_SEC },
        { "second", USEC_PER_SEC },
        { "seconds", USEC_PER_SEC },
        { "ms", USEC_PER_MSEC },
        { "msec", USEC_PER_MSEC },
        { "us", 1 },
        { "usec", 1 },
        { "\xc2\xb5s", 1 },
        { "\xce\xbcs", 1 },
};

static const char *skip_spaces(const char *s) {
        return s + strspn(s, " \t");
}

static bool find_unit(const char *s, size_t n, usec_t *ret) {
        for (size_t i = 0; i < ELEMENTSOF(units); i++)
                if (strlen(units[i].name) == n && memcmp(units[i].name, s, n) == 0) {
                        *ret = units[i].usec;
                        return true;
                }
        return false;
}

/*
 * So many units as these n digits after a point say, rounded down. From the last digit to the
 * first, as by hand: nothing in between is larger than ten units.
 */
static usec_t fraction_of(const char *digits, unsigned n, usec_t unit) {
        usec_t sum = 0;

        while (n-- > 0)
                sum = (sum + (usec_t) (digits[n] - '0') * unit) / 10;
        return sum;
}

/* Digits, at most 18 of them so that they fit; -ERANGE beyond. */
static int parse_digits(const char **s, uint64_t *ret, unsigned *ret_n) {
        uint64_t value = 0;
        unsigned n = 0;

        for (; isdigit((unsigned char) **s); (*s)++, n++) {
                if (n >= 18)
                        return -ERANGE;
                value = value * 10 + (uint64_t) (**s - '0');
        }
        *ret = value;
        *ret_n = n;
        return 0;
}

int timespan_parse(const char *s, usec_t *ret) {
        const char *infinity;
        usec_t total = 0;

        s = skip_spaces(s);
        infinity = startswith(s, "infinity");
        if (infinity && !*skip_spaces(infinity)) {
                *ret = USEC_INFINITY;
                return 0;
        }
        if (!*s)
                return -EINVAL;

        while (*s) {
                const char *fraction = "";
                uint64_t whole, unused;
                unsigned n_whole, n_fraction = 0;
                usec_t unit, span;
                size_t n;
                int r;

                r = parse_digits(&s, &whole, &n_whole);
                if (r >= 0 && *s == '.') {
                        fraction = ++s;
                        r = parse_digits(&s, &unused, &n_fraction);
                        if (r >= 0 && (n_fraction == 0 || *s == '.'))
                                return -EINVAL;
                }
                if (r < 0)
                        return r;
                if (n_whole + n_fraction == 0)
                        return -EINVAL;

                s = skip_spaces(s);
                n = strcspn(s, " \t0123456789.");
                if (!find_unit(s, n, &unit))
                        return -EINVAL;
                s = skip_spaces(s + n);

                if (__builtin_mul_overflow(whole, unit, &span) ||
                    __builtin_add_overflow(span, fraction_of(fraction, n_fraction, unit), &span) ||
                    __builtin_add_overflow(span, total, &total) || total == USEC_INFINITY)
                        return -ERANGE;
        }
        *ret = total;
        return 0;
}

const char *timespan_format(usec_t span, char *buffer, size_t size) {
        size_t used = 0;
        int parts = 0;

        if (span == USEC_INFINITY) {
                (void) snprintf(buffer, size, "infinity");
                return buffer;
        }
        for (size_t i = 0; i < ELEMENTSOF(units) && parts < 2; i++) {
                int n;

                if (!*units[i].name || span < units[i].usec)
                        continue;
                n = snprintf(buffer + used, size - used, "%s%llu%s", parts > 0 ? " " : "",
                             (unsigned long long) (span / units[i].usec), units[i].name);
                if (n < 0 || (size_t) n >= size - used)
                        break;
                used += (size_t) n;
                span %= units[i].usec;
                parts++;
        }
        if (parts == 0)
                (void) snprintf(buffer, size, "0s");
        return buffer;
}

int size_parse(const char *s, uint64_t *ret) {
        static const char suffixes[] = "KMGT";
        const char *suffix;
        uint64_t value, factor = 1;
        unsigned n;
        int r;

        s = skip_spaces(s);
        r = parse_digits(&s, &value, &n);
        if (r < 0)
                return r;
        if (n == 0)
                return -EINVAL;
        s = skip_spaces(s);
        if (*s) {
                suffix = strchr(suffixes, *s);
                if (!suffix || s[1])
                        return -EINVAL;
                factor = UINT64_C(1) << (10 * (suffix - suffixes + 1));
        }
        if (value > UINT64_MAX / factor)
                return -ERANGE;
        *ret = value * factor;
        return 0;
}

const char *time_format(usec_t time, char buffer[static TIME_SIZE]) {
        const usec_t last = UINT64_C(253402300799999999); /* 9999-12-31T23:59:59.999999Z */
        char text[64];
        struct tm tm;
        time_t seconds;

        time = MIN(time, last);
        seconds = (time_t) (time / USEC_PER_SEC);
        if (!gmtime_r(&seconds, &tm))
                memset(&tm, 0, sizeof(tm));
        (void) snprintf(text, sizeof(text), "%04d-%02d-%02dT%02d:%02d:%02d.%03dZ",
                        tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday, tm.tm_hour, tm.tm_min,
                        tm.tm_sec, (int) (time / USEC_PER_MSEC % 1000));
        memcpy(buffer, text, TIME_SIZE);
        buffer[TIME_SIZE - 1] = '\0';
        return buffer;
}

int time_parse_http(const char *s, usec_t *ret) {
        static const char *const formats[] = {
                "%a, %d %b %Y %H:%M:%S", /* Sun, 06 Nov 1994 08:49:37 GMT */
                "%a, %d-%b-%y %H:%M:%S", /* Sunday, 06-Nov-94 08:49:37 GMT */
                "%a %b %d %H:%M:%S %Y",  /* Sun Nov  6 08:49:37 1994 */
        };

        for (size_t i = 0; i < ELEMENTSOF(formats); i++) {
                struct tm tm = {};
                const char *zone = strptime(skip_spaces(s), formats[i], &tm);
                time_t seconds;

                if (!zone)
                        continue;
                zone = skip_spaces(zone);
                if (*zone && !streq(zone, "GMT") && !streq(zone, "UTC"))
                        return -EINVAL;
                seconds = timegm(&tm);
                if (seconds < 0)
                        return -EINVAL;
                *ret = (usec_t) seconds * USEC_PER_SEC;
                return 0;
        }
        return -EINVAL;
}

static usec_t clock_usec(clockid_t clock) {
        struct timespec ts;

        if (clock_gettime(clock, &ts) < 0)
                return 0; /* cannot fail for these clocks */
        return (usec_t) ts.tv_sec * USEC_PER_SEC + (usec_t) ts.tv_nsec / 1000;
}

usec_t time_now(void) {
        return clock_usec(CLOCK_REALTIME);
}

usec_t time_monotonic(void) {
        return clock_usec(CLOCK_MONOTONIC);
}
