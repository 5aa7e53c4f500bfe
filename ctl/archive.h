/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The database, to be read only. */

#include "ctl/item.h"
#include "ctl/options.h"

/* Opens it and sees whether this is one that we know; if not says in a sentence what to do. */
int archive_open(const char *path, Db **ret);

/* What is asked for; texts may be NULL. */
typedef struct Query {
        const char *sources; /* a JSON list */
        const char *since;   /* RFC 3339 as in the database */
        const char *until;
        const char *words; /* of FTS5 */
        int64_t newest;    /* only the newest so many; negative: all */
} Query;

/*
 * Hands on items in the order of their ids, in pages of some hundred: item() for each, then page()
 * when the database is not in use, so that a slow reader of ours keeps no transaction open.
 * Negative results of either end it, and are returned; errors of the database are said.
 */
typedef struct ArchiveReader {
        int (*item)(const Item *item, void *userdata);
        int (*page)(void *userdata);
        void *userdata;
} ArchiveReader;

int archive_read(Db *db, const Query *query, const ArchiveReader *reader);

/* A cursor before what was first seen at a time. */
int archive_place(Db *db, const char *since, char ret[static CURSOR_MAX + 1]);

/* The headline of an item of the store of that cursor, which caller frees; NULL if it is not there.
 */
int archive_wording(Db *db, int64_t id, const char *cursor, char **ret);

/* --since= and --until= as the database has times. Wrong usage is said. */
int archive_times(const Options *options, char since[static TIME_SIZE],
                  char until[static TIME_SIZE]);
