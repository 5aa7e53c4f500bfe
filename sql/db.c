/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <assert.h>
#include <sqlite3.h>
#include <stdarg.h>

#include "sql/db.h"
#include "sql/functions.h"

struct Db {
        sqlite3 *handle;
        sqlite3_stmt *statements[SQL_MAX];
        char message[256]; /* of what made a transaction fail: the rollback would overwrite it */
};

/* How long a write waits for a reader that holds a lock it should not hold. */
#define BUSY_MSEC 250

static int error_of(int code) {
        switch (code & 0xff) {
        case SQLITE_OK:
        case SQLITE_ROW:
        case SQLITE_DONE:
                return 0;
        case SQLITE_BUSY:
        case SQLITE_LOCKED:
                return -EBUSY;
        case SQLITE_FULL:
                return -ENOSPC;
        case SQLITE_READONLY:
                return -EROFS;
        case SQLITE_IOERR:
        case SQLITE_CANTOPEN:
        case SQLITE_PERM:
                return -EIO;
        case SQLITE_CORRUPT:
        case SQLITE_NOTADB:
                return -EUCLEAN;
        case SQLITE_NOMEM:
                return -ENOMEM;
        case SQLITE_CONSTRAINT:
                return -EEXIST;
        case SQLITE_TOOBIG:
                return -E2BIG;
        default:
                return -EPROTO;
        }
}

Db *db_free(Db *db) {
        if (!db)
                return NULL;
        for (size_t i = 0; i < SQL_MAX; i++)
                (void) sqlite3_finalize(db->statements[i]);
        (void) sqlite3_close(db->handle);
        free(db);
        return NULL;
}

