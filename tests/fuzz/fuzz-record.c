/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * What a daemon reads of its subscribers that the last one left. Whatever it is, the record of our
 * connection is found in it, and is refused or is one that is written and read as the same again.
 */

#include <inttypes.h>
#include <sys/socket.h>

#include "daemon/subscriber-record.h"
#include "tests/fuzz/fuzz.h"

#define BYTES_MAX (64U << 10)

static Db *json;
static int connection;
static uint64_t cookie;

static void set_up(void) {
        socklen_t size = sizeof(cookie);
        int fds[2];

        if (json)
                return;
        fuzz_be_quiet();
        if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds) < 0 ||
            getsockopt(fds[0], SOL_SOCKET, SO_COOKIE, &cookie, &size) < 0 ||
            db_open(":memory:", false, &json) < 0)
                abort();
        connection = fds[0];
}

static bool same(const Buffer *a, const Buffer *b) {
        return a->size == b->size && (a->size == 0 || memcmp(a->data, b->data, a->size) == 0);
}

static void check_again(int64_t end, const Buffer *pending, const Buffer *input) {
        const SubscriberRecord record = {
                .live = true, .end = end, .pending = pending, .input = input
        };
        _cleanup_buffer_ Buffer line = BUFFER(8 * BYTES_MAX), other_pending = BUFFER(BYTES_MAX),
                                other_input = BUFFER(BYTES_MAX);
        _cleanup_free_ char *request = NULL;
        int64_t other_end;

        if (record_write(json, connection, &record, &line) < 0 ||
            record_read(json, line.data, &request, &other_end, &other_pending, &other_input) < 0)
                abort();
        if (other_end != end || !same(pending, &other_pending) || !same(input, &other_input))
                abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
        _cleanup_buffer_ Buffer text = BUFFER(256U << 10), pending = BUFFER(BYTES_MAX),
                                input = BUFFER(BYTES_MAX);
        _cleanup_free_ char *request = NULL;
        RecordIndex index;
        const char *line;
        int64_t end;

        set_up();
        buffer_printf(&text, "{\"cookie\":\"%" PRIu64 "\",", cookie);
        buffer_append(&text, data, size);
        buffer_puts(&text, "\n");
        if (buffer_error(&text) < 0 || record_index(&text, &index) < 0)
                return 0;
        line = record_find(&index, connection);
        if (!line)
                abort();
        if (record_read(json, line, &request, &end, &pending, &input) >= 0)
                check_again(end, &pending, &input);
        record_index_done(&index);
        return 0;
}
