/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * SQLite, as the other rooms see it: a connection, the statements of this folder, which are
 * prepared at their first use, and values bound by a format.
 *
 *         r = db_query(db, SQL_ITEMS_AFTER, &rows, "ii", after, limit);
 *         if (r < 0)
 *                 return r;
 *         while ((r = rows_next(rows)) > 0)
 *                 use(rows_int(rows, 0), rows_text(rows, 1));
 *         return r;
 *
 * A statement has one query at a time. It is over when rows_next() returns 0 or an error, or with
 * rows_end(), which _cleanup_rows_ calls for who leaves earlier.
 *
 * Errors: -EBUSY (somebody holds a lock), -ENOSPC (disk full), -EROFS, -EIO, -EUCLEAN (not a
 * database, or damaged), -ENOMEM, -EEXIST (a constraint), -E2BIG (a text too long), else -EPROTO
 * (as of a text that is no JSON). db_message() says more.
 */

#include "common/buffer.h"
#include "statements.h"

typedef struct Db Db;
typedef struct sqlite3_stmt Rows;

/* Opens or creates; ":memory:" for one that lives in memory, to read and write JSON with. Nothing
 * is read from the file yet. */
int db_open(const char *path, bool read_only, Db **ret);
Db *db_free(Db *db);
DEFINE_CLEANUP(Db, db_free);

/* What went wrong last, in SQLite's words; after db_rollback(), what led to it. Valid until the
 * next call. */
const char *db_message(const Db *db);

/* Runs a text of one or more statements that yield nothing we want to see. */
int db_script(Db *db, const char *text);

/* The first value of the first row of a statement given as text, as a number. -ENODATA: no row. */
int db_number(Db *db, const char *text, int64_t *ret);

/*
 * Starts a statement. The format has a letter for each of its parameters ?1, ?2, …, and the value
 * follows:
 *         i   int64_t
 *         s   const char *, NULL for null
 *         t   const char *, size_t: a text of that size, NULL for null
 *         b   const void *, size_t: bytes
 * Texts and bytes must live until the query is over.
 */
int db_query(Db *db, Sql statement, Rows **ret, const char *format, ...);

/* The same, where one row is wanted. 1: it is there; 0: there is none; else negative. Unless 1, ret
 * is untouched. */
int db_row(Db *db, Sql statement, Rows **ret, const char *format, ...);

/* The same for a statement that yields no row, run to its end. Returns how many rows it changed. */
int db_run(Db *db, Sql statement, const char *format, ...);

/* The same for a statement that yields text: appends the first column of each row, with nothing in
 * between. */
int db_print(Db *db, Sql statement, Buffer *b, const char *format, ...);

/* 1: there is a row; 0: there is none, and the query is over; negative: an error, and it is over.
 */
int rows_next(Rows *rows);
void rows_end(Rows *rows);

static inline void rows_endp(Rows **rows) {
        if (*rows)
                rows_end(*rows);
}
#define _cleanup_rows_ _cleanup_(rows_endp)

/* The columns of the row that rows_next() found, from 0. Texts are NULL for null and live until the
 * next rows_next(). */
int64_t rows_int(Rows *rows, int column);
const char *rows_text(Rows *rows, int column);
bool rows_null(Rows *rows, int column);

/*
 * A transaction that writes: BEGIN IMMEDIATE; COMMIT, which rolls back when it
 * fails; ROLLBACK, which does nothing when none is open.
 */
int db_begin(Db *db);
int db_commit(Db *db);
void db_rollback(Db *db);

/*
 * A part of a transaction, from db_mark() to db_keep(), or to db_undo(), which takes back what was
 * written since. Negative: the transaction was rolled back as a whole.
 */
int db_mark(Db *db);
int db_keep(Db *db);
int db_undo(Db *db);

/* Leave the -wal and -shm files in place when the connection closes, so that readers need not
 * write. */
int db_persist_wal(Db *db);
