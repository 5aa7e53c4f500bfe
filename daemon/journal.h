/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * Entries in the systemd journal, by journald's native protocol
 * (https://systemd.io/JOURNAL_NATIVE_PROTOCOL/) over a datagram socket that does not block:
 * sd_journal_send() would, for as long as journald stalls.
 */

#include "daemon/store.h"

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

#define CURSOR_SIZE 128

/* The cursor of an item, as in TICKERD_CURSOR=. */
void journal_cursor(const Journal *journal, int64_t id, char ret[static CURSOR_SIZE]);

/*
 * These send an entry, or fail as send() does: -EAGAIN while the queue is full, which journald does
 * not read, another error when journald is not there. 0 says only that journald has it in its
 * queue.
 */

/* The entry of an item. */
int journal_item(Journal *journal, const StoreItem *item);

/* An entry about the daemon's own work; source, state and detail may be NULL. */
int journal_note(Journal *journal, int priority, const char *message_id, const char *message,
                 const char *source, const char *state, const char *detail);

/* An entry with TICKERD_RUN=run, to be read back: journald takes entries in the order they were
 * sent.
 */
int journal_mark(Journal *journal, const char *run);

/* Is there an entry of ours that journald has not taken out of its queue yet? */
bool journal_pending(const Journal *journal);

/* The socket, to wait until it can be written; negative when there is none. */
int journal_fd(const Journal *journal);
