/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "daemon/pruner.h"
#include "common/log.h"

/* How often Retain= is looked after, and how soon again when one transaction was not enough. */
#define PRUNE_USEC USEC_PER_MINUTE
#define PRUNE_AGAIN_USEC (100 * USEC_PER_MSEC)

struct Pruner {
        sd_event *event;
        sd_event_source *timer; /* NULL: a daemon that keeps all is not woken for it */
        Store *store;
        usec_t retain;
        void (*removed)(void *userdata);
        void *userdata;
};

static int on_timer(_unused_ sd_event_source *s, _unused_ uint64_t usec, void *userdata) {
        Pruner *p = userdata;
        usec_t now = time_now();
        int n = 0;

        if (p->retain < now)
                n = store_prune(p->store, now - p->retain);
        if (n < 0)
                log_warning("old items cannot be removed for now: %s", store_message(p->store));
        if (n > 0)
                p->removed(p->userdata);
        (void) sd_event_source_set_time_relative(p->timer, n >= STORE_PRUNE_MAX ? PRUNE_AGAIN_USEC
                                                                                : PRUNE_USEC);
        (void) sd_event_source_set_enabled(p->timer, SD_EVENT_ONESHOT);
        return 0;
}

int pruner_set(Pruner *p, usec_t retain) {
        p->retain = retain;
        p->timer = sd_event_source_disable_unref(p->timer);
        if (retain == USEC_INFINITY)
                return 0;
        return sd_event_add_time_relative(p->event, &p->timer, CLOCK_MONOTONIC, 0, 0, on_timer, p);
}

int pruner_new(sd_event *event, Store *store, void (*removed)(void *userdata), void *userdata,
               Pruner **ret) {
        Pruner *p;

        p = calloc(1, sizeof(Pruner));
        if (!p)
                return -ENOMEM;
        p->event = sd_event_ref(event);
        p->store = store;
        p->retain = USEC_INFINITY;
        p->removed = removed;
        p->userdata = userdata;
        *ret = p;
        return 0;
}

Pruner *pruner_free(Pruner *p) {
        if (!p)
                return NULL;
        (void) sd_event_source_disable_unref(p->timer);
        (void) sd_event_unref(p->event);
        free(p);
        return NULL;
}
