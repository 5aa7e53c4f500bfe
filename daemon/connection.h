/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Opening and closing the pipe to a fetcher: a child of ours, or a Unix socket that leads to one.
 */

#include <sys/types.h>

#include "common/util.h"

typedef struct Connection {
        int fd;    /* a stream, not blocking; -1: closed */
        pid_t pid; /* of the child, or 0 */
} Connection;

#define CONNECTION_CLOSED ((Connection){ .fd = -1 })

/* how and config as in fetcher_new(). Errors as connect() and posix_spawn(). */
int connection_open(const char *how, const char *config, Connection *ret);

/*
 * Closes it; a child is ended and waited for, which is at once, as it is killed. Returns what
 * waitpid() said of it, or 0.
 */
int connection_close(Connection *connection);
