/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Which character encoding a page has, and its text in UTF-8. */

#include "common/buffer.h"

typedef struct CharsetHints {
        const char *forced; /* Charset= of the source, or NULL */
        const char *http;   /* what Content-Type says, or NULL */
        bool xml;           /* its declaration counts, not <meta> */
        bool json;          /* UTF-8, unless its bytes are not */
} CharsetHints;

typedef struct Charset {
        const char *name; /* static */
        const char *why;  /* static, after "because": "HTTP says so" */
} Charset;

/*
 * Turns the bytes of a page into valid UTF-8, in place: without a byte-order mark, U+FFFD for each
 * ill-formed sequence. A NUL, which no parser expects, becomes U+0001, another control character
 * that counts for nothing. What is valid already is not copied. -ENOMEM.
 */
int charset_decode(Buffer *page, const CharsetHints *hints, Charset *ret);
