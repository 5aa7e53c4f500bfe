/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <sys/queue.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include "common/log.h"
#include "daemon/handover.h"
#include "daemon/server.h"
#include "daemon/subscriber-record.h"

/* When descriptors run out, connections wait this long for their turn. */
#define ACCEPT_PAUSE USEC_PER_SEC
#define HANDOVER_TEXT_MAX (64U << 20)
#define ACCEPT_AT_ONCE 64 /* then the others have their turn */

typedef struct Peer {
        Server *server;
        Subscriber *subscriber;
        LIST_ENTRY(Peer) list;
} Peer;

struct Server {
        sd_event *event;
        SubscriberContext context;
        LIST_HEAD(, Peer) peers;
        unsigned count, max;
        void (*empty)(void *userdata); /* after server_stop() */
        void *userdata;
        int fd;
        char *path; /* of the socket we made, to be removed */
        sd_event_source *io;
        sd_event_source *pause;
};

static void on_ended(void *userdata) {
        Peer *peer = userdata;
        Server *server = peer->server;

        LIST_REMOVE(peer, list);
        server->count--;
        (void) subscriber_free(peer->subscriber);
        free(peer);
        if (server->empty && server->count == 0)
                server->empty(server->userdata);
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
static int add(Server *server, int fd, const char *line) {
        Peer *peer;
        int r;

        peer = calloc(1, sizeof(Peer));
        if (!peer) {
                (void) safe_close(fd);
                return -ENOMEM;
        }
        peer->server = server;
        r = line ? subscriber_restore(&server->context, fd, peer, line, &peer->subscriber)
                 : subscriber_new(&server->context, fd, peer, &peer->subscriber);
        if (r < 0) {
                free(peer);
                return r;
        }
        LIST_INSERT_HEAD(&server->peers, peer, list);
        server->count++;
        return 0;
}

static void welcome(Server *server, int fd) {
        int r;

        if (server->count >= server->max) {
                refuse(fd);
                return;
        }
        r = add(server, fd, NULL);
        if (r < 0)
                log_warning("a subscriber was turned away: %s", strerror(-r));
}

static int on_pause_over(_unused_ sd_event_source *s, _unused_ uint64_t usec, void *userdata) {
        Server *server = userdata;

        if (server->io)
                (void) sd_event_source_set_enabled(server->io, SD_EVENT_ON);
        return 0;
}

static int on_connection(_unused_ sd_event_source *s, int fd, _unused_ uint32_t revents,
                         void *userdata) {
        Server *server = userdata;

        for (int i = 0; i < ACCEPT_AT_ONCE; i++) {
                int client = accept4(fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);

                if (client >= 0) {
                        welcome(server, client);
                        continue;
                }
                if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM) {
                        log_warning("no more subscribers for now: %s", strerror(errno));
                        (void) sd_event_source_set_enabled(server->io, SD_EVENT_OFF);
                        (void) sd_event_source_set_time_relative(server->pause, ACCEPT_PAUSE);
                        (void) sd_event_source_set_enabled(server->pause, SD_EVENT_ONESHOT);
                }
                return 0; /* EAGAIN: that was all; anything else was that connection's trouble */
        }
        return 0;
}

int server_new(sd_event *event, const SubscriberContext *context, unsigned max_subscribers,
               Server **ret) {
        Server *server;
        int r;

        server = calloc(1, sizeof(Server));
        if (!server)
                return -ENOMEM;
        server->fd = -1;
        server->max = max_subscribers;
        server->context = *context;
        server->context.ended = on_ended;
        server->event = sd_event_ref(event);
        r = epoll_set_new(event, &server->context.set);
        if (r >= 0)
                r = sd_event_add_time(event, &server->pause, CLOCK_MONOTONIC, 0, 0, on_pause_over,
                                      server);
        if (r >= 0)
                r = sd_event_source_set_enabled(server->pause, SD_EVENT_OFF);
        if (r < 0) {
                (void) server_free(server);
                return r;
        }
        *ret = server;
        return 0;
}

static void stop_listening(Server *server) {
        server->io = sd_event_source_disable_unref(server->io);
        server->fd = safe_close(server->fd);
        if (server->path)
                (void) unlink(server->path);
        free(server->path);
        server->path = NULL;
}

