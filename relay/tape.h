/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* A subscriber of the daemon's socket: a connection that gives lines (tickerd-protocol(7)). */

#include "common/util.h"

#define TAPE_LINE_MAX (64U * 1024U) /* four times what the protocol allows */

typedef struct Tape Tape;

/* Connects, and asks for all that comes after an id of this store; store "": whatever the store is.
 * Errors of connect(). */
int tape_new(const char *path, const char *store, int64_t after, Tape **ret);
Tape *tape_free(Tape *tape);
DEFINE_CLEANUP(Tape, tape_free);

/* To wait for, when tape_next() has no line. */
int tape_fd(const Tape *tape);

/*
 * The next line, without its newline; valid until the next call. 1: there is one; 0: not yet;
 * -ENOTCONN: the stream has ended; -EMSGSIZE: a line is too long; errors of recv().
 */
int tape_next(Tape *tape, const char **ret, size_t *ret_n);
