/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What the clients of tests/chaos.c get, and whether it is right. */

#include "tests/chaos.h"

/* The tape, as whoever saw an item first got it. */
typedef struct Seen {
        char *line; /* NULL: nobody has seen it yet, or there is none of this id */
        size_t size;
        unsigned source;
} Seen;

/* To be looked at again when the whole tape is known: this id was passed over under this filter; or
 * this many were asked for and the stream then began after this id. */
typedef struct Doubt {
        uint32_t filter;
        int64_t id, last, newest;
} Doubt;

static struct {
        char store[64];
        int64_t newest;
        Seen *items;
        size_t n_items;
        Doubt *doubts;
        size_t n_doubts, n_allocated;
} tape;

const char *store_seen(void) {
        return tape.store;
}

int64_t newest_seen(void) {
        return tape.newest;
}

static void *grow(void *array, size_t n, size_t size) {
        void *grown = reallocarray(array, n, size);

        if (!grown)
                abort();
        return grown;
}

static void see_store(const ChaosClient *c, const char *store, size_t size) {
        if (!tape.store[0] && size < sizeof(tape.store))
                memcpy(tape.store, store, size);
        if (strlen(tape.store) != size || memcmp(tape.store, store, size) != 0)
                fail(c, "another store");
}

static void see_newest(int64_t id) {
        size_t n = (size_t) id + 1;

        tape.newest = MAX(tape.newest, id);
        if (n > tape.n_items) {
                n += n / 2;
                tape.items = grow(tape.items, n, sizeof(Seen));
                memset(tape.items + tape.n_items, 0, (n - tape.n_items) * sizeof(Seen));
                tape.n_items = n;
        }
}

static void doubt(Doubt what) {
        if (tape.n_doubts == tape.n_allocated) {
                tape.n_allocated = MAX(2 * tape.n_allocated, (size_t) 64);
                tape.doubts = grow(tape.doubts, tape.n_allocated, sizeof(Doubt));
        }
        tape.doubts[tape.n_doubts++] = what;
}

/* The stream goes on after this id: nothing between its place and there may have been for it. */
static void pass_over(ChaosClient *c, int64_t to) {
        for (int64_t id = c->place + 1; id <= to; id++) {
                const Seen *seen = tape.items + id;

                if (!seen->line)
                        doubt((Doubt){ .filter = c->filter, .id = id, .last = -1 });
                else if (seen->source & c->filter)
                        fail(c, "item %lld is missing", (long long) id);
        }
        c->place = MAX(c->place, to);
}

/* Where a line goes on after a word that must be there. */
static const char *expect(const ChaosClient *c, const char *at, const char *word) {
        const char *after = startswith(at, word);

        if (!after)
                fail(c, "no %s in a line", word);
        return after;
}

static const char *expect_number(const ChaosClient *c, const char *at, const char *word,
                                 int64_t *ret) {
        char *end;

        at = expect(c, at, word);
        *ret = strtoll(at, &end, 10);
        if (end == at || *ret < 0)
                fail(c, "no number after %s", word);
        return end;
}

static void on_item(ChaosClient *c, const char *line, size_t size) {
        const char *at, *end;
        int64_t id, again;
        unsigned source;
        Seen *seen;

        at = expect(c, expect_number(c, line, "{\"type\":\"item\",\"id\":", &id), ",\"cursor\":\"");
        end = strchr(at, '-');
        if (!end)
                fail(c, "no cursor");
        see_store(c, at, (size_t) (end - at));
        at = expect(c, expect_number(c, end, "-", &again), "\",\"source\":\"");
        source = source_bit(at, strcspn(at, "\""));
        if (again != id || source == 0)
                fail(c, "an item of another cursor or source");

        see_newest(id);
        seen = tape.items + id;
        if (!seen->line) {
                seen->line = grow(NULL, size, 1);
                memcpy(seen->line, line, size);
                seen->size = size;
                seen->source = source;
        } else if (seen->size != size || memcmp(seen->line, line, size) != 0)
                fail(c, "item %lld was another line before", (long long) id);

        if (c->hellos_due > 0)
                return; /* it comes again if it is wanted */
        if (!(c->filter & source))
                fail(c, "item %lld is not for it", (long long) id);
        if (!c->live && id > c->end)
                fail(c, "item %lld came after it had asked for all before", (long long) id);
        if (id <= c->place)
                fail(c, "item %lld comes twice or late", (long long) id);
        if (c->place >= 0)
                pass_over(c, id - 1);
        c->place = id;
        counts.lines++;
}

