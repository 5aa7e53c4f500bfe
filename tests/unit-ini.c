/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The configuration format. Each row of the table is a file, what the callback is told of it, one
 * line a call ("LINE [Section]" or "LINE [Section] Key=value"), and the lines that messages name.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <fcntl.h>
#include <sys/mman.h>

#include "common/buffer.h"
#include "common/ini.h"
#include "common/log.h"

#define BYTES(literal) (literal), sizeof(literal) - 1
#define PATH "/nowhere/harbour.conf"

typedef struct File {
        const char *data;
        size_t size;
        const char *calls;
        const char *problems;
} File;

/* clang-format off */
static const File files[] = {
        { BYTES(""), "", "" },
        { BYTES("\n\n"), "", "" },
        { BYTES("[A]\nKey=value\n"), "1 [A]\n2 [A] Key=value\n", "" },
        { BYTES("[A]\nKey=value"), "1 [A]\n2 [A] Key=value\n", "" }, /* no newline at the end */
        { BYTES("[A]\nK=1\n[B]\nK=2\n[A]\nK=3\n"),
          "1 [A]\n2 [A] K=1\n3 [B]\n4 [B] K=2\n5 [A]\n6 [A] K=3\n", "" },
        { BYTES("K=1\n[A]\n"), "1 [] K=1\n2 [A]\n", "" },
        { BYTES("[A]\nK=1\nK=2\nK=\n"), "1 [A]\n2 [A] K=1\n3 [A] K=2\n4 [A] K=\n", "" },

        /* spaces and signs in values */
        { BYTES(" [A] \n\tK\t=\t two  words \t\n"), "1 [A]\n2 [A] K=two  words\n", "" },
        { BYTES("[A]\nK=a=b==\n"), "1 [A]\n2 [A] K=a=b==\n", "" },
        { BYTES("[A]\nK=\"a\" 'b'\n"), "1 [A]\n2 [A] K=\"a\" 'b'\n", "" }, /* nothing is unquoted */
        { BYTES("[A]\nK=[B]\n"), "1 [A]\n2 [A] K=[B]\n", "" },
        { BYTES("[A]\nK=a\\b \\n\n"), "1 [A]\n2 [A] K=a\\b \\n\n", "" },
        { BYTES("[A]\nK=мост 橋 جسر\n"), "1 [A]\n2 [A] K=мост 橋 جسر\n", "" },
        { BYTES("[Two words]\nA key=x\n"), "1 [Two words]\n2 [Two words] A key=x\n", "" },

        /* comments */
        { BYTES("# one\n; two\n[A]\n#K=1\n;K=2\nK=3\n"), "3 [A]\n6 [A] K=3\n", "" },
        { BYTES("[A]\n  # one\n\t; two\nK=3\n"), "1 [A]\n4 [A] K=3\n", "" },
        { BYTES("[A]\nK=//a[@href='#x'] # no comment; nor this\n"),
          "1 [A]\n2 [A] K=//a[@href='#x'] # no comment; nor this\n", "" },
        { BYTES("[A]\n# a comment does not continue \\\nK=1\n"), "1 [A]\n3 [A] K=1\n", "" },

        /* continuations; the line is that of the beginning */
        { BYTES("[A]\nK=1 \\\n2 \\\n  3\nL=4\n"), "1 [A]\n2 [A] K=1  2    3\n5 [A] L=4\n", "" },
        { BYTES("[A]\nK=1\\\n2\n"), "1 [A]\n2 [A] K=1 2\n", "" },
        { BYTES("[A]\nK=1\\\n# inside\n  ; inside too \\\n2\nL=3\n"), "1 [A]\n2 [A] K=1 2\n6 [A] L=3\n", "" },
        { BYTES("[A]\nK=1\\\n\nL=3\n"), "1 [A]\n2 [A] K=1\n4 [A] L=3\n", "" }, /* an empty line ends it */
        { BYTES("[A]\nK=1\\\n[B]\n"), "1 [A]\n2 [A] K=1 [B]\n", "" },
        { BYTES("[A]\nK=\\\n1\n"), "1 [A]\n2 [A] K=1\n", "" },
        { BYTES("[A]\nK\\\n=\\\n1\n"), "1 [A]\n2 [A] K=1\n", "" },
        { BYTES("[A]\n\\\nK=1\n"), "1 [A]\n2 [A] K=1\n", "" },
        { BYTES("[A]\n\\\n\\\n\nK=1\n"), "1 [A]\n5 [A] K=1\n", "" },
        { BYTES("[A]\nK=1\\"), "1 [A]\n2 [A] K=1\n", "" }, /* the file ends after it */
        { BYTES("[A]\nK=1\\\n"), "1 [A]\n2 [A] K=1\n", "" },
        { BYTES("[A]\nK=1\\\n# the end"), "1 [A]\n2 [A] K=1\n", "" },
        { BYTES("[A]\nK=1\\ \nL=2\n"), "1 [A]\n2 [A] K=1\\\n3 [A] L=2\n", "" }, /* not at the end */
        { BYTES("[A]\nK=1\\\\\nL=2\n"), "1 [A]\n2 [A] K=1\\\\\n3 [A] L=2\n", "" }, /* escaped */
        { BYTES("[A]\nK=\\\\\\\n2\n"), "1 [A]\n2 [A] K=\\\\ 2\n", "" },
        { BYTES("[A\\\nB]\nK=1\n"), "1 [A B]\n3 [A B] K=1\n", "" },

        /* ends of lines, byte-order mark */
        { BYTES("[A]\r\nK=1\\\r\n2\r\n# x\r\n\r\nL=3\r\n"), "1 [A]\n2 [A] K=1 2\n6 [A] L=3\n", "" },
        { BYTES("[A]\r\nK=1\r"), "1 [A]\n2 [A] K=1\n", "" },
        { BYTES("\xef\xbb\xbf[A]\nK=1\n"), "1 [A]\n2 [A] K=1\n", "" },
        { BYTES("\xef\xbb\xbf# x\n[A]\n"), "2 [A]\n", "" },
        { BYTES("\xef\xbb\xbf"), "", "" },
        { BYTES("\n\xef\xbb\xbf[A]\n"), "", "2" }, /* only at the very beginning */

        /* lines that are nothing */
        { BYTES("[A]\nnonsense\nK=1\n"), "1 [A]\n3 [A] K=1\n", "2" },
        { BYTES("[A]\n=1\nK=1\n"), "1 [A]\n3 [A] K=1\n", "2" },
        { BYTES("[A]\n  = 1\nK=1\n"), "1 [A]\n3 [A] K=1\n", "2" },
        { BYTES("[A]\nnon\\\nsense\nK=1\n"), "1 [A]\n4 [A] K=1\n", "2" },
        { BYTES("[A]\n// x\n"), "1 [A]\n", "2" },
        { BYTES("[\n"), "", "1" },
        { BYTES("[]\n"), "", "1" },
        { BYTES("[A\n"), "", "1" },
        { BYTES("[A] x\n"), "", "1" },
        { BYTES("A]\n"), "", "1" },

        /* bytes that are no text */
        { BYTES("[A]\nK=a\0b\nL=1\n"), "1 [A]\n3 [A] L=1\n", "2" },
        { BYTES("[A]\nK=Gr\xf6\xdf" "e\nL=1\n"), "1 [A]\n3 [A] L=1\n", "2" },
        { BYTES("[A]\nK=\xed\xa0\x80\n"), "1 [A]\n", "2" },
        { BYTES("[A]\n# Gr\xf6\xdf" "e\nL=1\n"), "1 [A]\n3 [A] L=1\n", "2" },
        { BYTES("\0"), "", "1" },
        { BYTES("[A]\nK=a\x1b" "b\nL=a\tb\nM=a\x7f\n"), "1 [A]\n3 [A] L=a\tb\n", "2 4" },

        /* a refused line takes its continuations along, and nothing else */
        { BYTES("[A]\nK=\xff\\\nmore\nL=1\n"), "1 [A]\n4 [A] L=1\n", "2" },
        { BYTES("[A]\nK=1\\\n\xff\nL=1\n"), "1 [A]\n4 [A] L=1\n", "3" },
        { BYTES("[A]\nK=1\\\n\xff\\\n\xfe\\\nmore\nL=1\n"), "1 [A]\n6 [A] L=1\n", "3 4" },
        { BYTES("[A]\nK=1\\\n# \xff\n2\nL=1\n"), "1 [A]\n2 [A] K=1 2\n5 [A] L=1\n", "3" },

        /* every problem in one run */
        { BYTES("[A]\nx\nK=1\ny\n[B\n\xff\nL=2\nz"), "1 [A]\n3 [A] K=1\n7 [?] L=2\n", "2 4 5 6 8" },
        { BYTES("[A]\nK=bad\nL=bad\nM=good\nN=bad\n"),
          "1 [A]\n2 [A] K=bad\n3 [A] L=bad\n4 [A] M=good\n5 [A] N=bad\n", "2 3 5" },
};
/* clang-format on */

