/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <search.h>

#include "common/log.h"
#include "fetch/digest.h"
#include "fetch/explain.h"
#include "fetch/secret.h"
#include "fetch/source-memory.h"

static Memory *memory_free(Memory *memory) {
        if (!memory)
                return NULL;
        validators_done(&memory->http.known);
        reply_done(&memory->bad);
        entry_cache_done(&memory->known);
        reader_free(memory->reader);
        source_free(memory->source);
        free(memory->name);
        free(memory);
        return NULL;
}
DEFINE_CLEANUP(Memory, memory_free);

static int compare_names(const void *a, const void *b) {
        return strcmp(((const Memory *) a)->name, ((const Memory *) b)->name);
}

static void free_node(void *memory) {
        (void) memory_free(memory);
}

void memories_done(Memories *memories) {
        tdestroy(memories->tree, free_node);
        memories->tree = NULL;
}

int memories_get(Memories *memories, const char *name, Memory **ret) {
        _cleanup_(memory_freep) Memory *memory = NULL;
        Memory *const *found;
        int r;

        found = tfind(&(const Memory){ .name = (char *) name }, &memories->tree, compare_names);
        if (found) {
                *ret = *found;
                return 0;
        }

        memory = calloc(1, sizeof(Memory));
        if (!memory)
                return -ENOMEM;
        memory->name = strdup(name);
        if (!memory->name)
                return -ENOMEM;
        r = config_load_source(memories->config, name, &memory->source);
        if (r == -ENOENT || r == -ENOMEM)
                return r;
        if (r == -EACCES)
                reply_set(&memory->bad, STATE_BAD_SOURCE, "the source file cannot be read: %s",
                          strerror(-r));
        else if (r < 0)
                reply_set(&memory->bad, STATE_BAD_SOURCE,
                          "the source file has errors; tickerd --check names them");
        else if (secret_load(memories->config, memory->source, &memory->bad) >= 0)
                (void) reader_new(memory->source, &memory->reader, &memory->bad);

        if (!tsearch(memory, &memories->tree, compare_names))
                return -ENOMEM;
        *ret = STEAL_POINTER(memory);
        return 0;
}

/* All that the reading of a page depends on. */
static uint64_t digest_page(const HttpAnswer *answer) {
        uint64_t digest = DIGEST_NOTHING;

        digest = digest_add_text(digest, answer->origin.url);
        digest = digest_add_text(digest, answer->origin.charset);
        digest = digest_add_text(digest, answer->origin.open_ended ? "open" : "");
        return digest_add(digest, strnull(answer->body->data), answer->body->size);
}

static uint64_t digest_entries(const Reply *reply) {
        uint64_t digest = DIGEST_NOTHING;

        for (size_t i = 0; i < reply->n_entries; i++) {
                digest = digest_add_text(digest, reply->entries[i].headline);
                digest = digest_add_text(digest, reply->entries[i].url);
        }
        return digest;
}

void memory_keep(Memory *memory, Reply *reply) {
        if (reply->n_entries > 0)
                entry_cache_keep(&memory->known, reply);
}

static void set_unchanged(Reply *reply) {
        Reply unchanged = { .state = STATE_UNCHANGED };

        reply_take(reply, &unchanged);
}

/*
 * A page that lacks what stood there before, be there news or not, is another page: one that asks
 * for consent, or says that the site is being mended. First: the first Strip= was there without an
 * entry.
 */
static void compare(Memory *memory, Reply *reply) {
        if (reply->state == STATE_EMPTY || reply->state == STATE_NO_STRIP) {
                if (memory->had_when && !reply->has_when)
                        reply_set(reply, STATE_NO_STRIP,
                                  "When= finds nothing, and did before: this may be another page");
                else if (memory->had_first && !reply->has_first && reply->state == STATE_NO_STRIP)
                        reply_set(reply, STATE_NO_STRIP,
                                  "no Strip= finds anything on the page, and the first one did "
                                  "before, with and without news: this may be another page");
        }
        memory->had_when |= reply->has_when;
        memory->had_first |= reply->has_first && reply->state == STATE_EMPTY;
}

/* True: the page is as it should be. */
static bool read_page(Memory *memory, const HttpAnswer *answer) {
        Reply *reply = answer->reply;
        uint64_t page = digest_page(answer), entries;
        bool before = memory->read;

        if (before && page == memory->page) {
                set_unchanged(reply);
                return true;
        }
        reply->known = explain_enabled ? NULL : &memory->known;
        reader_read(memory->reader, answer->body, &answer->origin, reply);
        reply->known = NULL;
        compare(memory, reply);
        if (!reader_is_content(memory->reader, reply))
                return false;
        entries = digest_entries(reply);
        if (before && entries == memory->entries) {
                memory_keep(memory, reply);
                set_unchanged(reply);
        }
        memory->page = page;
        memory->entries = entries;
        return true;
}

void memory_answer(Memory *memory, const HttpAnswer *answer) {
        State state = answer->reply->state;

        /* It was another page, that of an error or a challenge: it may be this one that has not
         * changed the next time. */
        if (state == STATE_BLOCKED || state == STATE_HTTP_ERROR)
                validators_done(&memory->http.known);
        if (state != STATE_OK && state != STATE_UNCHANGED)
                return; /* no page has come: what we know of the last one still holds */
        memory->read = state == STATE_UNCHANGED || read_page(memory, answer);
        validators_done(&memory->http.known);
        if (memory->read) {
                memory->http.known = *answer->validators;
                *answer->validators = (Validators){};
        }
}
