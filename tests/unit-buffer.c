/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The growing buffer, the error that sticks in it, and the JSON that is written into it. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <fcntl.h>
#include <sys/mman.h>

#include "common/buffer.h"
#include "common/json.h"

static void test_append(void **state) {
        _cleanup_buffer_ Buffer b = BUFFER(100);

        buffer_append(&b, "har", 3);
        buffer_puts(&b, "bour");
        buffer_printf(&b, " %d%s", 12, "!");
        assert_int_equal(b.size, 11);
        assert_string_equal(b.data, "harbour 12!");
        buffer_append(&b, "\0x", 2);
        assert_int_equal(b.size, 13);
        assert_memory_equal(b.data, "harbour 12!\0x", 14);
}

static void test_append_nothing(void **state) {
        _cleanup_buffer_ Buffer b = BUFFER(0);

        buffer_append(&b, NULL, 0);
        assert_non_null(b.data);
        assert_string_equal(b.data, "");
        buffer_puts(&b, "x");
        assert_int_equal(buffer_error(&b), -ENOBUFS);
        assert_int_equal(b.size, 0);
}

static void test_limit(void **state) {
        _cleanup_buffer_ Buffer b = BUFFER(5);

        buffer_puts(&b, "abc");
        buffer_puts(&b, "def");
        assert_int_equal(buffer_error(&b), -ENOBUFS);
        assert_string_equal(b.data, "abc");
        buffer_clear(&b);
        assert_string_equal(b.data, "");
        buffer_puts(&b, "abcde");
        assert_int_equal(buffer_reserve(&b, 0), 0);
        assert_int_equal(buffer_reserve(&b, 1), -ENOBUFS);
        assert_string_equal(b.data, "abcde");
}

/* Every way to pass the limit, also one where the sum would not fit into a size_t. */
static void test_limit_sticks(void **state) {
        _cleanup_buffer_ Buffer b = BUFFER(5);
        char *text = NULL;

        for (int way = 0; way < 4; way++) {
                buffer_clear(&b);
                buffer_puts(&b, "abc");
                assert_int_equal(buffer_error(&b), 0);
                if (way == 0)
                        buffer_puts(&b, "def");
                else if (way == 1)
                        buffer_printf(&b, "%s", "def");
                else if (way == 2)
                        buffer_append(&b, "def", SIZE_MAX);
                else
                        assert_int_equal(buffer_reserve(&b, SIZE_MAX - 2), -ENOBUFS);
                assert_int_equal(buffer_error(&b), -ENOBUFS);
                buffer_puts(&b, "d"); /* would fit */
                assert_int_equal(buffer_error(&b), -ENOBUFS);
                assert_int_equal(buffer_steal(&b, &text), -ENOBUFS);
                assert_null(text);
                assert_string_equal(b.data, "abc");
        }
        buffer_done(&b);
        assert_int_equal(buffer_error(&b), 0);
        buffer_puts(&b, "d");
        assert_string_equal(b.data, "d");
}

static void test_steal(void **state) {
        _cleanup_free_ char *first = NULL, *second = NULL;
        _cleanup_buffer_ Buffer b = BUFFER(5);

        buffer_puts(&b, "abc");
        assert_int_equal(buffer_steal(&b, &first), 0);
        assert_string_equal(first, "abc");
        assert_int_equal(buffer_steal(&b, &second), 0);
        assert_string_equal(second, "");
}

static void test_reserve(void **state) {
        _cleanup_buffer_ Buffer b = BUFFER(100000);
        char *place;

        assert_int_equal(buffer_reserve(&b, 1000), 0);
        assert_string_equal(b.data, "");
        place = b.data;
        for (size_t i = 0; i < 1000; i++)
                buffer_append(&b, "x", 1);
        assert_ptr_equal(b.data, place); /* what was reserved needs no move */
        assert_int_equal(b.size, 1000);
}

static void test_grow(void **state) {
        _cleanup_buffer_ Buffer b = BUFFER(70000);

        for (size_t i = 0; i < 70000; i++) {
                char c = (char) ('a' + i % 26);

                buffer_append(&b, &c, 1);
                assert_int_equal(b.data[b.size], '\0');
        }
        assert_int_equal(buffer_error(&b), 0);
        buffer_append(&b, "x", 1);
        assert_int_equal(buffer_error(&b), -ENOBUFS);
        for (size_t i = 0; i < 70000; i++)
                assert_int_equal(b.data[i], 'a' + i % 26);
}