/* What was on stderr between capture_begin() and capture_end(). */
static int captured, stderr_before;

static void capture_begin(void) {
        captured = memfd_create("stderr", MFD_CLOEXEC);
        stderr_before = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 3);
        assert_true(captured >= 0 && stderr_before >= 0);
        assert_true(dup2(captured, STDERR_FILENO) >= 0);
}

static Buffer capture_end(void) {
        Buffer b = BUFFER(0);

        assert_true(dup2(stderr_before, STDERR_FILENO) >= 0);
        assert_int_equal(lseek(captured, 0, SEEK_SET), 0);
        assert_int_equal(buffer_read_file(captured, 1 << 20, &b), 0);
        (void) safe_close(stderr_before);
        (void) safe_close(captured);
        return b;
}

/* The numbers of the lines that messages are about: each message is "PATH:LINE: what is wrong". */
static void read_problems(const char *messages, Buffer *ret) {
        while (*messages) {
                const char *place = startswith(messages, PATH ":"), *end = strchr(messages, '\n');
                char *after;
                long line;

                assert_non_null(place);
                assert_non_null(end);
                line = strtol(place, &after, 10);
                assert_true(line > 0 && after > place);
                assert_memory_equal(after, ": ", 2);
                assert_true(end > after + 5);
                buffer_printf(ret, "%s%ld", ret->size > 0 ? " " : "", line);
                messages = end + 1;
        }
}

