/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * One client of the socket: a place on the tape, the bytes that must go first (the rest of a line
 * begun, an answer), and a request half read. What it costs is bounded, however slow the client is.
 */

#include "common/buffer.h"
#include "daemon/epoll-set.h"
#include "daemon/request.h"
#include "daemon/shared-text.h"
#include "daemon/source-states.h"

typedef struct Subscriber Subscriber;

/* What the server lends to all of its subscribers. */
typedef struct SubscriberContext {
        EpollSet *set;
        Db *json;
        Tape *tape;
        SourceStates *states;
        /* The answer to one who asks for the status; the caller owns a reference. */
        int (*status)(void *userdata, SharedText **ret);
        void *userdata;
        /* It is over: free it. Nothing of it is touched afterwards. */
        void (*ended)(void *userdata);
} SubscriberContext;

/*
 * Takes the connected, non-blocking socket, also when it fails. It begins with what is new from now
 * on. userdata is for ended().
 */
int subscriber_new(const SubscriberContext *context, int fd, void *userdata, Subscriber **ret);
Subscriber *subscriber_free(Subscriber *subscriber);

/* Who it is, where it is, and what it wants (a JSON array of names; NULL: all); valid until its
 * next request. */
typedef struct SubscriberInfo {
        pid_t pid;
        int64_t place;
        const char *filter;
} SubscriberInfo;

SubscriberInfo subscriber_info(const Subscriber *subscriber);

/* The tape has grown, or a state has changed. May end the subscriber. */
void subscriber_wake(Subscriber *subscriber);

/*
 * The daemon stops: {"type":"bye","reason":"stopping"} after the line begun, then the end. May end
 * the subscriber, or else that comes when the client has read.
 */
void subscriber_stop(Subscriber *subscriber);

/* Throws away, within limits, what a client has sent: closing over unread bytes would reset its
 * connection. */
void subscriber_drain(int fd);

/*
 * Appends a line from which subscriber_restore() makes the same subscriber (subscriber-record.h).
 * Its connection, in ret_fd, is to be left with the service manager; the subscriber may only be
 * freed then. 0: it has no future to hand over: its last word was said, or it is in the middle of a
 * status.
 */
int subscriber_save(Subscriber *subscriber, Buffer *b, int *ret_fd);

bool subscriber_was_saved(const Subscriber *subscriber);

/* Takes the connection, also when it fails. -EBADMSG: the line is not what was saved. */
int subscriber_restore(const SubscriberContext *context, int fd, void *userdata, const char *line,
                       Subscriber **ret);
