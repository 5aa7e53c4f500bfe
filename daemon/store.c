/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>

#include "common/json.h"
#include "common/log.h"
#include "common/source.h"
#include "daemon/diff.h"
#include "daemon/migrate.h"
#include "daemon/store-private.h"

/* Pages of the database kept in memory, in KiB: what a poll touches fits many times over. */
#define CACHE_KIB "1024"
/* After a checkpoint the WAL is cut back to this many bytes. */
#define WAL_SIZE_LIMIT "4194304"

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

static int open_database(Store *store, void (*progress)(void *), void *userdata) {
        int r;

        r = db_open(store->path, false, &store->db);
        /* Neither journal_mode nor synchronous can change inside a transaction. */
        if (r >= 0)
                r = db_script(store->db, "PRAGMA journal_mode = WAL;"
                                         "PRAGMA synchronous = FULL;"
                                         "PRAGMA temp_store = MEMORY;"
                                         "PRAGMA cache_size = -" CACHE_KIB ";"
                                         "PRAGMA journal_size_limit = " WAL_SIZE_LIMIT ";");
        if (r >= 0)
                r = db_persist_wal(store->db);
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
        _cleanup_buffer_ Buffer names = BUFFER(4U * 1024U * 1024U);
        int r;

        r = buffer_puts(&names, "[");
        for (size_t i = 0; i < n && r >= 0; i++) {
                if (i > 0)
                        r = buffer_puts(&names, ",");
                if (r >= 0)
                        r = json_string(&names, sources[i]->name);
                if (r >= 0)
                        r = db_run(store->db, SQL_SOURCE_ENABLE, "ssss", sources[i]->name,
                                   sources[i]->url.text, sources[i]->description.text, now);
        }
        if (r >= 0)
                r = buffer_puts(&names, "]");
        if (r < 0)
                return r;
        return db_run(store->db, SQL_SOURCE_DISABLE, "ss", names.data, now);
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

/* Returns whether anything was written. */
static int write_state(Store *store, const Poll *poll, const char *now, PollResult *result) {
        _cleanup_rows_ Rows *rows = NULL;
        int r, n = 0;

        r = db_query(store->db, SQL_SOURCE_STATE, &rows, "ssss", poll->source, poll->state,
                     poll->detail, now);
        if (r < 0)
                return r;
        while ((r = rows_next(rows)) > 0) {
                result->state_changed = rows_int(rows, 0) != 0;
                n++;
        }
        return r < 0 ? r : n;
}

/* All that a poll writes, inside its transaction. Returns whether it wrote anything. */
static int write_poll(Store *store, const Poll *poll, PollResult *result) {
        char now[TIME_SIZE], since[TIME_SIZE];
        int r, changes = 0;

        (void) time_format(poll->now, now);
        if (poll->reply) {
                r = diff_run(store->db, poll, result);
                if (r < 0)
                        return r;
                changes += r;
        }
        if (poll->state) {
                r = write_state(store, poll, now, result);
                if (r < 0)
                        return r;
                changes += r;
        }
        if (poll->alarm_since > 0) {
                r = db_run(store->db, SQL_ALARM_BEGIN, "sssss", poll->source, poll->state,
                           time_format(poll->alarm_since, since), NULL, poll->detail);
                if (r < 0)
                        return r;
                changes += r;
        }
        if (poll->all_clear) {
                r = db_run(store->db, SQL_ALARM_END, "ss", poll->source, now);
                if (r < 0)
                        return r;
                changes += r;
        }
        return changes;
}

int store_poll(Store *store, const Poll *poll, PollResult *ret) {
        PollResult result = { .first = store->newest + 1, .last = store->newest };
        int r;

        r = db_begin(store->db);
        if (r < 0)
                return r;
        r = write_poll(store, poll, &result);
        if (r > 0)
                r = db_commit(store->db);
        else
                db_rollback(store->db);
        if (r < 0)
                return r;

        store->newest = result.last;
        store->count += result.last - result.first + 1;
        *ret = result;
        return 0;
}

static int prune(Store *store, const char *before) {
        static const Sql steps[] = { SQL_PRUNE_FORGET, SQL_PRUNE_OLDEST, SQL_PRUNE_SEARCH,
                                     SQL_PRUNE_ITEMS };
        bool rebuild = false;
        int r, n;

        r = db_script(store->db, "DELETE FROM temp.pruned;");
        if (r < 0)
                return r;
        n = db_run(store->db, SQL_PRUNE_PICK, "si", before, (int64_t) 1000);
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

        n = store_exists(store, SQL_PRUNE_DUE, time_format(before, time));
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