/* Twice as large each time, with a limit or without: appending byte by byte is not quadratic. */
static void test_grow_seldom(void **state) {
        static const size_t limits[] = { 70000, SIZE_MAX };

        for (size_t i = 0; i < ELEMENTSOF(limits); i++) {
                _cleanup_buffer_ Buffer b = BUFFER(limits[i]);
                size_t times = 0;

                for (size_t n = 0; n < 70000; n++) {
                        size_t allocated = b.allocated;

                        buffer_append(&b, "x", 1);
                        times += b.allocated != allocated;
                }
                assert_int_equal(b.size, 70000);
                assert_true(times >= 1 && times <= 20);
        }
}

static void test_drop(void **state) {
        _cleanup_buffer_ Buffer b = BUFFER(100);

        buffer_drop(&b, 0);
        buffer_drop(&b, 7); /* more than there is */
        assert_int_equal(b.size, 0);
        buffer_puts(&b, "one two");
        buffer_drop(&b, 0);
        assert_string_equal(b.data, "one two");
        buffer_drop(&b, 4);
        assert_string_equal(b.data, "two");
        assert_int_equal(b.size, 3);
        buffer_drop(&b, 3);
        assert_string_equal(b.data, "");
        buffer_puts(&b, "three");
        buffer_drop(&b, 99);
        assert_int_equal(b.size, 0);
        assert_string_equal(b.data, "");
}

static void test_done(void **state) {
        Buffer b = BUFFER(10);

        buffer_done(&b); /* that never held anything */
        buffer_puts(&b, "abc");
        buffer_done(&b);
        assert_null(b.data);
        assert_int_equal(b.size, 0);
        buffer_puts(&b, "0123456789"); /* the limit stays */
        assert_int_equal(buffer_error(&b), 0);
        buffer_puts(&b, "x");
        assert_int_equal(buffer_error(&b), -ENOBUFS);
        buffer_done(&b);
}

static void test_read_file(void **state) {
        static const size_t sizes[] = { 0, 1, 16383, 16384, 16385, 50000 };

        for (size_t i = 0; i < ELEMENTSOF(sizes); i++) {
                _cleanup_close_ int fd = memfd_create("unit-buffer", MFD_CLOEXEC);
                _cleanup_buffer_ Buffer b = BUFFER(0);
                _cleanup_free_ char *text = malloc(sizes[i] + 1);

                assert_non_null(text);
                memset(text, 'x', sizes[i]);
                assert_int_equal(write(fd, text, sizes[i]), sizes[i]);

                assert_int_equal(lseek(fd, 0, SEEK_SET), 0);
                if (sizes[i] > 0) {
                        assert_int_equal(buffer_read_file(fd, sizes[i] - 1, &b), -EFBIG);
                        assert_null(b.data); /* untouched */
                }
                assert_int_equal(lseek(fd, 0, SEEK_SET), 0);
                assert_int_equal(buffer_read_file(fd, sizes[i], &b), 0);
                assert_int_equal(b.size, sizes[i]);
                assert_memory_equal(b.data, text, sizes[i]);
                assert_int_equal(b.data[b.size], '\0');
        }
}

static void test_read_file_errors(void **state) {
        _cleanup_close_ int folder = open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        Buffer b = BUFFER(0);

        assert_int_equal(buffer_read_file(-1, 10, &b), -EBADF);
        assert_int_equal(buffer_read_file(folder, 10, &b), -EISDIR);
        assert_null(b.data);
}

/* clang-format off */
static const struct {
        const char *value;
        const char *json;
} strings[] = {
        { "", "\"\"" },
        { "Bridge open", "\"Bridge open\"" },
        { "the \"old\" bridge", "\"the \\\"old\\\" bridge\"" },
        { "C:\\", "\"C:\\\\\"" },
        { "\"", "\"\\\"\"" },
        { "a/b", "\"a/b\"" },
        { "Straße, جسر, 橋, 🌉", "\"Straße, جسر, 橋, 🌉\"" },
        { "\x7f", "\"\x7f\"" }, /* RFC 8259 asks for less than U+0020 only */
        { "\x01\x1f", "\"\\u0001\\u001f\"" },
        { "{", "\"{\"" },
        { "\u2028", "\"\u2028\"" },
};
/* clang-format on */

