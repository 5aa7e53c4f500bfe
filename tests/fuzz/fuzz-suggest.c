/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The search for a strip: the bytes of a page. Whatever they are, each proposal is a source file
 * that the page reader accepts and that reads entries from the page, in lines of clean UTF-8.
 */

#include <signal.h>

#include "common/text.h"
#include "common/utf8.h"
#include "fetch/page.h"
#include "suggest/suggest.h"
#include "tests/fuzz/fuzz.h"

#define PAGE_SIZE_MAX (64U << 20)

/* No line may do harm on a terminal: it is as it would be after cleaning. */
static void check_lines(const char *text, size_t size) {
        if (!utf8_valid(text, size))
                abort();
        while (size > 0) {
                const char *end = memchr(text, '\n', size);
                size_t n = end ? (size_t) (end - text) : size;

                for (size_t i = 0; i < n;) {
                        size_t length;
                        uint32_t c;

                        length = utf8_next(text + i, n - i, &c);
                        if (c < 0x20 || (c >= 0x7f && c < 0xa0) || c == 0x61c ||
                            (c >= 0x200e && c <= 0x200f) || (c >= 0x2028 && c <= 0x202e) ||
                            (c >= 0x2066 && c <= 0x2069))
                                abort();
                        i += length;
                }
                if (!end)
                        abort();
                text += n + 1;
                size -= n + 1;
        }
}

static void check(const Proposal *proposal, const PageInfo *info, const Buffer *page) {
        _cleanup_buffer_ Buffer copy = BUFFER(PAGE_SIZE_MAX);
        _cleanup_(source_freep) Source *source = NULL;
        _cleanup_(reader_freep) Reader *reader = NULL;
        _cleanup_reply_ Reply reply = {};
        _cleanup_close_ int fd = -1;
        _cleanup_free_ char *text = NULL;
        size_t size = 0;
        char path[32];
        FILE *file;

        file = open_memstream(&text, &size);
        if (!file || proposal_print(proposal, info, file) < 0 || fclose(file) != 0)
                abort();
        check_lines(text, size);
        fuzz_file(text, size, &fd, path);
        if (source_load(path, "fuzz", &source) < 0 || reader_new(source, &reader, NULL) < 0)
                abort();
        buffer_append(&copy, page->data, page->size);
        if (buffer_error(&copy) < 0)
                abort();
        reader_read(reader, &copy, &(PageOrigin){ .url = source->url.text, .charset = "utf-8" },
                    &reply);
        if (reply.state != STATE_OK || reply.n_entries != proposal->reply.n_entries)
                abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
        static Proposals proposals;
        _cleanup_buffer_ Buffer body = BUFFER(PAGE_SIZE_MAX);

        fuzz_be_quiet();
        (void) signal(SIGALRM, SIG_IGN); /* the fuzzer has a limit of its own */
        buffer_append(&body, data, size);
        if (buffer_error(&body) < 0)
                return 0;
        proposals = (Proposals){};
        if (proposals_find(&body, NULL, "https://front.example/", &proposals) >= 0)
                for (unsigned i = 0; i < proposals.n; i++)
                        check(proposals.items + i, &proposals.info, &body);
        proposals_done(&proposals);
        return 0;
}
