/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>

#include "common/log.h"
#include "ctl/client.h"

#define CHUNK (64U * 1024U)
#define WAIT_SEC 10

struct Client {
        int fd;
        Buffer in; /* the beginning of a line that is not whole yet */
};

Client *client_free(Client *client) {
        if (!client)
                return NULL;
        client->fd = safe_close(client->fd);
        buffer_done(&client->in);
        free(client);
        return NULL;
}

int client_new(const char *path, Client **ret) {
        const struct timeval patience = { .tv_sec = WAIT_SEC };
        struct sockaddr_un address = { .sun_family = AF_UNIX };
        _cleanup_(client_freep) Client *client = NULL;

        if (strlen(path) >= sizeof(address.sun_path))
                return -ENAMETOOLONG;
        (void) strcpy(address.sun_path, path);

        client = calloc(1, sizeof(Client));
        if (!client)
                return -ENOMEM;
        client->in = BUFFER(CLIENT_LINE_MAX + CHUNK);
        client->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
        if (client->fd < 0)
                return -errno;
        if (setsockopt(client->fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience)) < 0 ||
            setsockopt(client->fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof(patience)) < 0)
                return -errno;
        if (connect(client->fd, (const struct sockaddr *) &address, sizeof(address)) < 0)
                return -errno;
        *ret = STEAL_POINTER(client);
        return 0;
}

int client_fd(const Client *client) {
        return client->fd;
}

int client_send(Client *client, const char *request) {
        _cleanup_buffer_ Buffer b = BUFFER(CLIENT_LINE_MAX);
        int r;

        r = buffer_printf(&b, "%s\n", request);
        if (r < 0)
                return r;
        for (size_t done = 0; done < b.size;) {
                ssize_t n = send(client->fd, b.data + done, b.size - done, MSG_NOSIGNAL);

                if (n < 0 && errno == EPIPE)
                        return 0; /* it was turned away; why is still to be read */
                if (n < 0 && errno != EINTR)
                        return -errno;
                done += n > 0 ? (size_t) n : 0;
        }
        return 0;
}

int client_read(Client *client, bool wait, client_fn fn, void *userdata) {
        Buffer *b = &client->in;
        size_t begin = 0, at;
        ssize_t n;
        int r;

        r = buffer_reserve(b, CHUNK);
        if (r < 0)
                return r;
        do
                n = recv(client->fd, b->data + b->size, CHUNK, wait ? 0 : MSG_DONTWAIT);
        while (n < 0 && errno == EINTR);
        if (n <= 0)
                return n < 0 ? -errno : 0;
        at = b->size;
        b->size += (size_t) n;

        while (at < b->size) {
                char *line = b->data + begin, *end = memchr(b->data + at, '\n', b->size - at);

                if (!end)
                        break;
                *end = '\0';
                at = begin = (size_t) (end - b->data) + 1;
                r = fn(line, (size_t) (end - line), userdata);
                if (r < 0)
                        break;
        }
        buffer_drop(b, begin);
        if (r < 0)
                return r;
        return b->size > CLIENT_LINE_MAX ? -EMSGSIZE : 1;
}

void client_explain(int error, const char *path) {
        switch (-error) {
        case ENOENT:
        case ECONNREFUSED:
                log_error("no daemon listens at %s; start it: systemctl start tickerd", path);
                return;
        case EACCES:
                log_error("you may not use %s; become a member of the group that owns it "
                          "(usermod -aG ticker USER), and log in again",
                          path);
                return;
        case EAGAIN:
                log_error("the daemon at %s does not answer; look at: systemctl status tickerd",
                          path);
                return;
        default:
                log_error(
                        "no connection to the daemon at %s (%s); look at: systemctl status tickerd",
                        path, strerror(-error));
        }
}
