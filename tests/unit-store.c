/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The store as the daemon uses it: polls with a clock of our own, the tape that comes of them,
 * Retain=, and what happens to files that are not ours. The rules of what is new are put to the
 * test in test_rules.py.
 */

#include <fcntl.h>
#include <ftw.h>
#include <malloc.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "common/buffer.h"
#include "common/log.h"
#include "daemon/store.h"
#include "daemon/tape.h"

#define HOUR USEC_PER_HOUR

static char folder[] = "/tmp/tickerd-unit-store-XXXXXX";
static char path[sizeof(folder) + 16];

static int remove_one(const char *name, _unused_ const struct stat *st, _unused_ int flag,
                      _unused_ struct FTW *ftw) {
        return remove(name);
}

static int set_up(_unused_ void **state) {
        strcpy(folder + sizeof(folder) - 7, "XXXXXX");
        assert_non_null(mkdtemp(folder));
        (void) snprintf(path, sizeof(path), "%s/t.db", folder);
        return 0;
}

static int tear_down(_unused_ void **state) {
        return nftw(folder, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

static Store *open_store(void) {
        Store *store = NULL;

        assert_return_code(store_open(path, NULL, NULL, &store), 0);
        return store;
}

/* A poll at an hour of 1970's second day; entries as JSON, NULL: not healthy. Returns how many were
 * new. */
static int poll_at(Store *store, unsigned hour, const char *entries) {
        char reply[4096];
        const Poll poll = {
                .source = "harbour",
                .reappear = 12 * HOUR,
                .now = (24 + hour) * HOUR,
                .state = entries ? "ok" : "http-error",
                .reply = entries ? reply : NULL,
                .size = (size_t) snprintf(reply, sizeof(reply), "{\"items\":[%s]}",
                                          strnull(entries)),
        };
        PollResult result;

        assert_return_code(store_poll(store, &poll, &result), 0);
        return (int) (result.last - result.first + 1);
}

#define FERRY "{\"headline\":\"Ferry leaves\",\"url\":\"https://h.example/1\"}"
#define FOG "{\"headline\":\"Fog on the quay\"}"
#define GULLS "{\"headline\":\"Gulls return\"}"

static int print_item(const StoreItem *item, void *userdata) {
        char *text = userdata;

        (void) snprintf(text + strlen(text), 512 - strlen(text), "%lld:%s%s ", (long long) item->id,
                        item->headline, item->repeats > 0 ? "*" : "");
        return 0;
}

static void test_polls(_unused_ void **state) {
        Store *store = open_store();
        char tape[512] = "";

        assert_int_equal(store_newest(store), 0);
        assert_int_equal(poll_at(store, 0, FOG "," FERRY), 2);
        assert_int_equal(poll_at(store, 1, FOG "," FERRY), 0);
        assert_int_equal(poll_at(store, 2, NULL), 0);
        assert_int_equal(poll_at(store, 3, GULLS), 1);          /* the others leave */
        assert_int_equal(poll_at(store, 14, GULLS "," FOG), 0); /* back within 12 h */
        assert_int_equal(poll_at(store, 15, GULLS), 0);
        assert_int_equal(poll_at(store, 28, GULLS "," FOG "," FERRY),
                         1); /* the ferry by its link */
        assert_int_equal(store_items(store, 0, 10, print_item, tape), 4);
        assert_string_equal(tape,
                            "1:Ferry leaves 2:Fog on the quay 3:Gulls return 4:Fog on the quay* ");
        store = store_free(store);

        store = open_store();
        assert_int_equal(store_newest(store), 4);
        assert_int_equal(poll_at(store, 29, GULLS "," FOG "," FERRY), 0);
        (void) store_free(store);
}

static void test_no_entry_is_no_reply(_unused_ void **state) {
        Store *store = open_store();
        Poll poll = { .source = "harbour", .now = 48 * HOUR, .state = "ok" };
        PollResult result;

        assert_int_equal(poll_at(store, 0, FOG), 1);
        poll.reply = "{\"items\":[{\"headline\":\" -- \"}]}";
        poll.size = strlen(poll.reply);
        assert_int_equal(store_poll(store, &poll, &result), -EBADMSG);
        assert_int_equal(poll_at(store, 30, FOG), 0); /* it never left */
        (void) store_free(store);
}

/* Polls of one transaction: one that fails takes none along, and nobody sees any before the end. */
static void test_together(_unused_ void **state) {
        Store *store = open_store();
        Poll none = { .source = "harbour",
                      .now = 48 * HOUR,
                      .reply = "{\"items\":[{\"headline\":\"-\"}]}" };
        PollResult result;
        char tape[512] = "";

        none.size = strlen(none.reply);
        store_begin(store);
        assert_int_equal(poll_at(store, 0, FOG), 1);
        assert_int_equal(store_poll(store, &none, &result), -EBADMSG);
        assert_int_equal(poll_at(store, 1, FOG "," GULLS), 1);
        assert_int_equal(store_newest(store), 0);
        assert_return_code(store_commit(store), 0);
        assert_int_equal(store_newest(store), 2);
        assert_int_equal(store_count(store), 2);

        store_begin(store);
        assert_int_equal(poll_at(store, 2, FERRY "," FOG "," GULLS), 1);
        store_abandon(store);
        assert_int_equal(store_newest(store), 2);
        assert_int_equal(poll_at(store, 3, FERRY "," FOG "," GULLS), 1); /* and is new again */

        store_begin(store);
        assert_return_code(store_commit(store), 0); /* of nothing */
        assert_int_equal(store_items(store, 0, 10, print_item, tape), 3);
        assert_string_equal(tape, "1:Fog on the quay 2:Gulls return 3:Ferry leaves ");
        (void) store_free(store);
}

static void test_prune(_unused_ void **state) {
        Store *store = open_store();
        Tape *tape = NULL;
        TapePage page;

        assert_return_code(tape_new(store, &tape), 0);
        assert_int_equal(poll_at(store, 0, GULLS), 1);
        assert_int_equal(poll_at(store, 1, FOG "," GULLS), 1);
        assert_int_equal(poll_at(store, 2, FERRY "," GULLS), 1); /* 2 leaves */
        assert_int_equal(store_prune(store, (24 + 1) * HOUR), 0);
        assert_int_equal(store_prune(store, (24 + 2) * HOUR), 1);
        assert_int_equal(store_oldest(store), 3); /* 1 is still there, but the tape has a hole */
        assert_int_equal(store_newest(store), 3);

        assert_return_code(tape_page(tape, 0, &page), 0);
        assert_int_equal(page.n, 2);
        assert_int_equal(page.lines[0].id, 1);
        assert_int_equal(page.lines[1].id, 3);

        /* What was removed is known all the same. */
        assert_int_equal(poll_at(store, 3, FOG "," FERRY "," GULLS), 0);
        assert_int_equal(poll_at(store, 4, FERRY "," GULLS), 0);
        assert_int_equal(poll_at(store, 15, FOG "," FERRY "," GULLS), 0);
        assert_int_equal(poll_at(store, 16, FERRY "," GULLS), 0);
        assert_int_equal(poll_at(store, 28, FOG "," FERRY "," GULLS), 1);
        (void) tape_free(tape);
        (void) store_free(store);
}

/* A headline that somebody changed in the database to what no page can have put there. */
static void spoil(const char *headline) {
        _cleanup_(db_freep) Db *db = NULL;
        char text[256];

        (void) snprintf(text, sizeof(text),
                        "UPDATE items SET headline = CAST(%s AS TEXT) WHERE id = 1", headline);
        assert_return_code(db_open(path, false, &db), 0);
        assert_return_code(db_script(db, text), 0);
}

static int64_t found(const char *words) {
        _cleanup_(db_freep) Db *db = NULL;
        char text[128];
        int64_t n = -1;

        (void) snprintf(text, sizeof(text), "SELECT count(*) FROM search('%s')", words);
        assert_return_code(db_open(path, true, &db), 0);
        assert_return_code(db_number(db, text, &n), 0);
        return n;
}

static void test_prune_bad_headline(_unused_ void **state) {
        static const char *const headlines[] = {
                "X'466fff67'",                                  /* not UTF-8 */
                "X'eda080'",                                    /* a surrogate, as UTF-8 has none */
                "X'0061'",                                      /* a NUL */
                "X''",                                          /* nothing */
                "replace(hex(zeroblob(5000)), '00', 'gulls ')", /* more words than were searched for
                                                                 */
        };

        for (size_t i = 0; i < ELEMENTSOF(headlines); i++) {
                Store *store = open_store();

                assert_int_equal(poll_at(store, 0, FOG), 1);
                spoil(headlines[i]);
                assert_int_equal(poll_at(store, 1, GULLS), 1);
                assert_int_equal(poll_at(store, 2, FERRY), 1);
                assert_int_equal(store_prune(store, (24 + 2) * HOUR), 2);
                assert_int_equal(found("ferry"), 1);
                assert_int_equal(store_oldest(store), 3);
                assert_int_equal(poll_at(store, 3, FERRY), 0);
                (void) store_free(store);
                assert_return_code(unlink(path), 0);
        }
}

static void test_pages(_unused_ void **state) {
        Store *store = open_store();
        Tape *tape = NULL;
        int64_t place = 0, expected = 1;
        TapePage page;

        assert_return_code(tape_new(store, &tape), 0);
        for (unsigned i = 0; i < 700; i++) {
                char entry[64];

                (void) snprintf(entry, sizeof(entry), "{\"headline\":\"Tide table %u\"}", i);
                assert_int_equal(poll_at(store, i, entry), 1);
                if (i % 50 == 0) /* the last page is read while it grows */
                        assert_return_code(tape_page(tape, (int64_t) i, &page), 0);
        }
        while (place < tape_newest(tape)) {
                assert_return_code(tape_page(tape, place, &page), 0);
                for (size_t i = 0; i < page.n; i++) {
                        assert_int_equal(page.lines[i].id, expected++);
                        assert_int_equal(page.text[page.lines[i].end - 1], '\n');
                }
                place = page.last;
        }
        assert_int_equal(expected, 701);
        (void) tape_free(tape);
        (void) store_free(store);
}

static void test_second_daemon(_unused_ void **state) {
        Store *store = open_store(), *second = NULL;

        assert_int_equal(store_open(path, NULL, NULL, &second), -EWOULDBLOCK);
        (void) store_free(store);
        store = open_store();
        (void) store_free(store);
}

static void write_file(const char *text, size_t size) {
        _cleanup_close_ int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

        assert_true(fd >= 0);
        assert_int_equal(write(fd, text, size), size);
}

static void run_sql(const char *text) {
        Db *db = NULL;

        assert_return_code(db_open(path, false, &db), 0);
        assert_return_code(db_script(db, text), 0);
        (void) db_free(db);
}

/* Pages are more than memory is given to: those read longest ago go, and are read again, and the
 * one that is asked for is never among them. */
static void test_pages_make_room(_unused_ void **state) {
        enum {
                ITEMS = 6000,
                LENGTH = 2000
        };
        _cleanup_buffer_ Buffer reply = BUFFER(SIZE_MAX);
        Poll poll = { .now = 48 * HOUR, .state = "ok" };
        const int64_t turns[] = { 0, 512, 0 };
        Store *store = open_store();
        char words[LENGTH + 1];
        Tape *tape = NULL;
        PollResult result;
        TapePage page;
        size_t before;

        memset(words, 'w', LENGTH);
        words[LENGTH] = '\0';
        for (unsigned first = 0; first < ITEMS; first += 2000) {
                char name[32];

                (void) snprintf(name, sizeof(name), "harbour%u", first);
                poll.source = name;
                buffer_clear(&reply);
                buffer_puts(&reply, "{\"items\":[");
                for (unsigned i = first; i < first + 2000; i++)
                        buffer_printf(&reply, "%s{\"headline\":\"%u %s\"}", i > first ? "," : "", i,
                                      words);
                buffer_puts(&reply, "]}");
                assert_return_code(buffer_error(&reply), 0);
                poll.reply = reply.data;
                poll.size = reply.size;
                assert_return_code(store_poll(store, &poll, &result), 0);
        }

        assert_return_code(tape_new(store, &tape), 0);
        for (size_t i = 0; i < ELEMENTSOF(turns); i++)
                assert_return_code(tape_page(tape, turns[i], &page), 0);
        /* Seen where it is read again. */
        run_sql("UPDATE items SET headline = 'changed' WHERE id < 1024;");
        before = mallinfo2().uordblks + mallinfo2().hblkhd;
        for (int64_t place = 0; place < ITEMS; place += TAPE_PAGE_IDS) {
                for (size_t i = 0; i < ELEMENTSOF(turns); i++) {
                        assert_return_code(tape_page(tape, turns[i], &page), 0);
                        assert_int_equal(page.lines[0].id, turns[i] + 1);
                        assert_null(strstr(page.text, "changed"));
                }
                assert_return_code(tape_page(tape, place, &page), 0);
                assert_int_equal(page.lines[0].id, place + 1);
                assert_null(strstr(page.text, "changed"));
                assert_true(mallinfo2().uordblks + mallinfo2().hblkhd <
                            before + TAPE_CACHE_BYTES + (4U << 20));
        }
        (void) tape_free(tape);
        (void) store_free(store);
}

/* Opening fails in that way, and leaves the file as it was to the byte. */
static void refused(int error) {
        _cleanup_buffer_ Buffer before = BUFFER(0), after = BUFFER(0);
        _cleanup_close_ int fd = open(path, O_RDONLY | O_CLOEXEC), again = -1;
        Store *store = NULL;

        assert_return_code(buffer_read_file(fd, 1 << 20, &before), 0);
        assert_int_equal(store_open(path, NULL, NULL, &store), error);
        again = open(path, O_RDONLY | O_CLOEXEC);
        assert_return_code(buffer_read_file(again, 1 << 20, &after), 0);
        assert_int_equal(before.size, after.size);
        assert_memory_equal(before.data, after.data, before.size);
}

static void test_not_ours(_unused_ void **state) {
        write_file("This is a shopping list, not a database.\n", 41);
        refused(-EMEDIUMTYPE);
        assert_int_equal(remove(path), 0);

        run_sql("CREATE TABLE songs (title); INSERT INTO songs VALUES ('Tide');");
        refused(-EMEDIUMTYPE);
        assert_int_equal(remove(path), 0);

        run_sql("PRAGMA journal_mode = WAL; CREATE TABLE songs (title);");
        refused(-EMEDIUMTYPE);
}

static void test_versions(_unused_ void **state) {
        (void) store_free(open_store());
        run_sql("PRAGMA user_version = 99;");
        refused(-EPROTONOSUPPORT);
        run_sql("PRAGMA user_version = -1;");
        refused(-EPROTONOSUPPORT);
}

/* SQLite says nothing when a database cannot have a write-ahead log; one in memory never can. */
static void test_no_wal(_unused_ void **state) {
        Store *store = NULL;

        assert_return_code(chdir(folder), 0); /* for the lock */
        assert_int_equal(store_open(":memory:", NULL, NULL, &store), -EOPNOTSUPP);
        assert_return_code(chdir("/"), 0);
}

static void test_replaced(_unused_ void **state) {
        Store *store = open_store();

        assert_int_equal(store_check(store), 0);
        assert_int_equal(remove(path), 0);
        assert_int_equal(store_check(store), -ESTALE);
        write_file("", 0);
        assert_int_equal(store_check(store), -ESTALE);
        (void) store_free(store);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(void) {
        const struct CMUnitTest tests[] = {
                TEST(test_polls),         TEST(test_no_entry_is_no_reply),
                TEST(test_prune),         TEST(test_prune_bad_headline),
                TEST(test_pages),         TEST(test_pages_make_room),
                TEST(test_second_daemon), TEST(test_not_ours),
                TEST(test_versions),      TEST(test_no_wal),
                TEST(test_replaced),      TEST(test_together),
        };

        log_open("unit-store");
        return cmocka_run_group_tests(tests, NULL, NULL);
}
