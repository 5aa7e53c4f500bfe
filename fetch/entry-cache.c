/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "fetch/entry-cache.h"

#define SIZE_MAX_EACH (256U * 1024U)
#define SIZE_MAX_ALL (16U * 1024U * 1024U)
#define OVERHEAD 16U /* of a piece of memory */

static size_t size_all;

void entry_cache_done(EntryCache *cache) {
        for (size_t i = 0; i < cache->n; i++)
                entry_done(cache->entries + i);
        free(cache->entries);
        size_all -= cache->size;
        *cache = (EntryCache){};
}

bool entry_cache_take(EntryCache *cache, uint64_t origin, Entry *ret) {
        if (!cache)
                return false;
        for (size_t i = 0; i < cache->n; i++) {
                size_t at = (cache->next + i) % cache->n;
                Entry *entry = cache->entries + at;

                if (entry->origin == origin && entry->headline) {
                        *ret = *entry;
                        *entry = (Entry){};
                        cache->next = at + 1;
                        return true;
                }
        }
        return false;
}

static size_t size_of(const Entry *entry) {
        const char *const texts[] = { entry->headline, entry->url, entry->published };
        size_t size = sizeof(Entry);

        for (size_t i = 0; i < ELEMENTSOF(texts); i++)
                if (texts[i])
                        size += strlen(texts[i]) + OVERHEAD;
        return size;
}

void entry_cache_keep(EntryCache *cache, Reply *reply) {
        size_t size = 0;

        entry_cache_done(cache);
        for (size_t i = 0; i < reply->n_entries; i++)
                size += size_of(reply->entries + i);
        if (size > SIZE_MAX_EACH || size > SIZE_MAX_ALL - size_all)
                return;
        *cache = (EntryCache){
                .entries = STEAL_POINTER(reply->entries),
                .n = reply->n_entries,
                .size = size,
        };
        reply->n_entries = 0;
        size_all += size;
}
