/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * A growing byte buffer that knows how large it may become. Start it with BUFFER(max), where max is
 * less than SIZE_MAX; it owns its memory until buffer_done(). What it holds is always followed by a
 * NUL that does not count.
 *
 * Errors stick: after the first one nothing more is appended, and buffer_error() tells of it. So a
 * text is put together without a look at each step, and checked once, at the end. buffer_done() and
 * buffer_clear() forget the error.
 */

#include <stdarg.h>

#include "common/util.h"

typedef struct Buffer {
        char *data;
        size_t size;
        size_t allocated;
        size_t max; /* size never exceeds this */
        int error;  /* 0, -ENOBUFS or -ENOMEM */
} Buffer;

#define BUFFER(limit) ((Buffer){ .max = (limit) })
#define _cleanup_buffer_ _cleanup_(buffer_done)

/* Frees the memory; the buffer is empty and usable again, with the same limit. */
void buffer_done(Buffer *b);

/* The first error since the buffer was last empty: -ENOBUFS, the limit would have been passed;
 * -ENOMEM; 0: all that was appended is in it. */
static inline int buffer_error(const Buffer *b) {
        return b->error;
}

/* Forgets what it holds and the error, keeps the memory. */
void buffer_clear(Buffer *b);

/* Makes room for n bytes more, so that data is not NULL. Returns the error, if there is one. */
int buffer_reserve(Buffer *b, size_t n);

/* Each appends all or, if there is an error, nothing. */
void buffer_append(Buffer *b, const void *data, size_t n);
void buffer_puts(Buffer *b, const char *s);
void buffer_printf(Buffer *b, const char *format, ...) _printf_(2, 3);

/* Hands the text on to the caller, who frees it; the buffer is empty then. Or returns the first
 * error, and keeps it. */
int buffer_steal(Buffer *b, char **ret);

/* Takes n bytes off the front. */
void buffer_drop(Buffer *b, size_t n);

/* The whole of an open file, at most max bytes: -EFBIG beyond. Caller empties ret with
 * buffer_done(). */
int buffer_read_file(int fd, size_t max, Buffer *ret);
