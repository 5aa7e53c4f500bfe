/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Reads items from the database of the daemon. */

#include "client/item.h"
#include "ctl/options.h"

/* Opens the database, if it is one that this program can read. If not, logs what to do. */
int archive_open(const char *path, Db **ret);

/* Which items are asked for. */
typedef struct ArchiveQuery {
        char *sources;         /* a JSON list; NULL: all */
        char since[TIME_SIZE]; /* as in the database; "": no limit */
        char until[TIME_SIZE];
        const char *words; /* of FTS5; NULL: any */
        int64_t newest;    /* only the newest so many; negative: all */
        const char *text;  /* which text each item is handed on with, as SQL_CTL_ITEMS calls them;
                              NULL: none */
} ArchiveQuery;

#define _cleanup_query_ _cleanup_(query_done)

/* Fills a query from the options; newest is the number of items if they name none. Errors are
 * logged; -EINVAL: wrong usage. */
int query_init(ArchiveQuery *ret, const Options *options, int64_t newest);
void query_done(ArchiveQuery *query);

/*
 * Calls item() for each item, in the order of their ids, and page() after every few hundred of
 * them. No transaction is open during page(), so that it may wait for a slow reader of our output.
 * A negative result of either ends the reading and is returned; errors of the database are logged.

 */
typedef struct ArchiveReader {
        int (*item)(const Item *item, const char *text, void *userdata);
        int (*page)(void *userdata);
        void *userdata;
} ArchiveReader;

int archive_read(Db *db, const ArchiveQuery *query, const ArchiveReader *reader);

/* The cursor before the first item that was first seen at this time or later; the time is written
 * as in the database. */
int archive_place(Db *db, const char *since, char ret[static CURSOR_MAX + 1]);

/* The headline of an item of the store of that cursor, which caller frees; NULL if it is not there.
 */
int archive_wording(Db *db, int64_t id, const char *cursor, char **ret);
