/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* When a source is polled next, and when its trouble is worth an alarm. Pure: no clock, no input,
 * no output. */

#include "common/source.h"
#include "common/state.h"

#define SCHEDULE_ALARM_AFTER 3U /* bad polls in a row */

/* How a source is doing. Zeroed to begin with; alarmed comes from the store. Times are the wall
 * clock's. */
typedef struct Health {
        unsigned bad;         /* bad polls in a row */
        usec_t bad_since;     /* the first of them */
        usec_t nothing_since; /* Expect= with a span: since when nothing was read, 0: something was
                               */
        usec_t healthy_at;    /* the last healthy fetch, 0: none yet */
        bool alarmed;         /* an alarm was given that was not cleared */
} Health;

typedef enum Verdict {
        VERDICT_HEALTHY, /* the entries that were read are the strip */
        VERDICT_WAITING, /* Expect= with a span, which is not over: no trouble yet, and nothing to
                            compare */
        VERDICT_BAD,
} Verdict;

/*
 * Counts a poll. ret_alarm: the outage is to be told now, with the time it began; 0: not.
 * ret_clear: a told outage is over.
 */
Verdict health_count(Health *health, const Expect *expect, State state, usec_t now,
                     usec_t *ret_alarm, bool *ret_clear);

/*
 * How long after the beginning of a poll the next begins: the interval with up to a tenth more
 * (random: any number), or after bad polls twice as long each time, up to 5 minutes (network errors
 * and timeouts: 1) or the interval if that is longer. Not before retry_after seconds.
 */
usec_t schedule_delay(usec_t interval, const Health *health, State state, int64_t retry_after,
                      uint32_t random);

/*
 * The same when a cache on the way has the page until so long after the beginning of the poll: then
 * just after that, if it brings the next poll forward by not more than a third of the interval.
 * forward: did it so last time? It never does so twice in a row; set to what it did.
 */
usec_t schedule_forward(usec_t interval, usec_t delay, usec_t fresh, bool *forward);

/*
 * How often a strip moves, by which an interval that is a range breathes: a mean of the last hour,
 * and one of the last days. Zeroed to begin with.
 */
typedef struct Pace {
        double lately, usually; /* polls with news in them, a second */
        usec_t began,
                counted; /* the first and the last of them, by a clock that never steps back */
} Pace;

/* A healthy poll, and whether it brought anything new. */
void pace_count(Pace *pace, usec_t now, bool moved);

/*
 * The interval now: between the shortest and the longest, about their geometric mean while the
 * strip moves as usual, and otherwise by the square root of how much more it moves. For items that
 * come at such rates that gives the least delay at equal requests, and their number is at most that
 * of the mean.
 */
usec_t pace_interval(const Pace *pace, usec_t shortest, usec_t longest);