int db_open(const char *path, bool read_only, Db **ret) {
        _cleanup_(db_freep) Db *db = NULL;
        int code;

        db = calloc(1, sizeof(Db));
        if (!db)
                return -ENOMEM;
        code = sqlite3_open_v2(path, &db->handle,
                               SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE |
                                       (read_only ? SQLITE_OPEN_READONLY
                                                  : SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE),
                               NULL);
        if (code == SQLITE_OK)
                code = sqlite3_busy_timeout(db->handle, BUSY_MSEC);
        if (code == SQLITE_OK)
                code = functions_register(db->handle);
        /* What stands in a database file must not be able to attack its reader. */
        if (code == SQLITE_OK)
                code = sqlite3_db_config(db->handle, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
        if (code == SQLITE_OK)
                code = sqlite3_db_config(db->handle, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
        if (code != SQLITE_OK)
                return error_of(code);

        *ret = STEAL_POINTER(db);
        return 0;
}

const char *db_message(const Db *db) {
        return *db->message ? db->message : sqlite3_errmsg(db->handle);
}

int db_script(Db *db, const char *text) {
        return error_of(sqlite3_exec(db->handle, text, NULL, NULL, NULL));
}

int db_number(Db *db, const char *text, int64_t *ret) {
        sqlite3_stmt *statement;
        int code;

        code = sqlite3_prepare_v2(db->handle, text, -1, &statement, NULL);
        if (code != SQLITE_OK)
                return error_of(code);
        code = sqlite3_step(statement);
        if (code == SQLITE_ROW)
                *ret = sqlite3_column_int64(statement, 0);
        (void) sqlite3_finalize(statement);
        return code == SQLITE_DONE ? -ENODATA : error_of(code);
}

static int bind(sqlite3_stmt *statement, const char *format, va_list arguments) {
        int code = SQLITE_OK;

        for (int i = 1; *format && code == SQLITE_OK; format++, i++) {
                const void *data;
                size_t n;

                switch (*format) {
                case 'i':
                        code = sqlite3_bind_int64(statement, i, va_arg(arguments, int64_t));
                        break;
                case 's':
                        code = sqlite3_bind_text(statement, i, va_arg(arguments, const char *), -1,
                                                 SQLITE_STATIC);
                        break;
                case 't':
                        data = va_arg(arguments, const char *);
                        n = va_arg(arguments, size_t);
                        code = sqlite3_bind_text64(statement, i, data, n, SQLITE_STATIC,
                                                   SQLITE_UTF8);
                        break;
                case 'b':
                        data = va_arg(arguments, const void *);
                        n = va_arg(arguments, size_t);
                        code = sqlite3_bind_blob64(statement, i, data, n, SQLITE_STATIC);
                        break;
                default:
                        assert(false);
                }
        }
        return code;
}

static int start(Db *db, Sql id, Rows **ret, const char *format, va_list arguments) {
        int code = SQLITE_OK;

        assert(id < SQL_MAX);
        if (!db->statements[id])
                code = sqlite3_prepare_v3(db->handle, sql_texts[id], -1, SQLITE_PREPARE_PERSISTENT,
                                          &db->statements[id], NULL);
        if (code != SQLITE_OK)
                return error_of(code);
        assert(!sqlite3_stmt_busy(db->statements[id]));
        assert(sqlite3_bind_parameter_count(db->statements[id]) == (int) strlen(format));
        code = bind(db->statements[id], format, arguments);
        if (code != SQLITE_OK)
                return error_of(code);
        *ret = db->statements[id];
        return 0;
}

int db_query(Db *db, Sql id, Rows **ret, const char *format, ...) {
        va_list arguments;
        int r;

        va_start(arguments, format);
        r = start(db, id, ret, format, arguments);
        va_end(arguments);
        return r;
}

int db_row(Db *db, Sql id, Rows **ret, const char *format, ...) {
        va_list arguments;
        Rows *rows;
        int r;

        va_start(arguments, format);
        r = start(db, id, &rows, format, arguments);
        va_end(arguments);
        if (r >= 0)
                r = rows_next(rows);
        if (r > 0)
                *ret = rows;
        return r;
}

int db_run(Db *db, Sql id, const char *format, ...) {
        va_list arguments;
        Rows *rows;
        int r;

        va_start(arguments, format);
        r = start(db, id, &rows, format, arguments);
        va_end(arguments);
        if (r < 0)
                return r;
        do
                r = rows_next(rows);
        while (r > 0);
        return r < 0 ? r : sqlite3_changes(db->handle);
}

int db_print(Db *db, Sql id, Buffer *b, const char *format, ...) {
        va_list arguments;
        Rows *rows;
        int r;

        va_start(arguments, format);
        r = start(db, id, &rows, format, arguments);
        va_end(arguments);
        while (r >= 0 && (r = rows_next(rows)) > 0)
                buffer_puts(b, strnull(rows_text(rows, 0)));
        return r;
}

int rows_next(Rows *rows) {
        int code;

        code = sqlite3_step(rows);
        if (code == SQLITE_ROW)
                return 1;
        rows_end(rows);
        return error_of(code);
}

void rows_end(Rows *rows) {
        /* Reset repeats the error that step has already told. */
        (void) sqlite3_reset(rows);
        (void) sqlite3_clear_bindings(rows);
}

int64_t rows_int(Rows *rows, int column) {
        assert(column < sqlite3_data_count(rows));
        return sqlite3_column_int64(rows, column);
}

const char *rows_text(Rows *rows, int column) {
        assert(column < sqlite3_data_count(rows));
        return (const char *) sqlite3_column_text(rows, column);
}

bool rows_null(Rows *rows, int column) {
        assert(column < sqlite3_data_count(rows));
        return sqlite3_column_type(rows, column) == SQLITE_NULL;
}

int db_begin(Db *db) {
        *db->message = '\0';
        return db_script(db, "BEGIN IMMEDIATE");
}

int db_commit(Db *db) {
        int r;

        r = db_script(db, "COMMIT");
        if (r < 0)
                db_rollback(db);
        return r;
}

/* The rollback of what went wrong would overwrite it. */
static void keep_message(Db *db) {
        int code = sqlite3_errcode(db->handle);

        if (code != SQLITE_OK && code != SQLITE_ROW && code != SQLITE_DONE)
                (void) snprintf(db->message, sizeof(db->message), "%s", sqlite3_errmsg(db->handle));
}

void db_rollback(Db *db) {
        keep_message(db);
        if (!sqlite3_get_autocommit(db->handle))
                (void) db_script(db, "ROLLBACK");
}

int db_mark(Db *db) {
        return db_script(db, "SAVEPOINT mark");
}

int db_keep(Db *db) {
        return db_script(db, "RELEASE mark");
}

int db_undo(Db *db) {
        int r;

        keep_message(db);
        r = db_script(db, "ROLLBACK TO mark; RELEASE mark");
        if (r < 0)
                db_rollback(db);
        return r;
}

int db_persist_wal(Db *db) {
        int on = 1;

        return error_of(sqlite3_file_control(db->handle, "main", SQLITE_FCNTL_PERSIST_WAL, &on));
}
