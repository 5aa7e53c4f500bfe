/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "daemon/outcome.h"
#include "common/log.h"

/* A page that is another at every poll is told of once in so long. */
#define GAP_AGAIN_USEC (24 * USEC_PER_HOUR)

struct Outcomes {
        sd_event *event;
        Store *store;
        PollerEvents events;
        void (*ended)(const Outcome *outcome);

        Outcome *polls; /* since the last commit */
        size_t n, allocated;
        usec_t last_now; /* the wall clock at the last poll */
        bool not_stored; /* the last attempt to write failed, and that was told */
};

int outcomes_new(sd_event *event, Store *store, const PollerEvents *events,
                 void (*ended)(const Outcome *outcome), Outcomes **ret) {
        Outcomes *o;

        o = calloc(1, sizeof(Outcomes));
        if (!o)
                return -ENOMEM;
        o->event = sd_event_ref(event);
        o->store = store;
        o->events = *events;
        o->ended = ended;
        *ret = o;
        return 0;
}

Outcomes *outcomes_free(Outcomes *o) {
        if (!o)
                return NULL;
        outcomes_drop(o);
        (void) sd_event_unref(o->event);
        free(o->polls);
        free(o);
        return NULL;
}

static usec_t clock_now(const Outcomes *o) {
        uint64_t now = 0;

        (void) sd_event_now(o->event, CLOCK_BOOTTIME, &now);
        return now;
}

/* Ids are the order of items, so a clock that was set back harms nothing; but their times look odd.
 */
static usec_t wall_clock(Outcomes *o) {
        usec_t now = time_now();
        char step[32];

        if (now + USEC_PER_SEC < o->last_now)
                log_notice(
                        "the clock was set back by %s; times of items go back with it, their ids do not",
                        timespan_format(o->last_now - now, step, sizeof(step)));
        o->last_now = now;
        return now;
}

/* Room for one more. */
static Outcome *new_outcome(Outcomes *o) {
        if (o->n == o->allocated) {
                size_t wanted = MAX(2 * o->allocated, (size_t) 16);
                Outcome *grown = reallocarray(o->polls, wanted, sizeof(Outcome));

                if (!grown)
                        return NULL;
                o->polls = grown;
                o->allocated = wanted;
        }
        return o->polls + o->n;
}

/* Tells the store, but only what it does not know: a poll that changes nothing writes nothing. */
static int write_poll(Outcomes *o, Outcome *poll, const FetchReply *strip, usec_t reappear) {
        const SourceRecord *record = poll->record;
        const Source *source = record->source;
        bool same =
                record->told && record->state == poll->state && streq(record->detail, poll->detail);
        Poll write = {
                .source = source->name,
                .language = source->language.text,
                .oldest_first = source->oldest_first,
                .reappear = source->reappear > 0 ? source->reappear : reappear,
                .now = poll->now,
                .last_healthy = poll->before.healthy_at,
                .gap_told = poll->gap_told,
                .state = state_name(poll->state),
                .detail = *poll->detail ? poll->detail : NULL,
                .alarm_since = poll->alarm_since,
                .all_clear = poll->all_clear,
        };

        if (poll->verdict == VERDICT_HEALTHY && strip) {
                write.reply = poll->state == STATE_OK ? strip->line : "{}"; /* the strip is empty */
                write.size = poll->state == STATE_OK ? strip->size : 2;
        }
        if (same && !write.reply && poll->alarm_since == 0 && !poll->all_clear)
                return 0;
        return store_poll(o->store, &write, &poll->result);
}

