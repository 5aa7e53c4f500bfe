/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Runs a page reader once: tickerd-fetch, or tickerd-suggest. */

#include "common/buffer.h"

typedef struct Reading {
        Buffer out;  /* what it wrote to standard output */
        Buffer said; /* and to standard error, each line without the program's name; harmless */
        int status;  /* that it exited with; 128 and more: a signal ended it */
} Reading;

#define _cleanup_reading_ _cleanup_(reading_done)
void reading_done(Reading *reading);

/*
 * name: "tickerd-fetch" or "tickerd-suggest". The arguments begin at index 1 and end with NULL;
 * index 0 gets the path of the program. While it works, a line on the terminal says what is read
 * and for how long. If it cannot be run, the reason is logged.
 */
int reader_run(const char *name, char **arguments, const char *what, Reading *ret);
