/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <math.h>

#include "daemon/schedule.h"

#define BACK_OFF_MAX (5 * USEC_PER_MINUTE)
#define BACK_OFF_NETWORK_MAX USEC_PER_MINUTE

static bool nothing_there(State state) {
        return state == STATE_EMPTY || state == STATE_NO_STRIP;
}

static Verdict judge(Health *health, const Expect *expect, State state, usec_t now) {
        if (state == STATE_OK || state == STATE_UNCHANGED) {
                health->nothing_since = 0;
                return VERDICT_HEALTHY;
        }
        if (!nothing_there(state) || expect->mode == EXPECT_MODE_ALWAYS)
                return VERDICT_BAD;
        if (expect->mode == EXPECT_MODE_SOMETIMES)
                return VERDICT_HEALTHY;

        if (health->nothing_since == 0)
                health->nothing_since = health->healthy_at > 0 ? health->healthy_at : now;
        /* A clock that stepped back only makes the wait longer. */
        if (now < health->nothing_since || now - health->nothing_since < expect->span)
                return VERDICT_WAITING;
        return VERDICT_BAD;
}

Verdict health_count(Health *health, const Expect *expect, State state, usec_t now,
                     usec_t *ret_alarm, bool *ret_clear) {
        Verdict verdict = judge(health, expect, state, now);
        bool nothing = nothing_there(state) && expect->mode == EXPECT_MODE_WITHIN;

        *ret_alarm = 0;
        *ret_clear = false;
        if (verdict == VERDICT_BAD) {
                if (health->bad++ == 0)
                        health->bad_since = now;
                /* The span of Expect= was the patience; without one it is three polls. */
                if (!health->alarmed && (nothing || health->bad >= SCHEDULE_ALARM_AFTER)) {
                        *ret_alarm = nothing ? health->nothing_since : health->bad_since;
                        health->alarmed = true;
                }
                return verdict;
        }

        health->bad = 0;
        if (verdict == VERDICT_HEALTHY) {
                health->healthy_at = now;
                *ret_clear = health->alarmed;
                health->alarmed = false;
        }
        return verdict;
}

/* Ages are told in whole seconds. */
#define JUST_AFTER USEC_PER_SEC

usec_t schedule_forward(usec_t interval, usec_t delay, usec_t fresh, bool *forward) {
        usec_t wanted = fresh + JUST_AFTER;
        bool may = !*forward && fresh > 0 && wanted >= interval - interval / 3 && wanted < delay &&
                   wanted < interval;

        *forward = may;
        return may ? wanted : delay;
}

usec_t schedule_delay(usec_t interval, const Health *health, State state, int64_t retry_after,
                      uint32_t random) {
        bool network = state == STATE_NETWORK_ERROR || state == STATE_TIMEOUT;
        usec_t longest = MAX(interval, network ? BACK_OFF_NETWORK_MAX : BACK_OFF_MAX);
        usec_t delay = interval;

        for (unsigned i = 1; i < health->bad && delay < longest; i++)
                delay *= 2;
        delay = MIN(delay, longest);
        if (health->bad > 0)
                delay = MAX(delay, (usec_t) retry_after * USEC_PER_SEC);
        return delay + (usec_t) ((interval / 10) * ((double) random / UINT32_MAX));
}

/* The spans that the means look back on. */
#define LATELY USEC_PER_HOUR
#define USUALLY (3 * USEC_PER_DAY)

/* The mean of the last span, of which the last part had that rate. */
static double mean(double before, double rate, usec_t part, usec_t span) {
        return before + (rate - before) * -expm1(-(double) part / (double) span);
}

void pace_count(Pace *pace, usec_t now, bool moved) {
        usec_t part = pace->counted > 0 ? now - pace->counted : 0;
        double rate = moved && part > 0 ? (double) USEC_PER_SEC / (double) part : 0;

        if (pace->counted == 0) { /* one news an hour, until more is known */
                pace->lately = pace->usually = (double) USEC_PER_SEC / (double) USEC_PER_HOUR;
                pace->began = now;
        }
        pace->lately = mean(pace->lately, rate, part, LATELY);
        pace->usually = mean(pace->usually, rate, part, MIN(LATELY + now - pace->began, USUALLY));
        pace->counted = now;
}

usec_t pace_interval(const Pace *pace, usec_t shortest, usec_t longest) {
        double interval = sqrt((double) shortest) * sqrt((double) longest);

        if (pace->lately > 0)
                interval *= sqrt(pace->usually / pace->lately);
        else if (pace->usually > 0)
                return longest;
        return (usec_t) MAX(MIN(interval, (double) longest), (double) shortest);
}
