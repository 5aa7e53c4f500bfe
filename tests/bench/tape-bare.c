/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The bare loops that the daemon is measured against: tape-bare PATH CONNECTIONS FILE each|all.
 * Listens, waits until so many clients have greeted, then gives the file to each: a line a call, or
 * all that a socket takes in one call.
 */

#include <fcntl.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "common/buffer.h"

static void fail(const char *what) {
        perror(what);
        exit(EXIT_FAILURE);
}

/* Returns false when there is more to send and the socket is full. */
static bool serve(int fd, const Buffer *text, size_t *at, bool each) {
        while (*at < text->size) {
                const char *from = text->data + *at;
                size_t size = text->size - *at;
                ssize_t n;

                if (each)
                        size = (size_t) ((char *) memchr(from, '\n', size) + 1 - from);
                n = send(fd, from, size, MSG_DONTWAIT | MSG_NOSIGNAL);
                if (n < 0 && errno == EAGAIN)
                        return false;
                if (n < 0)
                        fail("send");
                *at += (size_t) n;
        }
        return true;
}

int main(int argc, char **argv) {
        struct sockaddr_un address = { .sun_family = AF_UNIX };
        struct rlimit limit = { 65536, 65536 };
        unsigned n = argc == 5 ? (unsigned) atoi(argv[2]) : 0, busy = n;
        bool each = argc == 5 && streq(argv[4], "each");
        int listener = socket(AF_UNIX, SOCK_STREAM, 0), epoll = epoll_create1(0), *fds;
        Buffer text;
        size_t *at;

        if (n == 0 || buffer_read_file(open(argv[3], O_RDONLY), 1 << 30, &text) < 0)
                return 2;
        (void) setrlimit(RLIMIT_NOFILE, &limit);
        (void) snprintf(address.sun_path, sizeof(address.sun_path), "%s", argv[1]);
        if (bind(listener, (struct sockaddr *) &address, sizeof(address)) < 0 ||
            listen(listener, 4096) < 0)
                fail("listen");
        (void) puts("ready");
        (void) fflush(stdout);
        fds = calloc(n, sizeof(int));
        at = calloc(n, sizeof(size_t));
        if (!fds || !at)
                fail("memory");
        for (unsigned i = 0; i < n; i++) {
                fds[i] = accept(listener, NULL, NULL);
                if (fds[i] < 0)
                        fail("accept");
        }
        for (unsigned i = 0; i < n; i++) {
                struct epoll_event event = { .events = EPOLLOUT, .data.u32 = i };
                char byte[64];

                if (recv(fds[i], byte, sizeof(byte), 0) <= 0 ||
                    epoll_ctl(epoll, EPOLL_CTL_ADD, fds[i], &event) < 0)
                        fail("greeting");
        }
        while (busy > 0) {
                struct epoll_event events[256];
                int k = epoll_wait(epoll, events, ELEMENTSOF(events), -1);

                for (int j = 0; j < k; j++) {
                        unsigned i = events[j].data.u32;

                        if (serve(fds[i], &text, at + i, each)) {
                                (void) epoll_ctl(epoll, EPOLL_CTL_DEL, fds[i], NULL);
                                busy--;
                        }
                }
        }
        (void) getchar(); /* the last bytes may still be in the sockets */
        return EXIT_SUCCESS;
}
