/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <assert.h>
#include <sched.h>
#include <signal.h>
#include <sys/wait.h>

#include "common/log.h"
#include "daemon/fetch-link.h"

/* With so many requests in flight a connection is busy: a further one is opened, if there may be.
 */
#define BUSY 16U
/* Costly pages are read one after the other anyhow; a second is on the way meanwhile. */
#define COSTLY_IN_FLIGHT_MAX 2U
/* A suspect that takes longer does not hold up the next: so many may be out. */
#define SUSPECT_PATIENCE USEC_PER_SEC
#define SUSPECTS_MAX 4U
/* Connections that come to their end. */
#define ENDING_MAX 3U
#define LINKS_MAX (FETCHER_LINKS_MAX + 1 + SUSPECTS_MAX + ENDING_MAX)

struct Fetcher {
        sd_event *event;
        Db *json;
        char *how;
        char *config;
        FetcherEvents events;

        FetchLink links[LINKS_MAX];
        unsigned shared_max; /* so many may be shared: one for each processor */
        unsigned serial;
        sd_event_source *timer; /* the next deadline */
        sd_event_source *pump;  /* there may be something to send */

        FetchRequests waiting;
        FetchRequests costly;
        FetchRequests suspects; /* were in flight when a connection broke */
};

static void wake(Fetcher *f) {
        (void) sd_event_source_set_enabled(f->pump, SD_EVENT_ONESHOT);
}

/* There is no reply. The callback may ask again, or drop everything. */
static void fail(Fetcher *f, FetchRequest *request, State state, const char *detail) {
        void *cookie = request->task.request;

        free(request);
        f->events.failed(cookie, state, detail);
}

static void close_link(FetchLink *link, const char *why) {
        Fetcher *f = link->fetcher;
        int status;

        if (!fetch_link_is_open(link))
                return;
        status = fetch_link_close(link);
        if (why && WIFSIGNALED(status) && WTERMSIG(status) != SIGKILL)
                log_warning("%s: ended by signal %d (%s)", f->how, WTERMSIG(status),
                            strsignal(WTERMSIG(status)));
        else if (why)
                log_warning("%s: %s", f->how, why);
        wake(f);
}

/*
 * What was in flight on it is suspect and asked again, each on a connection of its own; one that
 * had that already is the guilty one. Those that were asked for last come first: what hangs stands
 * behind what does not.
 */
static void on_broken(FetchLink *link, const char *why) {
        Fetcher *f = link->fetcher;
        FetchRequest *request;

        close_link(link, why);
        while ((request = TAILQ_FIRST(&link->flight))) {
                fetch_link_take(link, request);
                if (link->role == ROLE_ALONE) {
                        fail(f, request, STATE_BAD_PAGE, "the page reader broke down on this page");
                        (void) f->events.told(f->events.userdata);
                        return; /* there was only this one */
                }
                TAILQ_INSERT_HEAD(&f->suspects, request, list);
        }
}

static unsigned count_links(const Fetcher *f, FetchRole role) {
        unsigned n = 0;

        for (size_t i = 0; i < LINKS_MAX; i++)
                n += fetch_link_is_open(f->links + i) && f->links[i].role == role;
        return n;
}

/*
 * Its memory is not ours any more: it gets no request that is new. What is in flight on it comes to
 * its end, so that no other source waits.
 */
