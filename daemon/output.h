/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * Where the daemon itself tells items: in the journal, when it runs as a service and Journal= does
 * not forbid it, otherwise on standard output.
 */

#include "daemon/follower.h"
#include "daemon/journal.h"

typedef struct ItemOutput ItemOutput;

typedef struct OutputEvents {
        /* After each attempt: 0, all items are out, or what kept them. */
        void (*done)(void *userdata, int error);
        /* The journal made it go on, so that it may be less behind than it was. */
        void (*moved)(void *userdata);
        void *userdata;
} OutputEvents;

/* Nothing goes out before output_set(). The store outlives the output. */
int output_new(sd_event *event, Store *store, const OutputEvents *events, ItemOutput **ret);
ItemOutput *output_free(ItemOutput *output);

/* journal: what Journal= says, at the start and after a reload. After an error there is no output
 * any more, and the daemon has to end. */
int output_set(ItemOutput *output, bool journal);

/* There are new items. */
void output_run(ItemOutput *output);

/* How many items are still to go out. */
int64_t output_behind(const ItemOutput *output);

/* The journal, for messages about the daemon's own work; NULL when there is none. */
Journal *output_journal(const ItemOutput *output);
