/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * Connections to the NATS servers, with JetStream on them, one after the other. None reconnects:
 * whatever fails, all begins anew with another one, and so there is one way to begin, which is well
 * used. What failed first is in the window.
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

/* The next of several steps with the library, unless one before has failed. */
#define IFOK(status, step)                                                                         \
        do {                                                                                       \
                if ((status) == NATS_OK)                                                           \
                        (status) = (step);                                                         \
        } while (0)

/* With a connection and an empty window, until the window has failed or there is reason to stop.
 * Negative: not another time. */
typedef int (*session_fn)(Session *session, void *userdata);

/*
 * Connects, calls fn, and does it again after a pause, until TERM or INT, until fn has had enough,
 * or until something fails that waiting does not help. Returns an exit status; all is logged. ack,
 * which may be NULL, is called for each message that js_PublishMsgAsync() published, in a thread of
 * the library, with the window.
 */
int session_run(const RelayConfig *config, jsPubAckHandler ack, session_fn fn, void *userdata);

/* All goes well: the next trouble is told, and does not make us wait long. */
void session_well(Session *session);

/*
 * Something failed, with a status and perhaps JetStream's error code (0: it was not JetStream): the
 * window gets to know it, with what the library or the server has to say.
 */
void session_fail(const Session *session, const char *what, natsStatus status, jsErrCode code);
