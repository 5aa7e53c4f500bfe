/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>

#include "common/buffer.h"
#include "common/log.h"
#include "common/source.h"
#include "daemon/diff.h"
#include "daemon/migrate.h"
#include "daemon/store.h"

/* Pages of the database kept in memory, in KiB: what a poll touches fits many times over. */
#define CACHE_KIB "1024"
/* After a checkpoint the WAL is cut back to this many bytes. */
#define WAL_SIZE_LIMIT "4194304"

/* Polls that were not committed yet. */
typedef struct PendingPolls {
        bool open;    /* the transaction is */
        bool written; /* there is something to commit */
        int64_t items;
        int error; /* none of them can be committed */
} PendingPolls;

struct Store {
        char *path;
        int lock;
        struct stat file;
        Db *db;
        char id[64];
        int64_t oldest;
        int64_t newest;
        int64_t count;
        bool together;
        PendingPolls pending;
};

Store *store_free(Store *store) {
        if (!store)
                return NULL;
        (void) db_free(store->db);
        (void) safe_close(
                store->lock); /* last, so that the next daemon finds the database closed */
        free(store->path);
        free(store);
        return NULL;
}

static int take_lock(Store *store) {
        _cleanup_free_ char *path = NULL;
        int r;

        if (asprintf(&path, "%s-lock", store->path) < 0) {
                path = NULL;
                return log_oom();
        }
        store->lock = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOCTTY | O_NOFOLLOW, 0640);
        if (store->lock < 0) {
                r = -errno;
                log_error("cannot open %s: %s", path, strerror(-r));
                return r;
        }
        if (flock(store->lock, LOCK_EX | LOCK_NB) < 0) {
                r = -errno;
                if (r == -EWOULDBLOCK)
                        log_error("%s is in use by another tickerd (it holds %s)", store->path,
                                  path);
                else
                        log_error("cannot lock %s: %s", path, strerror(-r));
                return r;
        }
        return 0;
}

static int read_bounds(Store *store) {
        _cleanup_rows_ Rows *rows = NULL;
        int r;

        r = db_query(store->db, SQL_ITEMS_BOUNDS, &rows, "");
        if (r < 0)
                return r;
        r = rows_next(rows);
        if (r <= 0)
                return r < 0 ? r : -EUCLEAN;
        (void) snprintf(store->id, sizeof(store->id), "%s", strnull(rows_text(rows, 0)));
        store->oldest = rows_int(rows, 1);
        store->newest = rows_int(rows, 2);
        store->count = rows_int(rows, 3);
        return 0;
}

/* Neither journal_mode nor synchronous can change inside a transaction. */
static int set_pragmas(Store *store) {
        int64_t wal;
        int r;

        r = db_script(store->db, "PRAGMA journal_mode = WAL;"
                                 "PRAGMA synchronous = FULL;"
                                 "PRAGMA temp_store = MEMORY;"
                                 "PRAGMA cache_size = -" CACHE_KIB ";"
                                 "PRAGMA journal_size_limit = " WAL_SIZE_LIMIT ";");
        if (r >= 0) /* a mode that cannot be had is no error to SQLite: the old one stays */
                r = db_number(store->db,
                              "SELECT journal_mode = 'wal' FROM pragma_journal_mode('main')", &wal);
        if (r >= 0 && !wal) {
                log_error(
                        "the database %s cannot have a write-ahead log; its file system must be able "
                        "to share memory between programs",
                        store->path);
                return -EOPNOTSUPP;
        }
        return r < 0 ? r : db_persist_wal(store->db);
}

static int open_database(Store *store, void (*progress)(void *), void *userdata) {
        int r;

        r = db_open(store->path, false, &store->db);
        if (r >= 0)
                r = set_pragmas(store);
        if (r == -EOPNOTSUPP)
                return r;
        if (r >= 0)
                r = migrate_run(store->db, store->path, progress, userdata);
        if (r >= 0)
                r = diff_init(store->db);
        if (r >= 0)
                r = read_bounds(store);
        if (r >= 0 && stat(store->path, &store->file) < 0)
                r = -errno;
        if (r < 0)
                log_error("cannot open the database %s: %s", store->path,
                          store->db ? db_message(store->db) : strerror(-r));
        return r;
}

int store_open(const char *path, void (*progress)(void *), void *userdata, Store **ret) {
        _cleanup_(store_freep) Store *store = NULL;
        int r;

        store = calloc(1, sizeof(Store));
        if (!store)
                return log_oom();
        store->lock = -1;
        store->path = strdup(path);
        if (!store->path)
                return log_oom();

        r = migrate_check(path);
        if (r < 0)
                return r;
        r = take_lock(store);
        if (r < 0)
                return r;
        r = open_database(store, progress, userdata);
        if (r < 0)
                return r;

        *ret = STEAL_POINTER(store);
        return 0;
}