static void retire_link(FetchLink *link) {
        if (link->role != ROLE_SHARED && link->role != ROLE_COSTLY)
                return;
        if (count_links(link->fetcher, ROLE_ENDING) < ENDING_MAX)
                link->role = ROLE_ENDING;
        else
                on_broken(link, NULL);
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

/* When the next suspect may be asked for, if one waits. */
static usec_t next_suspect(const Fetcher *f) {
        const FetchRequest *request;
        usec_t next = 0;

        if (TAILQ_EMPTY(&f->suspects) || count_links(f, ROLE_ALONE) >= SUSPECTS_MAX)
                return USEC_INFINITY;
        for (size_t i = 0; i < LINKS_MAX; i++)
                if (f->links[i].role == ROLE_ALONE)
                        TAILQ_FOREACH(request, &f->links[i].flight, list)
        next = MAX(next, request->sent + SUSPECT_PATIENCE);
        return next;
}

static void set_timer(Fetcher *f) {
        usec_t next = next_suspect(f);
        const FetchRequest *request;

        for (size_t i = 0; i < LINKS_MAX; i++)
                TAILQ_FOREACH(request, &f->links[i].flight, list)
        next = MIN(next, fetch_link_deadline(f->links + i, request));
        (void) sd_event_source_set_time(f->timer, next);
        (void) sd_event_source_set_enabled(f->timer,
                                           next == USEC_INFINITY ? SD_EVENT_OFF : SD_EVENT_ONESHOT);
}

static int on_timer(_unused_ sd_event_source *s, _unused_ uint64_t usec, void *userdata) {
        Fetcher *f = userdata;
        usec_t now = time_monotonic();

        for (size_t i = 0; i < LINKS_MAX; i++) {
                FetchLink *link = f->links + i;
                FetchRequest *late;

                TAILQ_FOREACH(late, &link->flight, list)
                if (fetch_link_deadline(link, late) <= now) {
                        fetch_link_take(link, late);
                        on_broken(link, "gave no answer in time, and was ended");
                        fail(f, late, STATE_TIMEOUT, "the page reader gave no answer in time");
                        break;
                }
        }
        (void) f->events.told(f->events.userdata);
        wake(f);
        set_timer(f);
        return 0;
}

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
        request = fetch_link_find(link, reply.source);
        if (!request)
                return -EBADMSG;

        r = f->events.reply(request->task.request, &reply, serial);
        if (r == -EBADMSG) /* not over: it counts among those in flight */
                return r;
        /* A callback may have dropped everything. */
        if (!fetch_link_is_open(link) || link->serial != serial)
                return 0;
        fetch_link_take(link, request);
        free(request);
        if (r < 0)
                retire_link(link);
        return 0;
}

static void on_lines_end(FetchLink *link) {
        Fetcher *f = link->fetcher;
        unsigned serial = link->serial;
        int r;

        r = f->events.told(f->events.userdata);
        if (fetch_link_is_open(link) && link->serial == serial) {
                if (r < 0)
                        retire_link(link);
                if ((link->role == ROLE_ALONE || link->role == ROLE_ENDING) && link->n_flight == 0)
                        close_link(link, NULL); /* that was what it was waited for */
        }
        set_timer(f);
        wake(f);
}

static int open_link(Fetcher *f, FetchRole role, FetchLink **ret) {
        FetchLink *link = f->links;
        int r;

        while (fetch_link_is_open(link))
                link++;
        assert(link < f->links + LINKS_MAX); /* there is one for each that may be open */
        r = fetch_link_open(link, f->event, f->how, f->config, role, ++f->serial);
        if (r >= 0)
                *ret = link;
        return r;
}

static int send_suspect(Fetcher *f) {
        FetchLink *link;
        int r;

        if (next_suspect(f) > time_monotonic())
                return 0;
        r = open_link(f, ROLE_ALONE, &link);
        if (r >= 0)
                fetch_link_send(link, &f->suspects);
        return r;
}

static int send_costly(Fetcher *f) {
        FetchLink *link = f->links;
        int r;

        if (TAILQ_EMPTY(&f->costly))
                return 0;
        while (link < f->links + LINKS_MAX &&
               !(fetch_link_is_open(link) && link->role == ROLE_COSTLY))
                link++;
        if (link == f->links + LINKS_MAX) {
                r = open_link(f, ROLE_COSTLY, &link);
                if (r < 0)
                        return r;
        }
        while (!TAILQ_EMPTY(&f->costly) && link->n_flight < COSTLY_IN_FLIGHT_MAX)
                fetch_link_send(link, &f->costly);
        return 0;
}

/*
 * The connection where a source was asked for last, unless it has much more to do than another;
 * else the one with the least to do, or a new one if all are busy.
 */
