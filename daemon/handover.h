/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * A restart that nobody notices: on the way out the listening socket, connections and a file in
 * memory that says where each stood are left with the service manager (sd_pid_notify_with_fds(3)),
 * which gives them to the next daemon.
 */

#include "common/buffer.h"

#define HANDOVER_MAX                                                                               \
        1000U /* connections; storing more would keep the service manager busy for seconds */

/* Are we a service, so that somebody keeps what we leave? */
bool handover_possible(void);

/*
 * Leaves these descriptors, and the text in one more; returns when the service manager has them.
 * Errors as sd_pid_notify_with_fds() and memfd_create().
 */
int handover_leave(const int *fds, size_t n, const Buffer *text);

typedef struct Handover {
        int listener; /* -1: none */
        bool ours; /* the listener was left by a daemon; otherwise the service manager opened it */
        int *connections;
        size_t n_connections;
        Buffer text;
} Handover;

#define HANDOVER_NONE ((Handover){ .listener = -1 })

/* Takes what the service manager gives at the start, and has it keep none of it. */
int handover_take(Handover *ret);

/* Closes what is still in it. */
void handover_done(Handover *handover);
