/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "daemon/tape.h"
#include "common/json.h"
#include "common/source.h"

#define CACHED_PAGES_MAX 256U
#define PAGE_BYTES_MAX (TAPE_PAGE_IDS * TAPE_LINE_MAX)
#define SOURCES_MAX (1U << 20)

/* A page in memory: what the tape has from block * TAPE_PAGE_IDS on, up to last. */
typedef struct Block {
        int64_t number; /* id / TAPE_PAGE_IDS */
        int64_t last;
        uint64_t used; /* by the tape's clock */
        TapeLine *lines;
        size_t n, n_allocated;
        Buffer text;
} Block;

struct Tape {
        Store *store;
        Block *blocks[CACHED_PAGES_MAX];
        size_t n_blocks;
        size_t bytes; /* of all texts */
        uint64_t clock;
        char **sources;
        size_t n_sources;
};

int tape_new(Store *store, Tape **ret) {
        Tape *tape;

        tape = calloc(1, sizeof(Tape));
        if (!tape)
                return -ENOMEM;
        tape->store = store;
        *ret = tape;
        return 0;
}

static void drop_block(Tape *tape, size_t i) {
        Block *block = tape->blocks[i];

        tape->bytes -= block->text.allocated;
        tape->blocks[i] = tape->blocks[--tape->n_blocks];
        buffer_done(&block->text);
        free(block->lines);
        free(block);
}

Tape *tape_free(Tape *tape) {
        if (!tape)
                return NULL;
        while (tape->n_blocks > 0)
                drop_block(tape, 0);
        for (size_t i = 0; i < tape->n_sources; i++)
                free(tape->sources[i]);
        free(tape->sources);
        free(tape);
        return NULL;
}

int64_t tape_newest(const Tape *tape) {
        return store_newest(tape->store);
}

int64_t tape_oldest(const Tape *tape) {
        return store_oldest(tape->store);
}

const char *tape_store(const Tape *tape) {
        return store_id(tape->store);
}

static int source_number(Tape *tape, const char *name, uint32_t *ret) {
        char **grown;

        for (size_t i = 0; i < tape->n_sources; i++)
                if (streq(tape->sources[i], name)) {
                        *ret = (uint32_t) i;
                        return 0;
                }
        if (tape->n_sources >= SOURCES_MAX)
                return -E2BIG;
        grown = reallocarray(tape->sources, tape->n_sources + 1, sizeof(char *));
        if (!grown)
                return -ENOMEM;
        tape->sources = grown;
        grown[tape->n_sources] = strdup(name);
        if (!grown[tape->n_sources])
                return -ENOMEM;
        *ret = (uint32_t) tape->n_sources++;
        return 0;
}

int tape_source(Tape *tape, const char *name, uint32_t *ret) {
        int r;

        if (!source_name_valid(name))
                return -ENOENT;
        r = store_knows_source(tape->store, name);
        if (r <= 0)
                return r < 0 ? r : -ENOENT;
        return source_number(tape, name, ret);
}

int tape_last(Tape *tape, int64_t n, const char *sources, int64_t *ret) {
        return store_last(tape->store, n, sources, ret);
}

/* By hand: with json_object() and json_patch() a long replay costs two and a half times as much. */
static void render(Buffer *b, const StoreItem *item, const char *store) {
        char cursor[128];

        (void) snprintf(cursor, sizeof(cursor), "%s-%lld", store, (long long) item->id);
        json_begin(b);
        json_add_string(b, "type", "item");
        json_add_number(b, "id", item->id);
        json_add_string(b, "cursor", cursor);
        json_add_string(b, "source", item->source);
        json_add_string(b, "headline", item->headline);
        json_add_string(b, "url", item->url);
        json_add_string(b, "language", item->language);
        json_add_string(b, "published", item->published);
        json_add_string(b, "first_seen", item->first_seen);
        if (item->revises > 0)
                json_add_number(b, "revises", item->revises);
        if (item->repeats > 0)
                json_add_number(b, "repeats", item->repeats);
        json_end(b);
}

typedef struct Loading {
        Tape *tape;
        Block *block;
        int64_t end; /* the first id that is not of this block */
} Loading;

