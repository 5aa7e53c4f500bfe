/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The fetcher's replies: what is one, and all that is none. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "common/buffer.h"
#include "daemon/fetch-reply.h"

static int parse(Db *db, const char *line, FetchReply *ret) {
        return fetch_reply_parse(db, line, strlen(line), ret);
}

static int set_up(void **state) {
        Db *db = NULL;

        assert_return_code(db_open(":memory:", false, &db), 0);
        *state = db;
        return 0;
}

static int tear_down(void **state) {
        *state = db_free(*state);
        return 0;
}

static void test_good(void **state) {
        FetchReply reply;

        assert_return_code(
                parse(*state,
                      "{\"source\":\"port-news\",\"state\":\"ok\",\"http\":200,\"bytes\":1234,\"ms\":5,"
                      "\"strip\":2,\"fresh_for\":30,\"date\":1795600000,\"later\":[null,{}],\"items\":[{\"headline\":\"Ferry\","
                      "\"url\":\"https://x.example/1\",\"published\":\"now\",\"new\":1}]}",
                      &reply),
                0);
        assert_string_equal(reply.source, "port-news");
        assert_int_equal(reply.state, STATE_OK);
        assert_int_equal(reply.bytes, 1234);
        assert_int_equal(reply.fresh_for, 30);
        assert_int_equal(reply.date, 1795600000);
        assert_string_equal(reply.detail, "");

        assert_return_code(
                parse(*state,
                      "{\"source\":\"a\",\"state\":\"blocked\",\"http\":429,"
                      "\"retry_after\":99999999,\"detail\":\"go \\u001b[2Jaway\\n now\"}",
                      &reply),
                0);
        assert_int_equal(reply.state, STATE_BLOCKED);
        assert_int_equal(reply.retry_after, 3600);
        assert_string_equal(reply.detail, "go [2Jaway now");
}

static void test_bad(void **state) {
        static const char *const lines[] = {
                "",
                "[]",
                "{}",
                "null",
                "\"ok\"",
                "{\"source\":\"a\"}",
                "{\"state\":\"ok\"}",
                "{\"source\":\"a\",\"state\":\"fine\"}",
                "{\"source\":\"a\",\"state\":1}",
                "{\"source\":\"A b\",\"state\":\"timeout\"}",
                "{\"source\":7,\"state\":\"timeout\"}",
                "{\"source\":\"a\",\"state\":\"timeout\"",
                "{\"source\":\"a\",\"state\":\"timeout\"}}",
                "{\"source\":\"a\",\"state\":\"timeout\",}",
                "{source:\"a\",state:\"timeout\"}",
                "{\"source\":\"a\",\"state\":\"timeout\",\"http\":-1}",
                "{\"source\":\"a\",\"state\":\"timeout\",\"http\":\"200\"}",
                "{\"source\":\"a\",\"state\":\"timeout\",\"retry_after\":1.5}",
                "{\"source\":\"a\",\"state\":\"timeout\",\"bytes\":null}",
                "{\"source\":\"a\",\"state\":\"timeout\",\"date\":\"today\"}",
                "{\"source\":\"a\",\"state\":\"timeout\",\"fresh_for\":-1}",
                "{\"source\":\"a\",\"state\":\"timeout\",\"detail\":{}}",
                "{\"source\":\"a\",\"state\":\"ok\",\"items\":{}}",
                "{\"source\":\"a\",\"state\":\"ok\",\"items\":[1]}",
                "{\"source\":\"a\",\"state\":\"ok\",\"items\":[{}]}",
                "{\"source\":\"a\",\"state\":\"ok\",\"items\":[{\"headline\":null}]}",
                "{\"source\":\"a\",\"state\":\"ok\",\"items\":[{\"headline\":\"x\",\"url\":2}]}",
                "{\"source\":\"a\",\"state\":\"ok\",\"items\":[{\"headline\":\"x\",\"published\":[]}]}",
                "{\"source\":\"a\",\"state\":\"ok\",\"detail\":\"\xff\"}",
        };
        FetchReply reply;

        for (size_t i = 0; i < ELEMENTSOF(lines); i++)
                if (parse(*state, lines[i], &reply) != -EBADMSG)
                        fail_msg("taken for a reply: %s", lines[i]);
        assert_int_equal(
                fetch_reply_parse(*state, "{\"source\":\"a\",\"state\":\"empty\"}\0 ", 33, &reply),
                -EBADMSG);
}

static void test_too_many_entries(void **state) {
        for (unsigned n = FETCH_REPLY_ENTRIES_MAX; n <= FETCH_REPLY_ENTRIES_MAX + 1; n++) {
                _cleanup_buffer_ Buffer b = BUFFER(FETCH_REPLY_MAX);
                FetchReply reply;

                buffer_puts(&b, "{\"source\":\"a\",\"state\":\"ok\",\"items\":[");
                for (unsigned i = 0; i < n; i++)
                        buffer_printf(&b, "%s{\"headline\":\"h%u\"}", i > 0 ? "," : "", i);
                buffer_puts(&b, "]}");
                assert_return_code(buffer_error(&b), 0);
                assert_int_equal(fetch_reply_parse(*state, b.data, b.size, &reply),
                                 n > FETCH_REPLY_ENTRIES_MAX ? -EBADMSG : 0);
        }
}

static void test_deep(void **state) {
        _cleanup_buffer_ Buffer b = BUFFER(FETCH_REPLY_MAX);
        FetchReply reply;

        buffer_puts(&b, "{\"source\":\"a\",\"state\":\"timeout\",\"x\":");
        for (unsigned i = 0; i < 100000; i++)
                buffer_puts(&b, "[");
        assert_return_code(buffer_error(&b), 0);
        assert_int_equal(fetch_reply_parse(*state, b.data, b.size, &reply), -EBADMSG);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_good),
                cmocka_unit_test(test_bad),
                cmocka_unit_test(test_too_many_entries),
                cmocka_unit_test(test_deep),
        };

        return cmocka_run_group_tests(tests, set_up, tear_down);
}
