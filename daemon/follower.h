/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * The daemon's own follower of the tape: it hands each item to a sink, the journal or standard
 * output, and keeps in the store up to which they are safe there. A sink that takes nothing delays
 * nobody: the follower waits, and falls behind.
 */

#include <systemd/sd-event.h>

#include "daemon/store.h"

typedef struct Follower Follower;

typedef struct Sink {
        /*
         * Takes an item. 0: taken; -EAGAIN: not now, wait until the descriptor can be written;
         * -EINPROGRESS: not now, somebody calls follower_run() when it is time; another error: not
         * now, try again in a while.
         */
        int (*write)(void *userdata, const StoreItem *item);
        int (*fd)(void *userdata); /* negative when there is none to wait for */
        /* Where to go on: place, or before it if the sink needs items again. NULL: place. */
        int64_t (*resume)(void *userdata, int64_t place);
        /* Items up to place were taken. Up to which can they not get lost any more? NULL: place. */
        int64_t (*taken)(void *userdata, int64_t place);
        void *userdata;
} Sink;

/*
 * Goes on from the place in the store. The store and the sink outlive the follower. done is called
 * after each run, with 0 when everything is handed over, or what kept the sink from taking more.
 */
int follower_new(sd_event *event, Store *store, const Sink *sink,
                 void (*done)(void *userdata, int error), void *userdata, Follower **ret);
Follower *follower_free(Follower *follower);

/* The tape has grown, or the sink can take more: hand over what can be handed over now. */
void follower_run(Follower *follower);

/* How many items lie before it. */
int64_t follower_behind(const Follower *follower);
