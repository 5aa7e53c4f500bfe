/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* A subscriber has two files: subscriber.c, its work; subscriber-state.c, how it outlives the
 * daemon. */

#include "common/buffer.h"
#include "daemon/subscriber.h"

/* The rest of a line begun and a few short answers. */
#define PENDING_MAX (TAPE_LINE_MAX + 4096U)
#define READ_BYTES 4096U

struct Subscriber {
        const SubscriberContext *context;
        void *userdata; /* for ended() */
        int fd;
        CrowdMember member;

        int64_t place; /* the last item that was sent or passed over */
        int64_t end;   /* live = false: say goodbye after this one */
        Filter filter;
        bool states;           /* wants to hear of changes of state, */
        uint64_t states_place; /* beginning after this one */
        Report *report;        /* the status asked for, and how much of it went out */
        size_t report_sent;
        pid_t pid;
        bool live;
        bool read_closed; /* the client has shut its sending side */
        bool saved;       /* the connection is another daemon's from now on */
        bool closing;     /* nothing but pending goes out any more */
        Buffer pending;
        Buffer input;
};

/* The stream begins anew as the request says, whose filter is taken over. */
void subscriber_begin(Subscriber *s, const Request *request);
