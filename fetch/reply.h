/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What came of reading one page, and the line of JSON that tells it; tickerd-fetch(8). */

#include "common/buffer.h"
#include "common/state.h"
#include "common/timespan.h"
#include "sql/db.h"

#define REPLY_MAX (16U * 1024U * 1024U)
#define ENTRIES_MAX 2000U

/* What is told of a page with nothing on it: no news is another matter. */
#define PAGE_IS_EMPTY "the page is empty"

/* Of a page: elements, and their depth; in JSON, values. */
#define ELEMENTS_MAX 250000U
#define DEPTH_MAX 256U

/* One line of a strip; no url or published is NULL. */
typedef struct Entry {
        char *headline;
        char *url;
        char *published;
        uint64_t origin; /* a digest of what it was made of, or 0 */
} Entry;

typedef struct Reply {
        State state;
        char *detail; /* one sentence, or NULL */

        /* What is 0 is not known. */
        long http;                       /* status */
        unsigned retry_after, fresh_for; /* seconds */
        uint64_t date;                   /* the server's clock, seconds since 1970 */
        uint64_t bytes;
        usec_t elapsed;
        usec_t cpu;     /* of reading the page */
        unsigned strip; /* which Strip= matched, from 1 */

        /* For whoever compares with the page before; not told. */
        bool has_when, has_first; /* When=, the first Strip= finds something */

        Entry *entries; /* in page order */
        size_t n_entries;
        struct EntryCache *known; /* where entries may be found that need not be made; or NULL */
} Reply;

#define _cleanup_reply_ _cleanup_(reply_done)

/* Frees what the reply owns and makes it an empty one. */
void reply_done(Reply *reply);

/* Sets state and detail, which is cleaned and cut, and forgets the entries. Short of memory: no
 * detail. */
void reply_set(Reply *reply, State state, const char *format, ...) _printf_(3, 4);

/* Takes over from another reply what is read from a page: state, detail, strip and entries. */
void reply_take(Reply *reply, Reply *from);

/* Appends an entry, whose strings it takes over, also when it fails. -E2BIG past ENTRIES_MAX;
 * -ENOMEM. */
int reply_add(Reply *reply, Entry *entry);
void entry_done(Entry *entry);

/*
 * Makes the reply a line, with any connection; caller empties ret with buffer_done(). One that
 * would be longer than REPLY_MAX is told as too-large instead. -ENOMEM.
 */
int reply_write(Db *db, const Reply *reply, const char *source, Buffer *ret);
