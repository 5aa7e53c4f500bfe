/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <assert.h>
#include <signal.h>
#include <sys/queue.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include "common/log.h"
#include "daemon/connection.h"
#include "daemon/fetcher.h"

/* The fetcher ends a request at its timeout and itself 5 s later; a while after that we stop
 * believing in it. */
#define GRACE (10 * USEC_PER_SEC)
/* What a buffer may keep between two replies. */
#define KEEP_BYTES (256U * 1024U)
/* Read at one go; more would let a large reply hold up everybody else. */
#define READ_BYTES (128U * 1024U)
/* The current one, one for a suspect, and some that are only waited for. */
#define LINKS_MAX 5U

typedef struct FetchRequest {
        const char *name;
        void *cookie; /* the asker's */
        usec_t timeout;
        usec_t deadline; /* CLOCK_MONOTONIC; when it is in flight */
        TAILQ_ENTRY(FetchRequest) list;
} FetchRequest;

typedef TAILQ_HEAD(FetchRequests, FetchRequest) FetchRequests;

/* A connection, or room for one. */
typedef struct FetchLink {
        Fetcher *fetcher;
        Connection connection;
        unsigned serial;
        bool alone; /* for one suspect, and closed after it */
        sd_event_source *io;
        Buffer input;
        Buffer output;
        FetchRequests flight;
} FetchLink;

struct Fetcher {
        sd_event *event;
        Db *json;
        char *how;
        char *config;
        FetcherEvents events;

        FetchLink links[LINKS_MAX];
        FetchLink *current; /* where new requests go; NULL: to one that is to be opened */
        unsigned serial;
        sd_event_source *timer; /* the next deadline */
        sd_event_source *pump;  /* there may be something to send */

        FetchRequests waiting;
        FetchRequests suspects; /* were in flight when a connection broke */
        size_t n_flight;        /* on all links but those for suspects */
};

static void wake(Fetcher *f) {
        (void) sd_event_source_set_enabled(f->pump, SD_EVENT_ONESHOT);
}

static bool is_open(const FetchLink *link) {
        return link->connection.fd >= 0;
}

static void put_in_flight(FetchLink *link, FetchRequest *request) {
        TAILQ_INSERT_TAIL(&link->flight, request, list);
        link->fetcher->n_flight += !link->alone;
}

static void take_from_flight(FetchLink *link, FetchRequest *request) {
        TAILQ_REMOVE(&link->flight, request, list);
        link->fetcher->n_flight -= !link->alone;
}

/* There is no reply. The callback may ask again, or drop everything. */
static void fail(Fetcher *f, FetchRequest *request, State state, const char *detail) {
        void *cookie = request->cookie;

        free(request);
        f->events.failed(cookie, state, detail);
}

static void close_link(FetchLink *link, const char *why) {
        Fetcher *f = link->fetcher;
        int status;

        if (!is_open(link))
                return;
        link->io = sd_event_source_disable_unref(link->io);
        status = connection_close(&link->connection);
        if (why && WIFSIGNALED(status) && WTERMSIG(status) != SIGKILL)
                log_warning("%s: ended by signal %d (%s)", f->how, WTERMSIG(status),
                            strsignal(WTERMSIG(status)));
        else if (why)
                log_warning("%s: %s", f->how, why);
        buffer_done(&link->input);
        buffer_done(&link->output);
        if (f->current == link)
                f->current = NULL;
        wake(f);
}

/*
 * The connection is of no use any more. What was in flight on it is suspect and asked again, each
 * on a connection of its own; a request that had one already is the guilty one.
 */
static void break_link(FetchLink *link, const char *why) {
        Fetcher *f = link->fetcher;
        bool alone = link->alone;
        FetchRequest *request;

        close_link(link, why);
        while ((request = TAILQ_FIRST(&link->flight))) {
                take_from_flight(link, request);
                if (alone) {
                        fail(f, request, STATE_BAD_PAGE, "the page reader broke down on this page");
                        return; /* there was only this one */
                }
                TAILQ_INSERT_TAIL(&f->suspects, request, list);
        }
}

/*
 * Its memory is not ours any more: it gets no request that is new. What is in flight on it comes to
 * its end, so that no other source waits.
 */
static void retire_link(FetchLink *link) {
        Fetcher *f = link->fetcher;
        size_t n_open = 0;

        if (f->current != link)
                return;
        f->current = NULL;
        for (size_t i = 0; i < LINKS_MAX; i++)
                n_open += is_open(f->links + i);
        if (n_open + 1 >= LINKS_MAX) /* too many that are only waited for */
                break_link(link, NULL);
}

/* Nothing can be asked at all. Those that ask again meanwhile are not meant. */
static void fail_all(Fetcher *f, FetchRequests *requests, const char *detail) {
        FetchRequests failed = TAILQ_HEAD_INITIALIZER(failed);
        FetchRequest *request;

        TAILQ_CONCAT(&failed, requests, list);
        while ((request = TAILQ_FIRST(&failed))) {
                TAILQ_REMOVE(&failed, request, list);
                fail(f, request, STATE_NETWORK_ERROR, detail);
        }
}