static int enable(Store *store, struct Source *const *sources, size_t n, const char *now) {
        _cleanup_buffer_ Buffer names = BUFFER(4U * 1024U * 1024U); /* a JSON array */
        int r;

        buffer_puts(&names, "[");
        for (size_t i = 0; i < n; i++) {
                buffer_printf(&names, "%s\"%s\"", i > 0 ? "," : "", sources[i]->name);
                r = db_run(store->db, SQL_SOURCE_ENABLE, "ssss", sources[i]->name,
                           sources[i]->url.text, sources[i]->description.text, now);
                if (r < 0)
                        return r;
        }
        buffer_puts(&names, "]");
        r = buffer_error(&names);
        return r < 0 ? r : db_run(store->db, SQL_SOURCE_DISABLE, "ss", names.data, now);
}

int store_enable(Store *store, struct Source *const *sources, size_t n, usec_t now) {
        char time[TIME_SIZE];
        int r;

        r = db_begin(store->db);
        if (r < 0)
                return r;
        r = enable(store, sources, n, time_format(now, time));
        if (r >= 0)
                return db_commit(store->db);
        db_rollback(store->db);
        return r;
}

/* Does a statement with one text in it yield a row? 1 or 0. */
static int exists(Store *store, Sql statement, const char *name) {
        Rows *rows;
        int r;

        r = db_query(store->db, statement, &rows, "s", name);
        if (r < 0)
                return r;
        r = rows_next(rows);
        if (r > 0)
                rows_end(rows);
        return r;
}

void store_begin(Store *store) {
        store->together = true;
}

void store_abandon(Store *store) {
        db_rollback(store->db);
        store->pending = (PendingPolls){};
        store->together = false;
}

int store_commit(Store *store) {
        const PendingPolls pending = store->pending;
        int r = pending.error;

        if (r < 0 || !pending.written) {
                store_abandon(store);
                return r;
        }
        r = db_commit(store->db);
        if (r >= 0) {
                store->newest += pending.items;
                store->count += pending.items;
        }
        store->pending = (PendingPolls){};
        store->together = false;
        return r;
}

static int poll_in_transaction(Store *store, const Poll *poll, PollResult *ret) {
        PendingPolls *pending = &store->pending;
        PollResult result = { .first = store->newest + pending->items + 1 };
        int r, changes;

        result.last = result.first - 1;
        if (pending->error < 0)
                return pending->error;
        if (!pending->open) {
                r = db_begin(store->db);
                if (r < 0)
                        return pending->error = r;
                pending->open = true;
        }
        r = db_mark(store->db);
        if (r < 0)
                return pending->error = r;
        changes = diff_write(store->db, poll, &result);
        r = changes < 0 ? db_undo(store->db) : db_keep(store->db);
        if (r < 0)
                return pending->error = changes < 0 ? changes : r;
        if (changes < 0)
                return changes;
        pending->written |= changes > 0;
        pending->items += result.last - result.first + 1;
        *ret = result;
        return 0;
}

int store_poll(Store *store, const Poll *poll, PollResult *ret) {
        PollResult result;
        int r;

        if (store->together)
                return poll_in_transaction(store, poll, ret);
        r = poll_in_transaction(store, poll, &result);
        if (r < 0) {
                store_abandon(store);
                return r;
        }
        r = store_commit(store);
        if (r >= 0)
                *ret = result;
        return r;
}

static int prune(Store *store, const char *before) {
        static const Sql steps[] = { SQL_PRUNE_FORGET, SQL_PRUNE_OLDEST, SQL_PRUNE_SEARCH,
                                     SQL_PRUNE_ITEMS };
        bool rebuild = false;
        int r, n;

        r = db_script(store->db, "DELETE FROM temp.pruned;");
        if (r < 0)
                return r;
        n = db_run(store->db, SQL_PRUNE_PICK, "si", before, (int64_t) STORE_PRUNE_MAX);
        if (n <= 0)
                return n;
        for (size_t i = 0; i < ELEMENTSOF(steps) && r >= 0; i++) {
                r = db_run(store->db, steps[i], "");
                if (r == -EUCLEAN && steps[i] == SQL_PRUNE_SEARCH) {
                        /* The index misses what it is to forget: somebody changed headlines. */
                        rebuild = true;
                        r = 0;
                }
        }
        if (r >= 0 && rebuild)
                r = db_run(store->db, SQL_PRUNE_REBUILD, "");
        return r < 0 ? r : n;
}

int store_prune(Store *store, usec_t before) {
        char time[TIME_SIZE];
        int r, n;

        n = exists(store, SQL_PRUNE_DUE, time_format(before, time));
        if (n <= 0)
                return n;
        r = db_begin(store->db);
        if (r < 0)
                return r;
        n = prune(store, time);
        if (n <= 0) {
                db_rollback(store->db);
                return n;
        }
        r = db_commit(store->db);
        if (r >= 0)
                r = read_bounds(store);
        return r < 0 ? r : n;
}

