/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* SQLite as the rooms see it: values bound by a format, rows, errors, transactions; and our own
 * functions where what they get is odd. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "sql/db.h"

static Db *open_db(void) {
        Db *db = NULL;

        assert_return_code(db_open(":memory:", false, &db), 0);
        return db;
}

/* The rows of a JSON array, by a statement that has a row for each element. */
static void test_rows(void **state) {
        _cleanup_(db_freep) Db *db = open_db();
        Rows *rows;

        assert_return_code(db_query(db, SQL_JSON_ELEMENTS, &rows, "s", "[\"a\",2,null]"), 0);
        assert_int_equal(rows_next(rows), 1);
        assert_string_equal(rows_text(rows, 0), "text");
        assert_string_equal(rows_text(rows, 1), "a");
        assert_int_equal(rows_next(rows), 1);
        assert_int_equal(rows_int(rows, 1), 2);
        assert_false(rows_null(rows, 1));
        assert_int_equal(rows_next(rows), 1);
        assert_true(rows_null(rows, 1));
        assert_null(rows_text(rows, 1));
        assert_int_equal(rows_next(rows), 0);
}

/* Who leaves a query in its midst can ask the same statement again. */
static void test_left_early(void **state) {
        _cleanup_(db_freep) Db *db = open_db();

        for (int i = 0; i < 2; i++) {
                _cleanup_rows_ Rows *rows = NULL;

                assert_return_code(
                        db_query(db, SQL_JSON_ELEMENTS, &rows, "t", "[1,2],", (size_t) 5),
                        0); /* of the text as many bytes as the size says */
                assert_int_equal(rows_next(rows), 1);
                assert_int_equal(rows_int(rows, 1), 1);
        }
}

/* An error ends the query; the next one of the same statement is a new one. */
static void test_errors(void **state) {
        _cleanup_(db_freep) Db *db = open_db();
        int64_t n = 77;
        Rows *rows;

        assert_return_code(db_query(db, SQL_JSON_ELEMENTS, &rows, "s", "[1,"), 0);
        assert_int_equal(rows_next(rows), -EPROTO);
        assert_non_null(strstr(db_message(db), "JSON"));
        assert_return_code(db_query(db, SQL_JSON_ELEMENTS, &rows, "s", "[]"), 0);
        assert_int_equal(rows_next(rows), 0);
        assert_return_code(db_query(db, SQL_JSON_ELEMENTS, &rows, "s", NULL), 0);
        assert_int_equal(rows_next(rows), 0);

        assert_int_equal(db_number(db, "SELECT 1 WHERE 0", &n), -ENODATA);
        assert_int_equal(db_number(db, "SELECT", &n), -EPROTO);
        assert_int_equal(n, 77);
        assert_return_code(db_number(db, "SELECT 9223372036854775807", &n), 0);
        assert_true(n == INT64_MAX);
}

static void test_transactions(void **state) {
        _cleanup_(db_freep) Db *db = open_db();
        int64_t n;

        assert_return_code(db_script(db, sql_texts[SQL_SCHEMA]), 0);
        assert_return_code(db_begin(db), 0);
        assert_int_equal(db_run(db, SQL_FOLLOWER_SET, "si", "a", (int64_t) 1), 1);
        db_rollback(db);
        db_rollback(db); /* of nothing */
        assert_return_code(db_begin(db), 0);
        assert_int_equal(db_run(db, SQL_FOLLOWER_SET, "si", "b", (int64_t) 2), 1);
        assert_int_equal(db_run(db, SQL_FOLLOWER_SET, "si", "b", (int64_t) 2), 0);
        assert_return_code(db_commit(db), 0);
        assert_return_code(db_number(db, "SELECT sum(place) FROM followers", &n), 0);
        assert_int_equal(n, 2);

        /* Of two errors, the first is the one that is told. */
        assert_return_code(db_begin(db), 0);
        assert_int_equal(db_script(db, "INSERT INTO followers VALUES ('b', 3)"), -EEXIST);
        db_rollback(db);
        assert_non_null(strstr(db_message(db), "UNIQUE"));
}

/* clang-format off */
static const struct {
        const char *expression;
        int64_t value; /* that it is, 1: it is true */
} expressions[] = {
        { "clean(NULL, 9) IS NULL", 1 },
        { "clean(CAST(X'61ff' AS TEXT), 9) = 'a' || char(0xfffd)", 1 },
        { "clean('abcdef', 5) = 'ab' || char(0x2026)", 1 },
        { "clean_url('HTTPS://a.example/') = 'HTTPS://a.example/'", 1 },
        { "clean_url('ftp://a.example/') IS NULL", 1 },
        { "clean_url('https://a.example/' || char(0xe9)) IS NULL", 1 },
        { "length(clean_url('http://' || printf('%.*c', 4089, 'a')))", 4096 },
        { "clean_url('http://' || printf('%.*c', 4090, 'a')) IS NULL", 1 },
        { "text_key(NULL) IS NULL", 1 },
        { "text_key(CAST(X'41ff42' AS TEXT)) = 'a b'", 1 },
        { "identity('a', NULL) IS NULL", 1 },
        { "length(identity('a', 'b'))", 16 },
        { "identity('a', 'bc') <> identity('ab', 'c')", 1 },
        { "closeness(words('a b'), words('a c')) = 0.5", 1 },
        { "closeness(NULL, words('a')) = 0", 1 },
        { "closeness(words('a'), X'00') = 0", 1 }, /* not eight bytes each */
};
/* clang-format on */

static void test_functions(void **state) {
        _cleanup_(db_freep) Db *db = open_db();

        for (size_t i = 0; i < ELEMENTSOF(expressions); i++) {
                char text[256];
                int64_t n = -1;

                (void) snprintf(text, sizeof(text), "SELECT %s", expressions[i].expression);
                assert_return_code(db_number(db, text, &n), 0);
                if (n != expressions[i].value)
                        fail_msg("%s is %lld", expressions[i].expression, (long long) n);
        }
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_rows),      cmocka_unit_test(test_left_early),
                cmocka_unit_test(test_errors),    cmocka_unit_test(test_transactions),
                cmocka_unit_test(test_functions),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
