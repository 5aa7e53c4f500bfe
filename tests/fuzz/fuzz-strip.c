/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The page reader: a source file, a NUL, and a page. Whatever they are, what comes of them is a
 * line of JSON in UTF-8 within the limits.
 */

#include <signal.h>

#include "common/source.h"
#include "fetch/page.h"
#include "tests/fuzz/reply-check.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
        const uint8_t *end = memchr(data, '\0', size);
        size_t size_source = end ? (size_t) (end - data) : size;
        _cleanup_buffer_ Buffer body = BUFFER(64U << 20);
        _cleanup_(source_freep) Source *source = NULL;
        _cleanup_(reader_freep) Reader *reader = NULL;
        _cleanup_reply_ Reply reply = {};
        _cleanup_close_ int fd = -1;
        char path[32];

        fuzz_be_quiet();
        (void) signal(SIGALRM, SIG_IGN); /* the fuzzer has a limit of its own */
        fuzz_file(data, size_source, &fd, path);
        if (source_load(path, "fuzz", &source) < 0 || reader_new(source, &reader, &reply) < 0 ||
            !end)
                return 0;
        buffer_append(&body, end + 1, size - size_source - 1);
        reader_read(reader, &body, &(PageOrigin){ .url = source->url.text }, &reply);
        check_reply(&reply);
        return 0;
}
