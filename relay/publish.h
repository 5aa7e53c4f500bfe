/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Items as messages: each on a subject of its own, refused by the stream when it is there. */

#include "relay/line.h"
#include "relay/link.h"

/* For link_new(): what the stream says of a message. */
void publish_acknowledged(jsCtx *js, natsMsg *message, jsPubAck *ack, jsPubAckErr *error,
                          void *window);

/*
 * Publishes a line of n bytes, which is this item, and adds it to the window, in which there must
 * be room; does not wait. Negative: the item is not one that can be published (-EBADMSG), or
 * -ENOMEM; logged. Whatever else goes wrong fails the window.
 */
int publish_item(const RelayConfig *config, const Link *link, Window *window, const Line *item,
                 const char *text, size_t n);
