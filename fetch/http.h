/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * Conditional GETs, several at once, from a source to a verdict, with connections kept between
 * them. http_proxy and its kin are obeyed as in curl(1).
 */

#include "common/source.h"
#include "fetch/reply.h"

typedef struct Http Http;

/* What a server said about a page, to ask next time whether there is another. Empty: url is NULL.
 */
typedef struct Validators {
        char *url; /* the one that answered, after redirects */
        char *etag;
        char *last_modified;
} Validators;

void validators_done(Validators *validators);

typedef struct HttpAnswer {
        Reply *reply; /* state is STATE_OK: a page has come, and is in body; the callee empties it
                       */
        Buffer *body;
        const char *url;
        const char *charset;    /* of Content-Type, or NULL */
        Validators *validators; /* to be taken over, or left */
} HttpAnswer;

typedef void (*http_fn)(const HttpAnswer *answer, void *userdata);

int http_new(const char *user_agent, Http **ret);
Http *http_free(Http *http);
DEFINE_CLEANUP(Http, http_free);

/*
 * Begins to fetch url for a source. Source and known, what was kept of an earlier answer or NULL,
 * must live until fn is called, which happens once, from http_turn(). -ENOMEM.
 */
int http_get(Http *http, const Source *source, const char *url, const Validators *known, http_fn fn,
             void *userdata);

/* How many have begun and not ended. */
unsigned http_in_flight(const Http *http);

/*
 * Waits until something happens, at most until the next deadline, and does what is to be done. With
 * fd >= 0 it also waits for poll()'s events there (POLLIN, or 0: hung up), and says so in
 * *ret_ready. Errors are fatal.
 */
int http_turn(Http *http, int fd, short events, bool *ret_ready);