static int record(const char *path, unsigned line, const char *section, const char *key,
                  const char *value, void *userdata) {
        assert_string_equal(path, PATH);
        if (key)
                buffer_printf(userdata, "%u [%s] %s=%s\n", line, section, key, value);
        else {
                assert_null(value);
                buffer_printf(userdata, "%u [%s]\n", line, section);
        }
        if (!value || !streq(value, "bad"))
                return 0;
        log_file(LOG_ERR, path, line, "%s= is bad", key);
        return -EDOM;
}

/* Reads a text and compares. Returns what ini_parse() did. */
static int check(const char *data, size_t size, const char *expected_calls,
                 const char *expected_problems) {
        _cleanup_buffer_ Buffer calls = BUFFER(1 << 20), messages = {}, problems = BUFFER(1 << 16);
        int r;

        buffer_puts(&calls, "");
        buffer_puts(&problems, "");
        capture_begin();
        r = ini_parse(PATH, data, size, record, &calls);
        messages = capture_end();

        read_problems(messages.data, &problems);
        assert_string_equal(calls.data, expected_calls);
        assert_string_equal(problems.data, expected_problems);
        assert_true((r < 0) == (problems.size > 0));
        return r;
}

static void test_files(void **state) {
        for (size_t i = 0; i < ELEMENTSOF(files); i++) {
                /* A copy of exactly that size: no byte after it may be looked at. */
                _cleanup_free_ char *copy = malloc(MAX(files[i].size, (size_t) 1));

                assert_non_null(copy);
                memcpy(copy, files[i].data, files[i].size);
                print_message("row %zu\n", i);
                (void) check(copy, files[i].size, files[i].calls, files[i].problems);
        }
}

