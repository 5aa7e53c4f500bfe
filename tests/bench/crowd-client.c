/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Many readers of the socket in one process: crowd-client SOCKET READERS LINES. Each asks for what
 * is new from now on; "ready" when all are answered. Then, whenever all together have got READERS
 * times LINES lines, the seconds from the first byte at any of them to the last at all are printed,
 * until stdin ends.
 */

#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "common/timespan.h"
#include "common/util.h"

#define READ_BYTES (256U * 1024U)

static void fail(const char *what) {
        perror(what);
        exit(EXIT_FAILURE);
}

static void add_reader(int epoll, const char *path) {
        static const char request[] = "{\"last\":0}\n";
        struct epoll_event event = { .events = EPOLLIN };
        struct sockaddr_un address = { .sun_family = AF_UNIX };

        event.data.fd = socket(AF_UNIX, SOCK_STREAM, 0);
        (void) snprintf(address.sun_path, sizeof(address.sun_path), "%s", path);
        if (event.data.fd < 0 ||
            connect(event.data.fd, (struct sockaddr *) &address, sizeof(address)) < 0)
                fail(path);
        if (send(event.data.fd, request, sizeof(request) - 1, 0) < 0 ||
            epoll_ctl(epoll, EPOLL_CTL_ADD, event.data.fd, &event) < 0)
                fail("a reader");
}

/* How many lines ended in what there is to read now. */
static unsigned long read_lines(int fd) {
        static char data[READ_BYTES];
        ssize_t size = recv(fd, data, sizeof(data), MSG_DONTWAIT);
        unsigned long n = 0;

        if (size < 0 && errno == EAGAIN)
                return 0;
        if (size <= 0)
                fail("recv");
        for (const char *at = data; (at = memchr(at, '\n', (size_t) (data + size - at))); at++)
                n++;
        return n;
}

int main(int argc, char **argv) {
        unsigned long readers = argc == 4 ? strtoul(argv[2], NULL, 10) : 0, wanted = readers,
                      got = 0;
        struct rlimit limit = { 65536, 65536 };
        struct epoll_event events[256], input = { .events = EPOLLIN, .data.fd = STDIN_FILENO };
        int epoll = epoll_create1(0);
        usec_t first = 0;

        if (readers == 0 || epoll_ctl(epoll, EPOLL_CTL_ADD, STDIN_FILENO, &input) < 0)
                return 2;
        (void) setvbuf(stdout, NULL, _IOLBF, 0);
        (void) setrlimit(RLIMIT_NOFILE, &limit);
        for (unsigned long i = 0; i < readers; i++)
                add_reader(epoll, argv[1]);
        for (;;) {
                int n = epoll_wait(epoll, events, ELEMENTSOF(events), -1);

                if (first == 0)
                        first = time_monotonic();
                for (int i = 0; i < n; i++) {
                        if (events[i].data.fd == STDIN_FILENO)
                                return EXIT_SUCCESS;
                        got += read_lines(events[i].data.fd);
                }
                if (got < wanted)
                        continue;
                if (wanted == readers) /* the answers */
                        (void) puts("ready");
                else
                        (void) printf("%.6f\n", (double) (time_monotonic() - first) / 1e6);
                wanted = readers * strtoul(argv[3], NULL, 10);
                got = 0;
                first = 0;
        }
}
