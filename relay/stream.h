/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The stream: there is one, and it is such that nothing in it is lost, doubled or replaced. */

#include "relay/session.h"

/*
 * Makes the stream unless it is there; if it is, looks whether it keeps what the relay promises.
 * ret_created: when it was made, in nanoseconds, by which it is told from another of the same name.
 * Negative: the window knows why.
 */
int stream_ensure(const Session *session, int64_t *ret_created);
