/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* A subscriber, and this test in the daemon's place: what is asked, what is taken for an answer,
 * and where it goes on after any end. */

#include <sys/socket.h>
#include <sys/un.h>

#include "client/client.h"
#include "client/cursor-file.h"
#include "tests/unit-folder.h"

#define STORE "5f3c9a1e"
#define HELLO(after)                                                                               \
        "{\"type\":\"hello\",\"protocol\":1,\"store\":\"" STORE "\",\"oldest\":1,\"newest\":9,"    \
        "\"after\":" #after "}\n"
#define ITEM(id)                                                                                   \
        "{\"type\":\"item\",\"id\":" #id ",\"cursor\":\"" STORE "-" #id                            \
        "\",\"source\":\"harbour\","                                                               \
        "\"headline\":\"Ship " #id "\",\"first_seen\":\"2026-11-23T07:00:12.345Z\"}\n"

static ClientRequest request;
static Db *json;
static Client *client;
static ClientEvent event;
static int listener, daemon_fd; /* our end of the connection */

static int begin(void **state) {
        static struct sockaddr_un address;

        if (set_up(state) < 0 || db_open(":memory:", false, &json) < 0)
                return -1;
        address.sun_family = AF_UNIX;
        (void) snprintf(address.sun_path, sizeof(address.sun_path), "%s", in_folder("socket"));
        listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
        daemon_fd = -1;
        request = (ClientRequest){};
        return bind(listener, (struct sockaddr *) &address, sizeof(address)) < 0 ||
                               listen(listener, 1) < 0
                       ? -1
                       : client_new(address.sun_path, &request, json, &client);
}

static int end(void **state) {
        client = client_free(client);
        json = db_free(json);
        daemon_fd = safe_close(daemon_fd);
        listener = safe_close(listener);
        return tear_down(state);
}

/* The client connects; returns what it asks. */
static const char *connect_client(void) {
        static char asked[512];
        ssize_t n;

        assert_int_equal(client_connect(client, 0), 0);
        daemon_fd = safe_close(daemon_fd);
        daemon_fd = accept(listener, NULL, NULL);
        assert_true(daemon_fd >= 0);
        n = recv(daemon_fd, asked, sizeof(asked) - 1, 0);
        assert_true(n > 0);
        asked[n] = '\0';
        return asked;
}

static void say_bytes(const char *text, size_t n) {
        assert_int_equal(send(daemon_fd, text, n, MSG_NOSIGNAL), n);
}

static void say(const char *text) {
        say_bytes(text, strlen(text));
}

/* The next event; what client_read() or client_next() returned that was not 1. */
static int next(void) {
        int r;

        while ((r = client_next(client, &event)) == 0) {
                r = client_read(client, 0);
                if (r <= 0)
                        return r;
        }
        return r;
}

static void expect_item(int64_t id) {
        assert_int_equal(next(), 1);
        assert_int_equal(event.type, CLIENT_ITEM);
        assert_int_equal(event.item->id, id);
}

static void expect_hello(int64_t after) {
        assert_int_equal(next(), 1);
        assert_int_equal(event.type, CLIENT_HELLO);
        assert_int_equal(event.after, after);
}

static void test_client_requests(void **state) {
        assert_string_equal(connect_client(), "{\"last\":0}\n");
        request.last = 10;
        request.sources = "[\"a\",\"b\"]";
        assert_string_equal(connect_client(), "{\"last\":10,\"sources\":[\"a\",\"b\"]}\n");
        request = (ClientRequest){ .last = -1 };
        assert_string_equal(connect_client(), "{\"after\":0}\n");
        client_set_cursor(client, STORE "-5");
        assert_string_equal(connect_client(), "{\"after\":\"" STORE "-5\"}\n");
        request.states = true;
        assert_string_equal(connect_client(),
                            "{\"status\":true}\n{\"after\":\"" STORE "-5\",\"states\":true}\n");
        request = (ClientRequest){ .status = true };
        assert_string_equal(connect_client(), "{\"status\":true}\n");
}

