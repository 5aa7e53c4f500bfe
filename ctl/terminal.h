/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Standard output, whatever it is: its size, its colours, its character set. */

#include "common/buffer.h"
#include "ctl/options.h"

/* From the palette of the terminal; "" where there are no colours. */
typedef struct Palette {
        const char *time, *source, *changed, *quiet, *good, *bad, *end;
} Palette;

typedef struct Terminal {
        bool is_terminal;
        bool utf8;     /* false: what is written is converted to the user's character set */
        bool document; /* what is written is text only, without a sequence of ours: see below */
        unsigned columns;
        Palette palette;
} Terminal;

/* Looks at standard output and at the environment, and sets the locale: the user's on a terminal,
 * else UTF-8. */
void terminal_init(Terminal *ret, Color color);

/* Asks for the size again. */
void terminal_measure(Terminal *terminal);

/*
 * Writes all of it, converted where that is needed; what has no place in the character set becomes
 * '?'. -EPIPE: nobody reads any more.
 */
int terminal_write(const Terminal *terminal, const char *data, size_t n);

/*
 * Writes out a buffer and empties it. Logs what fails, but not that nobody reads. Of a document a
 * terminal gets no character that would steer it (utf8_mask()); in other output whoever puts text
 * from elsewhere into the buffer has seen to that.
 */
int terminal_flush(const Terminal *terminal, Buffer *b);

/* The status to exit with after that: nobody reading is no failure. */
int terminal_status(int r);
