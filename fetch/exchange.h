/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * One question to one server, and its answer as it came: no redirects, no second try, no judgement.
 * http.c decides what comes next, verdict.c says what it means.
 */

#include <curl/curl.h>

#include "common/source.h"
#include "common/timespan.h"
#include "fetch/budget.h"
#include "fetch/decode.h"
#include "fetch/tls.h"
#include "fetch/validators.h"

typedef struct Question {
        const char *url;  /* without user and password */
        const char *user; /* of the source's own URL, "name:password", or NULL */
        const char *user_agent;
        Tls *tls;
        Budget *budget;
        const Source *source;
        const Validators *known; /* of an earlier answer, or NULL */
        usec_t timeout;
        bool guarded; /* it comes from a public address, so it may not go to another kind */
        bool fresh;   /* on a new connection, the name looked up again */
        bool last;    /* its connection is not kept */
} Question;

typedef struct Exchange {
        CURL *easy;
        struct curl_slist *headers;
        Buffer cookies; /* of Header= */
        size_t header_size;
        size_t discarded;            /* bytes of a body that nobody reads */
        char error[CURL_ERROR_SIZE]; /* curl's own words, or "" */
        Decoder *decoder;
        Buffer body; /* decoded */
        bool coded;
        Share share; /* of the budget, for the body */

        bool guarded;
        bool proxied;
        bool conditional; /* it names what we have, so 304 is an answer */

        /* What became of it. */
        bool connected, sent; /* a connection was opened for it; it was sent */
        bool begun;           /* a byte has come back */
        bool header_ended;    /* its last line has come */
        bool excess;          /* more came than Content-Length says */
        CURLcode code;
        long status;           /* 0: there is none */
        bool body_begun;       /* so status and header are there, whatever happened then */
        bool error_unreadable; /* its codings are not ours */
        int body_error;        /* we broke off: too large (-ENOBUFS), or not what its coding says */
        bool header_too_large; /* we broke off */
        bool refused;          /* we did not open a socket: guarded */
        bool burden;           /* we gave it up, since others needed its room */
} Exchange;

/* Makes ready to ask, with curl's multi interface; userdata is the CURLINFO_PRIVATE. Cookies stay
 * from one question to the next. -ENOMEM. */
int exchange_begin(Exchange *e, const Question *question, void *userdata);

/* It waited for room, and there is some. Not CURLE_OK: that is how it has ended. */
CURLcode exchange_resume(Exchange *e);

/* It has ended with this code, or is broken off with it, and then its connection is not used again.
 */
void exchange_end(Exchange *e, CURLcode code);

void exchange_done(Exchange *e);

/* A field of the answer's header, the last one of its name; NULL: not there. Valid until the next
 * question. */
const char *exchange_header(const Exchange *e, const char *name);

/* The same, by its number among those of its name, from 0; NULL: past the 32nd, too. */
const char *exchange_header_at(const Exchange *e, const char *name, size_t i);

/* charset= of Content-Type, in a copy. NULL: none. */
char *exchange_charset(const Exchange *e);

/* It was sent over a connection of earlier. */
bool exchange_is_kept(const Exchange *e);

/* And not a byte has come back. */
bool exchange_is_silent(const Exchange *e);

/* Is the body all that was sent? */
bool exchange_is_whole(const Exchange *e);

/* Does anything but the end of the connection tell that this is all of it? */
bool exchange_tells_end(const Exchange *e);

/* Did a public address answer? */
bool exchange_was_public(const Exchange *e);
