/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>

#include "client/client.h"
#include "common/log.h"

#define CHUNK (64U * 1024U)
#define STORE_MAX (CURSOR_MAX - 21U) /* beside the longest id */

struct Client {
        const char *path;
        const ClientRequest *request;
        Db *json;
        int fd;
        Buffer in;
        size_t begin;  /* of the next line in it */
        size_t looked; /* up to here there is no newline */
        bool greeted;  /* by a hello; items before it were not asked for */
        bool over;     /* the daemon has said its last word, or nonsense */
        int64_t id;    /* in the cursor */
        char cursor[CURSOR_MAX + 1];
        char store[STORE_MAX + 1];
        char name[32], code[32], message[256];
        Item item;
};

Client *client_free(Client *client) {
        if (!client)
                return NULL;
        client_disconnect(client);
        free(client);
        return NULL;
}

int client_new(const char *path, const ClientRequest *request, Db *json, Client **ret) {
        Client *client;

        client = calloc(1, sizeof(Client));
        if (!client)
                return -ENOMEM;
        client->path = path;
        client->request = request;
        client->json = json;
        client->fd = -1;
        client->in = BUFFER(CLIENT_LINE_MAX + CHUNK);
        *ret = client;
        return 0;
}

void client_set_cursor(Client *client, const char *cursor) {
        (void) snprintf(client->cursor, sizeof(client->cursor), "%s", cursor);
        client->id = cursor_id(cursor);
}

const char *client_cursor(const Client *client) {
        return client->cursor;
}

int client_fd(const Client *client) {
        return client->fd;
}

void client_disconnect(Client *client) {
        client->fd = safe_close(client->fd);
        buffer_done(&client->in);
        client->begin = client->looked = 0;
        client->greeted = client->over = false;
}

/* connect() waits as long as a send would. */
static int set_patience(int fd, usec_t patience) {
        const struct timeval timeout = { .tv_sec = (time_t) (patience / USEC_PER_SEC),
                                         .tv_usec = (suseconds_t) (patience % USEC_PER_SEC) };

        if (patience == 0)
                return fcntl(fd, F_SETFL, O_NONBLOCK) < 0 ? -errno : 0;
        return setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &timeout, sizeof(timeout)) < 0 ? -errno : 0;
}

static int write_request(const Client *client, Buffer *b) {
        const ClientRequest *request = client->request;
        int r = 0;

        if (request->status || request->states)
                buffer_puts(b, "{\"status\":true}\n");
        if (!request->status)
                r = db_print(client->json, SQL_CLIENT_REQUEST, b, "sisi",
                             *client->cursor ? client->cursor : NULL, request->last,
                             request->sources, (int64_t) request->states);
        return r < 0 ? r : buffer_error(b);
}