static void test_client_before_the_hello(void **state) {
        (void) connect_client();
        say(ITEM(3) "{\"type\":\"gap\",\"after\":1,\"oldest\":3}\n{\"type\":\"source\"}\n" ITEM(4)
                    HELLO(4) ITEM(5));
        /* Lines that were asked for besides are handed on; items are not. */
        assert_int_equal(next(), 1);
        assert_int_equal(event.type, CLIENT_LINE);
        assert_string_equal(event.name, "source");
        assert_string_equal(client_cursor(client), "");
        expect_hello(4);
        assert_string_equal(event.store, STORE);
        assert_int_equal(event.newest, 9);
        assert_false(event.missed);
        assert_string_equal(client_cursor(client), STORE "-4");
        expect_item(5);
        assert_string_equal(event.item->headline, "Ship 5");
        assert_string_equal(client_cursor(client), STORE "-5");
        assert_int_equal(next(), 0);
}

static void test_client_partial_lines(void **state) {
        const char *text = HELLO(0) ITEM(1) "\n" ITEM(2);
        int64_t seen = 0;
        int r = 0;

        (void) connect_client();
        for (size_t i = 0; i < strlen(text); i++) {
                say_bytes(text + i, 1);
                r = next();
                if (r == 1 && event.type == CLIENT_ITEM) {
                        assert_int_equal(event.item->id, ++seen);
                        assert_int_equal(event.size, strlen(event.line));
                }
                if (r < 0)
                        break;
        }
        /* An empty line is none of the protocol's. */
        assert_int_equal(r, -EBADMSG);
        assert_int_equal(seen, 1);
}

static void test_client_goes_on(void **state) {
        (void) connect_client();
        say(HELLO(0) ITEM(1) ITEM(2) "{\"type\":\"item\",\"id\":3,\"cur");
        expect_hello(0);
        expect_item(1);
        expect_item(2);
        assert_int_equal(next(), 0);
        /* The stream ends inside a line, which is no item. */
        daemon_fd = safe_close(daemon_fd);
        assert_int_equal(next(), -ENOTCONN);
        assert_int_equal(next(), -ENOTCONN);
        client_disconnect(client);
        assert_int_equal(client_fd(client), -1);
        assert_int_equal(next(), -ENOTCONN);

        assert_string_equal(connect_client(), "{\"after\":\"" STORE "-2\"}\n");
        say(HELLO(2) ITEM(2) ITEM(3));
        expect_hello(2);
        assert_false(event.missed);
        expect_item(3); /* and none twice */
        say(HELLO(1) ITEM(2) ITEM(4));
        expect_hello(3);
        expect_item(4);
}

static void test_client_gaps(void **state) {
        client_set_cursor(client, STORE "-2");
        (void) connect_client();
        say(HELLO(5) ITEM(6) "{\"type\":\"gap\",\"after\":6,\"oldest\":9}\n");
        expect_hello(5);
        assert_true(event.missed);
        expect_item(6);
        assert_int_equal(next(), 1);
        assert_int_equal(event.type, CLIENT_GAP);
        assert_int_equal(event.after, 8);
        assert_true(event.missed);
        /* It is told once. */
        assert_string_equal(connect_client(), "{\"after\":\"" STORE "-8\"}\n");
        say(HELLO(8));
        expect_hello(8);
        assert_false(event.missed);
}

static void test_client_wrong_store(void **state) {
        client_set_cursor(client, "0badcafe-2");
        (void) connect_client();
        say(HELLO(2) ITEM(3));
        assert_int_equal(next(), 1);
        assert_int_equal(event.type, CLIENT_UNKNOWN_CURSOR);
        assert_int_equal(next(), -ENOTCONN);
        assert_string_equal(connect_client(), "{\"last\":0}\n");

        client_set_cursor(client, "0badcafe-2");
        (void) connect_client();
        say("{\"type\":\"error\",\"code\":\"unknown-cursor\",\"message\":\"of another\"}\n");
        assert_int_equal(next(), 1);
        assert_int_equal(event.type, CLIENT_UNKNOWN_CURSOR);
        assert_string_equal(event.message, "of another");
        assert_string_equal(client_cursor(client), "");
        assert_int_equal(next(), -ENOTCONN);
}

