/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <sys/random.h>

#include "common/log.h"
#include "daemon/host-queue.h"
#include "daemon/outcome.h"

/* A page that took so much CPU time to read is costly; then others do not wait for it any more. */
#define COSTLY_MSEC 250
/* Longer than any Interval=, and nothing overflows. */
#define FRESH_MAX 86400

/* One source at work. Times are those of CLOCK_BOOTTIME. */
typedef struct PolledSource {
        Poller *poller;
        SourceRecord record;
        HostQueue *queue;
        HostQueueEntry entry;
        sd_event_source *timer;
        Pace pace;
        usec_t next;    /* when it is due, by the timer */
        usec_t started; /* when the last poll began */
        bool in_flight;
        bool again;          /* poll once more as soon as this poll is over */
        bool forward;        /* this poll was brought forward (fresh_for) */
        bool costly;         /* see COSTLY_MSEC */
        bool counted, bad;   /* in n_polled, in n_bad */
        State read;          /* the last healthy reply on the connection of that number, */
        unsigned connection; /* 0: none */
} PolledSource;

/* All that there is of the sources; a reload makes it anew. */
typedef struct PolledSources {
        PolledSource *all;
        const PolledSource **by_name; /* the same, sorted */
        size_t n;
        Hosts hosts;
        HostQueue *queues; /* one a host */
} PolledSources;

struct Poller {
        sd_event *event;
        Store *store;
        Fetcher *fetcher;
        Outcomes *outcomes;
        usec_t reappear;
        PolledSources sources;
        size_t n_polled, n_bad; /* of the sources, their last polls */
        bool stopped;
};

/* The clock of timers goes on in sleep, so that a machine that wakes up polls soon. */
static usec_t clock_now(const Poller *p) {
        uint64_t now = 0;

        (void) sd_event_now(p->event, CLOCK_BOOTTIME, &now);
        return now;
}

static uint32_t random_number(void) {
        uint32_t number = 0;

        (void) getrandom(&number, sizeof(number),
                         GRND_NONBLOCK); /* for jitter any number will do */
        return number;
}

static void set_next(PolledSource *w, usec_t next) {
        w->next = next;
        (void) sd_event_source_set_time(w->timer, next);
        (void) sd_event_source_set_enabled(w->timer, SD_EVENT_ONESHOT);
}

static void begin_poll(void *userdata) {
        PolledSource *w = userdata;
        Poller *p = w->poller;
        const FetchTask task = {
                .name = w->record.source->name,
                .timeout = w->record.source->timeout,
                .connection = w->connection,
                .costly = w->costly,
                .request = w,
        };
        int r;

        w->started = clock_now(p);
        r = fetcher_ask(p->fetcher, &task);
        if (r < 0) {
                (void) log_oom();
                host_queue_ended(w->queue, HOST_TROUBLE, 0);
                set_next(w, w->started + w->record.source->interval);
                return;
        }
        w->in_flight = true;
}

static int on_due(_unused_ sd_event_source *s, _unused_ uint64_t usec, void *userdata) {
        PolledSource *w = userdata;

        host_queue_add(w->queue, &w->entry);
        host_queue_run(w->queue);
        return 0;
}

/* Whatever stands on the page, and whether or not it could be stored. */
static HostAnswer host_answer(const Outcome *outcome) {
        State state = outcome->state;

        if (state == STATE_OK || state == STATE_UNCHANGED || state == STATE_EMPTY ||
            state == STATE_NO_STRIP)
                return HOST_PAGE;
        return outcome->http == 429 ? HOST_REFUSAL : HOST_TROUBLE;
}

/* When the next poll begins, if not at once. */
static void plan(PolledSource *w, const Outcome *outcome) {
        const Health *health = &w->record.health;
        const Source *source = w->record.source;
        usec_t interval = source->interval, now = clock_now(w->poller), delay;
        usec_t fresh_for = (usec_t) MIN(outcome->fresh_for, FRESH_MAX) * USEC_PER_SEC;

        if (health->bad == 0 && source->interval_min < interval)
                interval = pace_interval(&w->pace, source->interval_min, interval);
        delay = schedule_delay(interval, health, outcome->state, outcome->retry_after,
                               random_number());
        if (health->bad == 0 && fresh_for > 0)
                delay = schedule_forward(interval, delay, now - w->started + fresh_for,
                                         &w->forward);
        else
                w->forward = false;
        set_next(w, w->started + delay);
}

/* Of the outcome counts what it is, and what the reply says. */
static void end_poll(PolledSource *w, const Outcome *outcome) {
        w->in_flight = false;
        host_queue_ended(w->queue, host_answer(outcome), outcome->retry_after);
        if (w->again && !host_queue_pauses(w->queue)) {
                host_queue_add(w->queue, &w->entry);
                host_queue_hurry(w->queue);
        } else
                plan(w, outcome);
        w->again = false;
        if (!w->poller->stopped)
                host_queue_run(w->queue);
}

