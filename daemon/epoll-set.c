/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <assert.h>

#include "daemon/epoll-set.h"

#define BATCH 64 /* then the other event sources have their turn */

struct EpollSet {
        int fd;
        sd_event_source *io;
        struct epoll_event ready[BATCH]; /* those whose turn is still to come begin at next */
        int n_ready, next;
};

static int on_ready(_unused_ sd_event_source *s, int fd, _unused_ uint32_t revents,
                    void *userdata) {
        EpollSet *set = userdata;

        set->n_ready = epoll_wait(fd, set->ready, BATCH, 0);
        for (set->next = 0; set->next < set->n_ready;) {
                const struct epoll_event *event = set->ready + set->next++;
                const EpollEntry *entry = event->data.ptr;

                if (entry)
                        entry->ready(event->events, entry->userdata);
        }
        return 0;
}

int epoll_set_new(sd_event *event, EpollSet **ret) {
        EpollSet *set;
        int r;

        set = calloc(1, sizeof(EpollSet));
        if (!set)
                return -ENOMEM;
        set->fd = epoll_create1(EPOLL_CLOEXEC);
        r = set->fd < 0 ? -errno
                        : sd_event_add_io(event, &set->io, set->fd, EPOLLIN, on_ready, set);
        if (r < 0) {
                (void) epoll_set_free(set);
                return r;
        }
        *ret = set;
        return 0;
}

EpollSet *epoll_set_free(EpollSet *set) {
        if (!set)
                return NULL;
        (void) sd_event_source_disable_unref(set->io);
        (void) safe_close(set->fd);
        free(set);
        return NULL;
}

static int control(EpollSet *set, int operation, EpollEntry *entry, uint32_t events) {
        struct epoll_event event = { .events = events, .data.ptr = entry };

        return epoll_ctl(set->fd, operation, entry->fd, &event) < 0 ? -errno : 0;
}

int epoll_set_add(EpollSet *set, EpollEntry *entry) {
        int r;

        assert(!entry->set && entry->ready);
        r = control(set, EPOLL_CTL_ADD, entry, entry->events);
        if (r >= 0)
                entry->set = set;
        return r;
}

int epoll_set_change(EpollEntry *entry, uint32_t events) {
        int r;

        assert(entry->set);
        if (events == entry->events)
                return 0;
        r = control(entry->set, EPOLL_CTL_MOD, entry, events);
        if (r >= 0)
                entry->events = events;
        return r;
}

void epoll_set_remove(EpollEntry *entry) {
        EpollSet *set = entry->set;

        if (!set)
                return;
        /* Not left to close(): the connection may live on, with the service manager. */
        (void) control(set, EPOLL_CTL_DEL, entry, 0);
        for (int i = set->next; i < set->n_ready; i++)
                if (set->ready[i].data.ptr == entry)
                        set->ready[i].data.ptr = NULL;
        entry->set = NULL;
}
