/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <sys/queue.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include "common/log.h"
#include "daemon/handover.h"
#include "daemon/hub.h"

/* When descriptors run out, connections wait this long for their turn. */
#define ACCEPT_PAUSE USEC_PER_SEC
#define HANDOVER_TEXT_MAX (64U << 20)
#define ACCEPT_AT_ONCE 64 /* then the others have their turn */

typedef struct Member {
        Hub *hub;
        Subscriber *subscriber;
        LIST_ENTRY(Member) list;
} Member;

struct Hub {
        sd_event *event;
        SubscriberContext context;
        LIST_HEAD(, Member) members;
        unsigned count, max;
        void (*empty)(void *userdata); /* after hub_stop() */
        void *userdata;
        int fd;
        char *path; /* of the socket we made, to be removed */
        sd_event_source *io;
        sd_event_source *pause;
};

static void on_ended(void *userdata) {
        Member *member = userdata;
        Hub *hub = member->hub;

        LIST_REMOVE(member, list);
        hub->count--;
        (void) subscriber_free(member->subscriber);
        free(member);
        if (hub->empty && hub->count == 0)
                hub->empty(hub->userdata);
}

/* One too many: it is told so. The socket is new and empty, so the line goes out whole. */
static void refuse(int fd) {
        static const char line[] =
                "{\"type\":\"error\",\"code\":\"full\",\"message\":"
                "\"as many subscribers as MaxSubscribers= allows are here already\"}\n";

        (void) !send(fd, line, sizeof(line) - 1, MSG_DONTWAIT | MSG_NOSIGNAL);
        subscriber_drain(fd);
        (void) safe_close(fd);
}

/* line: what was saved of it, or NULL for a new one. */
static int add(Hub *hub, int fd, const char *line) {
        Member *member;
        int r;

        member = calloc(1, sizeof(Member));
        if (!member) {
                (void) safe_close(fd);
                return -ENOMEM;
        }
        member->hub = hub;
        r = line ? subscriber_restore(&hub->context, fd, member, line, &member->subscriber)
                 : subscriber_new(&hub->context, fd, member, &member->subscriber);
        if (r < 0) {
                free(member);
                return r;
        }
        LIST_INSERT_HEAD(&hub->members, member, list);
        hub->count++;
        return 0;
}

static void welcome(Hub *hub, int fd) {
        int r;

        if (hub->count >= hub->max) {
                refuse(fd);
                return;
        }
        r = add(hub, fd, NULL);
        if (r < 0)
                log_warning("a subscriber was turned away: %s", strerror(-r));
}

static int on_pause_over(_unused_ sd_event_source *s, _unused_ uint64_t usec, void *userdata) {
        Hub *hub = userdata;

        if (hub->io)
                (void) sd_event_source_set_enabled(hub->io, SD_EVENT_ON);
        return 0;
}

static int on_connection(_unused_ sd_event_source *s, int fd, _unused_ uint32_t revents,
                         void *userdata) {
        Hub *hub = userdata;

        for (int i = 0; i < ACCEPT_AT_ONCE; i++) {
                int client = accept4(fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);

                if (client >= 0) {
                        welcome(hub, client);
                        continue;
                }
                if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM) {
                        log_warning("no more subscribers for now: %s", strerror(errno));
                        (void) sd_event_source_set_enabled(hub->io, SD_EVENT_OFF);
                        (void) sd_event_source_set_time_relative(hub->pause, ACCEPT_PAUSE);
                        (void) sd_event_source_set_enabled(hub->pause, SD_EVENT_ONESHOT);
                }
                return 0; /* EAGAIN: that was all; anything else was that connection's trouble */
        }
        return 0;
}

int hub_new(sd_event *event, const SubscriberContext *context, unsigned max_subscribers,
            Hub **ret) {
        Hub *hub;
        int r;

        hub = calloc(1, sizeof(Hub));
        if (!hub)
                return -ENOMEM;
        hub->fd = -1;
        hub->max = max_subscribers;
        hub->context = *context;
        hub->context.ended = on_ended;
        hub->event = sd_event_ref(event);
        r = crowd_new(event, &hub->context.crowd);
        if (r >= 0)
                r = sd_event_add_time(event, &hub->pause, CLOCK_MONOTONIC, 0, 0, on_pause_over,
                                      hub);
        if (r >= 0)
                r = sd_event_source_set_enabled(hub->pause, SD_EVENT_OFF);
        if (r < 0) {
                (void) hub_free(hub);
                return r;
        }
        *ret = hub;
        return 0;
}

static void stop_listening(Hub *hub) {
        hub->io = sd_event_source_disable_unref(hub->io);
        hub->fd = safe_close(hub->fd);
        if (hub->path)
                (void) unlink(hub->path);
        free(hub->path);
        hub->path = NULL;
}

Hub *hub_free(Hub *hub) {
        if (!hub)
                return NULL;
        hub->empty = NULL;
        while (!LIST_EMPTY(&hub->members))
                on_ended(LIST_FIRST(&hub->members));
        stop_listening(hub);
        (void) sd_event_source_disable_unref(hub->pause);
        (void) crowd_free(hub->context.crowd);
        (void) sd_event_unref(hub->event);
        free(hub);
        return NULL;
}

/* Does anybody answer at this address? A socket that nobody does is what a dead daemon left. */
static bool is_alive(const struct sockaddr_un *address) {
        _cleanup_close_ int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

        return fd >= 0 && (connect(fd, (const struct sockaddr *) address, sizeof(*address)) >= 0 ||
                           errno == EAGAIN);
}

