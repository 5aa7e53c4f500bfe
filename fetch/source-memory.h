/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What the filter knows of a source it was asked for: how to read it, and what came last. */

#include "common/config.h"
#include "fetch/entry-cache.h"
#include "fetch/http.h"
#include "fetch/page.h"

typedef struct Memory {
        char *name;
        Source *source;
        Reader *reader; /* NULL: the source is bad */
        Reply bad;      /* then this is the answer */
        HttpMemory http;
        bool read;              /* a page that was as it should be, and no other after it: */
        uint64_t page, entries; /* digests */
        EntryCache known;
        bool had_when, had_first; /* pages of this source have; see Reply */
        bool in_flight;
        void *owner; /* of whoever asked, while it is in flight */
} Memory;

typedef struct Memories {
        const Config *config;
        void *tree; /* of Memory, by name: tsearch(3) */
} Memories;

/*
 * The memory of that name, loaded when it is asked for the first time. -ENOENT: there is no such
 * source, nothing is kept of it. -ENOMEM.
 */
int memories_get(Memories *memories, const char *name, Memory **ret);
void memories_done(Memories *memories);

/*
 * Reads the page of an answer, if there is one, into its reply, or finds that it is unchanged: the
 * same bytes, or the same entries. Keeps the validators, or forgets them.
 */
void memory_answer(Memory *memory, const HttpAnswer *answer);

/* What was read is told; entries may serve for the next page. Takes them from the reply. */
void memory_keep(Memory *memory, Reply *reply);
