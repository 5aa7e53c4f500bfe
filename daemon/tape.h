/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * The tape as subscribers read it: items rendered once, in pages of consecutive ids. The last page
 * grows as items come; older pages are read back from the store when somebody needs them, and a
 * bounded number is kept. A subscriber has no queue: it has a place, and asks for the page that
 * comes after it.
 */

#include "daemon/store.h"

#define TAPE_PAGE_IDS 512           /* ids a page spans: most of what a socket takes at once */
#define TAPE_CACHE_BYTES (8U << 20) /* pages kept; at least one is */
#define TAPE_LINE_MAX (16U * 1024U) /* bytes of a line, with its newline */

typedef struct Tape Tape;

typedef struct TapeLine {
        int64_t id;
        uint32_t begin, end; /* bytes in the page's text, newline included */
        uint32_t source;     /* a number that stands for the source, see tape_source() */
} TapeLine;

typedef struct TapePage {
        int64_t last; /* all that the tape has up to this id, from the first line on, is here */
        const TapeLine *lines;
        size_t n;
        const char *text;
} TapePage;

/* The store outlives the tape. -ENOMEM. */
int tape_new(Store *store, Tape **ret);
Tape *tape_free(Tape *tape);

/* The newest item's id, and the lowest id from which there is no hole. */
int64_t tape_newest(const Tape *tape);
int64_t tape_oldest(const Tape *tape);

/* The store's id, which cursors begin with. */
const char *tape_store(const Tape *tape);

/*
 * The page that holds what comes after a place, from the first line past it on; it may hold none,
 * where items were removed, and then the place to go on from is its last. after must be below the
 * newest. Valid until the next call. Errors as sql/db.h.
 */
int tape_page(Tape *tape, int64_t after, TapePage *ret);

/* Forgets pages below the oldest id, after items were removed. */
void tape_trim(Tape *tape);

/*
 * The number that stands for a source in lines, from 0; the same as long as the tape lives.
 * -ENOENT: no such source is known; -ENOMEM.
 */
int tape_source(Tape *tape, const char *name, uint32_t *ret);

/* After which id the newest n items of these sources come (a JSON array of names; NULL: of all). */
int tape_last(Tape *tape, int64_t n, const char *sources, int64_t *ret);