static void test_first_error_is_returned(void **state) {
        assert_int_equal(check(BYTES("[A]\nK=bad\nx\n"), "1 [A]\n2 [A] K=bad\n", "2 3"), -EDOM);
        assert_int_equal(check(BYTES("[A]\nx\nK=bad\n"), "1 [A]\n3 [A] K=bad\n", "2 3"), -EBADMSG);
        assert_int_equal(check(BYTES("[A]\nK=good\n"), "1 [A]\n2 [A] K=good\n", ""), 0);
}

/* Appends "K=", and as many x that the line has n bytes. */
static void put_line(Buffer *b, size_t n, const char *end) {
        buffer_puts(b, "K=");
        for (size_t i = 2; i < n; i++)
                buffer_append(b, "x", 1);
        buffer_puts(b, end);
}

static void test_longest_line(void **state) {
        static const char *const ends[] = { "\n", "\r\n", "" };

        for (size_t i = 0; i < ELEMENTSOF(ends); i++) {
                _cleanup_buffer_ Buffer fits = BUFFER(8192), too_long = BUFFER(8192),
                                        calls = BUFFER(8192);

                put_line(&fits, 4096, ends[i]);
                buffer_puts(&calls, "1 [] ");
                put_line(&calls, 4096, "\n");
                assert_int_equal(check(fits.data, fits.size, calls.data, ""), 0);

                put_line(&too_long, 4097, ends[i]);
                assert_int_equal(check(too_long.data, too_long.size, "", "1"), -EBADMSG);
        }
}

/* The backslash counts, and comments do; letters count as bytes; the byte-order mark does not. */
static void test_longest_line_of_other_kinds(void **state) {
        _cleanup_buffer_ Buffer more = BUFFER(8192), comment = BUFFER(8192), letters = BUFFER(8192),
                                mark = BUFFER(8192), calls = BUFFER(8192);

        put_line(&more, 4096, "\\\n2\nL=1\n");
        assert_int_equal(check(more.data, more.size, "3 [] L=1\n", "1"), -EBADMSG);

        buffer_puts(&comment, "L=1\n#");
        put_line(&comment, 4096, "\nL=2\n");
        assert_int_equal(check(comment.data, comment.size, "1 [] L=1\n3 [] L=2\n", "2"), -EBADMSG);

        buffer_puts(&letters, "K=");
        while (letters.size < 4097)
                buffer_puts(&letters, "橋");
        assert_int_equal(check(letters.data, letters.size, "", "1"), -EBADMSG);

        buffer_puts(&mark, "\xef\xbb\xbf");
        put_line(&mark, 4096, "\n");
        buffer_puts(&calls, "1 [] ");
        put_line(&calls, 4096, "\n");
        assert_int_equal(check(mark.data, mark.size, calls.data, ""), 0);
}

/* A line with its continuations, each break one space, has at most 64 KiB. */
static void put_long_value(Buffer *b, size_t n) {
        buffer_puts(b, "[A]\nK=");
        for (size_t left = n - 2; left > 0;) {
                size_t piece = MIN(left, (size_t) 4000);

                for (size_t i = 0; i < piece - (left > piece); i++)
                        buffer_append(b, "x", 1);
                buffer_puts(b, left > piece ? "\\\n" : "\n");
                left -= piece;
        }
}

static int measure(const char *path, unsigned line, const char *section, const char *key,
                   const char *value, void *userdata) {
        if (key && streq(key, "K"))
                *(size_t *) userdata = strlen(value);
        return 0;
}

static void test_longest_value(void **state) {
        _cleanup_buffer_ Buffer fits = BUFFER(80000), too_long = BUFFER(80000);
        size_t measured = 0;

        put_long_value(&fits, INI_VALUE_MAX);
        assert_int_equal(ini_parse(PATH, fits.data, fits.size, measure, &measured), 0);
        assert_int_equal(measured, INI_VALUE_MAX - 2);

        /* One message, about where it began, however many lines follow; the next value is read. */
        put_long_value(&too_long, INI_VALUE_MAX + 1);
        buffer_puts(&too_long, "L=1\n");
        assert_int_equal(check(too_long.data, too_long.size, "1 [A]\n19 [A] L=1\n", "2"), -EBADMSG);
        buffer_done(&too_long);
        put_long_value(&too_long, INI_VALUE_MAX + 12000);
        buffer_puts(&too_long, "L=1\n");
        assert_int_equal(check(too_long.data, too_long.size, "1 [A]\n22 [A] L=1\n", "2"), -EBADMSG);
}

