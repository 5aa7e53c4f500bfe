/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The stream that the relay publishes to. Its configuration makes sure that no message is lost,
 * doubled or replaced. */

#include "relay/session.h"

/*
 * Makes the stream, or checks the configuration of the one that is there. ret_created: when it was
 * made, in nanoseconds; another stream of the same name has another time. Negative: the window
 * knows why.
 */
int stream_ensure(const Session *session, int64_t *ret_created);
