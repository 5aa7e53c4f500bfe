/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* From what a page says to an entry, whatever format it is read from. */

#include <regex.h>

#include "common/source.h"
#include "fetch/entry-cache.h"
#include "fetch/explain.h"
#include "fetch/reply.h"

/* The Strike= expressions of a source. */
typedef struct Strikes {
        regex_t *items;
        size_t n;
} Strikes;

/* Problems are logged with file and line; -EINVAL with the first of them in *ret_where, -ENOMEM. */
int strikes_compile(const Values *values, Strikes *ret, const Value **ret_where);
void strikes_done(Strikes *strikes);

/* The texts as they are on the page; link and published may be NULL. */
typedef struct RawEntry {
        const char *headline;
        size_t n_headline;
        const char *link;
        const char *published;
        Account *account; /* of the strip, for --verbose */
} RawEntry;

/*
 * Cleans a headline and strikes from it, resolves the link against base; unless that was done, of
 * the same texts, for one that is known, which may be NULL. 1 and an entry, which the caller
 * empties with entry_done(); 0 when its text has no key; -ENOMEM.
 */
int entry_make(const RawEntry *raw, const Strikes *strikes, const char *base, EntryCache *known,
               Entry *ret);

/* Does what When= finds say yes? No are nothing at all (NULL), an empty text, and "false", "0",
 * "null" and "NaN". -ENOMEM. */
int entry_says_yes(const char *text);
