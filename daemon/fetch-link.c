/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <sys/socket.h>

#include "daemon/fetch-link.h"

/* The fetcher ends a request at its timeout and itself 5 s later; a while after that we stop
 * believing in it. */
#define GRACE (10 * USEC_PER_SEC)
/* What a buffer may keep between two replies. */
#define KEEP_BYTES (256U * 1024U)
/* Read at one go; more would let a large reply hold up everybody else. */
#define READ_BYTES (128U * 1024U)

void fetch_link_init(FetchLink *link, Fetcher *fetcher, const FetchLinkEvents *events) {
        *link = (FetchLink){ .fetcher = fetcher,
                             .events = events,
                             .connection = CONNECTION_CLOSED };
        TAILQ_INIT(&link->flight);
}

bool fetch_link_is_open(const FetchLink *link) {
        return link->connection.fd >= 0;
}

int fetch_link_close(FetchLink *link) {
        link->io = sd_event_source_disable_unref(link->io);
        buffer_done(&link->input);
        buffer_done(&link->output);
        return connection_close(&link->connection);
}

void fetch_link_take(FetchLink *link, FetchRequest *request) {
        TAILQ_REMOVE(&link->flight, request, list);
        link->n_flight--;
}

usec_t fetch_link_deadline(const FetchLink *link, const FetchRequest *request) {
        usec_t time = request->task.timeout + GRACE;

        return MIN(MAX(request->sent + time, link->heard + GRACE), request->sent + 3 * time);
}

FetchRequest *fetch_link_find(const FetchLink *link, const char *name) {
        FetchRequest *request;

        TAILQ_FOREACH(request, &link->flight, list)
        if (streq(request->task.name, name))
                return request;
        return NULL;
}

static int read_lines(FetchLink *link) {
        unsigned serial = link->serial;
        size_t begin = 0;
        int r = 0;

        while (r >= 0 && fetch_link_is_open(link)) {
                char *line = link->input.data + begin;
                char *newline = memchr(line, '\n', link->input.size - begin);

                if (!newline)
                        break;
                *newline = '\0';
                begin = (size_t) (newline + 1 - link->input.data);
                r = link->events->line(link, line, (size_t) (newline - line));
        }
        if (begin > 0) {
                link->heard = time_monotonic();
                link->events->lines_end(link);
        }
        if (!fetch_link_is_open(link) || link->serial != serial)
                return 0; /* a callback dropped it, or it was one too many */
        if (r < 0)
                return r;
        buffer_drop(&link->input, begin);
        if (link->input.size == 0 && link->input.allocated > KEEP_BYTES)
                buffer_done(&link->input);
        return link->input.size < FETCH_REPLY_MAX ? 0 : -EBADMSG; /* a line without an end */
}

static int read_some(FetchLink *link) {
        ssize_t n;
        int r;

        r = buffer_reserve(&link->input, MIN(READ_BYTES, link->input.max - link->input.size));
        if (r < 0)
                return r;
        n = recv(link->connection.fd, link->input.data + link->input.size,
                 link->input.allocated - link->input.size - 1, MSG_DONTWAIT);
        if (n < 0)
                return errno == EAGAIN || errno == EINTR ? 0 : -errno;
        if (n == 0)
                return -ECONNRESET;
        link->input.size += (size_t) n;
        link->input.data[link->input.size] = '\0';
        return read_lines(link);
}

static int write_some(FetchLink *link) {
        ssize_t n;

        if (link->output.size == 0)
                return buffer_error(&link->output);
        n = send(link->connection.fd, link->output.data, link->output.size,
                 MSG_NOSIGNAL | MSG_DONTWAIT);
        if (n < 0 && errno != EAGAIN && errno != EINTR)
                return -errno;
        buffer_drop(&link->output, (size_t) MAX(n, (ssize_t) 0));
        return sd_event_source_set_io_events(link->io,
                                             EPOLLIN | (link->output.size > 0 ? EPOLLOUT : 0U));
}

static void check(FetchLink *link, int r) {
        if (r == -EBADMSG)
                link->events->broken(link, "its answer was not a reply, and it was ended");
        else if (r == -ECONNRESET || r == -EPIPE)
                link->events->broken(link, link->n_flight > 0 ? "ended before it answered" : NULL);
        else if (r < 0)
                link->events->broken(link, strerror(-r));
}

static int on_io(_unused_ sd_event_source *s, _unused_ int fd, uint32_t revents, void *userdata) {
        FetchLink *link = userdata;
        int r = 0;

        if (revents & EPOLLOUT)
                r = write_some(link);
        if (r >= 0 && revents & (EPOLLIN | EPOLLHUP | EPOLLERR))
                r = read_some(link);
        check(link, r);
        return 0;
}

int fetch_link_open(FetchLink *link, sd_event *event, const char *how, const char *config,
                    FetchRole role, unsigned serial) {
        int r;

        r = connection_open(how, config, &link->connection);
        if (r < 0)
                return r;
        link->role = role;
        link->serial = serial;
        link->heard = time_monotonic();
        link->input = BUFFER(FETCH_REPLY_MAX + 1);
        link->output = BUFFER(FETCHER_IN_FLIGHT_MAX * (SOURCE_NAME_MAX + 1));
        r = sd_event_add_io(event, &link->io, link->connection.fd, EPOLLIN, on_io, link);
        if (r < 0)
                (void) fetch_link_close(link);
        return r;
}

void fetch_link_send(FetchLink *link, FetchRequests *from) {
        FetchRequest *request = TAILQ_FIRST(from);

        TAILQ_REMOVE(from, request, list);
        request->sent = time_monotonic();
        TAILQ_INSERT_TAIL(&link->flight, request, list);
        link->n_flight++;
        buffer_printf(&link->output, "%s\n", request->task.name);
}

void fetch_link_flush(FetchLink *link) {
        check(link, write_some(link));
}