int outcomes_add(Outcomes *o, SourceRecord *record, State state, const char *detail,
                 const FetchReply *reply, bool strip, usec_t reappear) {
        Outcome *poll = new_outcome(o);
        int r;

        if (!poll)
                return -ENOMEM;
        *poll = (Outcome){
                .record = record,
                .state = state,
                .http = reply ? reply->http : 0,
                .retry_after = reply ? reply->retry_after : 0,
                .fresh_for = reply ? reply->fresh_for : 0,
                .now = wall_clock(o),
                .before = record->health,
                .gap_told = record->turned && clock_now(o) - record->gap_told < GAP_AGAIN_USEC,
                .result = { .first = 1, .last = 0 },
        };
        (void) snprintf(poll->detail, sizeof(poll->detail), "%s", detail);
        poll->verdict = health_count(&record->health, &record->source->expect, state, poll->now,
                                     &poll->alarm_since, &poll->all_clear);
        if (o->n == 0)
                store_begin(o->store);
        r = write_poll(o, poll, strip ? reply : NULL, reappear);
        if (r == -EBADMSG) {
                record->health = poll->before;
                if (o->n == 0) /* no commit will follow that ends the transaction */
                        store_abandon(o->store);
                return r;
        }
        poll->error = r;
        o->n++;
        return r < 0 ? -ECANCELED : 0;
}

static void tell(const Outcomes *o, const Outcome *poll, Notice notice, const char *detail) {
        o->events.notice(o->events.userdata, notice, poll->record->source, poll->state, detail);
}

static void count(Outcome *poll) {
        SourceStats *stats = &poll->record->stats;

        poll->record->polled = true;
        stats->polls++;
        stats->last_poll = poll->now;
        stats->failures += poll->verdict == VERDICT_BAD;
}

static void tell_not_stored(Outcomes *o, const Outcome *poll) {
        SourceRecord *record = poll->record;

        record->health = poll->before;
        record->good = false;
        if (!o->not_stored && poll->error != -ESTALE)
                o->events.notice(o->events.userdata, NOTICE_NOT_STORED, record->source, STATE_OK,
                                 store_message(o->store));
        o->not_stored = true;
}

static void tell_stored(Outcomes *o, const Outcome *poll) {
        SourceRecord *record = poll->record;

        o->not_stored = false;
        record->told = true;
        record->state = poll->state;
        (void) snprintf(record->detail, sizeof(record->detail), "%s", poll->detail);
        record->good = poll->verdict != VERDICT_BAD;
        if (poll->result.state_changed)
                o->events.state(o->events.userdata, record->source->name, state_name(poll->state),
                                poll->detail, poll->now);
        if (poll->all_clear)
                tell(o, poll, NOTICE_ALL_CLEAR, poll->detail);
        if (poll->alarm_since > 0)
                tell(o, poll, NOTICE_ALARM, poll->detail);
        if (poll->result.turnover && !poll->gap_told) {
                record->gap_told = clock_now(o);
                tell(o, poll, NOTICE_TURNOVER, "");
        }
        if (poll->result.strip_changed)
                record->turned = poll->result.turnover;
}

int outcomes_commit(Outcomes *o) {
        _cleanup_free_ Outcome *polls = NULL;
        bool is_new = false;
        size_t n = o->n;
        int r;

        if (n == 0)
                return 0;
        /* Whoever hears of them may drop the rest, or end other polls. */
        polls = STEAL_POINTER(o->polls);
        o->n = o->allocated = 0;

        r = store_check(o->store);
        if (r < 0)
                store_abandon(o->store);
        else
                r = store_commit(o->store);
        for (size_t i = 0; i < n; i++) {
                count(polls + i);
                if (r < 0)
                        polls[i].error = r;
                if (polls[i].error < 0)
                        tell_not_stored(o, polls + i);
                else
                        tell_stored(o, polls + i);
                is_new |= polls[i].error >= 0 && polls[i].result.last >= polls[i].result.first;
        }
        if (is_new)
                o->events.items(o->events.userdata);
        for (size_t i = 0; i < n; i++)
                o->ended(polls + i);
        if (r == -ESTALE)
                o->events.lost(o->events.userdata);
        else
                o->events.polled(o->events.userdata);
        return r;
}

void outcomes_drop(Outcomes *o) {
        if (o->n > 0)
                store_abandon(o->store);
        o->n = 0;
}

bool outcomes_not_stored(const Outcomes *o) {
        return o->not_stored;
}
