/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Times at which items were published, in seconds, on standard input, and two intervals: how long
 * it takes a poller with that range to see them, in the mean, and how many requests it makes; and
 * the same of one that polls as often at a fixed interval.
 */

#include <math.h>

#include "daemon/schedule.h"

#define TIMES_MAX 100000U

typedef struct Replayed {
        double delay; /* of all items, in seconds */
        size_t requests;
} Replayed;

static double times[TIMES_MAX];
static size_t n_times;

/* fixed: 0, or the interval. As the daemon does, each interval is up to a tenth longer; here by
 * half of that. */
static Replayed replay(double fixed, usec_t shortest, usec_t longest) {
        Replayed replayed = {};
        Pace pace = {};
        size_t next = 0;

        for (double now = times[0] - 86400; next < n_times; replayed.requests++) {
                bool moved = false;
                double interval = fixed;

                for (; next < n_times && times[next] <= now; next++) {
                        replayed.delay += now - times[next];
                        moved = true;
                }
                pace_count(&pace, (usec_t) (now * 1e6), moved);
                if (fixed <= 0)
                        interval = (double) pace_interval(&pace, shortest, longest) / 1e6;
                now += interval * 1.05;
        }
        return replayed;
}

int main(int argc, char **argv) {
        Replayed breathing, fixed;
        double shortest, longest, span;

        if (argc != 3)
                return 2;
        shortest = atof(argv[1]);
        longest = atof(argv[2]);
        while (n_times < TIMES_MAX && scanf("%lf", times + n_times) == 1)
                n_times++;
        if (n_times < 2)
                return 1;
        breathing = replay(0, (usec_t) (shortest * 1e6), (usec_t) (longest * 1e6));
        span = times[n_times - 1] - times[0] + 86400;
        fixed = replay(span / 1.05 / (double) breathing.requests, 0, 0);
        printf("%zu %zu %.2f %zu %.2f\n", n_times, breathing.requests,
               breathing.delay / (double) n_times, fixed.requests, fixed.delay / (double) n_times);
        return 0;
}
