/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "daemon/host-queue.h"

static usec_t clock_now(const HostQueue *q) {
        uint64_t now = 0;

        (void) sd_event_now(q->event, CLOCK_BOOTTIME, &now);
        return now;
}

void host_queue_run(HostQueue *q) {
        usec_t now = clock_now(q), next = USEC_INFINITY;
        HostQueueEntry *entry;

        while ((entry = TAILQ_FIRST(&q->entries))) {
                next = host_next(q->host, now, q->hurry);
                if (next > now)
                        break;
                TAILQ_REMOVE(&q->entries, entry, list);
                entry->due = false;
                host_begin(q->host, now);
                q->begin(entry->userdata);
        }
        q->hurry = q->hurry && entry;
        (void) sd_event_source_set_time(q->timer, next);
        (void) sd_event_source_set_enabled(
                q->timer, entry && next != USEC_INFINITY ? SD_EVENT_ONESHOT : SD_EVENT_OFF);
}

static int on_timer(_unused_ sd_event_source *s, _unused_ uint64_t usec, void *userdata) {
        host_queue_run(userdata);
        return 0;
}

int host_queue_init(HostQueue *q, sd_event *event, Host *host, void (*begin)(void *userdata)) {
        int r;

        *q = (HostQueue){ .event = sd_event_ref(event), .host = host, .begin = begin };
        TAILQ_INIT(&q->entries);
        r = sd_event_add_time(event, &q->timer, CLOCK_BOOTTIME, 0, USEC_PER_MSEC, on_timer, q);
        return r < 0 ? r : sd_event_source_set_enabled(q->timer, SD_EVENT_OFF);
}

void host_queue_done(HostQueue *q) {
        q->timer = sd_event_source_disable_unref(q->timer);
        q->event = sd_event_unref(q->event);
}

void host_queue_add(HostQueue *q, HostQueueEntry *entry) {
        if (entry->due)
                return;
        entry->due = true;
        TAILQ_INSERT_TAIL(&q->entries, entry, list);
}

void host_queue_hurry(HostQueue *q) {
        q->hurry = true;
}

void host_queue_ended(HostQueue *q, HostAnswer answer, int64_t retry_after) {
        host_end(q->host, clock_now(q), answer, retry_after);
}

bool host_queue_pauses(const HostQueue *q) {
        return host_pauses(q->host, clock_now(q));
}
