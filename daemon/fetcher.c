/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <signal.h>
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

typedef struct FetchRequest {
        const char *name;
        void *cookie; /* the asker's */
        usec_t timeout;
        usec_t deadline; /* CLOCK_MONOTONIC; when it is in flight */
        bool alone;      /* it is asked again, by itself */
} FetchRequest;

struct Fetcher {
        sd_event *event;
        Db *json;
        char *how;
        char *config;
        FetcherEvents events;

        Connection connection;
        unsigned serial;
        sd_event_source *io;
        sd_event_source *timer; /* the next deadline */
        sd_event_source *pump;  /* there may be something to send */
        Buffer input;
        Buffer output;

        FetchRequest flight[FETCHER_IN_FLIGHT_MAX];
        size_t n_flight;
        FetchRequest suspects[FETCHER_IN_FLIGHT_MAX]; /* were in flight when a connection broke */
        size_t n_suspects;
        FetchRequest *waiting; /* a queue: n of them from first */
        size_t first, n_waiting, n_allocated;
};

static void wake(Fetcher *f) {
        (void) sd_event_source_set_enabled(f->pump, SD_EVENT_ONESHOT);
}

static FetchRequest take(FetchRequest *list, size_t *n, size_t i) {
        FetchRequest taken = list[i];

        (*n)--;
        memmove(list + i, list + i + 1, (*n - i) * sizeof(FetchRequest));
        return taken;
}

static int find(const Fetcher *f, const char *name) {
        for (size_t i = 0; i < f->n_flight; i++)
                if (streq(f->flight[i].name, name))
                        return (int) i;
        return -1;
}

static void close_connection(Fetcher *f, const char *why) {
        int status;

        if (f->connection.fd < 0)
                return;
        f->io = sd_event_source_unref(f->io);
        status = connection_close(&f->connection);
        if (why && WIFSIGNALED(status) && WTERMSIG(status) != SIGKILL)
                log_warning("%s: ended by signal %d (%s)", f->how, WTERMSIG(status),
                            strsignal(WTERMSIG(status)));
        else if (why)
                log_warning("%s: %s", f->how, why);
        buffer_done(&f->input);
        buffer_done(&f->output);
        (void) sd_event_source_set_enabled(f->timer, SD_EVENT_OFF);
        wake(f);
}

/*
 * The connection is of no use any more. What was in flight on it is suspect and asked again alone;
 * a request that was alone already is the guilty one.
 */
static void break_connection(Fetcher *f, const char *why) {
        FetchRequest guilty = {};

        close_connection(f, why);
        if (f->n_flight == 1 && f->flight[0].alone)
                guilty = take(f->flight, &f->n_flight, 0);
        while (f->n_flight > 0 && f->n_suspects < ELEMENTSOF(f->suspects)) {
                FetchRequest r = take(f->flight, &f->n_flight, 0);

                r.alone = true;
                f->suspects[f->n_suspects++] = r;
        }
        if (guilty.name)
                f->events.failed(guilty.cookie, STATE_BAD_PAGE,
                                 "the page reader broke down on this page");
}

/* Nothing can be asked at all. */
static void fail_all(Fetcher *f, const char *detail) {
        while (f->n_suspects > 0) {
                FetchRequest r = take(f->suspects, &f->n_suspects, 0);

                f->events.failed(r.cookie, STATE_NETWORK_ERROR, detail);
        }
        for (size_t n = f->n_waiting; n > 0 && f->n_waiting > 0; n--) {
                FetchRequest r = f->waiting[f->first];

                f->first++;
                f->n_waiting--;
                f->events.failed(r.cookie, STATE_NETWORK_ERROR, detail);
        }
}

