/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <sys/random.h>

#include "common/log.h"
#include "daemon/poller.h"

/* One source at work. */
typedef struct PolledSource {
        Poller *poller;
        const Source *source;
        sd_event_source *timer;
        Health health;
        usec_t started; /* when the last poll began (CLOCK_BOOTTIME) */
        bool in_flight;
        bool again; /* poll once more as soon as this poll is over */
        SourceStats stats;
        bool polled, good; /* the last poll: is there one, and was it a good one? */
        State state;       /* as told to the store, */
        char detail[DETAIL_MAX + 1];
        bool told;           /* if it was */
        State read;          /* the last healthy reply on the connection of that number, */
        unsigned connection; /* 0: none */
} PolledSource;

struct Poller {
        sd_event *event;
        Store *store;
        Fetcher *fetcher;
        PollerEvents events;
        usec_t reappear;
        PolledSource *watches;
        size_t n;
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

static void begin_poll(PolledSource *w) {
        Poller *p = w->poller;
        int r;

        w->started = clock_now(p);
        w->again = false;
        r = fetcher_ask(p->fetcher, w->source->name, w->source->timeout, w);
        if (r < 0) {
                (void) log_oom();
                (void) sd_event_source_set_time(w->timer, w->started + w->source->interval);
                (void) sd_event_source_set_enabled(w->timer, SD_EVENT_ONESHOT);
                return;
        }
        w->in_flight = true;
}

static int on_due(_unused_ sd_event_source *s, _unused_ uint64_t usec, void *userdata) {
        begin_poll(userdata);
        return 0;
}

static void end_poll(PolledSource *w, State state, int64_t retry_after) {
        Poller *p = w->poller;
        usec_t delay;

        w->in_flight = false;
        w->polled = true;
        w->stats.polls++;
        if (w->again) {
                begin_poll(w);
        } else {
                delay = schedule_delay(w->source->interval, &w->health, state, retry_after,
                                       random_number());
                w->stats.next_poll = time_now() + (w->started + delay) - clock_now(p);
                (void) sd_event_source_set_time(w->timer, w->started + delay);
                (void) sd_event_source_set_enabled(w->timer, SD_EVENT_ONESHOT);
        }
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
        if (result.turnover)
                tell(w, NOTICE_TURNOVER, state, "");
        if (result.last >= result.first)
                p->events.items(p->events.userdata);
        return 0;
}

static int on_reply(void *request, const FetchReply *reply) {
        PolledSource *w = request;
        Poller *p = w->poller;
        State state = reply->state;
        const FetchReply *strip = NULL;
        int r;

        w->stats.bytes += (uint64_t) reply->bytes;

        if (state == STATE_UNCHANGED) {
                if (w->connection != fetcher_connection(p->fetcher))
                        return -EBADMSG; /* unchanged since what? */
                state = w->read;
        } else if (state == STATE_OK || state == STATE_EMPTY || state == STATE_NO_STRIP)
                strip = reply;

        r = finish_poll(w, state, state == STATE_OK ? "" : reply->detail, strip);
        if (r == -EBADMSG)
                return r;
        if (r >= 0 && strip) {
                w->read = state;
                w->connection = fetcher_connection(p->fetcher);
        }
        end_poll(w, state, reply->retry_after);
        return r;
}

static void on_failed(void *request, State state, const char *detail) {
        PolledSource *w = request;

        (void) finish_poll(w, state, detail, NULL);
        end_poll(w, state, 0);
}

static const PolledSource *find(const Poller *p, const char *name) {
        for (size_t i = 0; i < p->n; i++)
                if (streq(p->watches[i].source->name, name))
                        return p->watches + i;
        return NULL;
}

static void watch_done(PolledSource *w) {
        (void) sd_event_source_disable_unref(w->timer);
}

static int watch_init(PolledSource *w, Poller *p, const Source *source,
                      const PolledSource *before) {
        int r;

        *w = (PolledSource){ .poller = p, .source = source };
        if (before) {
                w->health = before->health;
                w->stats = before->stats;
        } else {
                r = store_alarmed(p->store, source->name);
                if (r < 0)
                        return r;
                w->health.alarmed = r > 0;
        }
        /* Polls of many sources may share a wake-up: within 250 ms, or less where that would be
         * much. */
        return sd_event_add_time_relative(p->event, &w->timer, CLOCK_BOOTTIME, 0,
                                          MIN(250 * USEC_PER_MSEC, source->interval / 20), on_due,
                                          w);
}

int poller_set_sources(Poller *p, Source *const *sources, size_t n, usec_t reappear) {
        PolledSource *watches;
        int r = 0;

        watches = calloc(n + 1, sizeof(PolledSource));
        if (!watches)
                return -ENOMEM;
        for (size_t i = 0; i < n && r >= 0; i++)
                r = watch_init(watches + i, p, sources[i], find(p, sources[i]->name));
        if (r >= 0)
                r = store_enable(p->store, sources, n, time_now());
        if (r < 0) {
                for (size_t i = 0; i < n; i++)
                        watch_done(watches + i);
                free(watches);
                return r;
        }

        fetcher_drop(p->fetcher);
        for (size_t i = 0; i < p->n; i++)
                watch_done(p->watches + i);
        free(p->watches);
        p->watches = watches;
        p->n = n;
        p->reappear = reappear;
        return 0;
}

void poller_poll_now(Poller *p) {
        for (size_t i = 0; i < p->n; i++) {
                PolledSource *w = p->watches + i;

                if (w->in_flight) {
                        w->again = true;
                } else {
                        (void) sd_event_source_set_enabled(w->timer, SD_EVENT_OFF);
                        begin_poll(w);
                }
        }
}

bool poller_stats(const Poller *p, const char *source, SourceStats *ret) {
        const PolledSource *w = find(p, source);

        if (!w)
                return false;
        *ret = w->stats;
        return true;
}

bool poller_all_polled(const Poller *p) {
        for (size_t i = 0; i < p->n; i++)
                if (!p->watches[i].polled)
                        return false;
        return true;
}

bool poller_all_good(const Poller *p) {
        for (size_t i = 0; i < p->n; i++)
                if (!p->watches[i].good)
                        return false;
        return true;
}

PollerSummary poller_summary(const Poller *p) {
        PollerSummary s = { .n_sources = p->n, .not_stored = p->not_stored };

        for (size_t i = 0; i < p->n; i++) {
                const PolledSource *w = p->watches + i;

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
        for (size_t i = 0; i < p->n; i++) {
                p->watches[i].timer = sd_event_source_disable_unref(p->watches[i].timer);
                p->watches[i].again = false;
        }
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
        for (size_t i = 0; i < p->n; i++)
                watch_done(p->watches + i);
        free(p->watches);
        (void) sd_event_unref(p->event);
        free(p);
        return NULL;
}
