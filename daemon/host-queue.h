/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The sources of one host that are due, in the order in which they became so: each begins when the
 * host may be asked again (hosts.h). */

#include <sys/queue.h>
#include <systemd/sd-event.h>

#include "daemon/hosts.h"

/* A source, part of whatever owns it. */
typedef struct HostQueueEntry {
        TAILQ_ENTRY(HostQueueEntry) list;
        bool due; /* it is in the queue */
        void *userdata;
} HostQueueEntry;

typedef struct HostQueue {
        sd_event *event;
        Host *host;
        TAILQ_HEAD(, HostQueueEntry) entries;
        bool hurry;
        sd_event_source *timer;
        void (*begin)(void *userdata);
} HostQueue;

/* begin is called with the userdata of an entry whose turn it is; it is no longer in the queue
 * then, and the poll is counted as begun. The host outlives the queue. */
int host_queue_init(HostQueue *queue, sd_event *event, Host *host, void (*begin)(void *userdata));
void host_queue_done(HostQueue *queue);

/* It is due; nothing begins yet. */
void host_queue_add(HostQueue *queue, HostQueueEntry *entry);

/* Whatever is in the queue now begins as soon as the host allows it, however close together. */
void host_queue_hurry(HostQueue *queue);

/* Begins what may begin now, and later the rest. */
void host_queue_run(HostQueue *queue);

/* A poll has ended, as for host_end(). host_queue_run() is left to the caller. */
void host_queue_ended(HostQueue *queue, HostAnswer answer, int64_t retry_after);

/* Does the host want to be left alone? */
bool host_queue_pauses(const HostQueue *queue);