static void set_timer(Fetcher *f) {
        usec_t next = USEC_INFINITY;

        for (size_t i = 0; i < f->n_flight; i++)
                next = MIN(next, f->flight[i].deadline);
        if (next == USEC_INFINITY) {
                (void) sd_event_source_set_enabled(f->timer, SD_EVENT_OFF);
                return;
        }
        (void) sd_event_source_set_time(f->timer, next);
        (void) sd_event_source_set_enabled(f->timer, SD_EVENT_ONESHOT);
}

static int on_deadline(_unused_ sd_event_source *s, _unused_ uint64_t usec, void *userdata) {
        Fetcher *f = userdata;
        usec_t now = time_monotonic();

        for (size_t i = 0; i < f->n_flight; i++)
                if (f->flight[i].deadline <= now) {
                        FetchRequest late = take(f->flight, &f->n_flight, i);

                        break_connection(f, "gave no answer in time, and was ended");
                        f->events.failed(late.cookie, STATE_TIMEOUT,
                                         "the page reader gave no answer in time");
                        return 0;
                }
        set_timer(f);
        return 0;
}

/* One line of the fetcher, followed by a NUL. Returns negative when the connection is to be broken.
 */
static int on_line(Fetcher *f, char *line, size_t size) {
        FetchRequest request;
        FetchReply reply;
        int i, r;

        fetch_reply_defuse(line, size);
        r = fetch_reply_parse(f->json, line, size, &reply);
        if (r < 0)
                return r;
        i = find(f, reply.source);
        if (i < 0)
                return -EBADMSG;

        request = take(f->flight, &f->n_flight, (size_t) i);
        r = f->events.reply(request.cookie, &reply);
        if (r == -EBADMSG) /* not over: it counts among those in flight */
                f->flight[f->n_flight++] = request;
        return r;
}

static int read_lines(Fetcher *f) {
        size_t begin = 0;
        int r = 0;

        while (r >= 0 && f->connection.fd >= 0) {
                char *line = f->input.data + begin;
                char *newline = memchr(line, '\n', f->input.size - begin);

                if (!newline)
                        break;
                *newline = '\0';
                begin = (size_t) (newline + 1 - f->input.data);
                r = on_line(f, line, (size_t) (newline - line));
        }
        if (f->connection.fd < 0)
                return 0; /* a callback dropped it */
        if (r < 0)
                return r;
        buffer_drop(&f->input, begin);
        if (f->input.size == 0 && f->input.allocated > KEEP_BYTES)
                buffer_done(&f->input);
        return 0;
}

static int read_some(Fetcher *f) {
        ssize_t n;
        int r;

        r = buffer_reserve(&f->input, MIN(READ_BYTES, f->input.max - f->input.size));
        if (r < 0)
                return r;
        n = recv(f->connection.fd, f->input.data + f->input.size,
                 f->input.allocated - f->input.size - 1, MSG_DONTWAIT);
        if (n < 0)
                return errno == EAGAIN || errno == EINTR ? 0 : -errno;
        if (n == 0)
                return -ECONNRESET;
        f->input.size += (size_t) n;
        f->input.data[f->input.size] = '\0';

        r = read_lines(f);
        if (r < 0)
                return r;
        if (f->connection.fd >= 0 && f->input.size >= FETCH_REPLY_MAX)
                return -EBADMSG; /* a line without an end */
        set_timer(f);
        wake(f);
        return 0;
}

