/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ctl/archive.h"
#include "common/log.h"
#include "ctl/when.h"

#define APPLICATION_ID 1953063787 /* "tick", in sql/schema.sql */
#define VERSION 1
#define PAGE 500

static void explain(const char *path, int error, const char *message) {
        if (access(path, F_OK) < 0 && errno == ENOENT)
                log_error("there is no database %s; start the daemon: systemctl start tickerd",
                          path);
        else if (access(path, R_OK) < 0)
                log_error("you may not read %s (%m); become a member of the group that owns it "
                          "(usermod -aG ticker USER), and log in again",
                          path);
        else if (error == -EROFS || error == -EIO)
                log_error("%s cannot be read (%s); start the daemon once: systemctl start tickerd",
                          path, message);
        else if (error == -EUCLEAN)
                log_error("%s is not a database, or is damaged; look at Database= in tickerd.conf",
                          path);
        else
                log_error("%s cannot be read: %s; try again, and look at: systemctl status tickerd",
                          path, message);
}

int archive_open(const char *path, Db **ret) {
        _cleanup_(db_freep) Db *db = NULL;
        int64_t id, version;
        int r;

        r = db_open(path, true, &db);
        if (r >= 0)
                r = db_number(db, "PRAGMA application_id", &id);
        if (r >= 0)
                r = db_number(db, "PRAGMA user_version", &version);
        if (r < 0) {
                explain(path, r, db ? db_message(db) : strerror(-r));
                return r;
        }
        if (id != APPLICATION_ID) {
                log_error("%s is not a database of tickerd; look at Database= in tickerd.conf",
                          path);
                return -EMEDIUMTYPE;
        }
        if (version != VERSION) {
                log_error(
                        "%s is of version %lld, this program knows %d; install the tickerctl that came "
                        "with the daemon",
                        path, (long long) version, VERSION);
                return -EPROTONOSUPPORT;
        }
        *ret = STEAL_POINTER(db);
        return 0;
}

static const char *set(const char *text) {
        return *text ? text : NULL;
}

static int say(const Db *db, int r) {
        /* A syntax error in words to search for is the caller's to mend. */
        if (r < 0 && r != -EPROTO)
                log_error(
                        "cannot read the database: %s; try again, and look at: systemctl status tickerd",
                        db_message(db));
        return r;
}

#define BIND "iiissss"
#define VALUES(query, from, limit)                                                                 \
        (from), INT64_MAX, (limit), (query)->sources, set((query)->since), set((query)->until),    \
                (query)->words

static int find_first(Db *db, const ArchiveQuery *query, int64_t *ret) {
        _cleanup_rows_ Rows *rows = NULL;
        int r;

        *ret = 0;
        if (query->newest < 0)
                return 0;
        r = db_row(db, SQL_CTL_NEWEST, &rows, BIND, VALUES(query, (int64_t) 0, query->newest));
        if (r <= 0)
                return r;
        *ret = rows_null(rows, 0) ? INT64_MAX : rows_int(rows, 0);
        return 0;
}

/* Returns for how many items it called item(). */
static int read_page(Db *db, const ArchiveQuery *query, const ArchiveReader *reader, int64_t *from,
                     int *ret_reader) {
        _cleanup_rows_ Rows *rows = NULL;
        static Item item;
        int r, n = 0;

        r = db_query(db, SQL_CTL_ITEMS, &rows, BIND "s", VALUES(query, *from, (int64_t) PAGE),
                     query->text);
        if (r < 0)
                return r;
        while ((r = rows_next(rows)) > 0) {
                item_read(rows, &item);
                *from = item.id + 1;
                n++;
                *ret_reader = reader->item(&item, rows_text(rows, 11), reader->userdata);
                if (*ret_reader < 0)
                        return n;
        }
        return r < 0 ? r : n;
}

int archive_read(Db *db, const ArchiveQuery *query, const ArchiveReader *reader) {
        int64_t from;
        int r, n, failed = 0;

        r = find_first(db, query, &from);
        if (r < 0)
                return say(db, r);
        do {
                n = read_page(db, query, reader, &from, &failed);
                if (n < 0)
                        return say(db, n);
                if (failed >= 0)
                        failed = reader->page(reader->userdata);
        } while (failed >= 0 && n == PAGE);
        return failed;
}

int archive_place(Db *db, const char *since, char ret[static CURSOR_MAX + 1]) {
        _cleanup_rows_ Rows *rows = NULL;
        int r;

        r = db_row(db, SQL_CTL_PLACE, &rows, "s", since);
        if (r <= 0) {
                log_error("cannot read the database: %s; give a cursor instead of a time",
                          db_message(db));
                return r < 0 ? r : -EUCLEAN;
        }
        (void) snprintf(ret, CURSOR_MAX + 1, "%s", strnull(rows_text(rows, 0)));
        return 0;
}

int archive_wording(Db *db, int64_t id, const char *cursor, char **ret) {
        _cleanup_rows_ Rows *rows = NULL;
        char *text;
        int r;

        r = db_row(db, SQL_CTL_WORDING, &rows, "is", id, cursor);
        if (r <= 0) {
                *ret = NULL;
                return r;
        }
        text = strdup(strnull(rows_text(rows, 0)));
        if (!text)
                return -ENOMEM;
        *ret = text;
        return 0;
}

static int time_of(const char *option, const char *value, char text[static TIME_SIZE]) {
        usec_t time;

        text[0] = '\0';
        if (!value)
                return 0;
        if (when_parse(value, &time) < 0) {
                log_error(
                        "--%s=%s: this is no time; say 14:30, \"2026-11-23 14:30\", yesterday or 2h",
                        option, value);
                return -EINVAL;
        }
        (void) time_format(time, text);
        return 0;
}

void query_done(ArchiveQuery *query) {
        free(query->sources);
}

int query_init(ArchiveQuery *ret, const Options *options, int64_t newest) {
        ArchiveQuery query = { .newest =
                                       options->number == NUMBER_UNSET ? newest : options->number };
        int r;

        r = time_of("since", options->since, query.since);
        if (r >= 0)
                r = time_of("until", options->until, query.until);
        if (r < 0)
                return r;
        r = options_sources(options, &query.sources);
        if (r < 0)
                return log_oom();
        *ret = query;
        return 0;
}
