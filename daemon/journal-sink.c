/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <systemd/sd-id128.h>

#include "common/log.h"
#include "daemon/journal-recall.h"
#include "daemon/journal-sink.h"

/* So long journald may take from an entry's sending until it can be read. */
#define LATE_USEC (5 * USEC_PER_SEC)
/* How soon a mark is sent again that could not be sent, or that journald took and did not store. */
#define RETRY_USEC USEC_PER_SEC
#define AGAIN_USEC (15 * USEC_PER_SEC)
/* So long items wait for a journald that takes marks and does not store them. */
#define PATIENCE_USEC (10 * USEC_PER_MINUTE)
/* Items that are looked for at once, before others have their turn. */
#define BATCH 16U

typedef enum Phase {
        PHASE_NEW,
        PHASE_MARK,  /* a mark is to be sent: items wait */
        PHASE_WAIT,  /* a mark was sent, and cannot be read yet: items wait */
        PHASE_SIFT,  /* it can: items that the journal has not are sent */
        PHASE_PLAIN, /* items are sent, and looked for a little later */
        PHASE_BLIND, /* the journal cannot be read: items are sent */
} Phase;

struct JournalSink {
        sd_event *event;
        sd_event_source *timer;
        Journal *journal;
        Store *store;
        void (*wake)(void *userdata);
        void *userdata;

        Phase phase;
        Recall *recall;
        char run[SD_ID128_STRING_MAX];
        usec_t since;      /* when items began to wait */
        bool told;         /* and that was said */
        int64_t safe;      /* items up to here are in the journal, as far as can be known */
        int64_t again;     /* where the follower is to go on; -1: where it is */
        int64_t first;     /* items after here ... */
        int64_t looked_up; /* ... and up to here are looked up before they are sent */
        int64_t target;    /* up to here items are looked for after they were sent */
        int64_t twice;     /* up to here items were sent again after they had not been found */
};

static void set_timer(JournalSink *s, usec_t usec) {
        (void) sd_event_source_set_time_relative(s->timer, usec);
        (void) sd_event_source_set_enabled(s->timer, SD_EVENT_ONESHOT);
}

static void enter(JournalSink *s, Phase phase) {
        (void) sd_event_source_set_enabled(s->timer, SD_EVENT_OFF);
        s->recall = recall_free(s->recall);
        s->phase = phase;
        s->target = s->safe;
}

static bool has_item(JournalSink *s, int64_t id) {
        char cursor[CURSOR_SIZE];

        journal_cursor(s->journal, id, cursor);
        return recall_has(s->recall, "TICKERD_CURSOR", cursor) > 0;
}

static bool has_mark(JournalSink *s) {
        return recall_has(s->recall, "TICKERD_RUN", s->run) > 0;
}

/* From now on items wait, until it is known what the journal has. */
static void begin(JournalSink *s) {
        sd_id128_t run;

        enter(s, PHASE_MARK);
        if (store_recent(s->store, &s->first) < 0)
                s->first = s->safe;
        s->again = s->safe;
        s->since = time_monotonic();
        s->told = false;
        if (sd_id128_randomize(&run) >= 0)
                (void) sd_id128_to_string(run, s->run);
        set_timer(s, 0);
}

static void tell(JournalSink *s, const char *why) {
        if (!s->told)
                log_warning("items after %lld wait: %s", (long long) s->safe, why);
        s->told = true;
}

/* The mark can be read. */
static void sift(JournalSink *s) {
        (void) sd_event_source_set_enabled(s->timer, SD_EVENT_OFF);
        s->phase = PHASE_SIFT;
        s->looked_up = store_newest(s->store);
        s->again = MIN(s->safe, s->first);
        if (s->told)
                log_notice("the journal takes entries again");
        s->wake(s->userdata);
}

/* There is no way to know what the journal has. */
static void go_blind(JournalSink *s, const char *why) {
        enter(s, PHASE_BLIND);
        s->again = s->safe;
        log_warning(
                "%s, so items after %lld are sent without a look at what is there; after a crash "
                "some may be there twice, and what journald does not store is not noticed",
                why, (long long) s->safe);
        s->wake(s->userdata);
}

static void on_change(void *userdata) {
        JournalSink *s = userdata;

        if (s->phase == PHASE_WAIT && has_mark(s))
                sift(s);
}

/* Looks first and sends then, so that no change is missed. */
static void send_mark(JournalSink *s) {
        int r;

        s->recall = recall_free(s->recall);
        r = recall_new(&s->recall);
        if (r >= 0) /* without a watch it is found when the time is up */
                (void) recall_watch(s->recall, s->event, on_change, s);
        r = journal_mark(s->journal, s->run);
        if (r < 0) {
                s->recall = recall_free(s->recall);
                tell(s, r == -EAGAIN ? "journald does not read what it is sent" : strerror(-r));
                set_timer(s, RETRY_USEC);
                return;
        }
        s->phase = PHASE_WAIT;
        set_timer(s, LATE_USEC);
}

