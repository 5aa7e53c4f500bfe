/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <time.h>

#include "ctl/when.h"

/* ".345" in microseconds; nothing is 0. */
static bool read_fraction(const char *s, usec_t *ret) {
        usec_t unit = USEC_PER_SEC, fraction = 0;

        if (*s == '.')
                for (s++; *s >= '0' && *s <= '9'; s++) {
                        unit /= 10;
                        fraction += unit * (usec_t) (*s - '0');
                }
        *ret = fraction;
        return !*s;
}

/* The whole of s by one of these formats. */
static bool read_time(const char *s, struct tm *tm, usec_t *ret_fraction) {
        static const char *const formats[] = {
                "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M",
                "%Y-%m-%d",          "%H:%M:%S",          "%H:%M",
        };
        struct tm start = *tm;

        for (size_t i = 0; i < ELEMENTSOF(formats); i++) {
                const char *end;

                *tm = start;
                end = strptime(s, formats[i], tm);
                if (end && read_fraction(end, ret_fraction))
                        return true;
        }
        return false;
}

/* "2h", "2h ago" */
static int read_span(const char *s, usec_t *ret) {
        size_t n = strlen(s);
        char text[64];
        usec_t span;
        int r;

        if (n >= 4 && streq(s + n - 4, " ago"))
                n -= 4;
        if (n >= sizeof(text) || strspn(s, "0123456789") == n)
                return -EINVAL;
        (void) snprintf(text, sizeof(text), "%.*s", (int) n, s);
        r = timespan_parse(text, &span);
        if (r < 0)
                return r;
        *ret = span > time_now() ? 0 : time_now() - span;
        return 0;
}

int when_parse(const char *s, usec_t *ret) {
        time_t now = (time_t) (time_now() / USEC_PER_SEC), t;
        usec_t fraction = 0;
        bool utc = false;
        char text[64];
        struct tm tm;
        size_t n;

        if (streq(s, "now")) {
                *ret = time_now();
                return 0;
        }
        if (read_span(s, ret) >= 0)
                return 0;

        n = strlen(s);
        if (n == 0 || n >= sizeof(text))
                return -EINVAL;
        (void) strcpy(text, s);
        if (text[n - 1] == 'Z') {
                utc = true;
                text[n - 1] = '\0';
        }
        if (!(utc ? gmtime_r(&now, &tm) : localtime_r(&now, &tm)))
                return -EINVAL;
        tm.tm_hour = tm.tm_min = tm.tm_sec = 0;
        if (streq(text, "yesterday"))
                tm.tm_mday--;
        else if (!streq(text, "today") && !read_time(text, &tm, &fraction))
                return -EINVAL;
        tm.tm_isdst = -1;
        t = utc ? timegm(&tm) : mktime(&tm);
        if (t < 0)
                return -EINVAL;
        *ret = (usec_t) t * USEC_PER_SEC + fraction;
        return 0;
}

time_t when_seconds(const char *s) {
        struct tm tm = {};

        return strptime(s, "%Y-%m-%dT%H:%M:%S", &tm) ? timegm(&tm) : 0;
}
