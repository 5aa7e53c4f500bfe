/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The socket and all of its subscribers. */

#include <sys/types.h>

#include "daemon/subscriber.h"

typedef struct Hub Hub;

/* Nobody listens yet. What the context names outlives the hub, which fills in ended. */
int hub_new(const SubscriberContext *context, unsigned max_subscribers, Hub **ret);

/* Closes all connections, and removes the socket if the hub made it. */
Hub *hub_free(Hub *hub);

/*
 * Listens at a path, with that mode; a socket that a dead daemon left there is replaced. What is
 * wrong is logged; -EADDRINUSE: somebody listens there.
 */
int hub_listen(Hub *hub, const char *path, mode_t mode);

/* Listens at a socket that the service manager opened; it is the hub's from now on, its path is
 * not. */
int hub_listen_fd(Hub *hub, int fd);

/* After a reload. The mode is that of a socket the hub made. */
void hub_set(Hub *hub, unsigned max_subscribers, mode_t mode);

/* The tape has grown, or lost its beginning. */
void hub_run(Hub *hub);

unsigned hub_count(const Hub *hub);

/* Calls fn for each subscriber. */
void hub_each(const Hub *hub, void (*fn)(const SubscriberInfo *info, void *userdata),
              void *userdata);

/* No more subscribers, and a last word to each; empty is called once all of them are gone. */
void hub_stop(Hub *hub, void (*empty)(void *userdata), void *userdata);