/* The mark is late. Why? */
static void on_late(JournalSink *s) {
        if (journal_pending(s->journal)) {
                tell(s, "journald does not read what it is sent");
                set_timer(s, LATE_USEC);
                return;
        }
        /* Once more with new eyes: there may be files or folders that could not be watched. */
        s->recall = recall_free(s->recall);
        if (recall_new(&s->recall) < 0 || !recall_readable(s->recall)) {
                go_blind(
                        s,
                        "no file of the journal can be read (is the user in group systemd-journal?)");
                return;
        }
        if (has_mark(s)) {
                sift(s);
                return;
        }
        if (time_monotonic() - s->since >= PATIENCE_USEC) {
                go_blind(s, "what journald is sent is not to be found in the journal");
                return;
        }
        tell(s, "journald does not store what it is sent; is there room for the journal?");
        enter(s, PHASE_MARK);
        set_timer(s, AGAIN_USEC);
}

static int check_item(const StoreItem *item, void *userdata) {
        JournalSink *s = userdata;

        if (item->id > s->target)
                return 1;
        if (!has_item(s, item->id)) {
                if (item->id > s->twice)
                        return -ENOENT;
                log_warning("item %lld was sent to the journal twice, and is not there",
                            (long long) item->id);
        }
        s->safe = item->id;
        return 0;
}

/* Are items that were sent a while ago in the journal? In steps, as there may be many. */
static void check(JournalSink *s) {
        int r = 0;

        if (!s->recall)
                r = recall_new(&s->recall);
        if (r >= 0)
                r = store_items(s->store, s->safe, BATCH, check_item, s);
        if (r == (int) BATCH) {
                set_timer(s, 0);
                return;
        }
        if (r >= 0) {
                s->recall = recall_free(s->recall);
                s->safe = s->target;
        } else {
                s->twice = s->target;
                begin(s);
        }
        s->wake(s->userdata);
}

static int on_timer(_unused_ sd_event_source *source, _unused_ uint64_t usec, void *userdata) {
        JournalSink *s = userdata;

        if (s->phase == PHASE_MARK)
                send_mark(s);
        else if (s->phase == PHASE_WAIT)
                on_late(s);
        else if (s->phase == PHASE_PLAIN)
                check(s);
        return 0;
}

static int64_t sink_resume(void *userdata, int64_t place) {
        JournalSink *s = userdata;

        if (s->phase == PHASE_NEW) {
                s->safe = place;
                begin(s);
        }
        if (s->again >= 0)
                place = s->again;
        s->again = -1;
        return place;
}

static int sink_write(void *userdata, const StoreItem *item) {
        JournalSink *s = userdata;
        int r;

        if (s->phase < PHASE_SIFT)
                return -EINPROGRESS;
        if (s->phase == PHASE_SIFT && item->id <= s->looked_up && has_item(s, item->id))
                return 0;
        r = journal_item(s->journal, item);
        if (r >= 0 || r == -EAGAIN)
                return r;
        /* journald is gone, and with it perhaps what was in its queue. */
        begin(s);
        return -EINPROGRESS;
}

static int64_t sink_taken(void *userdata, int64_t place) {
        JournalSink *s = userdata;

        if (s->phase == PHASE_SIFT && place >= s->looked_up)
                enter(s, PHASE_PLAIN);
        if (s->phase == PHASE_BLIND)
                s->safe = MAX(s->safe, place);
        if (s->phase == PHASE_PLAIN && place > s->safe && s->target <= s->safe) {
                s->target = place;
                set_timer(s, LATE_USEC);
        }
        return s->safe;
}

static int sink_fd(void *userdata) {
        const JournalSink *s = userdata;

        return journal_fd(s->journal);
}

Sink journal_sink(JournalSink *s) {
        return (Sink){
                .write = sink_write,
                .fd = sink_fd,
                .resume = sink_resume,
                .taken = sink_taken,
                .userdata = s,
        };
}

int journal_sink_new(sd_event *event, Journal *journal, Store *store, void (*wake)(void *userdata),
                     void *userdata, JournalSink **ret) {
        JournalSink *s;
        int r;

        s = calloc(1, sizeof(JournalSink));
        if (!s)
                return -ENOMEM;
        s->event = sd_event_ref(event);
        s->journal = journal;
        s->store = store;
        s->wake = wake;
        s->userdata = userdata;
        s->again = -1;
        r = sd_event_add_time(event, &s->timer, CLOCK_MONOTONIC, 0, 0, on_timer, s);
        if (r >= 0)
                r = sd_event_source_set_enabled(s->timer, SD_EVENT_OFF);
        if (r < 0) {
                (void) journal_sink_free(s);
                return r;
        }
        *ret = s;
        return 0;
}

JournalSink *journal_sink_free(JournalSink *s) {
        if (!s)
                return NULL;
        (void) sd_event_source_disable_unref(s->timer);
        (void) recall_free(s->recall);
        (void) sd_event_unref(s->event);
        free(s);
        return NULL;
}