static void set_timer(Fetcher *f) {
        usec_t next = USEC_INFINITY;
        const FetchRequest *request;

        for (size_t i = 0; i < LINKS_MAX; i++)
                TAILQ_FOREACH(request, &f->links[i].flight, list)
        next = MIN(next, request->deadline);
        (void) sd_event_source_set_time(f->timer, next);
        (void) sd_event_source_set_enabled(f->timer,
                                           next == USEC_INFINITY ? SD_EVENT_OFF : SD_EVENT_ONESHOT);
}

static int on_deadline(_unused_ sd_event_source *s, _unused_ uint64_t usec, void *userdata) {
        Fetcher *f = userdata;
        usec_t now = time_monotonic();

        for (size_t i = 0; i < LINKS_MAX; i++) {
                FetchLink *link = f->links + i;
                FetchRequest *late;

                TAILQ_FOREACH(late, &link->flight, list)
                if (late->deadline <= now) {
                        take_from_flight(link, late);
                        break_link(link, "gave no answer in time, and was ended");
                        fail(f, late, STATE_TIMEOUT, "the page reader gave no answer in time");
                        break;
                }
        }
        set_timer(f);
        return 0;
}

static FetchRequest *find(const FetchLink *link, const char *name) {
        FetchRequest *request;

        TAILQ_FOREACH(request, &link->flight, list)
        if (streq(request->name, name))
                return request;
        return NULL;
}

/* One line of the fetcher, followed by a NUL. Returns negative when the connection is to be broken.
 */
static int on_line(FetchLink *link, char *line, size_t size) {
        Fetcher *f = link->fetcher;
        unsigned serial = link->serial;
        FetchRequest *request;
        FetchReply reply;
        int r;

        fetch_reply_defuse(line, size);
        r = fetch_reply_parse(f->json, line, size, &reply);
        if (r < 0)
                return r;
        request = find(link, reply.source);
        if (!request)
                return -EBADMSG;

        take_from_flight(link, request);
        r = f->events.reply(request->cookie, &reply, serial);
        if (r == -EBADMSG) { /* not over: it counts among those in flight */
                put_in_flight(link, request);
                return r;
        }
        free(request);
        if (r < 0 && is_open(link))
                retire_link(link);
        return 0;
}

