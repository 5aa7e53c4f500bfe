/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * A subscriber as it is written down for the next daemon, in this version or a later one: a line of
 * JSON that begins with the cookie of its connection (SO_COOKIE), by which it is found again.
 *
 * {"cookie":"…","request":{…},"end":…,"pending":"…","input":"…"}: bytes are in hexadecimal.
 */

#include "common/buffer.h"
#include "sql/db.h"

typedef struct SubscriberRecord {
        /* What it would have to ask for to stand where it stands: */
        int64_t after;
        bool live, states;
        const char *sources; /* a JSON array, NULL: all */

        int64_t end;
        const Buffer *pending, *input;
} SubscriberRecord;

/* Appends a line. -ENOBUFS: it is too long for the buffer, and nothing was appended; other errors
 * as sql/db.h and buffer_append(). */
int record_write(Db *json, int fd, const SubscriberRecord *record, Buffer *b);

/*
 * Reads a line: the request as JSON (the caller frees it), the end, and the bytes, which are
 * appended. -EBADMSG: it is not what was written.
 */
int record_read(Db *json, const char *line, char **ret_request, int64_t *ret_end, Buffer *pending,
                Buffer *input);

/* Lines that were written, by their cookies. */
typedef struct RecordIndex {
        struct RecordPlace *places; /* in the order of their cookies */
        size_t n;
} RecordIndex;

/* Divides the text, which must live as long as the index, into lines. -ENOMEM. */
int record_index(Buffer *text, RecordIndex *ret);
void record_index_done(RecordIndex *index);

/* The line of this connection, or NULL. */
const char *record_find(const RecordIndex *index, int fd);