static void test_client_errors(void **state) {
        (void) connect_client();
        say("{\"type\":\"error\",\"code\":\"full\",\"message\":\"1 \\u001b[2J\\u009b2J\"}\n" ITEM(
                1));
        assert_int_equal(next(), 1);
        assert_int_equal(event.type, CLIENT_ERROR);
        assert_string_equal(event.code, "full");
        assert_string_equal(event.message, "1 ?[2J??2J");
        assert_int_equal(next(), -ENOTCONN);
        /* It may say nothing about it. */
        (void) connect_client();
        say("{\"type\":\"error\"}\n");
        assert_int_equal(next(), 1);
        assert_int_equal(event.type, CLIENT_ERROR);
        assert_string_equal(event.code, "");
        assert_string_equal(event.message, "");
}

static void test_client_other_lines(void **state) {
        static const char *const bad[] = {
                "x\n",
                "{\"type\":\"item\",\"id\":1\n",
                "{}\n",
                "[]\n",
                "\"hello\"\n",
                "\n",
                "\xff\n",
                "{\"type\":null}\n",
                "{\"type\":\"hello\",\"after\":3}\n",
                "{\"type\":\"hello\",\"store\":\"../x\",\"after\":3}\n",
                "{\"type\":\"hello\",\"store\":\"" STORE "\",\"after\":-3}\n",
        };

        for (size_t i = 0; i < ELEMENTSOF(bad); i++) {
                (void) connect_client();
                say(bad[i]);
                assert_int_equal(next(), -EBADMSG);
                assert_int_equal(next(), -ENOTCONN);
        }
        /* Of a later version: what is not known is handed on, or no harm. */
        (void) connect_client();
        say("{\"type\":\"weather\",\"x\":[1]}\n" HELLO(
                0) "{\"type\":\"item\",\"id\":1,\"cursor\":\"" STORE "-1\"}\n"
                   "{\"type\":\"item\",\"id\":2,\"cursor\":\"" STORE "-1\",\"headline\":\"x\"}\n"
                   "{\"type\":\"bye\",\"reason\":\"end\"}\n");
        assert_int_equal(next(), 1);
        assert_string_equal(event.name, "weather");
        expect_hello(0);
        assert_int_equal(next(), 1);
        assert_int_equal(event.type, CLIENT_LINE); /* no item: it has no headline */
        assert_string_equal(event.name, "item");
        assert_int_equal(next(), 1);
        assert_int_equal(event.type, CLIENT_LINE); /* nor this: whose cursor is that? */
        assert_int_equal(next(), 1);
        assert_string_equal(event.name, "bye");
}

static void test_client_long_lines(void **state) {
        _cleanup_free_ char *text = malloc(CLIENT_LINE_MAX + 2);
        size_t n = CLIENT_LINE_MAX - 1; /* beside the newline */

        assert_non_null(text);
        memset(text, 'x', CLIENT_LINE_MAX + 2);
        memcpy(text, "{\"type\":\"", 9);
        memcpy(text + n - 2, "\"}\n", 3);
        (void) connect_client();
        say_bytes(text, n + 1);
        assert_int_equal(next(), 1);
        assert_int_equal(event.size, n);
        /* One byte more, with or without its end. */
        memcpy(text + n - 2, "x\"}\n", 4);
        say_bytes(text, n + 2);
        assert_int_equal(next(), -EMSGSIZE);
        (void) connect_client();
        say_bytes(text, n + 1);
        while (next() == 0)
                say_bytes(text, 1);
        assert_int_equal(next(), -ENOTCONN);
}

static void test_client_cursors_only(void **state) {
        request.parts = ITEM_CURSOR;
        (void) connect_client();
        say(HELLO(0) ITEM(1));
        expect_hello(0);
        expect_item(1);
        assert_string_equal(event.item->cursor, STORE "-1");
        assert_string_equal(event.item->headline, "");
        assert_non_null(strstr(event.line, "Ship 1"));
}

