/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * Conditional GETs, several at once, from a source to a verdict, with connections kept between
 * them. http_proxy and its kin are obeyed as in curl(1).
 */

#include "common/source.h"
#include "fetch/origin.h"
#include "fetch/reply.h"
#include "fetch/validators.h"

typedef struct Http Http;

/* What is kept of a page from one GET to the next. Zeroes: nothing. */
typedef struct HttpMemory {
        Validators known;     /* set by whoever reads the page: is it worth keeping? */
        usec_t asked_without; /* when we last asked without them */
        bool distrusted;      /* the last GET failed: new connections, names looked up again */
        usec_t lonely_until;  /* no connection is kept: kept ones die without a word */
} HttpMemory;

typedef struct HttpAnswer {
        Reply *reply; /* state is STATE_OK: a page has come, and is in body; the callee empties it
                       */
        Buffer *body;
        PageOrigin origin;
        Validators *validators; /* to be taken over, or left */
} HttpAnswer;

typedef void (*http_fn)(const HttpAnswer *answer, void *userdata);

int http_new(const char *user_agent, Http **ret);
Http *http_free(Http *http);
DEFINE_CLEANUP(Http, http_free);

/*
 * Begins to fetch url for a source. Source and memory, which may be NULL, must live until fn is
 * called, which happens once, from http_turn(). -ENOMEM.
 */
int http_get(Http *http, const Source *source, const char *url, HttpMemory *memory, http_fn fn,
             void *userdata);

/* How many have begun and not ended. */
unsigned http_in_flight(const Http *http);

/*
 * Waits until something happens, at most until the next deadline, and does what is to be done. With
 * fd >= 0 it also waits for poll()'s events there (POLLIN, or 0: hung up), and says so in
 * *ret_ready. Errors are fatal.
 */
int http_turn(Http *http, int fd, short events, bool *ret_ready);
