/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "relay/tape-reader.h"
#include "common/log.h"

struct TapeReader {
        const char *socket;
        Place *place;
        Db *json;
        ClientRequest request;
        Client *client;
        int64_t passed; /* the last id that was handed on, or that we began after */
        int64_t newest; /* INT64_MAX: before the hello */
        usec_t due;     /* not before this is it tried again */
        bool silent;    /* the trouble was told */
};

int tape_reader_new(const char *socket, Place *place, TapeReader **ret) {
        _cleanup_(tape_reader_freep) TapeReader *reader = NULL;
        int r;

        reader = calloc(1, sizeof(TapeReader));
        if (!reader)
                return -ENOMEM;
        reader->socket = socket;
        reader->place = place;
        reader->request.last = -1; /* where nothing is known, all there is */
        r = db_open(":memory:", false, &reader->json);
        if (r >= 0)
                r = client_new(socket, &reader->request, reader->json, &reader->client);
        if (r < 0)
                return r;
        *ret = STEAL_POINTER(reader);
        return 0;
}

TapeReader *tape_reader_free(TapeReader *reader) {
        if (!reader)
                return NULL;
        (void) client_free(reader->client);
        (void) db_free(reader->json);
        free(reader);
        return NULL;
}

void tape_reader_end(TapeReader *reader) {
        client_disconnect(reader->client);
        reader->newest = INT64_MAX;
}

void tape_reader_begin(TapeReader *reader, int64_t after) {
        char cursor[PLACE_STORE_MAX + 24] = "";
        const char *store = place_store(reader->place);

        tape_reader_end(reader);
        if (*store)
                (void) snprintf(cursor, sizeof(cursor), "%s-%lld", store, (long long) after);
        client_set_cursor(reader->client, cursor);
        reader->passed = after;
        reader->due = 0;
}

int tape_reader_fd(const TapeReader *reader) {
        return client_fd(reader->client);
}

usec_t tape_reader_due(const TapeReader *reader) {
        return client_fd(reader->client) < 0 ? reader->due : USEC_INFINITY;
}

int64_t tape_reader_level(const TapeReader *reader) {
        return reader->passed >= reader->newest ? reader->passed : 0;
}

static void lose(TapeReader *reader, const char *why) {
        tape_reader_end(reader);
        reader->due = time_monotonic() + CLIENT_RETRY;
        if (!reader->silent)
                log_warning("%s: %s; trying again every second", reader->socket, why);
        reader->silent = true;
}

/* The tape goes on after an id: items before it are gone. Those that were acknowledged are not
 * missed. */
static void skip(TapeReader *reader, int64_t after) {
        int64_t seen = MAX(reader->passed, place_furthest(reader->place));

        if (seen > 0 && after > seen)
                log_warning("items %lld to %lld were removed before they could be published",
                            (long long) seen + 1, (long long) after);
        reader->passed = MAX(reader->passed, after);
}

static void on_hello(TapeReader *reader, const ClientEvent *e) {
        place_set_store(reader->place, e->store);
        skip(reader, e->after);
        reader->newest = e->newest;
        if (reader->silent)
                log_info("%s: connected again", reader->socket);
        reader->silent = false;
}

/* 1: it is an item; 0: it is something else, and was dealt with. */
static int on_event(TapeReader *reader, const ClientEvent *e) {
        switch (e->type) {
        case CLIENT_ITEM:
                reader->passed = e->item->id;
                return 1;
        case CLIENT_HELLO:
                on_hello(reader, e);
                return 0;
        case CLIENT_GAP:
                skip(reader, e->after);
                return 0;
        case CLIENT_UNKNOWN_CURSOR:
                log_notice("the database is another one, or an earlier state of it: all of it is "
                           "offered");
                place_set_store(reader->place, "");
                tape_reader_end(reader);
                return -ESTALE;
        case CLIENT_ERROR:
                return -EREMOTEIO;
        case CLIENT_LINE:
                if (streq(e->name, "item"))
                        log_error("an item that is not whole cannot be published: %s", e->line);
                return 0;
        }
        return 0;
}

static int next(TapeReader *reader, ClientEvent *ret) {
        int r = 0;

        if (client_fd(reader->client) < 0)
                r = client_connect(reader->client, 0);
        while (r == 0) {
                r = client_next(reader->client, ret);
                if (r > 0)
                        r = on_event(reader, ret);
                else if (r == 0) {
                        r = client_read(reader->client, 0);
                        if (r == 0)
                                return 0;
                        r = MIN(r, 0);
                }
        }
        return r;
}

int tape_reader_next(TapeReader *reader, ClientEvent *ret) {
        int r;

        if (time_monotonic() < reader->due)
                return 0;
        r = next(reader, ret);
        if (r >= 0 || r == -ESTALE)
                return r;
        if (r == -EREMOTEIO)
                lose(reader, ret->message);
        else if (r == -ENOTCONN)
                lose(reader, "the daemon has ended the connection");
        else if (r == -EBADMSG)
                lose(reader, "a line that is not the protocol's");
        else
                lose(reader, strerror(-r));
        return 0;
}
