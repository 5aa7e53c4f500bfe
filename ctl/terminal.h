/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Standard output, a terminal or not: its size, its colours, its character set. */

#include "common/buffer.h"
#include "ctl/options.h"

/* Escape sequences for colours; "" where there are no colours. */
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
 * Writes a buffer and empties it. Errors are logged, except that nobody reads. If the output is a
 * document and goes to a terminal, characters that would control the terminal are masked
 * (utf8_mask()); in other output this was done for each text from elsewhere when it was put into
 * the buffer.
 */
int terminal_flush(const Terminal *terminal, Buffer *b);

/* The status to exit with after that: nobody reading is no failure. */
int terminal_status(int r);