int store_check(const Store *store) {
        struct stat now;

        if (stat(store->path, &now) < 0)
                return errno == ENOENT ? -ESTALE : -errno;
        return now.st_dev == store->file.st_dev && now.st_ino == store->file.st_ino ? 0 : -ESTALE;
}

const char *store_message(const Store *store) {
        return db_message(store->db);
}

const char *store_id(const Store *store) {
        return store->id;
}

int64_t store_newest(const Store *store) {
        return store->newest;
}

int64_t store_oldest(const Store *store) {
        return store->oldest;
}

int64_t store_count(const Store *store) {
        return store->count;
}

uint64_t store_wal_size(const Store *store) {
        _cleanup_free_ char *path = NULL;
        struct stat st;

        if (asprintf(&path, "%s-wal", store->path) < 0) {
                path = NULL;
                return 0;
        }
        return stat(path, &st) < 0 ? 0 : (uint64_t) st.st_size;
}

int store_alarmed(Store *store, const char *source) {
        return exists(store, SQL_ALARMS_OPEN, source);
}

int store_knows_source(Store *store, const char *source) {
        return exists(store, SQL_SOURCE_NAMES, source);
}

int store_sources(Store *store,
                  int (*fn)(const char *name, const char *state, const char *since,
                            const char *detail, void *userdata),
                  void *userdata) {
        _cleanup_rows_ Rows *rows = NULL;
        int r;

        r = db_query(store->db, SQL_SOURCE_STATES, &rows, "");
        if (r < 0)
                return r;
        while ((r = rows_next(rows)) > 0) {
                r = fn(strnull(rows_text(rows, 0)), strnull(rows_text(rows, 1)),
                       strnull(rows_text(rows, 2)), rows_text(rows, 3), userdata);
                if (r != 0)
                        return r;
        }
        return r;
}

int store_items(Store *store, int64_t after, unsigned limit, item_fn fn, void *userdata) {
        _cleanup_rows_ Rows *rows = NULL;
        int r, n = 0;

        r = db_query(store->db, SQL_ITEMS_AFTER, &rows, "ii", after, (int64_t) limit);
        if (r < 0)
                return r;
        while ((r = rows_next(rows)) > 0) {
                const StoreItem item = {
                        .id = rows_int(rows, 0),
                        .source = strnull(rows_text(rows, 1)),
                        .headline = strnull(rows_text(rows, 2)),
                        .url = rows_text(rows, 3),
                        .language = rows_text(rows, 4),
                        .published = rows_text(rows, 5),
                        .first_seen = strnull(rows_text(rows, 6)),
                        .revises = rows_int(rows, 7),
                        .repeats = rows_int(rows, 8),
                };

                r = fn(&item, userdata);
                if (r != 0)
                        return r;
                n++;
        }
        return r < 0 ? r : n;
}

int store_last(Store *store, int64_t n, const char *sources, int64_t *ret) {
        _cleanup_rows_ Rows *rows = NULL;
        int r;

        /* From oldest on there is no hole, so that nothing needs to be counted. */
        if (n <= 0 || (!sources && n <= store->newest - store->oldest + 1)) {
                *ret = store->newest - MAX(n, (int64_t) 0);
                return 0;
        }
        if (sources)
                r = db_query(store->db, SQL_ITEMS_LAST_OF, &rows, "is", n, sources);
        else
                r = db_query(store->db, SQL_ITEMS_LAST, &rows, "i", n);
        if (r < 0)
                return r;
        r = rows_next(rows);
        if (r < 0)
                return r;
        if (r == 0) /* there are not so many */
                *ret = 0;
        else if (sources)
                *ret = rows_null(rows, 0) ? store->newest : rows_int(rows, 0) - 1;
        else
                *ret = rows_int(rows, 0);
        return 0;
}

int store_recent(Store *store, int64_t *ret) {
        Rows *rows;
        int r;

        r = db_query(store->db, SQL_ITEMS_RECENT, &rows, "");
        if (r < 0)
                return r;
        r = rows_next(rows);
        if (r <= 0)
                return r < 0 ? r : -EUCLEAN;
        *ret = rows_int(rows, 0);
        rows_end(rows);
        return 0;
}

int store_place(Store *store, const char *follower, int64_t *ret) {
        Rows *rows;
        int r;

        r = db_query(store->db, SQL_FOLLOWER_PLACE, &rows, "s", follower);
        if (r < 0)
                return r;
        r = rows_next(rows);
        if (r <= 0)
                return r < 0 ? r : -ENODATA;
        *ret = rows_int(rows, 0);
        rows_end(rows);
        return 0;
}

int store_set_place(Store *store, const char *follower, int64_t place) {
        return db_run(store->db, SQL_FOLLOWER_SET, "si", follower, place);
}
