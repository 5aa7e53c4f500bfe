/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * Many descriptors behind one event source. sd-event looks through everything that is ready before
 * each single handler, so that a thousand ready subscribers would cost a million looks; here all
 * that is ready has its turn after one look.
 */

#include <sys/epoll.h>
#include <systemd/sd-event.h>

#include "common/util.h"

typedef struct Crowd Crowd;

/* One descriptor, part of whatever owns it. Before crowd_join() it is {}. */
typedef struct CrowdMember {
        Crowd *crowd; /* NULL: not in it */
        int fd;
        uint32_t events; /* as epoll(7), level-triggered */
        void (*ready)(uint32_t revents, void *userdata);
        void *userdata;
} CrowdMember;

/* It is not to be freed from a member's ready(). */
int crowd_new(sd_event *event, Crowd **ret);
Crowd *crowd_free(Crowd *crowd);

/* The member, filled in but for the crowd, stays where it is until it leaves. */
int crowd_join(Crowd *crowd, CrowdMember *member);

/* Waits for other events from now on. */
int crowd_wait(CrowdMember *member, uint32_t events);

/* Also from a ready(), its own or another's, and also of one who is not in it. */
void crowd_leave(CrowdMember *member);