static int load_item(const StoreItem *item, void *userdata) {
        Loading *loading = userdata;
        Block *block = loading->block;
        size_t begin = block->text.size;
        uint32_t source;
        int r;

        if (item->id >= loading->end)
                return 1; /* enough */
        if (block->n == block->n_allocated) {
                size_t n = MAX(block->n_allocated * 2, (size_t) 16);
                TapeLine *grown = reallocarray(block->lines, n, sizeof(TapeLine));

                if (!grown)
                        return -ENOMEM;
                block->lines = grown;
                block->n_allocated = n;
        }
        r = source_number(loading->tape, item->source, &source);
        if (r < 0)
                return r;
        render(&block->text, item, store_id(loading->tape->store));
        r = buffer_error(&block->text);
        if (r < 0)
                return r;
        block->lines[block->n++] = (TapeLine){
                .id = item->id,
                .begin = (uint32_t) begin,
                .end = (uint32_t) block->text.size,
                .source = source,
        };
        return 0;
}

/* Brings a block up to the newest item, or to its end. */
static int fill(Tape *tape, Block *block) {
        Loading loading = { .tape = tape,
                            .block = block,
                            .end = (block->number + 1) * TAPE_PAGE_IDS };
        size_t before = block->text.allocated;
        int r;

        r = store_items(tape->store, block->last, TAPE_PAGE_IDS, load_item, &loading);
        tape->bytes += block->text.allocated - before;
        if (r < 0)
                return r;
        block->last = MIN(loading.end - 1, tape_newest(tape));
        return 0;
}

/* Lets go of the pages that were used longest ago, but not of this one. */
static void make_room(Tape *tape, const Block *keep) {
        while (tape->n_blocks > 1 &&
               (tape->bytes > TAPE_CACHE_BYTES || tape->n_blocks >= CACHED_PAGES_MAX)) {
                size_t oldest = SIZE_MAX;

                for (size_t i = 0; i < tape->n_blocks; i++)
                        if (tape->blocks[i] != keep &&
                            (oldest == SIZE_MAX ||
                             tape->blocks[i]->used < tape->blocks[oldest]->used))
                                oldest = i;
                drop_block(tape, oldest);
        }
}

static size_t index_of(const Tape *tape, const Block *block) {
        size_t i = 0;

        while (tape->blocks[i] != block)
                i++;
        return i;
}

static Block *find_block(const Tape *tape, int64_t number) {
        for (size_t i = 0; i < tape->n_blocks; i++)
                if (tape->blocks[i]->number == number)
                        return tape->blocks[i];
        return NULL;
}

static Block *add_block(Tape *tape, int64_t number) {
        Block *block;

        block = calloc(1, sizeof(Block));
        if (!block)
                return NULL;
        block->number = number;
        block->last = number * TAPE_PAGE_IDS - 1;
        block->text = BUFFER(PAGE_BYTES_MAX);
        make_room(tape, NULL);
        tape->blocks[tape->n_blocks++] = block;
        return block;
}

static size_t first_line_after(const Block *block, int64_t id) {
        size_t low = 0, high = block->n;

        while (low < high) {
                size_t middle = low + (high - low) / 2;

                if (block->lines[middle].id > id)
                        high = middle;
                else
                        low = middle + 1;
        }
        return low;
}

int tape_page(Tape *tape, int64_t after, TapePage *ret) {
        int64_t number = (after + 1) / TAPE_PAGE_IDS;
        Block *block;
        size_t first;
        int r;

        block = find_block(tape, number);
        if (!block)
                block = add_block(tape, number);
        if (!block)
                return -ENOMEM;
        if (block->last < MIN((number + 1) * TAPE_PAGE_IDS - 1, tape_newest(tape))) {
                r = fill(tape, block);
                if (r < 0) { /* half a line may be in it */
                        drop_block(tape, index_of(tape, block));
                        return r;
                }
                make_room(tape, block);
        }
        block->used = ++tape->clock;

        first = first_line_after(block, after);
        *ret = (TapePage){
                .last = block->last,
                .lines = block->lines + first,
                .n = block->n - first,
                .text = block->text.data,
        };
        return 0;
}

void tape_trim(Tape *tape) {
        for (size_t i = tape->n_blocks; i-- > 0;)
                if (tape->blocks[i]->number * TAPE_PAGE_IDS < tape_oldest(tape))
                        drop_block(tape, i);
}
