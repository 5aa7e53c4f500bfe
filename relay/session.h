/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * Connections to the NATS servers, with JetStream, one after the other. A connection is never
 * repaired: after any failure everything begins anew with another one, so that there is one way to
 * begin, and it is used often. What failed first is in the window.
 */

#include <nats/nats.h>

#include "common/timespan.h"
#include "relay/relay-config.h"
#include "relay/window.h"

typedef struct Session {
        const RelayConfig *config;
        Window *window;
        natsConnection *connection;
        jsCtx *js;
        char server[256];             /* without what is secret in its URL */
        char trouble[WINDOW_WHY_MAX]; /* that was told since all went well */
        usec_t pause;                 /* before the last connection; 0: all went well since */
} Session;

/* Calls the next of several functions of the library, unless an earlier one has failed. */
#define IFOK(status, step)                                                                         \
        do {                                                                                       \
                if ((status) == NATS_OK)                                                           \
                        (status) = (step);                                                         \
        } while (0)

/* Called with a connection and an empty window; returns when the window has failed or there is a
 * reason to stop. Negative: do not connect again. */
typedef int (*session_fn)(Session *session, void *userdata);

/*
 * Connects and calls fn, again and again with a pause between, until TERM or INT, until fn returns
 * an error, or until something fails that waiting does not help. Returns an exit status; errors are
 * logged. ack, which may be NULL, is called in a thread of the library for each message that
 * js_PublishMsgAsync() published, with the window.
 */
int session_run(const RelayConfig *config, jsPubAckHandler ack, session_fn fn, void *userdata);

/* Notes that all goes well: the next trouble is logged again, and the next pause is short again. */
void session_well(Session *session);

/* Fails the window, with the words of the library or the server for a status and perhaps an error
 * code of JetStream (0: it was not JetStream). */
void session_fail(const Session *session, const char *what, natsStatus status, jsErrCode code);