static void on_ended(const Outcome *outcome) {
        PolledSource *w = outcome->record->userdata;
        bool bad = w->record.health.bad > 0;

        w->poller->n_polled += !w->counted;
        w->poller->n_bad += (size_t) bad - (size_t) w->bad;
        w->counted = true;
        w->bad = bad;
        if (outcome->error < 0)
                w->connection = 0;
        else if (outcome->verdict == VERDICT_HEALTHY)
                pace_count(&w->pace, clock_now(w->poller),
                           outcome->result.last >= outcome->result.first);
        end_poll(w, outcome);
}

static int on_reply(void *request, const FetchReply *reply, unsigned connection) {
        PolledSource *w = request;
        State state = reply->state;
        bool strip = false;
        int r;

        if (state == STATE_UNCHANGED) {
                if (w->connection != connection)
                        return -EBADMSG; /* unchanged since what? */
                state = w->read;
        } else
                strip = state == STATE_OK || state == STATE_EMPTY || state == STATE_NO_STRIP;

        r = outcomes_add(w->poller->outcomes, &w->record, state,
                         state == STATE_OK ? "" : reply->detail, reply, strip, w->poller->reappear);
        if (r == -EBADMSG)
                return r;
        w->record.stats.bytes += (uint64_t) reply->bytes;
        if (strip) {
                w->read = state;
                w->connection = connection;
        }
        if (reply->cpu > 0) /* it was read, and not the same bytes as before */
                w->costly = reply->cpu >= COSTLY_MSEC;
        if (r == -ENOMEM)
                end_poll(w, &(Outcome){ .state = state,
                                        .http = reply->http,
                                        .retry_after = reply->retry_after });
        return r;
}

static void on_failed(void *request, State state, const char *detail) {
        PolledSource *w = request;

        if (outcomes_add(w->poller->outcomes, &w->record, state, detail, NULL, false,
                         w->poller->reappear) == -ENOMEM)
                end_poll(w, &(Outcome){ .state = state });
}

static int on_told(void *userdata) {
        Poller *p = userdata;

        return outcomes_commit(p->outcomes);
}

static int compare_names(const void *a, const void *b) {
        const PolledSource *const *x = a, *const *y = b;

        return strcmp((*x)->record.source->name, (*y)->record.source->name);
}

static int compare_name(const void *name, const void *b) {
        const PolledSource *const *y = b;

        return strcmp(name, (*y)->record.source->name);
}

static const PolledSource *find(const PolledSources *s, const char *name) {
        const PolledSource **found = NULL;

        if (s->n > 0)
                found = bsearch(name, s->by_name, s->n, sizeof(*found), compare_name);
        return found ? *found : NULL;
}

static void release(PolledSources *s) {
        for (size_t i = 0; s->all && i < s->n; i++)
                (void) sd_event_source_disable_unref(s->all[i].timer);
        for (size_t i = 0; s->queues && i < s->hosts.n; i++)
                host_queue_done(s->queues + i);
        free(s->all);
        free(s->by_name);
        free(s->queues);
        hosts_done(&s->hosts);
        *s = (PolledSources){};
}

/* Polls of many sources may share a wake-up: within 250 ms, or less where that would be much. */
static usec_t accuracy(const Source *source) {
        return MIN(250 * USEC_PER_MSEC, source->interval / 20);
}

/* What is known of a source that was polled before is kept. */
static int add_source(Poller *p, PolledSource *w, const Source *source, HostQueue *queue,
                      usec_t first) {
        const PolledSource *before = find(&p->sources, source->name);
        usec_t now = clock_now(p);
        int r;

        *w = (PolledSource){
                .poller = p,
                .record = { .source = source, .userdata = w },
                .queue = queue,
                .entry.userdata = w,
                .next = now + first,
        };
        if (before) {
                w->record.health = before->record.health;
                w->record.stats = before->record.stats;
                w->record.turned = before->record.turned;
                w->record.gap_told = before->record.gap_told;
                w->costly = before->costly;
                w->pace = before->pace;
                if (!before->in_flight && !before->entry.due)
                        w->next = MIN(w->next, before->next);
        } else {
                r = store_alarmed(p->store, source->name);
                if (r < 0)
                        return r;
                w->record.health.alarmed = r > 0;
        }
        return sd_event_add_time(p->event, &w->timer, CLOCK_BOOTTIME, w->next, accuracy(source),
                                 on_due, w);
}