static void test_client_waits(void **state) {
        (void) connect_client();
        assert_int_equal(client_read(client, USEC_PER_MSEC), 0);
        say(HELLO(0));
        assert_int_equal(client_read(client, USEC_INFINITY), 1);
        assert_int_equal(client_next(client, &event), 1);
}

static void test_client_nobody_there(void **state) {
        listener = safe_close(listener);
        assert_int_equal(client_connect(client, 0), -ECONNREFUSED);
        assert_int_equal(client_fd(client), -1);
        assert_int_equal(unlink(in_folder("socket")), 0);
        assert_int_equal(client_connect(client, USEC_PER_SEC), -ENOENT);
}

/* A request that nobody reads, because the daemon has turned the client away and says why. */
static void test_client_turned_away(void **state) {
        const char *why = "{\"type\":\"error\",\"code\":\"full\",\"message\":\"x\"}\n";
        pid_t pid;

        pid = fork();
        assert_true(pid >= 0);
        if (pid == 0) {
                int fd = accept(listener, NULL, NULL);

                (void) shutdown(fd, SHUT_RD);
                (void) send(fd, why, strlen(why), MSG_NOSIGNAL);
                _exit(EXIT_SUCCESS);
        }
        assert_int_equal(client_connect(client, USEC_PER_SEC), 0);
        assert_int_equal(client_read(client, USEC_INFINITY), 1);
        assert_int_equal(client_next(client, &event), 1);
        assert_string_equal(event.code, "full");
}

static void test_cursor(void **state) {
        static const char *const good[] = { "5f3c9a1e-42", "0-0", "a-9999999999999999999" };
        static const char *const bad[] = { "",     "-1",    "5f3c9a1e", "5f3c9a1e-",
                                           "5F-1", "5f-1x", "5f-1\n",   "5f--1",
                                           "g-1",  "5f-+1", "\"-1",     "a-99999999999999999999" };

        for (size_t i = 0; i < ELEMENTSOF(good); i++)
                assert_true(cursor_valid(good[i]));
        for (size_t i = 0; i < ELEMENTSOF(bad); i++)
                assert_false(cursor_valid(bad[i]));
}

static void test_cursor_file(void **state) {
        CursorFile *file, *other;

        assert_int_equal(cursor_file_open(in_folder("cursor"), &file), 0);
        assert_string_equal(cursor_file_cursor(file), "");
        assert_int_equal(cursor_file_open(in_folder("cursor"), &other), -EBUSY);
        assert_int_equal(cursor_file_save(file, STORE "-1000"), 0);
        assert_int_equal(cursor_file_save(file, STORE "-7"), 0);
        (void) cursor_file_free(file);
        assert_int_equal(cursor_file_open(in_folder("cursor"), &file), 0);
        assert_string_equal(cursor_file_cursor(file), STORE "-7");
        (void) cursor_file_free(file);
        write_file("cursor", "no cursor\n");
        assert_int_equal(cursor_file_open(in_folder("cursor"), &file), -EBADMSG);
        write_file("cursor", "\n");
        assert_int_equal(cursor_file_open(in_folder("cursor"), &file), 0);
        assert_string_equal(cursor_file_cursor(file), "");
        (void) cursor_file_free(file);
}

#define WITH_DAEMON(test) cmocka_unit_test_setup_teardown(test, begin, end)

int main(void) {
        const struct CMUnitTest tests[] = {
                WITH_DAEMON(test_client_requests),
                WITH_DAEMON(test_client_before_the_hello),
                WITH_DAEMON(test_client_partial_lines),
                WITH_DAEMON(test_client_goes_on),
                WITH_DAEMON(test_client_gaps),
                WITH_DAEMON(test_client_wrong_store),
                WITH_DAEMON(test_client_errors),
                WITH_DAEMON(test_client_other_lines),
                WITH_DAEMON(test_client_long_lines),
                WITH_DAEMON(test_client_cursors_only),
                WITH_DAEMON(test_client_waits),
                WITH_DAEMON(test_client_nobody_there),
                WITH_DAEMON(test_client_turned_away),
                cmocka_unit_test(test_cursor),
                IN_FOLDER(test_cursor_file),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
