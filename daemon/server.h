/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The socket and all of its subscribers. */

#include <sys/types.h>

#include "daemon/subscriber.h"

typedef struct Server Server;

/* Nobody listens yet. What the context names outlives the server, which fills in set and ended. */
int server_new(sd_event *event, const SubscriberContext *context, unsigned max_subscribers,
               Server **ret);

/* Closes all connections, and removes the socket if the server made it. */
Server *server_free(Server *server);

/*
 * Listens at a path, with that mode; a socket that a dead daemon left there is replaced. What is
 * wrong is logged; -EADDRINUSE: somebody listens there.
 */
int server_listen(Server *server, const char *path, mode_t mode);

/*
 * Listens at a socket that is open already, which is the server's from now on. path: where it is if
 * it is ours to remove; NULL: it is the service manager's.
 */
int server_listen_fd(Server *server, int fd, const char *path);

/*
 * Leaves the socket and the subscribers with the service manager; those it cannot take stay, and
 * are to be stopped. An error, too, leaves no subscriber twice.
 */
int server_hand_over(Server *server);

/* Goes on with subscribers that a daemon before left. */
typedef struct Handover Handover;
void server_take_over(Server *server, Handover *handover);

/* After a reload. The mode is that of a socket the server made. */
void server_set(Server *server, unsigned max_subscribers, mode_t mode);

/* The tape has grown, or lost its beginning. */
void server_run(Server *server);

unsigned server_count(const Server *server);

/* Calls fn for each subscriber. */
void server_each(const Server *server, void (*fn)(const SubscriberInfo *info, void *userdata),
                 void *userdata);

/* No more subscribers, and a last word to each; empty is called once all of them are gone. */
void server_stop(Server *server, void (*empty)(void *userdata), void *userdata);