static void on_hello(ChaosClient *c, const char *line) {
        int64_t oldest, newest, after;
        const char *at;

        if (c->hellos_due == 0)
                fail(c, "a hello that nobody waits for");
        at = strstr(line, ",\"store\":\"");
        at = expect(c, strnull(at), ",\"store\":\"");
        see_store(c, at, strcspn(at, "\""));
        at = expect_number(c, at + strcspn(at, "\""), "\",\"oldest\":", &oldest);
        at = expect_number(c, at, ",\"newest\":", &newest);
        at = expect_number(c, at, ",\"after\":", &after);
        (void) expect(c, at, "}\n");
        see_newest(newest);
        if (oldest != 1 || after > newest)
                fail(c, "a hello that cannot be");
        if (--c->hellos_due > 0)
                return;
        if (c->wanted >= 0 && after != c->wanted)
                fail(c, "the stream begins after %lld, not %lld", (long long) after,
                     (long long) c->wanted);
        if (c->wanted < 0 && c->last < 0 && after != newest)
                fail(c, "the stream does not begin with what is new");
        if (c->last >= 0)
                doubt((Doubt){
                        .filter = c->filter, .id = after, .last = c->last, .newest = newest });
        c->place = after;
        c->end = newest;
}

static void on_bye(ChaosClient *c, const char *line) {
        c->over = true;
        if (streq(line, "{\"type\":\"bye\",\"reason\":\"end\"}\n")) {
                if (c->live || c->hellos_due > 0)
                        fail(c, "an end too early");
                pass_over(c, c->end);
                counts.byes++;
        } else if (streq(line, "{\"type\":\"bye\",\"reason\":\"stopping\"}\n") && may_break_off(c))
                counts.stopping++;
        else
                fail(c, "a bye without a reason");
}

static void on_error(ChaosClient *c, const char *line) {
        if (!c->spoilt)
                fail(c, "an error for nothing");
        line = expect(c, line, "{\"type\":\"error\",\"code\":\"");
        line = expect(c, line, c->spoilt);
        (void) expect(c, line, "\",\"message\":\"");
        c->over = true;
        counts.errors++;
}

/* Is it a line of this type? */
static bool is(const char *line, const char *type) {
        const char *at = startswith(line, "{\"type\":\"");

        at = at ? startswith(at, type) : NULL;
        return at && *at == '"';
}

void client_line(ChaosClient *c, const char *text, size_t size) {
        char line[sizeof(c->in)];

        memcpy(line, text, size);
        line[size] = '\0';
        if (c->over || strlen(line) != size)
                fail(c, c->over ? "something follows the last word" : "a NUL");
        if (c->in_status && (is(line, "source") || is(line, "subscriber")))
                return;
        if (c->in_status && is(line, "status-end")) {
                c->in_status = false;
                c->statuses_due--;
                counts.statuses++;
        } else if (c->in_status)
                fail(c, "something else within a status");
        else if (is(line, "item"))
                on_item(c, line, size);
        else if (is(line, "hello"))
                on_hello(c, line);
        else if (is(line, "bye"))
                on_bye(c, line);
        else if (is(line, "error"))
                on_error(c, line);
        else if (is(line, "status") && c->statuses_due > 0)
                c->in_status = true;
        else if (is(line, "source") && c->states)
                counts.states++;
        else
                fail(c, "a line that nobody asked for: %s", line);
}

static void settle(const Doubt *doubt) {
        int64_t n = 0, total = 0;

        if (doubt->last < 0) {
                if (tape.items[doubt->id].line && tape.items[doubt->id].source & doubt->filter) {
                        (void) fprintf(stderr, "item %lld is missing under the filter %x\n",
                                       (long long) doubt->id, doubt->filter);
                        exit(EXIT_FAILURE);
                }
                return;
        }
        for (int64_t id = 0; id <= doubt->newest; id++) {
                bool counts_here = tape.items[id].line && tape.items[id].source & doubt->filter;

                total += counts_here;
                n += counts_here && id > doubt->id;
        }
        if (n != MIN(total, doubt->last)) {
                (void) fprintf(stderr, "the last %lld up to %lld were %lld, under the filter %x\n",
                               (long long) doubt->last, (long long) doubt->newest, (long long) n,
                               doubt->filter);
                exit(EXIT_FAILURE);
        }
}

void tape_check(const char *path) {
        FILE *file = fopen(path, "we");
        bool good = file;

        for (size_t i = 0; i < tape.n_doubts; i++)
                settle(tape.doubts + i);
        for (int64_t id = 0; id <= tape.newest && good; id++)
                good = !tape.items[id].line || fwrite(tape.items[id].line, 1, tape.items[id].size,
                                                      file) == tape.items[id].size;
        if (!file || fclose(file) != 0 || !good) {
                perror(path);
                exit(EXIT_FAILURE);
        }
}
