/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The lines that the daemon says on the socket beside items; tickerd-protocol(7). db: any
 * connection. Errors as sql/db.h and buffer_append(). */

#include "common/buffer.h"
#include "daemon/tape.h"

int answer_hello(Db *db, const Tape *tape, int64_t after, Buffer *b);
int answer_error(Db *db, const char *code, const char *message, Buffer *b);
int answer_gap(int64_t after, int64_t oldest, Buffer *b);
int answer_bye(const char *reason, Buffer *b); /* a word without quotes */

/* Appends what a query yields: one row, one column, one line. */
int answer_line(Rows *rows, Buffer *b);
