/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The CPU time that a page may take to be read, by the clock of the thread: a busy machine does
 * not count. */

#include "common/timespan.h"

#define CPU_TIME_MAX_SEC 2
#define CPU_TIME_WHY "the page takes more than 2 s of CPU time to read"

/* From now on. Time is never up before the first call. */
void cpu_time_begin(void);
bool cpu_time_is_up(void);

/* What was taken since then. */
usec_t cpu_time_taken(void);
