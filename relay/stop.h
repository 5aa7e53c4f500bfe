/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The signals TERM and INT. */

#include "common/util.h"

/* From now on the signals are noted. While the process is idle, which it is at first, they end it
 * at once, with success. */
int stop_init(void);

/* Says whether the process is idle: whether it may be ended at once, because nothing is under way.
 */
void stop_set_idle(bool idle);

bool stop_asked(void);

/* A descriptor that is readable for ever after the first signal. */
int stop_fd(void);
