/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* TERM and INT. */

#include "common/util.h"

/* From now on they are noted, and end the process at once, with success, while it is idle, which it
 * is at first. */
int stop_init(void);

/* Nothing is under way that needs an end: waiting in a library, say. */
void stop_set_idle(bool idle);

bool stop_asked(void);

/* Readable for ever, once it was asked. */
int stop_fd(void);
