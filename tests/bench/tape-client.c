/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Many subscribers in one process, the same for every rival: tape-client ADDRESS CONNECTIONS
 * GREETING LINES. Connects to a Unix socket (or, if ADDRESS is a number, that port on loopback),
 * says "ready", waits for a line on its input, sends the greeting on every connection, and reads
 * until each has had so many lines. A line is counted by its '}', which no rival's own framing has.
 * Prints the seconds from the first byte at any connection to the last byte at all, and from the
 * first greeting.
 */

#include <arpa/inet.h>
#include <netinet/in.h>
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

static int connect_to(const char *address) {
        struct sockaddr_un un = { .sun_family = AF_UNIX };
        struct sockaddr_in in = { .sin_family = AF_INET };
        bool port = strspn(address, "0123456789") == strlen(address);
        int fd = socket(port ? AF_INET : AF_UNIX, SOCK_STREAM, 0), r;

        if (fd < 0)
                fail("socket");
        in.sin_port = htons((uint16_t) atoi(address));
        in.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        (void) snprintf(un.sun_path, sizeof(un.sun_path), "%s", address);
        r = port ? connect(fd, (struct sockaddr *) &in, sizeof(in))
                 : connect(fd, (struct sockaddr *) &un, sizeof(un));
        if (r < 0)
                fail(address);
        return fd;
}

/* Greetings are written with \n for a newline. */
static char *unescape(char *text) {
        char *to = text;

        for (char *from = text; *from; from++)
                if (from[0] == '\\' && (from[1] == 'n' || from[1] == 'r'))
                        *to++ = *++from == 'n' ? '\n' : '\r';
                else
                        *to++ = *from;
        *to = '\0';
        return text;
}

static unsigned count_lines(const char *data, size_t n) {
        const char *end = data + n;
        unsigned lines = 0;

        while ((data = memchr(data, '}', (size_t) (end - data)))) {
                lines++;
                data++;
        }
        return lines;
}

/* Exits if one does not connect. */
static void connect_all(const char *path, int epoll, unsigned n, int *fds) {
        for (unsigned i = 0; i < n; i++) {
                struct epoll_event event = { .events = EPOLLIN, .data.u32 = i };

                fds[i] = connect_to(path);
                if (epoll_ctl(epoll, EPOLL_CTL_ADD, fds[i], &event) < 0)
                        fail("epoll");
        }
}

int main(int argc, char **argv) {
        unsigned n = argc == 5 ? (unsigned) atoi(argv[2]) : 0, open = n;
        long wanted = argc == 5 ? atol(argv[4]) : 0;
        struct rlimit limit = { 65536, 65536 };
        static char data[READ_BYTES];
        usec_t begin, first = 0, last = 0;
        long *left;
        char *greeting;
        int epoll = epoll_create1(0), *fds;

        if (n == 0 || epoll < 0)
                return 2;
        (void) setrlimit(RLIMIT_NOFILE, &limit);
        greeting = unescape(argv[3]);
        fds = calloc(n, sizeof(int));
        left = calloc(n, sizeof(long));
        if (!fds || !left)
                fail("memory");
        connect_all(argv[1], epoll, n, fds);
        for (unsigned i = 0; i < n; i++)
                left[i] = wanted;
        (void) puts("ready");
        (void) fflush(stdout);
        if (!fgets(data, sizeof(data), stdin))
                return 2;

        begin = time_monotonic();
        for (unsigned i = 0; i < n && *greeting; i++)
                if (send(fds[i], greeting, strlen(greeting), 0) < 0)
                        fail("send");
        (void) puts("sent");
        (void) fflush(stdout);
        while (open > 0) {
                struct epoll_event events[256];
                int k = epoll_wait(epoll, events, ELEMENTSOF(events), -1);

                for (int j = 0; j < k; j++) {
                        unsigned i = events[j].data.u32;
                        ssize_t size = recv(fds[i], data, sizeof(data), MSG_DONTWAIT);

                        if (size <= 0 && errno == EAGAIN)
                                continue;
                        if (size <= 0)
                                fail("recv");
                        last = time_monotonic();
                        if (first == 0)
                                first = last;
                        if (left[i] > 0) {
                                left[i] -= count_lines(data, (size_t) size);
                                open -= left[i] <= 0;
                        }
                }
        }
        (void) printf("%.6f %.6f\n", (double) (last - first) / 1e6, (double) (last - begin) / 1e6);
        return EXIT_SUCCESS;
}
