/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * What the daemon, its sources and its subscribers are doing, as lines for the socket. A report is
 * rendered once and shared by all who ask within a second; who sends it slowly keeps it alive.
 */

#include "common/buffer.h"
#include "daemon/hub.h"
#include "daemon/poller.h"

typedef struct Report {
        Buffer text;
        unsigned n_ref;
        usec_t made; /* CLOCK_MONOTONIC */
} Report;

typedef struct ReportInput {
        const Tape *tape;
        Store *store;
        const Poller *poller;
        const Hub *hub;
        int64_t journal; /* the place of the journal, or of what stands in for it */
} ReportInput;

/* The caller owns a reference. Errors as buffer_append() and sql/db.h. */
int report_new(const ReportInput *input, Report **ret);
Report *report_ref(Report *report);
Report *report_unref(Report *report);

/* {"type":"source",…}: a state, and with stats (may be NULL) what else is known. Appends a line. */
int report_source(Buffer *b, const char *name, const char *state, const char *since,
                  const char *detail, const SourceStats *stats);
