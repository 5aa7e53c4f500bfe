/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <inttypes.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "relay/tape.h"

struct Tape {
        int fd;
        size_t begin; /* of the next line in data */
        size_t seen;  /* up to here there is no newline */
        size_t end;
        char data[2 * TAPE_LINE_MAX];
};

Tape *tape_free(Tape *tape) {
        if (!tape)
                return NULL;
        (void) safe_close(tape->fd);
        free(tape);
        return NULL;
}

static int send_request(int fd, const char *store, int64_t after) {
        char request[160];
        ssize_t n;
        int size;

        if (isempty(store) || after <= 0)
                size = snprintf(request, sizeof(request), "{\"after\":%" PRId64 "}\n", after);
        else
                size = snprintf(request, sizeof(request), "{\"after\":\"%s-%" PRId64 "\"}\n", store,
                                after);
        n = send(fd, request, (size_t) size, MSG_NOSIGNAL);
        if (n < 0)
                return -errno;
        return n == size ? 0 : -EAGAIN; /* never: the socket is empty */
}

int tape_new(const char *path, const char *store, int64_t after, Tape **ret) {
        _cleanup_(tape_freep) Tape *tape = NULL;
        struct sockaddr_un address = { .sun_family = AF_UNIX };
        int r;

        if (strlen(path) >= sizeof(address.sun_path))
                return -ENAMETOOLONG;
        (void) snprintf(address.sun_path, sizeof(address.sun_path), "%s", path);
        tape = calloc(1, sizeof(Tape));
        if (!tape)
                return -ENOMEM;
        tape->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
        if (tape->fd < 0 || connect(tape->fd, (struct sockaddr *) &address, sizeof(address)) < 0)
                return -errno;
        r = send_request(tape->fd, store, after);
        if (r < 0)
                return r;
        *ret = STEAL_POINTER(tape);
        return 0;
}

int tape_fd(const Tape *tape) {
        return tape->fd;
}

static bool take_line(Tape *tape, const char **ret, size_t *ret_n) {
        const char *begin = tape->data + tape->begin;
        const char *newline = memchr(tape->data + tape->seen, '\n', tape->end - tape->seen);

        if (!newline) {
                tape->seen = tape->end;
                return false;
        }
        *ret = begin;
        *ret_n = (size_t) (newline - begin);
        tape->begin = tape->seen = tape->begin + *ret_n + 1;
        return true;
}

int tape_next(Tape *tape, const char **ret, size_t *ret_n) {
        ssize_t n;

        if (take_line(tape, ret, ret_n))
                return 1;
        if (tape->begin > 0) {
                memmove(tape->data, tape->data + tape->begin, tape->end - tape->begin);
                tape->end -= tape->begin;
                tape->seen = tape->end;
                tape->begin = 0;
        }
        if (tape->end > TAPE_LINE_MAX)
                return -EMSGSIZE;
        n = recv(tape->fd, tape->data + tape->end, sizeof(tape->data) - tape->end, 0);
        if (n < 0)
                return errno == EAGAIN || errno == EINTR ? 0 : -errno;
        if (n == 0)
                return -ENOTCONN;
        tape->end += (size_t) n;
        return take_line(tape, ret, ret_n) ? 1 : 0;
}
