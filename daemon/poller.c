/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <sys/random.h>

#include "common/log.h"
#include "daemon/host-queue.h"
#include "daemon/poller.h"

/* A page that is another at every poll is told of once in so long. */
#define GAP_AGAIN_USEC (24 * USEC_PER_HOUR)
/* Longer than any Interval=, and nothing overflows. */
#define FRESH_MAX 86400

/* One source at work. Times are those of CLOCK_BOOTTIME. */
typedef struct PolledSource {
        Poller *poller;
        const Source *source;
        HostQueue *queue;
        HostQueueEntry entry;
        sd_event_source *timer;
        usec_t next; /* when it is due, by the timer */
        Health health;
        usec_t started; /* when the last poll began */
        bool in_flight;
        bool again;      /* poll once more as soon as this poll is over */
        bool forward;    /* this poll was brought forward (fresh_for) */
        bool turned;     /* the last strip shared nothing with the one before, */
        usec_t gap_told; /* and when that was told */
        SourceStats stats;
        bool polled, good; /* the last poll: is there one, and was it a good one? */
        State state;       /* as told to the store, */
        char detail[DETAIL_MAX + 1];
        bool told;           /* if it was */
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
        PollerEvents events;
        usec_t reappear;
        PolledSources sources;
        bool stopped;
        usec_t last_now; /* the wall clock at the last poll */
        bool not_stored; /* the last attempt to write failed, and that was told */
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
        int r;

        w->started = clock_now(p);
        r = fetcher_ask(p->fetcher, w->source->name, w->source->timeout, w);
        if (r < 0) {
                (void) log_oom();
                host_queue_ended(w->queue, false, 0);
                set_next(w, w->started + w->source->interval);
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

/* Has the host given a page? Whatever stands on it, and whether or not it could be stored. */
static bool is_page(State state) {
        return state == STATE_OK || state == STATE_UNCHANGED || state == STATE_EMPTY ||
               state == STATE_NO_STRIP;
}

/* reply: NULL when there was none. */
static void end_poll(PolledSource *w, State state, const FetchReply *reply) {
        int64_t retry_after = reply ? reply->retry_after : 0;
        Poller *p = w->poller;
        usec_t now = clock_now(p), delay;

        w->in_flight = false;
        w->polled = true;
        w->stats.polls++;
        host_queue_ended(w->queue, is_page(state), retry_after);
        if (w->again && !host_queue_pauses(w->queue)) {
                host_queue_add(w->queue, &w->entry);
                host_queue_hurry(w->queue);
        } else {
                delay = schedule_delay(w->source->interval, &w->health, state, retry_after,
                                       random_number());
                if (reply && w->health.bad == 0 && reply->fresh_for > 0)
                        delay = schedule_forward(w->source->interval, delay,
                                                 now - w->started +
                                                         (usec_t) MIN(reply->fresh_for, FRESH_MAX) *
                                                                 USEC_PER_SEC,
                                                 &w->forward);
                else
                        w->forward = false;
                set_next(w, w->started + delay);
        }
        w->again = false;
        if (!p->stopped)
                host_queue_run(w->queue);
        p->events.polled(p->events.userdata);
}

/* Tells the store, but only what it does not know: a poll that changes nothing writes nothing. */
static int write_poll(PolledSource *w, State state, const char *detail, Poll *poll,
                      PollResult *result) {
        Poller *p = w->poller;
        bool same = w->told && w->state == state && streq(w->detail, detail);
        int r;

        r = store_check(p->store);
        if (r == -ESTALE) {
                p->events.lost(p->events.userdata);
                return r;
        }
        poll->state = state_name(state);
        poll->detail = *detail ? detail : NULL;
        if (!same || poll->reply || poll->alarm_since > 0 || poll->all_clear) {
                r = store_poll(p->store, poll, result);
                if (r < 0)
                        return r;
        }
        w->told = true;
        w->state = state;
        (void) snprintf(w->detail, sizeof(w->detail), "%s", detail);
        return 0;
}

static void tell(PolledSource *w, Notice notice, State state, const char *detail) {
        Poller *p = w->poller;

        p->events.notice(p->events.userdata, notice, w->source, state, detail);
}

static void not_stored(PolledSource *w) {
        Poller *p = w->poller;

        w->good = false;
        if (!p->not_stored)
                tell(w, NOTICE_NOT_STORED, STATE_OK, store_message(p->store));
        p->not_stored = true;
}

/* Ids are the order of items, so a clock that was set back harms nothing; but their times look odd.
 */
static usec_t wall_clock(Poller *p) {
        usec_t now = time_now();
        char step[32];

        if (now + USEC_PER_SEC < p->last_now)
                log_notice(
                        "the clock was set back by %s; times of items go back with it, their ids do not",
                        timespan_format(p->last_now - now, step, sizeof(step)));
        p->last_now = now;
        return now;
}

/* One poll with its outcome. strip: the entries that are to be compared, if the fetch is healthy.
 */
static int finish_poll(PolledSource *w, State state, const char *detail, const FetchReply *strip) {
        Poller *p = w->poller;
        Health before = w->health;
        PollResult result = { .first = 1, .last = 0 };
        Poll poll = {
                .source = w->source->name,
                .language = w->source->language.text,
                .oldest_first = w->source->oldest_first,
                .reappear = w->source->reappear > 0 ? w->source->reappear : p->reappear,
                .now = wall_clock(p),
                .last_healthy = before.healthy_at,
        };
        Verdict verdict;
        int r;

        poll.gap_told = w->turned && clock_now(p) - w->gap_told < GAP_AGAIN_USEC;
        verdict = health_count(&w->health, &w->source->expect, state, poll.now, &poll.alarm_since,
                               &poll.all_clear);
        if (verdict == VERDICT_HEALTHY && strip) {
                poll.reply = state == STATE_OK ? strip->line : "{}"; /* the strip is empty */
                poll.size = state == STATE_OK ? strip->size : 2;
        }
        w->stats.last_poll = poll.now;
        w->stats.failures += verdict == VERDICT_BAD;
        r = write_poll(w, state, detail, &poll, &result);
        if (r < 0) {
                w->health = before;
                if (r == -EBADMSG)
                        return r;
                if (r != -ESTALE)
                        not_stored(w);
                return -ECANCELED;
        }

        p->not_stored = false;
        w->good = verdict != VERDICT_BAD;
        if (result.state_changed)
                p->events.state(p->events.userdata, w->source->name, state_name(state), detail,
                                poll.now);
        if (poll.all_clear)
                tell(w, NOTICE_ALL_CLEAR, state, detail);
        if (poll.alarm_since > 0)
                tell(w, NOTICE_ALARM, state, detail);
        if (result.turnover && !poll.gap_told) {
                w->gap_told = clock_now(p);
                tell(w, NOTICE_TURNOVER, state, "");
        }
        if (result.strip_changed)
                w->turned = result.turnover;
        if (result.last >= result.first)
                p->events.items(p->events.userdata);
        return 0;
}

static int on_reply(void *request, const FetchReply *reply, unsigned connection) {
        PolledSource *w = request;
        State state = reply->state;
        const FetchReply *strip = NULL;
        int r;

        w->stats.bytes += (uint64_t) reply->bytes;

        if (state == STATE_UNCHANGED) {
                if (w->connection != connection)
                        return -EBADMSG; /* unchanged since what? */
                state = w->read;
        } else if (state == STATE_OK || state == STATE_EMPTY || state == STATE_NO_STRIP)
                strip = reply;

        r = finish_poll(w, state, state == STATE_OK ? "" : reply->detail, strip);
        if (r == -EBADMSG)
                return r;
        if (r >= 0 && strip) {
                w->read = state;
                w->connection = connection;
        }
        end_poll(w, state, reply);
        return r;
}

static void on_failed(void *request, State state, const char *detail) {
        PolledSource *w = request;

        (void) finish_poll(w, state, detail, NULL);
        end_poll(w, state, NULL);
}

static int compare_names(const void *a, const void *b) {
        const PolledSource *const *x = a, *const *y = b;

        return strcmp((*x)->source->name, (*y)->source->name);
}

static int compare_name(const void *name, const void *b) {
        const PolledSource *const *y = b;

        return strcmp(name, (*y)->source->name);
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

        *w = (PolledSource){ .poller = p, .source = source, .queue = queue, .next = now + first };
        w->entry.userdata = w;
        if (before) {
                w->health = before->health;
                w->stats = before->stats;
                w->turned = before->turned;
                w->gap_told = before->gap_told;
                if (!before->in_flight && !before->entry.due)
                        w->next = MIN(w->next, before->next);
        } else {
                r = store_alarmed(p->store, source->name);
                if (r < 0)
                        return r;
                w->health.alarmed = r > 0;
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
        *ret = w->stats;
        /* A host that has asked for a pause is not asked before it is over. */
        ret->next_poll = time_now() + MAX(w->next, w->queue->host->pause) - clock_now(p);
        return true;
}

bool poller_all_polled(const Poller *p) {
        for (size_t i = 0; i < p->sources.n; i++)
                if (!p->sources.all[i].polled)
                        return false;
        return true;
}

bool poller_all_good(const Poller *p) {
        for (size_t i = 0; i < p->sources.n; i++)
                if (!p->sources.all[i].good)
                        return false;
        return true;
}

PollerSummary poller_summary(const Poller *p) {
        PollerSummary s = { .n_sources = p->sources.n, .not_stored = p->not_stored };

        for (size_t i = 0; i < p->sources.n; i++) {
                const PolledSource *w = p->sources.all + i;

                if (!w->polled) {
                        s.n_pending++;
                } else if (w->health.bad > 0) {
                        s.n_bad++;
                        s.bad_name = w->source->name;
                        s.bad_state = w->state;
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
        const FetcherEvents fetcher_events = { .reply = on_reply, .failed = on_failed };
        Poller *p;
        int r;

        p = calloc(1, sizeof(Poller));
        if (!p)
                return -ENOMEM;
        p->event = sd_event_ref(event);
        p->store = store;
        p->events = *events;
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
        release(&p->sources);
        (void) sd_event_unref(p->event);
        free(p);
        return NULL;
}
