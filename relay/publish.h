/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Items as messages: each on a subject of its own, refused by the stream when it is there. */

#include "client/client.h"
#include "relay/session.h"

/* For session_run(): what the stream says of a message. */
void publish_acknowledged(jsCtx *js, natsMsg *message, jsPubAck *ack, jsPubAckErr *error,
                          void *window);

/* Publishes the line of an item, and adds it to the window, in which there must be room; does not
 * wait. Whatever goes wrong fails the window. */
void publish_item(const Session *session, const ClientEvent *event);
