/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * A growing byte buffer that knows how large it may become. Start it with BUFFER(max); it owns its
 * memory until buffer_done(). What it holds is always followed by a NUL that does not count.
 */

#include <stdarg.h>

#include "common/util.h"

typedef struct Buffer {
        char *data;
        size_t size;
        size_t allocated;
        size_t max; /* size never exceeds this */
} Buffer;

#define BUFFER(limit) ((Buffer){ .max = (limit) })
#define _cleanup_buffer_ _cleanup_(buffer_done)

/* Frees the memory; the buffer is empty and usable again, with the same limit. */
void buffer_done(Buffer *b);

/* Makes room for n bytes more. -ENOBUFS: that would pass the limit, nothing changed; -ENOMEM. */
int buffer_reserve(Buffer *b, size_t n);

/* Appends; all or nothing, errors as above. */
int buffer_append(Buffer *b, const void *data, size_t n);
int buffer_puts(Buffer *b, const char *s);
int buffer_printf(Buffer *b, const char *format, ...) _printf_(2, 3);

/* Takes n bytes off the front. */
void buffer_drop(Buffer *b, size_t n);

/* The whole of an open file, at most max bytes: -EFBIG beyond. Caller empties ret with
 * buffer_done(). */
int buffer_read_file(int fd, size_t max, Buffer *ret);