static void test_longest_section(void **state) {
        char head[80];

        (void) snprintf(head, sizeof(head), "[%063d]\n", 0);
        assert_int_equal(ini_parse(PATH, head, strlen(head), measure, NULL), 0);
        (void) snprintf(head, sizeof(head), "[%064d]\n", 0);
        assert_int_equal(check(head, strlen(head), "", "1"), -EBADMSG);
}

static int count(const char *path, unsigned line, const char *section, const char *key,
                 const char *value, void *userdata) {
        ++*(unsigned *) userdata;
        return 0;
}

/* ini_read(): a file of that size that begins with a section head. */
static int read_file(size_t size, unsigned *ret_calls, Buffer *ret_messages) {
        _cleanup_close_ int fd = memfd_create("unit-ini", MFD_CLOEXEC);
        char path[64];
        int r;

        assert_true(fd >= 0);
        *ret_calls = 0;
        for (size_t i = 0; i < size / 4; i++)
                assert_int_equal(write(fd, "[A]\n", 4), 4);
        assert_int_equal(write(fd, "\n\n\n\n", size % 4), size % 4);
        (void) snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
        capture_begin();
        r = ini_read(path, count, ret_calls);
        *ret_messages = capture_end();
        return r;
}

static void test_read(void **state) {
        static const size_t sizes[] = { 0, 1, 4, 100, INI_FILE_MAX };

        for (size_t i = 0; i < ELEMENTSOF(sizes); i++) {
                _cleanup_buffer_ Buffer messages = {};
                unsigned calls;

                assert_int_equal(read_file(sizes[i], &calls, &messages), 0);
                assert_int_equal(calls, sizes[i] / 4);
                assert_string_equal(messages.data, "");
        }
}

static void test_read_too_large(void **state) {
        _cleanup_buffer_ Buffer messages = {};
        unsigned calls;

        assert_int_equal(read_file(INI_FILE_MAX + 1, &calls, &messages), -EBADMSG);
        assert_int_equal(calls, 0);
        assert_non_null(startswith(messages.data, "/proc/self/fd/"));
        assert_non_null(strstr(messages.data, ":1: "));
}

/* A file that is not there is the caller's business; what else keeps it from being read is said. */
static void test_read_errors(void **state) {
        static const struct {
                const char *path;
                int r;
                const char *prefix;
        } unreadable[] = {
                { "/nowhere/at/all.conf", -ENOENT, "" },
                { "/dev/null/x.conf", -EBADMSG, "/dev/null/x.conf:1: " },
                { "/", -EBADMSG, "/:1: " },
        };

        for (size_t i = 0; i < ELEMENTSOF(unreadable); i++) {
                _cleanup_buffer_ Buffer messages = {};
                unsigned calls = 0;
                int r;

                capture_begin();
                r = ini_read(unreadable[i].path, count, &calls);
                messages = capture_end();
                assert_int_equal(r, unreadable[i].r);
                assert_int_equal(calls, 0);
                assert_memory_equal(messages.data, unreadable[i].prefix,
                                    strlen(unreadable[i].prefix));
                assert_true((messages.size == 0) == (*unreadable[i].prefix == '\0'));
        }
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_files),
                cmocka_unit_test(test_first_error_is_returned),
                cmocka_unit_test(test_longest_line),
                cmocka_unit_test(test_longest_line_of_other_kinds),
                cmocka_unit_test(test_longest_value),
                cmocka_unit_test(test_longest_section),
                cmocka_unit_test(test_read),
                cmocka_unit_test(test_read_too_large),
                cmocka_unit_test(test_read_errors),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
