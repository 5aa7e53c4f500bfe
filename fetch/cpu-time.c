/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <time.h>

#include "common/util.h"
#include "fetch/cpu-time.h"

static struct timespec limit;

static struct timespec now(void) {
        struct timespec t = {};

        (void) clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
        return t;
}

void cpu_time_begin(void) {
        limit = now();
        limit.tv_sec += CPU_TIME_MAX_SEC;
}

bool cpu_time_is_up(void) {
        struct timespec t;

        if (limit.tv_sec == 0)
                return false;
        t = now();
        return t.tv_sec > limit.tv_sec || (t.tv_sec == limit.tv_sec && t.tv_nsec > limit.tv_nsec);
}