static void test_json_string(void **state) {
        for (size_t i = 0; i < ELEMENTSOF(strings); i++) {
                _cleanup_buffer_ Buffer b = BUFFER(100), expected = BUFFER(100);

                json_begin(&b);
                json_add_string(&b, strings[i].value, strings[i].value);
                buffer_printf(&expected, "{%s:%s", strings[i].json, strings[i].json);
                assert_string_equal(b.data, expected.data);
        }
}

/* A line of the protocol is one line whatever is in it: no control character stays as it is. */
static void test_json_control_characters(void **state) {
        for (char c = 1; c < 0x20; c++) {
                _cleanup_buffer_ Buffer b = BUFFER(100);
                const char value[] = { 'a', c, 'b', '\0' };

                json_begin(&b);
                json_add_string(&b, "", value);
                for (size_t i = 0; i < b.size; i++)
                        assert_true((unsigned char) b.data[i] >= 0x20);
                assert_memory_equal(b.data, "{\"\":\"a\\", 7);
                assert_memory_equal(b.data + b.size - 2, "b\"", 2);
        }
}

static void test_json_object(void **state) {
        _cleanup_buffer_ Buffer b = BUFFER(1000);

        json_begin(&b);
        json_add_string(&b, "type", "item");
        json_add_string(&b, "url", NULL);
        json_add_number(&b, "id", 42);
        json_add_string(&b, "headline", "{");
        json_add_number(&b, "low", INT64_MIN);
        json_add_number(&b, "high", INT64_MAX);
        json_end(&b);
        assert_string_equal(b.data, "{\"type\":\"item\",\"id\":42,\"headline\":\"{\","
                                    "\"low\":-9223372036854775808,\"high\":9223372036854775807}\n");

        /* A second one in the same buffer, whose first member has no value. */
        buffer_drop(&b, b.size - 2);
        json_begin(&b);
        json_add_string(&b, "url", NULL);
        json_add_number(&b, "id", -1);
        json_end(&b);
        assert_string_equal(b.data, "}\n{\"id\":-1}\n");
}

static void test_json_empty_object(void **state) {
        _cleanup_buffer_ Buffer b = BUFFER(3);

        json_begin(&b);
        json_end(&b);
        assert_string_equal(b.data, "{}\n");
}

/* Whatever the limit, a line that does not fit is an error, never a shorter line. */
static void test_json_limit(void **state) {
        static const char line[] = "{\"a\":\"b\\\"\\u0001\",\"n\":12}\n";

        for (size_t limit = 0; limit <= sizeof(line); limit++) {
                _cleanup_buffer_ Buffer b = BUFFER(limit);
                bool fits = limit >= sizeof(line) - 1;

                json_begin(&b);
                json_add_string(&b, "a", "b\"\x01");
                json_add_number(&b, "n", 12);
                json_end(&b);
                assert_int_equal(buffer_error(&b), fits ? 0 : -ENOBUFS);
                assert_true(b.size <= limit);
                if (fits)
                        assert_string_equal(b.data, line);
        }
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_append),      cmocka_unit_test(test_append_nothing),
                cmocka_unit_test(test_limit),       cmocka_unit_test(test_limit_sticks),
                cmocka_unit_test(test_steal),       cmocka_unit_test(test_reserve),
                cmocka_unit_test(test_grow),        cmocka_unit_test(test_grow_seldom),
                cmocka_unit_test(test_drop),        cmocka_unit_test(test_done),
                cmocka_unit_test(test_read_file),   cmocka_unit_test(test_read_file_errors),
                cmocka_unit_test(test_json_string), cmocka_unit_test(test_json_control_characters),
                cmocka_unit_test(test_json_object), cmocka_unit_test(test_json_empty_object),
                cmocka_unit_test(test_json_limit),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
