/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * Entries in the systemd journal, by journald's native protocol
 * (https://systemd.io/JOURNAL_NATIVE_PROTOCOL/) over a datagram socket that does not block:
 * sd_journal_send() would, for as long as journald stalls.
 */

#include "daemon/follower.h"

#define JOURNAL_SOCKET "/run/systemd/journal/socket"

/* Message ids; the catalog explains each. */
#define JOURNAL_ITEM "009f85af0eaf49de80e71bfcee9ba29b"
#define JOURNAL_ALARM "63d31b25bfaa45c3aa47a7c7fad06c91"
#define JOURNAL_ALL_CLEAR "d50b69dddd464266b717e6f014063c10"
#define JOURNAL_NOT_STORED "de8a72884e8d4fa7ab464323001e9778"
#define JOURNAL_TURNOVER "bcdc3d8763924b269a3e328b6bdf7b76"
#define JOURNAL_STARTED "be69e62dcf764afd9e8ecdb6105243e5"

typedef struct Journal Journal;

/* Nothing is sent yet. path: the socket. store: for the id in cursors. */
int journal_new(const char *path, const Store *store, Journal **ret);
Journal *journal_free(Journal *journal);

/* The sink for items: one entry each. */
Sink journal_sink(Journal *journal);

/* An entry about the daemon's own work; source, state and detail may be NULL. Errors as send(). */
int journal_note(Journal *journal, int priority, const char *message_id, const char *message,
                 const char *source, const char *state, const char *detail);
