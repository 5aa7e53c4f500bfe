/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "daemon/diff.h"

int diff_init(Db *db) {
        return db_script(db, sql_texts[SQL_STAGING]);
}

/* A statement of one row and column that says yes or no. */
static int ask(Db *db, Sql statement, const char *source) {
        Rows *rows;
        int r;

        r = db_query(db, statement, &rows, "s", source);
        if (r < 0)
                return r;
        r = rows_next(rows);
        if (r <= 0)
                return r;
        r = rows_int(rows, 0) != 0;
        rows_end(rows);
        return r;
}

static int stage(Db *db, const Poll *poll) {
        char after[TIME_SIZE];
        usec_t reappear = MIN(poll->reappear, poll->now);
        int r;

        r = db_script(db, "DELETE FROM temp.entry; DELETE FROM temp.gap; DELETE FROM temp.pair;");
        if (r < 0)
                return r;
        r = db_run(db, SQL_POLL_STAGE, "ts", poll->reply, poll->size, poll->source);
        if (r < 0)
                return r;
        if (r == 0 && poll->size > 2)
                return -EBADMSG; /* a strip without entries has a state of its own */
        r = db_run(db, SQL_POLL_OWN, "");
        if (r < 0)
                return r;
        return db_run(db, SQL_POLL_KNOWN, "s", time_format(poll->now - reappear, after));
}

/* Gives the new entries their ids and what they repeat or revise. Returns how many there are. */
static int make_items(Db *db, const Poll *poll) {
        static const Sql revising[] = { SQL_POLL_REPEATS, SQL_POLL_REVISE_LINK };
        int r, n;

        n = db_run(db, SQL_POLL_NUMBER, "i", (int64_t) poll->oldest_first);
        if (n <= 0)
                return n;
        for (size_t i = 0; i < ELEMENTSOF(revising); i++) {
                r = db_run(db, revising[i], "");
                if (r < 0)
                        return r;
        }
        r = db_run(db, SQL_POLL_GAP, "s", poll->source);
        if (r > 0)
                r = db_run(db, SQL_POLL_PAIRS, "");
        if (r > 0)
                r = db_run(db, SQL_POLL_REVISE_GAP, "");
        return r < 0 ? r : n;
}

static int write_items(Db *db, const Poll *poll, int n, const char *now) {
        static const Sql rest[] = { SQL_POLL_IDENTITIES, SQL_POLL_CHAINS, SQL_POLL_SEARCH };
        int r;

        r = db_run(db, SQL_POLL_NEW, "sss", poll->source, poll->language, now);
        for (size_t i = 0; i < ELEMENTSOF(rest) && r >= 0; i++)
                r = db_run(db, rest[i], "");
        return r < 0 ? r : db_run(db, SQL_ITEMS_ADDED, "i", (int64_t) n);
}

static int write_strip(Db *db, const Poll *poll, const char *now) {
        int r;

        r = db_run(db, SQL_POLL_LEAVE, "ss", poll->source, now);
        if (r < 0)
                return r;
        r = db_run(db, SQL_POLL_REMOVED_LEAVE, "ss", poll->source, now);
        if (r < 0)
                return r;
        r = db_run(db, SQL_POLL_RETURN, "");
        if (r < 0)
                return r;
        r = db_run(db, SQL_POLL_REMOVED_RETURN, "");
        if (r < 0)
                return r;
        r = db_run(db, SQL_POLL_UNSHOW, "s", poll->source);
        if (r < 0)
                return r;
        return db_run(db, SQL_POLL_SHOW, "s", poll->source);
}

/* Items may have been missed since the last healthy fetch; after a restart that is only known from
 * what it wrote. */
static int write_gap(Db *db, const Poll *poll, const char *now) {
        static const char why[] = "no entry of the fetch before is left";
        _cleanup_rows_ Rows *rows = NULL;
        char since[TIME_SIZE];
        int r;

        if (poll->last_healthy > 0)
                return db_run(db, SQL_ALARM_BEGIN, "sssss", poll->source, "gap",
                              time_format(poll->last_healthy, since), now, why);
        r = db_query(db, SQL_POLL_SEEN, &rows, "ss", poll->source, now);
        if (r >= 0)
                r = rows_next(rows);
        if (r <= 0)
                return r;
        (void) snprintf(since, sizeof(since), "%s", rows_text(rows, 0) ? rows_text(rows, 0) : now);
        return db_run(db, SQL_ALARM_BEGIN, "sssss", poll->source, "gap", since, now, why);
}

/* Returns whether anything was written; -EBADMSG: the reply has no entry that is one. */
static int diff_run(Db *db, const Poll *poll, PollResult *ret) {
        char now[TIME_SIZE];
        int r, n_new;

        r = stage(db, poll);
        if (r < 0)
                return r;
        r = ask(db, SQL_POLL_SAME, poll->source);
        if (r != 0)
                return r < 0 ? r : 0;

        ret->strip_changed = true;
        (void) time_format(poll->now, now);
        n_new = make_items(db, poll);
        if (n_new < 0)
                return n_new;
        r = ask(db, SQL_POLL_TURNOVER, poll->source);
        if (r < 0)
                return r;
        ret->turnover = r > 0;
        if (ret->turnover && !poll->gap_told) {
                r = write_gap(db, poll, now);
                if (r < 0)
                        return r;
        }
        if (n_new > 0) {
                r = write_items(db, poll, n_new, now);
                if (r < 0)
                        return r;
                ret->last = ret->first + n_new - 1;
        }
        r = write_strip(db, poll, now);
        return r < 0 ? r : 1;
}

/* Returns whether anything was written. */
static int write_state(Db *db, const Poll *poll, const char *now, PollResult *result) {
        _cleanup_rows_ Rows *rows = NULL;
        int r, n = 0;

        r = db_query(db, SQL_SOURCE_STATE, &rows, "ssss", poll->source, poll->state, poll->detail,
                     now);
        if (r < 0)
                return r;
        while ((r = rows_next(rows)) > 0) {
                result->state_changed = rows_int(rows, 0) != 0;
                n++;
        }
        return r < 0 ? r : n;
}

int diff_write(Db *db, const Poll *poll, PollResult *result) {
        char now[TIME_SIZE], since[TIME_SIZE];
        int r, changes = 0;

        (void) time_format(poll->now, now);
        if (poll->reply) {
                r = diff_run(db, poll, result);
                if (r < 0)
                        return r;
                changes += r;
        }
        if (poll->state) {
                r = write_state(db, poll, now, result);
                if (r < 0)
                        return r;
                changes += r;
        }
        if (poll->alarm_since > 0) {
                r = db_run(db, SQL_ALARM_BEGIN, "sssss", poll->source, poll->state,
                           time_format(poll->alarm_since, since), NULL, poll->detail);
                if (r < 0)
                        return r;
                changes += r;
        }
        if (poll->all_clear) {
                r = db_run(db, SQL_ALARM_END, "ss", poll->source, now);
                if (r < 0)
                        return r;
                changes += r;
        }
        return changes;
}
