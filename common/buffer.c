/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "common/buffer.h"

void buffer_done(Buffer *b) {
        free(b->data);
        b->data = NULL;
        b->size = b->allocated = 0;
        b->error = 0;
}

void buffer_clear(Buffer *b) {
        b->size = 0;
        b->error = 0;
        if (b->data)
                b->data[0] = '\0';
}

int buffer_reserve(Buffer *b, size_t n) {
        size_t wanted;
        char *grown;

        if (b->error < 0)
                return b->error;
        if (n > b->max || b->size > b->max - n)
                return b->error = -ENOBUFS;
        if (b->data && b->allocated > b->size + n)
                return 0;

        wanted = MAX(b->size + n + 1, MIN(b->allocated * 2, b->max));
        wanted = MAX(wanted, (size_t) 64);
        grown = realloc(b->data, wanted);
        if (!grown)
                return b->error = -ENOMEM;
        b->data = grown;
        b->allocated = wanted;
        b->data[b->size] = '\0';
        return 0;
}

void buffer_append(Buffer *b, const void *data, size_t n) {
        if (buffer_reserve(b, n) < 0)
                return;
        if (n > 0)
                memcpy(b->data + b->size, data, n);
        b->size += n;
        b->data[b->size] = '\0';
}

void buffer_puts(Buffer *b, const char *s) {
        buffer_append(b, s, strlen(s));
}

void buffer_printf(Buffer *b, const char *format, ...) {
        _cleanup_free_ char *text = NULL;
        va_list arguments;
        int n;

        va_start(arguments, format);
        n = vasprintf(&text, format, arguments);
        va_end(arguments);
        if (n >= 0) {
                buffer_append(b, text, (size_t) n);
                return;
        }
        text = NULL;
        if (b->error == 0)
                b->error = -ENOMEM;
}

int buffer_steal(Buffer *b, char **ret) {
        int r;

        r = buffer_reserve(b, 0); /* a text that nothing was appended to is "" */
        if (r < 0)
                return r;
        *ret = STEAL_POINTER(b->data);
        buffer_done(b);
        return 0;
}

void buffer_drop(Buffer *b, size_t n) {
        n = MIN(n, b->size);
        if (n == 0)
                return;
        memmove(b->data, b->data + n, b->size - n + 1);
        b->size -= n;
}

int buffer_read_file(int fd, size_t max, Buffer *ret) {
        _cleanup_buffer_ Buffer b = BUFFER(max);
        char chunk[16384];
        int r;

        for (;;) {
                ssize_t n = read(fd, chunk, sizeof(chunk));

                if (n < 0 && errno == EINTR)
                        continue;
                if (n < 0)
                        return -errno;
                if (n == 0)
                        break;
                buffer_append(&b, chunk, (size_t) n);
                if (buffer_error(&b) == -ENOBUFS)
                        return -EFBIG;
        }
        r = buffer_reserve(&b, 0); /* the text of an empty file is "" */
        if (r < 0)
                return r;

        *ret = b;
        b.data = NULL;
        return 0;
}
