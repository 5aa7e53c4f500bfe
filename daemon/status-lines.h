/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What the daemon, its sources and its subscribers are doing, as lines for the socket. Errors as
 * sql/db.h and buffer_append(). */

#include "daemon/poller.h"
#include "daemon/server.h"
#include "daemon/shared-text.h"

typedef struct StatusInput {
        Db *db; /* any connection */
        const Tape *tape;
        Store *store;
        const Poller *poller;
        const Server *server;
        int64_t journal; /* the place of the journal, or of what stands in for it */
} StatusInput;

/* The whole answer to a status request. The caller owns a reference. */
int status_lines(const StatusInput *input, SharedText **ret);

/* Appends {"type":"source",…}: a state, and with stats (may be NULL) what else is known. */
int status_line_source(Db *db, const char *name, const char *state, const char *since,
                       const char *detail, const SourceStats *stats, Buffer *b);
