/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The lines that the daemon says on the socket beside items; tickerd-protocol(7). Errors as
 * buffer_append(). */

#include "common/buffer.h"
#include "daemon/tape.h"

int answer_hello(Buffer *b, const Tape *tape, int64_t after);
int answer_gap(Buffer *b, int64_t after, int64_t oldest);
int answer_error(Buffer *b, const char *code, const char *message);
int answer_bye(Buffer *b, const char *reason);
