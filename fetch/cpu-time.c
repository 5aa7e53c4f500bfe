/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <time.h>

#include "fetch/cpu-time.h"

static usec_t begun; /* 0: never */

static usec_t now(void) {
        struct timespec t = {};

        (void) clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
        return (usec_t) t.tv_sec * USEC_PER_SEC + (usec_t) t.tv_nsec / 1000;
}

void cpu_time_begin(void) {
        begun = now();
}

usec_t cpu_time_taken(void) {
        return now() - begun;
}

bool cpu_time_is_up(void) {
        return begun > 0 && cpu_time_taken() > CPU_TIME_MAX_SEC * USEC_PER_SEC;
}
