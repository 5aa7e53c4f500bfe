/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The reader of feeds: a page of Format=feed. Whatever it is, what comes of it is a line of JSON in
 * UTF-8 within the limits.
 */

#include <signal.h>

#include "common/source.h"
#include "fetch/page.h"
#include "tests/fuzz/reply-check.h"

static Reader *open_reader(void) {
        static const char file[] = "[Source]\nURL=http://feed.example/\n[Strip]\nFormat=feed\n";
        _cleanup_close_ int fd = -1;
        Source *source;
        Reader *reader;
        char path[32];

        fuzz_file(file, strlen(file), &fd, path);
        if (source_load(path, "fuzz", &source) < 0 || reader_new(source, &reader, NULL) < 0)
                abort();
        return reader;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
        static Reader *reader; /* one for all pages */
        _cleanup_buffer_ Buffer body = BUFFER(64U << 20);
        _cleanup_reply_ Reply reply = {};

        fuzz_be_quiet();
        (void) signal(SIGALRM, SIG_IGN); /* the fuzzer has a limit of its own */
        if (!reader)
                reader = open_reader();
        buffer_append(&body, data, size);
        reader_read(reader, &body, &(PageOrigin){ .url = "http://feed.example/" }, &reply);
        check_reply(&reply);
        return 0;
}