static int choose_link(Fetcher *f, const FetchTask *task, FetchLink **ret) {
        FetchLink *least = NULL, *before = NULL;

        for (FetchLink *link = f->links; link < f->links + LINKS_MAX; link++) {
                if (!fetch_link_is_open(link) || link->role != ROLE_SHARED)
                        continue;
                if (!least || link->n_flight < least->n_flight)
                        least = link;
                if (link->serial == task->connection)
                        before = link;
        }
        if (before && before->n_flight < 2 * least->n_flight + BUSY)
                least = before;
        else if (!least || (least->n_flight >= BUSY && count_links(f, ROLE_SHARED) < f->shared_max))
                return open_link(f, ROLE_SHARED, ret);
        *ret = least;
        return 0;
}

static int send_waiting(Fetcher *f) {
        unsigned n_flight = 0;

        for (size_t i = 0; i < LINKS_MAX; i++)
                n_flight += f->links[i].n_flight;
        for (; !TAILQ_EMPTY(&f->waiting) && n_flight < FETCHER_IN_FLIGHT_MAX; n_flight++) {
                FetchLink *link;
                int r;

                r = choose_link(f, &TAILQ_FIRST(&f->waiting)->task, &link);
                if (r < 0)
                        return r;
                fetch_link_send(link, &f->waiting);
        }
        return 0;
}

static int on_pump(_unused_ sd_event_source *s, void *userdata) {
        Fetcher *f = userdata;
        char detail[DETAIL_MAX];
        int r;

        r = send_suspect(f);
        if (r >= 0)
                r = send_costly(f);
        if (r >= 0)
                r = send_waiting(f);
        for (size_t i = 0; i < LINKS_MAX; i++)
                if (fetch_link_is_open(f->links + i))
                        fetch_link_flush(f->links + i);
        if (r < 0) {
                (void) snprintf(detail, sizeof(detail), "the page reader %s cannot be started: %s",
                                f->how, strerror(-r));
                fail_all(f, &f->suspects, detail);
                fail_all(f, &f->costly, detail);
                fail_all(f, &f->waiting, detail);
                (void) f->events.told(f->events.userdata);
        }
        set_timer(f);
        return 0;
}

/* So many pages can be read at a time. */
static unsigned count_processors(void) {
        cpu_set_t set;

        CPU_ZERO(&set);
        if (sched_getaffinity(0, sizeof(set), &set) < 0)
                return FETCHER_LINKS_MAX; /* there are more than a set holds */
        return (unsigned) CPU_COUNT(&set);
}

int fetcher_new(sd_event *event, Db *json, const char *how, const char *config,
                const FetcherEvents *events, Fetcher **ret) {
        static const FetchLinkEvents link_events = { .line = on_line,
                                                     .lines_end = on_lines_end,
                                                     .broken = on_broken };
        Fetcher *f;
        int r;

        f = calloc(1, sizeof(Fetcher));
        if (!f)
                return -ENOMEM;
        f->event = sd_event_ref(event);
        f->json = json;
        f->events = *events;
        f->shared_max = MIN(count_processors(), FETCHER_LINKS_MAX);
        TAILQ_INIT(&f->waiting);
        TAILQ_INIT(&f->costly);
        TAILQ_INIT(&f->suspects);
        for (size_t i = 0; i < LINKS_MAX; i++)
                fetch_link_init(f->links + i, f, &link_events);
        f->how = strdup(how);
        f->config = config ? strdup(config) : NULL;
        r = f->how && (f->config || !config) ? 0 : -ENOMEM;
        if (r >= 0)
                r = sd_event_add_time(event, &f->timer, CLOCK_MONOTONIC, 0, 0, on_timer, f);
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

int fetcher_ask(Fetcher *f, const FetchTask *task) {
        FetchRequest *request;

        request = calloc(1, sizeof(FetchRequest));
        if (!request)
                return -ENOMEM;
        request->task = *task;
        if (task->costly)
                TAILQ_INSERT_TAIL(&f->costly, request, list);
        else
                TAILQ_INSERT_TAIL(&f->waiting, request, list);
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
                f->links[i].n_flight = 0;
                close_link(f->links + i, NULL);
        }
        forget(&f->waiting);
        forget(&f->costly);
        forget(&f->suspects);
        (void) sd_event_source_set_enabled(f->timer, SD_EVENT_OFF);
}