static int add_sources(Poller *p, Source *const *sources, size_t n, PolledSources *ret) {
        int r;

        r = hosts_new(sources, n, &p->sources.hosts, &ret->hosts);
        if (r < 0)
                return r;
        ret->all = calloc(n + 1, sizeof(PolledSource));
        ret->by_name = calloc(n + 1, sizeof(PolledSource *));
        ret->queues = calloc(n + 1, sizeof(HostQueue));
        if (!ret->all || !ret->by_name || !ret->queues)
                return -ENOMEM;
        for (size_t i = 0; i < ret->hosts.n && r >= 0; i++)
                r = host_queue_init(ret->queues + i, p->event, ret->hosts.hosts + i, begin_poll);
        for (size_t i = 0; i < n && r >= 0; i++) {
                ret->n++;
                r = add_source(p, ret->all + i, sources[i], ret->queues + ret->hosts.of[i],
                               ret->hosts.first[i]);
                ret->by_name[i] = ret->all + i;
        }
        if (r >= 0)
                qsort(ret->by_name, n, sizeof(PolledSource *), compare_names);
        return r;
}

int poller_set_sources(Poller *p, Source *const *sources, size_t n, usec_t reappear) {
        PolledSources new = {};
        int r;

        r = add_sources(p, sources, n, &new);
        if (r >= 0)
                r = store_enable(p->store, sources, n, time_now());
        if (r < 0) {
                release(&new);
                return r;
        }

        fetcher_drop(p->fetcher);
        release(&p->sources);
        p->sources = new;
        p->n_polled = p->n_bad = 0;
        p->reappear = reappear;
        return 0;
}

void poller_poll_now(Poller *p) {
        for (size_t i = 0; i < p->sources.n; i++) {
                PolledSource *w = p->sources.all + i;

                if (host_queue_pauses(w->queue))
                        continue;
                if (w->in_flight) {
                        w->again = true;
                } else {
                        (void) sd_event_source_set_enabled(w->timer, SD_EVENT_OFF);
                        host_queue_add(w->queue, &w->entry);
                }
                host_queue_hurry(w->queue);
        }
        for (size_t i = 0; i < p->sources.hosts.n; i++)
                host_queue_run(p->sources.queues + i);
}

bool poller_stats(const Poller *p, const char *source, SourceStats *ret) {
        const PolledSource *w = find(&p->sources, source);

        if (!w)
                return false;
        *ret = w->record.stats;
        /* A host that has asked for a pause is not asked before it is over. */
        ret->next_poll = time_now() + MAX(w->next, w->queue->host->pause) - clock_now(p);
        return true;
}

bool poller_all_polled(const Poller *p) {
        return p->n_polled == p->sources.n;
}

bool poller_all_good(const Poller *p) {
        for (size_t i = 0; i < p->sources.n; i++)
                if (!p->sources.all[i].record.good)
                        return false;
        return true;
}

PollerSummary poller_summary(const Poller *p) {
        PollerSummary s = {
                .n_sources = p->sources.n,
                .n_bad = p->n_bad,
                .n_pending = p->sources.n - p->n_polled,
                .not_stored = outcomes_not_stored(p->outcomes),
        };

        for (size_t i = p->sources.n; s.n_bad > 0 && !s.bad_name && i > 0; i--) {
                const PolledSource *w = p->sources.all + i - 1;

                if (w->bad) {
                        s.bad_name = w->record.source->name;
                        s.bad_state = w->record.state;
                }
        }
        return s;
}

void poller_stop(Poller *p) {
        p->stopped = true;
        for (size_t i = 0; i < p->sources.n; i++)
                p->sources.all[i].timer = sd_event_source_disable_unref(p->sources.all[i].timer);
        for (size_t i = 0; i < p->sources.hosts.n; i++)
                host_queue_done(p->sources.queues + i);
        fetcher_drop(p->fetcher);
}

int poller_new(sd_event *event, Store *store, Db *json, const char *fetch, const char *config,
               const PollerEvents *events, Poller **ret) {
        FetcherEvents fetcher_events = { .reply = on_reply, .failed = on_failed, .told = on_told };
        Poller *p;
        int r;

        p = calloc(1, sizeof(Poller));
        if (!p)
                return -ENOMEM;
        fetcher_events.userdata = p;
        p->event = sd_event_ref(event);
        p->store = store;
        r = outcomes_new(event, store, events, on_ended, &p->outcomes);
        if (r >= 0)
                r = fetcher_new(event, json, fetch, config, &fetcher_events, &p->fetcher);
        if (r < 0) {
                (void) poller_free(p);
                return r;
        }
        *ret = p;
        return 0;
}

Poller *poller_free(Poller *p) {
        if (!p)
                return NULL;
        (void) fetcher_free(p->fetcher);
        (void) outcomes_free(p->outcomes);
        release(&p->sources);
        (void) sd_event_unref(p->event);
        free(p);
        return NULL;
}
