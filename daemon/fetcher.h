/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * The other end of the pipe to tickerd-fetch: names go out, one line of reply each comes back. The
 * fetcher is a child over a socket pair, or whatever answers at a Unix socket; it is opened when
 * first needed, and dropped and opened anew when it dies, hangs or says what it should not.
 * Requests that were in flight then are asked again, one at a time and on a connection of their
 * own, so that the guilty one is known and nobody else waits for it.
 *
 * A fetcher remembers what it has said as long as its connection lives. After a reply that was not
 * put to use that memory is not ours: what is in flight comes to its end there, and all that is
 * asked from then on goes to a new connection, and so without validators.
 */

#include <systemd/sd-event.h>

#include "daemon/fetch-reply.h"

#define FETCHER_IN_FLIGHT_MAX 16U

typedef struct Fetcher Fetcher;

/* Every request ends with a call of one of these. Either may ask again. */
typedef struct FetcherEvents {
        /*
         * A reply, valid during the call, and the number of the connection that it came on: one of
         * "unchanged" speaks of replies on the same one. Returns negative when it was not put to
         * use: -EBADMSG, it cannot be true; -ECANCELED, it could not be stored.
         */
        int (*reply)(void *request, const FetchReply *reply, unsigned connection);

        /* There is no reply, and will be none: why, as a state and a sentence. */
        void (*failed)(void *request, State state, const char *detail);
} FetcherEvents;

/*
 * how: a program, started with --config= of that path (NULL: without), or a Unix socket; both are
 * copied. Nothing is started yet. json: a connection for its functions, which outlives the fetcher.
 */
int fetcher_new(sd_event *event, Db *json, const char *how, const char *config,
                const FetcherEvents *events, Fetcher **ret);
Fetcher *fetcher_free(Fetcher *fetcher);

/*
 * Asks for a source, whose name must live until it is answered or fetcher_drop() forgets it; one
 * request a name at a time. timeout: the source's; the reply may take a little longer. request is
 * handed back with the answer. -ENOMEM.
 */
int fetcher_ask(Fetcher *fetcher, const char *name, usec_t timeout, void *request);

/* Closes all connections and forgets all requests: nothing asked before is answered any more. */
void fetcher_drop(Fetcher *fetcher);
