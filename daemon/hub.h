/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The socket and all of its subscribers. */

#include <sys/types.h>

#include "daemon/subscriber.h"

typedef struct Hub Hub;

/* Nobody listens yet. What the context names outlives the hub, which fills in crowd and ended. */
int hub_new(sd_event *event, const SubscriberContext *context, unsigned max_subscribers, Hub **ret);

/* Closes all connections, and removes the socket if the hub made it. */
Hub *hub_free(Hub *hub);

/*
 * Listens at a path, with that mode; a socket that a dead daemon left there is replaced. What is
 * wrong is logged; -EADDRINUSE: somebody listens there.
 */
int hub_listen(Hub *hub, const char *path, mode_t mode);

/*
 * Listens at a socket that is open already, which is the hub's from now on. path: where it is if it
 * is ours to remove; NULL: it is the service manager's.
 */
int hub_listen_fd(Hub *hub, int fd, const char *path);

/*
 * Leaves the socket and the subscribers with the service manager; those it cannot take stay, and
 * are to be stopped. An error, too, leaves no subscriber twice.
 */
int hub_hand_over(Hub *hub);

/* Goes on with subscribers that a daemon before left. */
typedef struct Handover Handover;
void hub_take_over(Hub *hub, Handover *handover);

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
