/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * The store: what was ever new, what is on each strip now, how each source is doing. One
 * connection, one writer. Functions return the errors of sql/db.h.
 */

#include "common/settings.h"
#include "sql/db.h"

typedef struct Store Store;

/*
 * Opens the database of that path or makes it, and locks PATH-lock. progress, if not NULL, is
 * called before each step that may take long. What is wrong is logged: a lock somebody holds
 * (-EWOULDBLOCK), a database that is not ours (-EMEDIUMTYPE) or of a version that this program does
 * not know (-EPROTONOSUPPORT), a file system that does not do for a write-ahead log (-EOPNOTSUPP),
 * and what SQLite says.
 */
int store_open(const char *path, void (*progress)(void *userdata), void *userdata, Store **ret);
Store *store_free(Store *store);
DEFINE_CLEANUP(Store, store_free);

/* Is the file that was opened still the one at its path? -ESTALE when it is not. */
int store_check(const Store *store);

/* What SQLite said last. */
const char *store_message(const Store *store);

/* The id that cursors begin with; valid until the next call. */
const char *store_id(const Store *store);

/* The newest id that was given (0: none yet), and the lowest from which the tape has no hole. */
int64_t store_newest(const Store *store);
int64_t store_oldest(const Store *store);

/* How many items there are, and the size of the write-ahead log in bytes. */
int64_t store_count(const Store *store);
uint64_t store_wal_size(const Store *store);

/* The sources that are polled from now on; all others become "disabled". One transaction, or none.
 */
struct Source;
int store_enable(Store *store, struct Source *const *sources, size_t n, usec_t now);

/* One poll of a source, with all that it changes. */
typedef struct Poll {
        const char *source;
        const char *language; /* NULL: not known */
        bool oldest_first;
        usec_t reappear; /* USEC_INFINITY: never new again */
        usec_t now;

        const char
                *state; /* to be written to sources, with the detail (NULL: none); NULL: as it is */
        const char *detail;

        const char
                *reply; /* the reply of a healthy fetch, whose entries are the strip now; or NULL */
        size_t size;
        usec_t last_healthy; /* when the fetch before was; 0: not known */
        bool gap_told;       /* a gap was written not long ago, and need not be again */

        usec_t alarm_since; /* an outage of that state begins, first bad poll then; 0: none */
        bool all_clear;     /* the open outage ends */
} Poll;

typedef struct PollResult {
        int64_t first, last; /* the ids of the new items, first > last when there is none */
        bool state_changed;  /* the source was in another state before */
        bool strip_changed;  /* the strip is not as it was */
        bool turnover; /* no entry of a strip of three or more is left: items may have been missed
                        */
} PollResult;

/* All or nothing; nothing is written when nothing changed. */
int store_poll(Store *store, const Poll *poll, PollResult *ret);

/*
 * Polls from store_begin() to store_commit() or store_abandon() are one transaction, each of them
 * all or nothing still. Nothing else may be asked of the store in between. When committing fails,
 * none of them has been.
 */
void store_begin(Store *store);
int store_commit(Store *store);
void store_abandon(Store *store);

/* Has the source an outage that did not end? 1 or 0. */
int store_alarmed(Store *store, const char *source);

/* Is there, or was there, a source of that name? 1 or 0. */
int store_knows_source(Store *store, const char *source);

/* Calls fn for each source that is polled, until it returns other than 0. detail may be NULL. */
int store_sources(Store *store,
                  int (*fn)(const char *name, const char *state, const char *since,
                            const char *detail, void *userdata),
                  void *userdata);

/* An item as it stands in the store; strings are valid during the callback, NULL where not known.
 */
typedef struct StoreItem {
        int64_t id;
        const char *source;
        const char *headline;
        const char *url;
        const char *language;
        const char *published;
        const char *first_seen;
        int64_t revises; /* 0: none */
        int64_t repeats;
} StoreItem;

/*
 * Calls fn for the items after an id, at most limit of them. A callback that returns other than 0
 * ends the walk, and its value is returned; otherwise the number of items.
 */
typedef int (*item_fn)(const StoreItem *item, void *userdata);
int store_items(Store *store, int64_t after, unsigned limit, item_fn fn, void *userdata);

/* After which id the newest n items come, all or those of some sources (a JSON array; NULL: all).
 */
int store_last(Store *store, int64_t n, const char *sources, int64_t *ret);

/* After which id the items come that were new in the ten minutes before the newest, 10,000 at most.
 */
int store_recent(Store *store, int64_t *ret);

/* The place on the tape of a follower other than a subscriber, by name; -ENODATA: it has none yet.
 */
int store_place(Store *store, const char *follower, int64_t *ret);
int store_set_place(Store *store, const char *follower, int64_t place);

#define STORE_PRUNE_MAX 1000 /* items in one transaction */

/* Removes at most so many items that left their strip at a time or before. Returns how many. */
int store_prune(Store *store, usec_t before);