static int write_some(Fetcher *f) {
        ssize_t n;

        if (f->output.size == 0)
                return 0;
        n = send(f->connection.fd, f->output.data, f->output.size, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (n < 0)
                return errno == EAGAIN || errno == EINTR ? 0 : -errno;
        buffer_drop(&f->output, (size_t) n);
        return sd_event_source_set_io_events(f->io, EPOLLIN | (f->output.size > 0 ? EPOLLOUT : 0U));
}

static int on_io(_unused_ sd_event_source *s, _unused_ int fd, uint32_t revents, void *userdata) {
        Fetcher *f = userdata;
        int r = 0;

        if (revents & EPOLLOUT)
                r = write_some(f);
        if (r >= 0 && revents & (EPOLLIN | EPOLLHUP | EPOLLERR))
                r = read_some(f);
        if (r == -EBADMSG)
                break_connection(f, "its answer was not a reply, and it was ended");
        else if (r == -ECANCELED)
                break_connection(f, NULL);
        else if (r == -ECONNRESET || r == -EPIPE)
                break_connection(f, f->n_flight > 0 ? "ended before it answered" : NULL);
        else if (r < 0)
                break_connection(f, strerror(-r));
        return 0;
}

static int open_connection(Fetcher *f) {
        int r;

        r = connection_open(f->how, f->config, &f->connection);
        if (r < 0)
                return r;
        f->serial++;
        f->input = BUFFER(FETCH_REPLY_MAX + 1);
        f->output = BUFFER(FETCHER_IN_FLIGHT_MAX * (SOURCE_NAME_MAX + 1));
        r = sd_event_add_io(f->event, &f->io, f->connection.fd, EPOLLIN, on_io, f);
        if (r < 0)
                (void) connection_close(&f->connection);
        return r;
}

static int send_request(Fetcher *f, FetchRequest request) {
        int r;

        buffer_printf(&f->output, "%s\n", request.name);
        r = buffer_error(&f->output);
        if (r < 0)
                return r;
        request.deadline = time_monotonic() + request.timeout + GRACE;
        f->flight[f->n_flight++] = request;
        return 0;
}

/* Sends what may be sent: 16 at a time, or one suspect alone. */
static int on_pump(_unused_ sd_event_source *s, void *userdata) {
        Fetcher *f = userdata;
        int r = 0;

        if (f->n_suspects == 0 && f->n_waiting == 0)
                return 0;
        if (f->connection.fd < 0) {
                r = open_connection(f);
                if (r < 0) {
                        char detail[DETAIL_MAX];

                        (void) snprintf(detail, sizeof(detail),
                                        "the page reader %s cannot be started: %s", f->how,
                                        strerror(-r));
                        fail_all(f, detail);
                        return 0;
                }
        }

        if (f->n_suspects > 0) {
                if (f->n_flight == 0)
                        r = send_request(f, take(f->suspects, &f->n_suspects, 0));
        } else
                while (r >= 0 && f->n_waiting > 0 && f->n_flight < FETCHER_IN_FLIGHT_MAX &&
                       !(f->n_flight > 0 && f->flight[0].alone)) {
                        r = send_request(f, f->waiting[f->first]);
                        f->first++;
                        f->n_waiting--;
                }
        if (r >= 0)
                r = write_some(f);
        if (r < 0)
                break_connection(f, strerror(-r));
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
        f->connection = CONNECTION_CLOSED;
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
        free(f->waiting);
        free(f->how);
        free(f->config);
        free(f);
        return NULL;
}

int fetcher_ask(Fetcher *f, const char *name, usec_t timeout, void *request) {
        if (f->first > 0 && f->first + f->n_waiting == f->n_allocated) {
                memmove(f->waiting, f->waiting + f->first, f->n_waiting * sizeof(FetchRequest));
                f->first = 0;
        }
        if (f->first + f->n_waiting == f->n_allocated) {
                size_t n = MAX(f->n_allocated * 2, (size_t) 16);
                FetchRequest *grown = reallocarray(f->waiting, n, sizeof(FetchRequest));

                if (!grown)
                        return -ENOMEM;
                f->waiting = grown;
                f->n_allocated = n;
        }
        f->waiting[f->first + f->n_waiting++] = (FetchRequest){
                .name = name,
                .cookie = request,
                .timeout = timeout,
        };
        wake(f);
        return 0;
}

unsigned fetcher_connection(const Fetcher *f) {
        return f->serial;
}

void fetcher_drop(Fetcher *f) {
        f->n_flight = f->n_suspects = f->n_waiting = f->first = 0;
        close_connection(f, NULL);
}
