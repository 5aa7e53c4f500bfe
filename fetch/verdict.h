/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What an answer means: HTTP's words and curl's errors as states of a reply. */

#include <curl/curl.h>

#include "fetch/reply.h"

typedef struct Question {
        bool conditional; /* we named what we have, so that 304 is an answer */
        bool too_large;   /* we broke off: the body passed MaxSize= */
        bool headers_too_large;
        bool body_begun;   /* so the status and the header are there, whatever happened then */
        bool refused;      /* we did not open a socket to a private address after a redirect */
        const char *error; /* curl's own words, or "" */
} Question;

/*
 * The state of a transfer that ended with code, redirects aside. STATE_OK: there is a page in the
 * body. Sets http, retry_after and fresh_for too.
 */
void verdict(CURL *easy, CURLcode code, const Question *question, Reply *reply);

/* Shall the status be followed to its Location? */
bool verdict_is_redirect(long status);

/* A field of the last answer, the last one of its name; NULL: not there. Valid until the next
 * transfer. */
const char *verdict_header(CURL *easy, const char *name);
