/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Reading what a client of the socket asks for; tickerd-protocol(7). */

#include "daemon/tape.h"
#include "sql/db.h"

#define REQUEST_MAX (16U * 1024U) /* bytes of a line, without its newline */

/* Which sources' items a client wants: bit n of bits stands for source number n. No bits: all. */
typedef struct RequestFilter {
        uint8_t *bits;
        size_t size; /* bytes */
        char *names; /* as a JSON array, for tape_last() and for the status */
} RequestFilter;

void filter_done(RequestFilter *filter);

static inline bool filter_has(const RequestFilter *filter, uint32_t source) {
        return !filter->bits ||
               (source / 8 < filter->size && filter->bits[source / 8] & 1U << source % 8);
}

typedef struct Request {
        bool status;
        bool states;
        bool live;     /* go on after the replay */
        int64_t after; /* the place to start from */
        RequestFilter filter;
} Request;

/* What an error is called in the answer; the message is a constant. */
typedef struct RequestError {
        const char *code;
        const char *message;
} RequestError;

/*
 * Reads one line, which is not empty. json is any connection. -EBADMSG: what is wrong is in
 * ret_error; other errors as sql/db.h. The caller empties ret with filter_done(&ret->filter).
 */
int request_parse(Db *json, Tape *tape, const char *line, size_t size, Request *ret,
                  RequestError *ret_error);
