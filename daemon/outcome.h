/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * What polls mean: each is judged, compared and written by itself; those that are there at once are
 * committed together, and then all hear of them.
 */

#include "daemon/fetch-reply.h"
#include "daemon/poller.h"

/* What is known of a source. */
typedef struct SourceRecord {
        const Source *source;
        void *userdata; /* of whoever polls it */
        Health health;
        SourceStats stats;
        bool polled, good; /* the last poll: is there one, and was it a good one? */
        State state;       /* as told to the store, */
        char detail[DETAIL_MAX + 1];
        bool told;       /* if it was */
        bool turned;     /* the last strip shared nothing with the one before, */
        usec_t gap_told; /* and when that was told, by CLOCK_BOOTTIME */
} SourceRecord;

/* One poll. */
typedef struct Outcome {
        SourceRecord *record;
        State state;
        char detail[DETAIL_MAX + 1];
        int64_t http, retry_after, fresh_for; /* see FetchReply; 0 without one */

        usec_t now; /* the wall clock */
        Health before;
        Verdict verdict;
        usec_t alarm_since;
        bool all_clear;
        bool gap_told;
        PollResult result;
        int error; /* it could not be stored */
} Outcome;

typedef struct Outcomes Outcomes;

/* ended: the poll is over, and told. Events as in poller_new(). The store must outlive it. -ENOMEM.
 */
int outcomes_new(sd_event *event, Store *store, const PollerEvents *events,
                 void (*ended)(const Outcome *outcome), Outcomes **ret);
Outcomes *outcomes_free(Outcomes *outcomes);

/*
 * A poll has ended in that state. reply: NULL if there was none. strip: its entries are to be
 * compared, if the fetch is healthy. reappear: for a source that says nothing. Nobody hears of it
 * before outcomes_commit(). Negative: -EBADMSG, the entries cannot be; there was no poll then.
 * -ECANCELED: it could not be stored. -ENOMEM likewise, and nobody will hear of it.
 */
int outcomes_add(Outcomes *outcomes, SourceRecord *record, State state, const char *detail,
                 const FetchReply *reply, bool strip, usec_t reappear);

/* Negative: none of them could be stored. */
int outcomes_commit(Outcomes *outcomes);

/* Forgets what was not committed. */
void outcomes_drop(Outcomes *outcomes);

/* The last attempt to store something failed. */
bool outcomes_not_stored(const Outcomes *outcomes);
