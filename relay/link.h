/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * A connection to the NATS servers, with JetStream on it. It does not reconnect: whoever uses it
 * begins anew with another one, and so there is one way to begin, which is well used.
 */

#include <nats/nats.h>

#include "relay/config.h"
#include "relay/window.h"

/* How a step ended; if it was not good, a reason says why, in WINDOW_WHY_MAX bytes. */
typedef enum Outcome {
        OUTCOME_GOOD,
        OUTCOME_WAIT,    /* it may go well later */
        OUTCOME_REFUSED, /* not until somebody changes something */
} Outcome;

typedef struct Link {
        natsConnection *connection;
        jsCtx *js;
        char server[256]; /* without what is secret in its URL */
} Link;

/*
 * Connects to one of the servers, with at most 2 s for each, and opens the window with the
 * connection and its jsCtx: an end of the connection and what the server forbids fail it. ack,
 * which may be NULL, is called for each message that js_PublishMsgAsync() published, in a thread of
 * the library, with the window. The window must live as long as the process uses NATS.
 */
Outcome link_new(const RelayConfig *config, Window *window, jsPubAckHandler ack, Link **ret,
                 char *why);
Link *link_free(Link *link);
DEFINE_CLEANUP(Link, link_free);

/*
 * What it means that something failed, by the status and by JetStream's error code (0: it was not
 * JetStream), and the reason: what, and what the library or the server has to say.
 */
Outcome link_explain(const char *what, natsStatus status, jsErrCode code, char *why);
