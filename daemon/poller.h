/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * The sources at work: each is polled when it is due, its reply goes into the store, and what that
 * means is told upwards.
 */

#include "daemon/fetcher.h"
#include "daemon/schedule.h"
#include "daemon/store.h"

typedef struct Poller Poller;

/* What can happen to a source that somebody should hear of. */
typedef enum Notice {
        NOTICE_ALARM,     /* it no longer yields its strip */
        NOTICE_ALL_CLEAR, /* it does again */
        NOTICE_TURNOVER,  /* items may have been missed */
        NOTICE_NOT_STORED /* what it said could not be stored; told once until it could */
} Notice;

typedef struct PollerEvents {
        void (*items)(void *userdata); /* there are new ones in the store */
        /* The state of a source has changed, now. */
        void (*state)(void *userdata, const char *source, const char *state, const char *detail,
                      usec_t now);
        void (*notice)(void *userdata, Notice notice, const Source *source, State state,
                       const char *detail);
        void (*polled)(void *userdata); /* a poll is over; states and counts may have changed */
        void (*lost)(void *userdata); /* the database was replaced or removed: nothing can go on */
        void *userdata;
} PollerEvents;

/* What a source has done since the daemon started. Times are the wall clock's, 0: not known. */
typedef struct SourceStats {
        usec_t last_poll, next_poll;
        uint64_t polls, failures; /* failures: bad ones */
        uint64_t bytes;           /* of pages, decompressed */
} SourceStats;

/* How many sources there are, how many are in trouble, and the name of one of those (NULL: none).
 */
typedef struct PollerSummary {
        size_t n_sources, n_bad, n_pending;
        const char *bad_name;
        State bad_state;
        bool not_stored;
} PollerSummary;

/*
 * The store and json, a connection for the fetcher's use, must outlive the poller; fetch and config
 * are those of fetcher_new(). -ENOMEM.
 */
int poller_new(sd_event *event, Store *store, Db *json, const char *fetch, const char *config,
               const PollerEvents *events, Poller **ret);
Poller *poller_free(Poller *poller);

/* Polls no more: what was asked for is not waited for. */
void poller_stop(Poller *poller);

/*
 * Polls these sources from now on: the first at once, the others spread over their interval or half
 * a minute (hosts.h), those that are due earlier then; what is known of those that were polled
 * before is kept. The array stays the caller's and must live until the next call. reappear: for
 * sources that say nothing.
 */
int poller_set_sources(Poller *poller, Source *const *sources, size_t n, usec_t reappear);

/* Polls every source now whose host has not asked for a pause, also one that is being polled, once
 * more after that. */
void poller_poll_now(Poller *poller);

/* Has every source been polled? Was every last poll of a source a good one? */
bool poller_all_polled(const Poller *poller);
bool poller_all_good(const Poller *poller);

PollerSummary poller_summary(const Poller *poller);

/* false: no such source. */
bool poller_stats(const Poller *poller, const char *source, SourceStats *ret);
