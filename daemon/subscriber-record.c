/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <inttypes.h>
#include <sys/socket.h>

#include "daemon/subscriber-record.h"

typedef struct RecordPlace {
        uint64_t cookie;
        const char *line;
} RecordPlace;

/* 0: the kernel tells none. */
static uint64_t cookie_of(int fd) {
        uint64_t cookie = 0;
        socklen_t size = sizeof(cookie);

        return getsockopt(fd, SOL_SOCKET, SO_COOKIE, &cookie, &size) < 0 ? 0 : cookie;
}

int record_write(Db *json, int fd, const SubscriberRecord *record, Buffer *b) {
        _cleanup_rows_ Rows *rows = NULL;
        char cookie[32];
        const char *line;
        int r;

        (void) snprintf(cookie, sizeof(cookie), "%" PRIu64, cookie_of(fd));
        r = db_query(json, SQL_SUBSCRIBER_SAVE, &rows, "siiisibb", cookie, record->after,
                     (int64_t) record->live, (int64_t) record->states, record->sources, record->end,
                     record->pending->data, record->pending->size, record->input->data,
                     record->input->size);
        if (r >= 0)
                r = rows_next(rows);
        if (r <= 0)
                return r < 0 ? r : -ENODATA;
        line = strnull(rows_text(rows, 0));
        if (strlen(line) >= b->max - b->size)
                return -ENOBUFS; /* not the buffer's error: a shorter one may fit */
        buffer_puts(b, line);
        buffer_puts(b, "\n");
        return buffer_error(b);
}

static int digit(char c) {
        if (c >= '0' && c <= '9')
                return c - '0';
        return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static int read_bytes(const char *text, Buffer *b) {
        size_t n = strlen(text) / 2;
        int r;

        if (n > b->max - b->size)
                return -EBADMSG;
        r = buffer_reserve(b, n);
        if (r < 0)
                return r;
        for (size_t i = 0; i < n; i++) {
                int high = digit(text[2 * i]), low = digit(text[2 * i + 1]);

                if (high < 0 || low < 0)
                        return -EBADMSG;
                b->data[b->size++] = (char) (high << 4 | low);
        }
        b->data[b->size] = '\0';
        return text[2 * n] ? -EBADMSG : 0;
}

int record_read(Db *json, const char *line, char **ret_request, int64_t *ret_end, Buffer *pending,
                Buffer *input) {
        _cleanup_free_ char *request = NULL;
        _cleanup_rows_ Rows *rows = NULL;
        int r;

        r = db_query(json, SQL_SUBSCRIBER_STATE, &rows, "s", line);
        if (r >= 0)
                r = rows_next(rows);
        if (r <= 0)
                return r == 0 || r == -EPROTO ? -EBADMSG : r;
        request = strdup(strnull(rows_text(rows, 0)));
        if (!request)
                return -ENOMEM;
        r = read_bytes(strnull(rows_text(rows, 2)), pending);
        if (r >= 0)
                r = read_bytes(strnull(rows_text(rows, 3)), input);
        if (r < 0)
                return r;
        *ret_request = STEAL_POINTER(request);
        *ret_end = rows_int(rows, 1);
        return 0;
}

static int compare(const void *a, const void *b) {
        uint64_t x = ((const RecordPlace *) a)->cookie, y = ((const RecordPlace *) b)->cookie;

        return x < y ? -1 : x > y;
}

int record_index(Buffer *text, RecordIndex *ret) {
        char *end = text->data + text->size, *newline;
        _cleanup_free_ RecordPlace *places = NULL;
        size_t n = 0, n_lines = 0;

        for (char *c = text->data; c && c < end && (c = memchr(c, '\n', (size_t) (end - c))); c++)
                n_lines++;
        places = calloc(n_lines + 1, sizeof(RecordPlace));
        if (!places)
                return -ENOMEM;
        for (char *line = text->data; n_lines-- > 0; line = newline + 1) {
                const char *cookie = startswith(line, "{\"cookie\":\"");

                newline = memchr(line, '\n', (size_t) (end - line));
                *newline = '\0';
                if (cookie)
                        places[n++] = (RecordPlace){ strtoull(cookie, NULL, 10), line };
        }
        qsort(places, n, sizeof(RecordPlace), compare);
        *ret = (RecordIndex){ STEAL_POINTER(places), n };
        return 0;
}

void record_index_done(RecordIndex *index) {
        free(index->places);
        *index = (RecordIndex){};
}

const char *record_find(const RecordIndex *index, int fd) {
        const RecordPlace wanted = { .cookie = cookie_of(fd) }, *found;

        if (wanted.cookie == 0 || index->n == 0)
                return NULL;
        found = bsearch(&wanted, index->places, index->n, sizeof(RecordPlace), compare);
        return found ? found->line : NULL;
}
