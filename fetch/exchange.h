/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * One question to one server, and its answer as it came: no redirects, no second try, no judgement.
 * http.c decides what comes next, verdict.c says what it means.
 */

#include <curl/curl.h>

#include "common/source.h"
#include "fetch/http.h"

typedef struct Exchange {
        CURL *easy;
        struct curl_slist *headers;
        size_t header_size;
        size_t discarded;            /* bytes of a body that nobody reads */
        char error[CURL_ERROR_SIZE]; /* curl's own words, or "" */
        Buffer body;

        /* The question. */
        bool guarded;     /* it comes from a public address, so it may not go to another kind */
        bool conditional; /* it names what we have, so 304 is an answer */

        /* What became of it. */
        CURLcode code;
        long status;     /* 0: there is none */
        bool body_begun; /* so status and header are there, whatever happened then */
        bool body_too_large, header_too_large; /* we broke off */
        bool refused;                          /* we did not open a socket: guarded */
} Exchange;

typedef struct Question {
        const char *url;
        const char *user_agent;
        const Source *source;
        const Validators *known; /* of an earlier answer, or NULL */
        usec_t timeout;
        bool guarded;
} Question;

/* Makes ready to ask, with curl's multi interface; userdata is the CURLINFO_PRIVATE. -ENOMEM. */
int exchange_begin(Exchange *e, const Question *question, void *userdata);

/* The answer is there, or never will be. */
void exchange_end(Exchange *e, CURLcode code);

void exchange_done(Exchange *e);

/* A field of the answer's header, the last one of its name; NULL: not there. Valid until the next
 * question. */
const char *exchange_header(const Exchange *e, const char *name);

/* charset= of Content-Type, in a copy. NULL: none. */
char *exchange_charset(const Exchange *e);

/* Where a redirect leads. NULL: it is none, or does not say. */
const char *exchange_location(const Exchange *e);

/* Did a public address answer? */
bool exchange_was_public(const Exchange *e);
