/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "daemon/follower.h"
#include "common/log.h"

#define NAME                                                                                       \
        "journal" /* of the place in the store; standard output is the journal's stand-in and      \
                     shares it */
#define BATCH 16U
/* Keeping the place is a write to the disk. While there is more to hand over, it is kept after so
 * many items; a crash just then hands those over again. */
#define KEEP_EVERY 1024    /* to a sink that takes all */
#define KEEP_EVERY_SLOW 64 /* to one that makes us wait */
#define RETRY_USEC USEC_PER_SEC

struct Follower {
        sd_event *event;
        Store *store;
        Sink sink;
        void (*done)(void *userdata, int error);
        void *userdata;
        int64_t place;         /* the last item handed over */
        int64_t stored;        /* the place in the store */
        bool troubled;         /* the sink failed, and that was said */
        sd_event_source *more; /* enabled when a batch was not all */
        sd_event_source *io;
        sd_event_source *timer;
};

static int hand_over(const StoreItem *item, void *userdata) {
        Follower *f = userdata;
        int r;

        r = f->sink.write(f->sink.userdata, item);
        if (r >= 0)
                f->place = item->id;
        return r < 0 ? r : 0;
}

static int on_writable(_unused_ sd_event_source *s, _unused_ int fd, _unused_ uint32_t revents,
                       void *userdata) {
        Follower *f = userdata;

        f->io = sd_event_source_disable_unref(f->io);
        follower_run(f);
        return 0;
}

static int on_timer(_unused_ sd_event_source *s, _unused_ uint64_t usec, void *userdata) {
        follower_run(userdata);
        return 0;
}

static int on_more(_unused_ sd_event_source *s, void *userdata) {
        follower_run(userdata);
        return 0;
}

static void wait_for_sink(Follower *f, int error) {
        int r = -EAGAIN, fd = f->sink.fd(f->sink.userdata);

        if (error == -EAGAIN && fd >= 0) {
                if (f->io)
                        return;
                r = sd_event_add_io(f->event, &f->io, fd, EPOLLOUT, on_writable, f);
        }
        if (r < 0) {
                (void) sd_event_source_set_time_relative(f->timer, RETRY_USEC);
                (void) sd_event_source_set_enabled(f->timer, SD_EVENT_ONESHOT);
        }
}

static void ask_place(Follower *f) {
        if (f->sink.resume)
                f->place = f->sink.resume(f->sink.userdata, f->place);
}

static void keep_place(Follower *f, int64_t step) {
        int64_t safe = f->place;
        int r;

        if (f->sink.taken)
                safe = f->sink.taken(f->sink.userdata, f->place);
        if (safe - f->stored < step)
                return;
        r = store_set_place(f->store, NAME, safe);
        if (r >= 0)
                f->stored = safe;
        /* Otherwise the next one keeps it; until then a crash would only hand items over twice. */
}

void follower_run(Follower *f) {
        int r;

        ask_place(f);
        r = store_items(f->store, f->place, BATCH, hand_over, f);
        if (r == (int) BATCH) { /* the subscribers have their turn before the rest */
                keep_place(f, KEEP_EVERY);
                (void) sd_event_source_set_enabled(f->more, SD_EVENT_ONESHOT);
                return;
        }
        keep_place(f, r == -EAGAIN ? KEEP_EVERY_SLOW : 1);

        if (r == -EINPROGRESS)
                ask_place(f);
        else if (r < 0) {
                if (r != -EAGAIN && !f->troubled)
                        log_warning("items cannot be handed over for now: %s", strerror(-r));
                f->troubled = r != -EAGAIN;
                wait_for_sink(f, r);
        } else
                f->troubled = false;
        f->done(f->userdata, r < 0 ? r : 0);
}

int64_t follower_behind(const Follower *f) {
        return store_newest(f->store) - f->place;
}

int follower_new(sd_event *event, Store *store, const Sink *sink,
                 void (*done)(void *userdata, int error), void *userdata, Follower **ret) {
        Follower *f;
        int r;

        f = calloc(1, sizeof(Follower));
        if (!f)
                return -ENOMEM;
        f->event = sd_event_ref(event);
        f->store = store;
        f->sink = *sink;
        f->done = done;
        f->userdata = userdata;
        r = store_place(store, NAME, &f->stored);
        if (r == -ENODATA)
                r = 0;
        f->place = f->stored;
        if (r >= 0)
                r = sd_event_add_time(event, &f->timer, CLOCK_MONOTONIC, 0, 0, on_timer, f);
        if (r >= 0)
                r = sd_event_source_set_enabled(f->timer, SD_EVENT_OFF);
        if (r >= 0)
                r = sd_event_add_defer(event, &f->more, on_more, f);
        if (r >= 0)
                r = sd_event_source_set_enabled(f->more, SD_EVENT_OFF);
        if (r < 0) {
                (void) follower_free(f);
                return r;
        }
        *ret = f;
        return 0;
}

Follower *follower_free(Follower *f) {
        if (!f)
                return NULL;
        keep_place(f, 1);
        (void) sd_event_source_disable_unref(f->more);
        (void) sd_event_source_disable_unref(f->io);
        (void) sd_event_source_disable_unref(f->timer);
        (void) sd_event_unref(f->event);
        free(f);
        return NULL;
}
