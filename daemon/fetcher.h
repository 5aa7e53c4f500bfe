/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * The other end of the pipes to tickerd-fetch: names go out, one line of reply each comes back. A
 * fetcher is a child over a socket pair, or whatever answers at a Unix socket. There are several,
 * each opened when it is needed:
 *
 *     up to FETCHER_LINKS_MAX that share the sources: a further one when all are busy
 *     one for sources whose pages are costly to read, so that they hold up only each other
 *     one at a time for a suspect
 *
 * One is dropped and opened anew when it dies, hangs or says what it should not. Requests that were
 * in flight then are asked again, one at a time and on a connection of their own, so that the
 * guilty one is known and nobody else waits for it.
 *
 * A fetcher remembers what it has said as long as its connection lives, so a source stays where it
 * was unless others there are in its way. After a reply that was not put to use that memory is not
 * ours: what is in flight comes to its end there, and all that is asked from then on goes to a new
 * connection, and so without validators.
 */

#include <systemd/sd-event.h>

#include "daemon/fetch-reply.h"

#define FETCHER_IN_FLIGHT_MAX 256U
#define FETCHER_LINKS_MAX 4U

typedef struct Fetcher Fetcher;

/* Every request ends with a call of reply() or failed(). Either may ask again. */
typedef struct FetcherEvents {
        /*
         * A reply, valid during the call, and the number of the connection that it came on: one of
         * "unchanged" speaks of replies on the same one. Returns negative when it was not put to
         * use: -EBADMSG, it cannot be true; -ECANCELED, it could not be stored.
         */
        int (*reply)(void *request, const FetchReply *reply, unsigned connection);

        /* There is no reply, and will be none: why, as a state and a sentence. */
        void (*failed)(void *request, State state, const char *detail);

        /* The replies that were there are all told; more come when the loop has gone round. Returns
         * negative when they could not be stored. */
        int (*told)(void *userdata);
        void *userdata;
} FetcherEvents;

/*
 * how: a program, started with --config= of that path (NULL: without), or a Unix socket; both are
 * copied. Nothing is started yet. json: a connection for its functions, which outlives the fetcher.
 */
int fetcher_new(sd_event *event, Db *json, const char *how, const char *config,
                const FetcherEvents *events, Fetcher **ret);
Fetcher *fetcher_free(Fetcher *fetcher);

typedef struct FetchTask {
        const char *name;    /* the source; must live until it is answered or dropped */
        usec_t timeout;      /* the source's; the reply may take a little longer */
        unsigned connection; /* that its last reply came on, 0: none */
        bool costly;         /* its page is costly to read */
        void *request;       /* handed back with the answer */
} FetchTask;

/* Asks for a source; one request a name at a time. -ENOMEM. */
int fetcher_ask(Fetcher *fetcher, const FetchTask *task);

/* Closes all connections and forgets all requests: nothing asked before is answered any more. */
void fetcher_drop(Fetcher *fetcher);
