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

typedef struct EpollSet EpollSet;

/* One descriptor, part of whatever owns it. Before epoll_set_add() it is {}. */
typedef struct EpollEntry {
        EpollSet *set; /* NULL: not in one */
        int fd;
        uint32_t events; /* as epoll(7), level-triggered */
        void (*ready)(uint32_t revents, void *userdata);
        void *userdata;
} EpollEntry;

/* It is not to be freed from an entry's ready(). */
int epoll_set_new(sd_event *event, EpollSet **ret);
EpollSet *epoll_set_free(EpollSet *set);

/* The entry, filled in but for the set and in none yet, stays where it is until it is removed. */
int epoll_set_add(EpollSet *set, EpollEntry *entry);

/* Waits for other events from now on. The entry is in a set. */
int epoll_set_change(EpollEntry *entry, uint32_t events);

/* Also from a ready(), its own or another's, and also of one that is in no set. */
void epoll_set_remove(EpollEntry *entry);