Server *server_free(Server *server) {
        if (!server)
                return NULL;
        server->empty = NULL;
        while (!LIST_EMPTY(&server->peers))
                on_ended(LIST_FIRST(&server->peers));
        stop_listening(server);
        (void) sd_event_source_disable_unref(server->pause);
        (void) epoll_set_free(server->context.set);
        (void) sd_event_unref(server->event);
        free(server);
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

int server_listen_fd(Server *server, int fd, const char *path) {
        int r;

        server->fd = fd;
        if (path && !server->path) {
                server->path = strdup(path);
                if (!server->path)
                        return log_oom();
        }
        r = sd_event_add_io(server->event, &server->io, fd, EPOLLIN, on_connection, server);
        if (r < 0)
                log_error("cannot listen: %s", strerror(-r));
        return r;
}

int server_listen(Server *server, const char *path, mode_t mode) {
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
        return server_listen_fd(server, fd, path);
}

void server_set(Server *server, unsigned max_subscribers, mode_t mode) {
        server->max = max_subscribers;
        if (server->path && chmod(server->path, mode) < 0)
                log_warning("the mode of %s stays as it is: %s", server->path, strerror(errno));
}

void server_run(Server *server) {
        for (Peer *p = LIST_FIRST(&server->peers), *next; p; p = next) {
                next = LIST_NEXT(p, list); /* only its own subscriber can end */
                subscriber_wake(p->subscriber);
        }
}

unsigned server_count(const Server *server) {
        return server->count;
}

void server_each(const Server *server, void (*fn)(const SubscriberInfo *info, void *userdata),
                 void *userdata) {
        const Peer *p;

        LIST_FOREACH(p, &server->peers, list) {
                const SubscriberInfo info = subscriber_info(p->subscriber);

                fn(&info, userdata);
        }
}

int server_hand_over(Server *server) {
        _cleanup_buffer_ Buffer text = BUFFER(HANDOVER_TEXT_MAX);
        _cleanup_free_ int *fds = NULL;
        Peer *p, *next;
        size_t n = 0;
        int r = 0;

        fds = calloc(HANDOVER_MAX + 1, sizeof(int));
        if (!fds)
                return -ENOMEM;
        if (server->fd >= 0)
                fds[n++] = server->fd;
        for (p = LIST_FIRST(&server->peers); p && n <= HANDOVER_MAX && r >= 0;
             p = LIST_NEXT(p, list)) {
                r = subscriber_save(p->subscriber, &text, fds + n);
                n += r > 0;
                if (r == -ENOBUFS) /* it is told to go, as those are who come after the limit */
                        r = 0;
        }
        if (r >= 0)
                r = handover_leave(fds, n, &text);

        /* Whatever became of it, the connections that were saved are no longer ours. */
        free(server->path);
        server->path = NULL; /* the socket stays where it is */
        for (p = LIST_FIRST(&server->peers); p; p = next) {
                next = LIST_NEXT(p, list);
                if (subscriber_was_saved(p->subscriber))
                        on_ended(p);
        }
        return r;
}

void server_take_over(Server *server, Handover *handover) {
        RecordIndex index = {};
        unsigned lost = 0;

        if (record_index(&handover->text, &index) < 0)
                log_warning("out of memory: no subscriber can be taken over");
        for (size_t i = 0; i < handover->n_connections; i++) {
                int fd = handover->connections[i];
                const char *line = record_find(&index, fd);

                if (!line)
                        (void) safe_close(fd);
                if (!line || add(server, fd, line) < 0)
                        lost++;
                else
                        subscriber_wake(LIST_FIRST(&server->peers)->subscriber);
        }
        handover->n_connections = 0;
        record_index_done(&index);
        if (lost > 0)
                log_warning("%u subscriber%s could not be taken over and must connect again", lost,
                            lost == 1 ? "" : "s");
}

void server_stop(Server *server, void (*empty)(void *userdata), void *userdata) {
        stop_listening(server);
        for (Peer *p = LIST_FIRST(&server->peers), *next; p; p = next) {
                next = LIST_NEXT(p, list);
                subscriber_stop(p->subscriber);
        }
        if (server->count == 0)
                empty(userdata);
        server->empty = empty;
        server->userdata = userdata;
}