static int open_socket(const char *path, mode_t mode, int *ret) {
        struct sockaddr_un address = { .sun_family = AF_UNIX };
        _cleanup_close_ int fd = -1;
        struct stat st;
        mode_t before;
        int r;

        if (strlen(path) >= sizeof(address.sun_path))
                return -ENAMETOOLONG;
        strcpy(address.sun_path, path);
        if (lstat(path, &st) >= 0) {
                if (!S_ISSOCK(st.st_mode))
                        return -EEXIST;
                if (is_alive(&address))
                        return -EADDRINUSE;
                if (unlink(path) < 0)
                        return -errno;
        }

        fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
        if (fd < 0)
                return -errno;
        before = umask(0777 & ~mode); /* so that nobody gets in between bind() and chmod() */
        r = bind(fd, (struct sockaddr *) &address, sizeof(address)) < 0 ? -errno : 0;
        (void) umask(before);
        if (r < 0)
                return r;
        if (listen(fd, SOMAXCONN) < 0)
                return -errno;
        *ret = STEAL_FD(fd);
        return 0;
}

int hub_listen_fd(Hub *hub, int fd, const char *path) {
        int r;

        hub->fd = fd;
        if (path && !hub->path) {
                hub->path = strdup(path);
                if (!hub->path)
                        return log_oom();
        }
        r = sd_event_add_io(hub->event, &hub->io, fd, EPOLLIN, on_connection, hub);
        if (r < 0)
                log_error("cannot listen: %s", strerror(-r));
        return r;
}

int hub_listen(Hub *hub, const char *path, mode_t mode) {
        int r, fd = -1;

        r = open_socket(path, mode, &fd);
        if (r < 0) {
                log_error("cannot listen at %s: %s", path,
                          r == -EEXIST         ? "there is something that is no socket"
                          : r == -EADDRINUSE   ? "another program listens there"
                          : r == -ENAMETOOLONG ? "a socket's path has at most 107 bytes"
                                               : strerror(-r));
                return r;
        }
        return hub_listen_fd(hub, fd, path);
}

void hub_set(Hub *hub, unsigned max_subscribers, mode_t mode) {
        hub->max = max_subscribers;
        if (hub->path && chmod(hub->path, mode) < 0)
                log_warning("the mode of %s stays as it is: %s", hub->path, strerror(errno));
}

void hub_run(Hub *hub) {
        for (Member *m = LIST_FIRST(&hub->members), *next; m; m = next) {
                next = LIST_NEXT(m, list); /* only its own subscriber can end */
                subscriber_wake(m->subscriber);
        }
}

unsigned hub_count(const Hub *hub) {
        return hub->count;
}

void hub_each(const Hub *hub, void (*fn)(const SubscriberInfo *info, void *userdata),
              void *userdata) {
        const Member *m;

        LIST_FOREACH(m, &hub->members, list) {
                const SubscriberInfo info = subscriber_info(m->subscriber);

                fn(&info, userdata);
        }
}

int hub_hand_over(Hub *hub) {
        _cleanup_buffer_ Buffer text = BUFFER(HANDOVER_TEXT_MAX);
        _cleanup_free_ int *fds = NULL;
        Member *m, *next;
        size_t n = 0;
        int r = 0;

        fds = calloc(HANDOVER_MAX + 1, sizeof(int));
        if (!fds)
                return -ENOMEM;
        if (hub->fd >= 0)
                fds[n++] = hub->fd;
        for (m = LIST_FIRST(&hub->members); m && n <= HANDOVER_MAX && r >= 0;
             m = LIST_NEXT(m, list)) {
                r = subscriber_save(m->subscriber, &text, fds + n);
                n += r > 0;
        }
        if (r >= 0)
                r = handover_leave(fds, n, &text);

        /* Whatever became of it, the connections that were saved are no longer ours. */
        free(hub->path);
        hub->path = NULL; /* the socket stays where it is */
        for (m = LIST_FIRST(&hub->members); m; m = next) {
                next = LIST_NEXT(m, list);
                if (subscriber_was_saved(m->subscriber))
                        on_ended(m);
        }
        return r;
}

/* Of lines that end with a newline each, a copy of this connection's. NULL: there is none. */
static char *find_saved(const Buffer *text, int fd) {
        const char *line = text->data, *end;

        while (line && line < text->data + text->size) {
                end = memchr(line, '\n', (size_t) (text->data + text->size - line));
                if (!end)
                        return NULL;
                if (subscriber_is_saved(fd, line))
                        return strndup(line, (size_t) (end - line));
                line = end + 1;
        }
        return NULL;
}

void hub_take_over(Hub *hub, Handover *handover) {
        unsigned lost = 0;

        for (size_t i = 0; i < handover->n_connections; i++) {
                int fd = handover->connections[i];
                _cleanup_free_ char *line = find_saved(&handover->text, fd);

                if (!line)
                        (void) safe_close(fd);
                if (!line || add(hub, fd, line) < 0)
                        lost++;
                else
                        subscriber_wake(LIST_FIRST(&hub->members)->subscriber);
        }
        handover->n_connections = 0;
        if (lost > 0)
                log_warning("%u subscriber%s could not be taken over and must connect again", lost,
                            lost == 1 ? "" : "s");
}

void hub_stop(Hub *hub, void (*empty)(void *userdata), void *userdata) {
        stop_listening(hub);
        for (Member *m = LIST_FIRST(&hub->members), *next; m; m = next) {
                next = LIST_NEXT(m, list);
                subscriber_stop(m->subscriber);
        }
        if (hub->count == 0)
                empty(userdata);
        hub->empty = empty;
        hub->userdata = userdata;
}
