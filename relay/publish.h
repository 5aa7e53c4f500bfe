/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Publishes items as messages. Each has a subject of its own, and the stream refuses it if it has
 * it already. */

#include "client/client.h"
#include "relay/session.h"

/* For session_run(): takes the stream's answer to a message. */
void publish_acknowledged(jsCtx *js, natsMsg *message, jsPubAck *ack, jsPubAckErr *error,
                          void *window);

/* Publishes the line of an item and adds it to the window, in which there must be room. Does not
 * wait. Errors fail the window. */
void publish_item(const Session *session, const ClientEvent *event);
