/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What the daemon tells people about its own work: an entry in the journal, or a line on stderr. */

#include "daemon/journal.h"
#include "daemon/poller.h"

/* journal: NULL when there is none. */
void message_started(Journal *journal, const char *database, const char *socket, size_t n_sources);
void message_notice(Journal *journal, Notice notice, const Source *source, State state,
                    const char *detail);

/* STATUS=, one line that a person can read. */
void message_status(const PollerSummary *summary, int64_t newest, unsigned n_subscribers,
                    int64_t behind, char *ret, size_t size);
