/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What a client makes of the daemon's lines; the first byte says in which pieces they come, and
 * what is asked for. */

#include <sys/socket.h>
#include <sys/un.h>

#include "client/client.h"
#include "tests/fuzz/fuzz.h"

static ClientRequest request;
static Client *client;
static int listener;

static char folder[] = "/tmp/fuzz-client-XXXXXX";
static struct sockaddr_un address = { .sun_family = AF_UNIX };

static void clean_up(void) {
        (void) unlink(address.sun_path);
        (void) rmdir(folder);
}

static void set_up(void) {
        Db *json;

        if (client)
                return;
        fuzz_be_quiet();
        listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
        if (!mkdtemp(folder) || db_open(":memory:", false, &json) < 0)
                abort();
        (void) snprintf(address.sun_path, sizeof(address.sun_path), "%s/socket", folder);
        if (bind(listener, (struct sockaddr *) &address, sizeof(address)) < 0 ||
            listen(listener, 1) < 0 || client_new(address.sun_path, &request, json, &client) < 0 ||
            atexit(clean_up) != 0)
                abort();
}

static void expect(bool good) {
        if (!good)
                abort();
}

static void check_text(const char *s) {
        for (; s && *s; s++)
                expect((unsigned char) *s >= 0x20 && *s != 0x7f);
}

static void check(const ClientEvent *e, int64_t *id) {
        expect(strlen(e->line) <= e->size && e->size < CLIENT_LINE_MAX && !e->line[e->size]);
        check_text(e->name);
        check_text(e->code);
        check_text(e->message);
        if (e->type == CLIENT_HELLO || e->type == CLIENT_GAP) {
                expect(e->after >= *id && cursor_valid(client_cursor(client)));
                *id = e->after;
        }
        if (e->type == CLIENT_ITEM) {
                expect(e->item->id > *id && cursor_valid(e->item->cursor));
                expect(streq(client_cursor(client), e->item->cursor));
                check_text(e->item->headline);
                check_text(e->item->url);
                *id = e->item->id;
        }
        if (e->type == CLIENT_ERROR || e->type == CLIENT_UNKNOWN_CURSOR)
                expect(client_read(client, 0) == -ENOTCONN);
}

/* All events that are there; what ended them, or 0. */
static int take_all(int64_t *id) {
        ClientEvent e;
        int r;

        while ((r = client_read(client, 0)) > 0) {
                while ((r = client_next(client, &e)) > 0)
                        check(&e, id);
                if (r < 0)
                        break;
        }
        return r;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
        size_t piece = size > 0 && data[0] > 0 ? data[0] * 16U : 65536;
        int64_t id = 0;
        int fd, r = 0;

        set_up();
        request.parts = size > 0 && data[0] & 1 ? ITEM_CURSOR : ITEM_WHOLE;
        client_set_cursor(client, size > 0 && data[0] & 2 ? "5f3c9a1e-1" : "");
        if (client_connect(client, 0) < 0)
                abort();
        fd = accept(listener, NULL, NULL);
        for (size_t i = 1; i < size && r >= 0; i += piece) {
                if (send(fd, data + i, MIN(piece, size - i), MSG_NOSIGNAL) < 0)
                        abort();
                r = take_all(&id);
        }
        (void) close(fd);
        if (r >= 0)
                expect(take_all(&id) < 0);
        client_disconnect(client);
        return 0;
}