static int read_lines(FetchLink *link) {
        size_t begin = 0;
        int r = 0;

        while (r >= 0 && is_open(link)) {
                char *line = link->input.data + begin;
                char *newline = memchr(line, '\n', link->input.size - begin);

                if (!newline)
                        break;
                *newline = '\0';
                begin = (size_t) (newline + 1 - link->input.data);
                r = on_line(link, line, (size_t) (newline - line));
        }
        if (!is_open(link))
                return 0; /* a callback dropped it, or it was one too many */
        if (r < 0)
                return r;
        buffer_drop(&link->input, begin);
        if (link->input.size == 0 && link->input.allocated > KEEP_BYTES)
                buffer_done(&link->input);
        return 0;
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

        r = read_lines(link);
        if (r < 0)
                return r;
        if (is_open(link) && link->input.size >= FETCH_REPLY_MAX)
                return -EBADMSG; /* a line without an end */
        if (is_open(link) && link != link->fetcher->current && TAILQ_EMPTY(&link->flight))
                close_link(link, NULL); /* that was what it was waited for */
        set_timer(link->fetcher);
        wake(link->fetcher);
        return 0;
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

static int on_io(_unused_ sd_event_source *s, _unused_ int fd, uint32_t revents, void *userdata) {
        FetchLink *link = userdata;
        int r = 0;

        if (revents & EPOLLOUT)
                r = write_some(link);
        if (r >= 0 && revents & (EPOLLIN | EPOLLHUP | EPOLLERR))
                r = read_some(link);
        if (r == -EBADMSG)
                break_link(link, "its answer was not a reply, and it was ended");
        else if (r == -ECONNRESET || r == -EPIPE)
                break_link(link, TAILQ_EMPTY(&link->flight) ? NULL : "ended before it answered");
        else if (r < 0)
                break_link(link, strerror(-r));
        return 0;
}

static int open_link(Fetcher *f, bool alone, FetchLink **ret) {
        FetchLink *link = f->links;
        int r;

        while (is_open(link))
                link++;
        assert(link < f->links + LINKS_MAX); /* retire_link() sees to that */
        r = connection_open(f->how, f->config, &link->connection);
        if (r < 0)
                return r;
        link->serial = ++f->serial;
        link->alone = alone;
        link->input = BUFFER(FETCH_REPLY_MAX + 1);
        link->output = BUFFER(FETCHER_IN_FLIGHT_MAX * (SOURCE_NAME_MAX + 1));
        r = sd_event_add_io(f->event, &link->io, link->connection.fd, EPOLLIN, on_io, link);
        if (r < 0) {
                (void) connection_close(&link->connection);
                return r;
        }
        *ret = link;
        return 0;
}

static void send_request(FetchLink *link, FetchRequests *from) {
        FetchRequest *request = TAILQ_FIRST(from);

        TAILQ_REMOVE(from, request, list);
        request->deadline = time_monotonic() + request->timeout + GRACE;
        put_in_flight(link, request);
        buffer_printf(&link->output, "%s\n", request->name);
}

/* Sends one suspect if none is out, each on a connection of its own. */
static int send_suspect(Fetcher *f) {
        FetchLink *link;
        int r;

        for (size_t i = 0; i < LINKS_MAX; i++)
                if (is_open(f->links + i) && f->links[i].alone)
                        return 0;
        r = open_link(f, true, &link);
        if (r < 0)
                return r;
        send_request(link, &f->suspects);
        r = write_some(link);
        if (r < 0)
                break_link(link, strerror(-r));
        return 0;
}

static int send_waiting(Fetcher *f) {
        int r;

        if (!f->current) {
                r = open_link(f, false, &f->current);
                if (r < 0)
                        return r;
        }
        while (!TAILQ_EMPTY(&f->waiting) && f->n_flight < FETCHER_IN_FLIGHT_MAX)
                send_request(f->current, &f->waiting);
        r = write_some(f->current);
        if (r < 0)
                break_link(f->current, strerror(-r));
        return 0;
}

static int on_pump(_unused_ sd_event_source *s, void *userdata) {
        Fetcher *f = userdata;
        char detail[DETAIL_MAX];
        int r = 0;

        if (!TAILQ_EMPTY(&f->suspects))
                r = send_suspect(f);
        if (r >= 0 && !TAILQ_EMPTY(&f->waiting) && f->n_flight < FETCHER_IN_FLIGHT_MAX)
                r = send_waiting(f);
        if (r < 0) {
                (void) snprintf(detail, sizeof(detail), "the page reader %s cannot be started: %s",
                                f->how, strerror(-r));
                fail_all(f, &f->suspects, detail);
                fail_all(f, &f->waiting, detail);
        }
        set_timer(f);
        return 0;
}

int fetcher_new(sd_event *event, Db *json, const char *how, const char *config,
                const FetcherEvents *events, Fetcher **ret) {
        Fetcher *f;
        int r;

        f = calloc(1, sizeof(Fetcher));
        if (!f)
                return -ENOMEM;
        f->event = sd_event_ref(event);
        f->json = json;
        f->events = *events;
        TAILQ_INIT(&f->waiting);
        TAILQ_INIT(&f->suspects);
        for (size_t i = 0; i < LINKS_MAX; i++) {
                f->links[i].fetcher = f;
                f->links[i].connection = CONNECTION_CLOSED;
                TAILQ_INIT(&f->links[i].flight);
        }
        f->how = strdup(how);
        f->config = config ? strdup(config) : NULL;
        r = f->how && (f->config || !config) ? 0 : -ENOMEM;
        if (r >= 0)
                r = sd_event_add_time(event, &f->timer, CLOCK_MONOTONIC, 0, 0, on_deadline, f);
        if (r >= 0)
                r = sd_event_source_set_enabled(f->timer, SD_EVENT_OFF);
        if (r >= 0)
                r = sd_event_add_defer(event, &f->pump, on_pump, f);
        if (r >= 0)
                r = sd_event_source_set_enabled(f->pump, SD_EVENT_OFF);
        if (r < 0) {
                (void) fetcher_free(f);
                return r;
        }
        *ret = f;
        return 0;
}

Fetcher *fetcher_free(Fetcher *f) {
        if (!f)
                return NULL;
        fetcher_drop(f);
        (void) sd_event_source_unref(f->timer);
        (void) sd_event_source_unref(f->pump);
        (void) sd_event_unref(f->event);
        free(f->how);
        free(f->config);
        free(f);
        return NULL;
}

int fetcher_ask(Fetcher *f, const char *name, usec_t timeout, void *request) {
        FetchRequest *new;

        new = calloc(1, sizeof(FetchRequest));
        if (!new)
                return -ENOMEM;
        *new = (FetchRequest){ .name = name, .cookie = request, .timeout = timeout };
        TAILQ_INSERT_TAIL(&f->waiting, new, list);
        wake(f);
        return 0;
}

static void forget(FetchRequests *requests) {
        FetchRequest *request;

        while ((request = TAILQ_FIRST(requests))) {
                TAILQ_REMOVE(requests, request, list);
                free(request);
        }
}

void fetcher_drop(Fetcher *f) {
        for (size_t i = 0; i < LINKS_MAX; i++) {
                forget(&f->links[i].flight);
                close_link(f->links + i, NULL);
        }
        forget(&f->waiting);
        forget(&f->suspects);
        f->n_flight = 0;
        (void) sd_event_source_set_enabled(f->timer, SD_EVENT_OFF);
}
