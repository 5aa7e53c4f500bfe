/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The store's answers; what is written is in store.c. */

#include "daemon/store-private.h"

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

int store_exists(Store *store, Sql statement, const char *name) {
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

int store_alarmed(Store *store, const char *source) {
        return store_exists(store, SQL_ALARMS_OPEN, source);
}

int store_knows_source(Store *store, const char *source) {
        return store_exists(store, SQL_SOURCE_NAMES, source);
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
                const Item item = {
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
