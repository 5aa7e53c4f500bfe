/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "daemon/crowd.h"

#define BATCH 64 /* then the other event sources have their turn */

struct Crowd {
        int fd;
        sd_event_source *io;
        struct epoll_event ready[BATCH]; /* those whose turn is still to come begin at next */
        int n_ready, next;
};

static int on_ready(_unused_ sd_event_source *s, int fd, _unused_ uint32_t revents,
                    void *userdata) {
        Crowd *crowd = userdata;

        crowd->n_ready = epoll_wait(fd, crowd->ready, BATCH, 0);
        for (crowd->next = 0; crowd->next < crowd->n_ready;) {
                const struct epoll_event *event = crowd->ready + crowd->next++;
                const CrowdMember *member = event->data.ptr;

                if (member)
                        member->ready(event->events, member->userdata);
        }
        return 0;
}

int crowd_new(sd_event *event, Crowd **ret) {
        Crowd *crowd;
        int r;

        crowd = calloc(1, sizeof(Crowd));
        if (!crowd)
                return -ENOMEM;
        crowd->fd = epoll_create1(EPOLL_CLOEXEC);
        r = crowd->fd < 0 ? -errno
                          : sd_event_add_io(event, &crowd->io, crowd->fd, EPOLLIN, on_ready, crowd);
        if (r < 0) {
                (void) crowd_free(crowd);
                return r;
        }
        *ret = crowd;
        return 0;
}

Crowd *crowd_free(Crowd *crowd) {
        if (!crowd)
                return NULL;
        (void) sd_event_source_disable_unref(crowd->io);
        (void) safe_close(crowd->fd);
        free(crowd);
        return NULL;
}

static int control(Crowd *crowd, int operation, CrowdMember *member, uint32_t events) {
        struct epoll_event event = { .events = events, .data.ptr = member };

        return epoll_ctl(crowd->fd, operation, member->fd, &event) < 0 ? -errno : 0;
}

int crowd_join(Crowd *crowd, CrowdMember *member) {
        int r;

        r = control(crowd, EPOLL_CTL_ADD, member, member->events);
        if (r >= 0)
                member->crowd = crowd;
        return r;
}

int crowd_wait(CrowdMember *member, uint32_t events) {
        int r;

        if (events == member->events)
                return 0;
        r = control(member->crowd, EPOLL_CTL_MOD, member, events);
        if (r >= 0)
                member->events = events;
        return r;
}

void crowd_leave(CrowdMember *member) {
        Crowd *crowd = member->crowd;

        if (!crowd)
                return;
        /* Not left to close(): the connection may live on, with the service manager. */
        (void) control(crowd, EPOLL_CTL_DEL, member, 0);
        for (int i = crowd->next; i < crowd->n_ready; i++)
                if (crowd->ready[i].data.ptr == member)
                        crowd->ready[i].data.ptr = NULL;
        member->crowd = NULL;
}
