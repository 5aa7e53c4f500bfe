/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The database, to be read only. */

#include "client/item.h"
#include "ctl/options.h"

/* Opens it and sees whether this is one that we know; if not says in a sentence what to do. */
int archive_open(const char *path, Db **ret);

/* What is asked for. */
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

/* By the options, with so many items where they do not say. What is wrong is said; -EINVAL: wrong
 * usage. */
int query_init(ArchiveQuery *ret, const Options *options, int64_t newest);
void query_done(ArchiveQuery *query);

/*
 * Hands on items in the order of their ids, in pages of some hundred: item() for each, then page()
 * when the database is not in use, so that a slow reader of ours keeps no transaction open.
 * Negative results of either end it, and are returned; errors of the database are said.
 */
typedef struct ArchiveReader {
        int (*item)(const Item *item, const char *text, void *userdata);
        int (*page)(void *userdata);
        void *userdata;
} ArchiveReader;

int archive_read(Db *db, const ArchiveQuery *query, const ArchiveReader *reader);

/* A cursor before what was first seen at a time, as in the database. */
int archive_place(Db *db, const char *since, char ret[static CURSOR_MAX + 1]);

/* The headline of an item of the store of that cursor, which caller frees; NULL if it is not there.
 */
int archive_wording(Db *db, int64_t id, const char *cursor, char **ret);
