/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <poll.h>

#include "common/text.h"
#include "daemon/printer.h"

/* The longest line stays below what poll() promises of a pipe that can be written (PIPE_BUF). */
#define LINE_MAX_BYTES (HEADLINE_MAX + 512U)

static int write_line(const char *line, size_t n) {
        while (n > 0) {
                ssize_t k = write(STDOUT_FILENO, line, n);

                if (k < 0 && errno == EINTR)
                        continue;
                if (k < 0)
                        return -errno;
                line += k;
                n -= (size_t) k;
        }
        return 0;
}

/* A headline has neither control characters nor invisible ones in it, so it cannot harm a terminal.
 */
static int printer_write(_unused_ void *userdata, const StoreItem *item) {
        struct pollfd out = { .fd = STDOUT_FILENO, .events = POLLOUT };
        char mark[64] = "", line[LINE_MAX_BYTES];
        int n;

        /* The descriptor may be shared with a terminal, so it is asked instead of being made not to
         * block. */
        if (poll(&out, 1, 0) == 0)
                return -EAGAIN;

        if (item->revises > 0)
                (void) snprintf(mark, sizeof(mark), " (edit of %lld)", (long long) item->revises);
        else if (item->repeats > 0)
                (void) snprintf(mark, sizeof(mark), " (%lld again)", (long long) item->repeats);
        n = snprintf(line, sizeof(line), "%s %s %lld: %s%s\n", item->first_seen, item->source,
                     (long long) item->id, item->headline, mark);
        return write_line(line, MIN((size_t) n, sizeof(line) - 1));
}

static int printer_fd(_unused_ void *userdata) {
        return STDOUT_FILENO;
}

Sink printer_sink(void) {
        return (Sink){ .write = printer_write, .fd = printer_fd };
}
