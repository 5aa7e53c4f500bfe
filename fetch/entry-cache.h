/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * The entries of the page before, by digests of what they were made of: most stand on the next page
 * as well, and are not cleaned and resolved once more.
 */

#include "fetch/reply.h"

typedef struct EntryCache {
        Entry *entries;
        size_t n, next; /* looked for from here on: their order is mostly the same */
        size_t size;    /* bytes, of all that it takes */
} EntryCache;

/* Takes out the entry that was made of this. False: there is none, or it was taken out before. A
 * cache that is NULL is empty. */
bool entry_cache_take(EntryCache *cache, uint64_t origin, Entry *ret);

/* Takes over the entries of a reply, in place of all it had; it may have none afterwards, as all
 * caches together are limited. */
void entry_cache_keep(EntryCache *cache, Reply *reply);

void entry_cache_done(EntryCache *cache);