static int ask(const Client *client) {
        _cleanup_buffer_ Buffer b = BUFFER(2 * CLIENT_LINE_MAX);
        int r;

        r = write_request(client, &b);
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

int client_connect(Client *client, usec_t patience) {
        struct sockaddr_un address = { .sun_family = AF_UNIX };
        int r;

        client_disconnect(client);
        if (strlen(client->path) >= sizeof(address.sun_path))
                return -ENAMETOOLONG;
        (void) strcpy(address.sun_path, client->path);

        client->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
        if (client->fd < 0)
                return -errno;
        r = set_patience(client->fd, patience);
        if (r >= 0 && connect(client->fd, (const struct sockaddr *) &address, sizeof(address)) < 0)
                r = -errno;
        if (r >= 0)
                r = ask(client);
        if (r < 0)
                client_disconnect(client);
        return r;
}

static int wait_readable(int fd, usec_t patience) {
        struct pollfd pollfd = { .fd = fd, .events = POLLIN };
        int n;

        n = poll(&pollfd, 1, (int) MIN(patience / USEC_PER_MSEC, (usec_t) INT_MAX));
        return n < 0 && errno != EINTR ? -errno : n > 0;
}

int client_read(Client *client, usec_t patience) {
        Buffer *b = &client->in;
        ssize_t n;
        int r;

        if (client->fd < 0 || client->over)
                return -ENOTCONN;
        buffer_drop(b, client->begin);
        client->looked -= client->begin;
        client->begin = 0;
        if (b->size == 0)
                buffer_done(b); /* nothing is kept for a client to which nothing comes */

        r = patience > 0 ? wait_readable(client->fd, patience) : 1;
        if (r <= 0)
                return r;
        r = buffer_reserve(b, CHUNK);
        if (r < 0)
                return r;
        n = recv(client->fd, b->data + b->size, CHUNK, MSG_DONTWAIT);
        if (n < 0)
                return errno == EAGAIN || errno == EINTR ? 0 : -errno;
        if (n == 0)
                return -ENOTCONN;
        b->size += (size_t) n;
        return 1;
}

/* 1: a line, which ends in a NUL. */
static int take_line(Client *client, char **ret, size_t *ret_size) {
        Buffer *b = &client->in;
        char *line, *end;

        if (client->looked == b->size)
                return 0;
        line = b->data + client->begin;
        end = memchr(b->data + client->looked, '\n', b->size - client->looked);
        client->looked = end ? (size_t) (end - b->data) + 1 : b->size;
        if (client->looked - client->begin > CLIENT_LINE_MAX)
                return -EMSGSIZE;
        if (!end)
                return 0;
        *end = '\0';
        client->begin = client->looked;
        *ret = line;
        *ret_size = (size_t) (end - line);
        return 1;
}

static int on_item(Client *client, ClientEvent *e) {
        if (!client->greeted || client->item.id <= client->id)
                return 0; /* not asked for, or had already */
        client_set_cursor(client, client->item.cursor);
        e->type = CLIENT_ITEM;
        e->item = &client->item;
        return 1;
}

/* The stream goes on after this id. */
static void go_on_after(Client *client, ClientEvent *e, int64_t after) {
        e->after = after;
        e->missed = *client->cursor && after > client->id;
        (void) snprintf(client->cursor, sizeof(client->cursor), "%s-%lld", client->store,
                        (long long) after);
        client->id = after;
}

static int on_unknown_cursor(Client *client, ClientEvent *e) {
        client_set_cursor(client, "");
        client->over = true;
        e->type = CLIENT_UNKNOWN_CURSOR;
        return 1;
}

static int on_hello(Client *client, ClientEvent *e, const char *store, int64_t after) {
        size_t n = strlen(store);

        if (n == 0 || n > STORE_MAX || strspn(store, "0123456789abcdef") != n || after < 0)
                return -EBADMSG;
        if (*client->cursor && (strncmp(client->cursor, store, n) != 0 || client->cursor[n] != '-'))
                return on_unknown_cursor(client, e);
        (void) snprintf(client->store, sizeof(client->store), "%s", store);
        client->greeted = true;
        e->type = CLIENT_HELLO;
        e->store = client->store;
        go_on_after(client, e, MAX(after, client->id)); /* never back */
        return 1;
}

static int on_error(Client *client, ClientEvent *e, const char *code, const char *message) {
        item_copy_text(client->code, sizeof(client->code), code);
        item_copy_text(client->message, sizeof(client->message), message);
        e->code = client->code;
        e->message = client->message;
        if (*client->cursor && streq(client->code, "unknown-cursor"))
                return on_unknown_cursor(client, e);
        client->over = true;
        e->type = CLIENT_ERROR;
        return 1;
}

/* Any line but an item. */
static int on_line(Client *client, ClientEvent *e) {
        _cleanup_rows_ Rows *rows = NULL;
        int r;

        r = db_row(client->json, SQL_CLIENT_LINE, &rows, "t", e->line, e->size);
        if (r <= 0 || rows_null(rows, 0))
                return r < 0 ? r : -EBADMSG;
        item_copy_text(client->name, sizeof(client->name), rows_text(rows, 0));
        e->name = client->name;
        if (streq(e->name, "hello")) {
                e->newest = rows_int(rows, 3);
                return on_hello(client, e, strnull(rows_text(rows, 1)), rows_int(rows, 2));
        }
        if (streq(e->name, "error"))
                return on_error(client, e, rows_text(rows, 5), rows_text(rows, 6));
        if (!streq(e->name, "gap")) {
                e->type = CLIENT_LINE;
                return 1;
        }
        if (!client->greeted)
                return 0;
        e->type = CLIENT_GAP;
        go_on_after(client, e, MAX(rows_int(rows, 4) - 1, client->id));
        return 1;
}

int client_next(Client *client, ClientEvent *ret) {
        int r = 0;

        while (r == 0) {
                ClientEvent e = {};
                char *line;

                if (client->over)
                        return -ENOTCONN;
                r = take_line(client, &line, &e.size);
                if (r == 0)
                        return 0;
                e.line = line;
                if (r > 0)
                        r = item_parse(client->json, line, e.size, client->request->parts,
                                       &client->item);
                if (r >= 0)
                        r = r > 0 ? on_item(client, &e) : on_line(client, &e);
                if (r > 0)
                        *ret = e;
        }
        if (r < 0 && r != -ENOMEM && r != -EMSGSIZE)
                r = -EBADMSG;
        client->over = client->over || r < 0;
        return r;
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
