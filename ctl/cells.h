/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * Text as a terminal shows it: in grapheme clusters, each some cells wide. Wide East Asian
 * characters and emoji take two cells, marks none.
 */

#include "common/buffer.h"

/* The grapheme cluster at s, of which n > 0 bytes are left: returns its size in bytes. */
size_t cells_next(const char *s, size_t n, unsigned *ret_width);

unsigned cells_width(const char *s, size_t n);

/* How many bytes of s fit in so many cells. */
size_t cells_fit(const char *s, size_t n, unsigned width);

/* How many bytes of s go into a line of so many cells: at least one cluster. The line ends at a
 * space if there is one; *ret_skip is where the next line begins, behind the spaces. */
size_t cells_break(const char *s, size_t n, unsigned width, size_t *ret_skip);

/* Appends s, cut to so many cells with "…" at the end; 0: whole. */
void cells_cut(Buffer *b, const char *s, unsigned width);

/* Is the first letter that has a direction one of a right-to-left script? Is any? */
bool cells_rtl(const char *s);
bool cells_bidi(const char *s);

/* To be put around text that may be written in the other direction, so that it does not change the
 * order of what is beside it (Unicode Annex 9). */
#define CELLS_ISOLATE "\xe2\x81\xa8" /* U+2068 */
#define CELLS_END "\xe2\x81\xa9"     /* U+2069 */
