/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* UTF-8 as bytes: validity, repair, and the way to go from character to character. */

#include "common/buffer.h"

/* Is it well-formed (Unicode 15, table 3-7: no surrogates, nothing overlong, nothing past
 * U+10FFFF)? */
bool utf8_valid(const char *s, size_t n);

/*
 * Reads the character at s, where n > 0 bytes are left. Returns how many bytes it takes; where they
 * are ill-formed, the length of the maximal ill-formed part (Unicode 15, 3.9) with U+FFFD as the
 * character.
 */
size_t utf8_next(const char *s, size_t n, uint32_t *ret_character);

/* Appends one character. */
void utf8_put(Buffer *b, uint32_t character);

/*
 * Makes a text harmless for a terminal, in place: each byte of a control character (U+0000 to
 * U+001F, U+007F to U+009F), of one that changes the direction or ends a line (U+061C, U+200E,
 * U+200F, U+2028 to U+202E, U+2066 to U+2069) and of what is ill-formed becomes '?'. ASCII
 * characters in keep stay, such as "\n" where a text has lines.
 */
void utf8_mask(char *s, size_t n, const char *keep);
