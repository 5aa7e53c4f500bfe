/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <poll.h>

#include "common/log.h"
#include "relay/publish.h"
#include "relay/relay.h"
#include "relay/stop.h"
#include "relay/stream.h"
#include "relay/tape-reader.h"

#define ACK_TIMEOUT (10 * USEC_PER_SEC) /* with something under way and nothing acknowledged */
#define SAVE_INTERVAL USEC_PER_SEC
#define SAVE_AGAIN USEC_PER_MINUTE /* when that failed */
#define STOP_TIMEOUT USEC_PER_SEC  /* for what is under way at the end */

typedef struct Relay {
        const RelayConfig *config;
        Place *place;
        TapeReader *reader;
        Session *session;  /* with one connection to the servers */
        WindowState state; /* as it was looked at last */
        usec_t alive;      /* when something was acknowledged last, or nothing was under way */
        usec_t save_due;   /* USEC_INFINITY: all is saved */
        bool level;        /* the stream has what the tape has; this was said */
} Relay;

static void save(Relay *relay) {
        relay->save_due =
                place_save(relay->place) < 0 ? time_monotonic() + SAVE_AGAIN : USEC_INFINITY;
}

/* Looks at what became of the items under way. */
static void look(Relay *relay) {
        const char *stream = relay->config->stream.text;
        int64_t reached = relay->state.reached;
        usec_t now = time_monotonic();

        window_look(relay->session->window, &relay->state);
        if (relay->state.reached != reached || relay->state.n == 0)
                relay->alive = now;
        else if (now >= relay->alive + ACK_TIMEOUT)
                window_fail(relay->session->window, relay->session->js, false,
                            "the stream %s has not acknowledged anything in 10 s", stream);
        if (relay->state.reached != reached &&
            place_reached(relay->place, relay->state.reached, time_now())) {
                session_well(relay->session);
                relay->save_due = MIN(relay->save_due, now + SAVE_INTERVAL);
        }
        if (now >= relay->save_due)
                save(relay);
        if (!relay->level && relay->state.n == 0 && tape_reader_level(relay->reader) > 0) {
                relay->level = true;
                session_well(relay->session);
                log_info("the stream %s has everything up to item %lld", stream,
                         (long long) tape_reader_level(relay->reader));
        }
}

/* Publishes the next item. False: there is none, or no room for one. */
static bool offer_one(Relay *relay) {
        ClientEvent event;
        int r;

        if (!relay->state.room || stop_asked())
                return false;
        r = tape_reader_next(relay->reader, &event);
        if (r > 0)
                publish_item(relay->session, &event);
        else if (r < 0)
                window_fail(relay->session->window, relay->session->js, false, "%s: another tape",
                            relay->config->socket.text);
        return r > 0;
}

/* Waits until something happens, or until it is time for something. */
static void wait_for(Relay *relay, usec_t due) {
        struct pollfd fds[] = {
                { .fd = window_fd(relay->session->window), .events = POLLIN },
                { .fd = stop_asked() ? -1 : stop_fd(), .events = POLLIN },
                { .fd = relay->state.room && !stop_asked() ? tape_reader_fd(relay->reader) : -1,
                  .events = POLLIN },
        };
        usec_t now = time_monotonic();
        struct timespec timeout;

        due = MIN(due, relay->save_due);
        if (relay->state.n > 0)
                due = MIN(due, relay->alive + ACK_TIMEOUT);
        if (relay->state.room)
                due = MIN(due, tape_reader_due(relay->reader));
        due = due == USEC_INFINITY ? now + USEC_PER_HOUR : MAX(due, now);
        timeout.tv_sec = (time_t) ((due - now) / USEC_PER_SEC);
        timeout.tv_nsec = (long) ((due - now) % USEC_PER_SEC * 1000);
        (void) ppoll(fds, ELEMENTSOF(fds), &timeout, NULL);
}

/* Publishes until there is a reason to begin anew or to stop. */
static void pump(Relay *relay) {
        usec_t stop_by = USEC_INFINITY;

        for (;;) {
                look(relay);
                if (relay->state.failed)
                        return;
                if (stop_asked()) {
                        stop_by = MIN(stop_by, time_monotonic() + STOP_TIMEOUT);
                        if (relay->state.n == 0 || time_monotonic() >= stop_by)
                                return;
                }
                if (!offer_one(relay))
                        wait_for(relay, stop_by);
        }
}

/* For session_run(): one connection to the servers. */
static int run(Session *session, void *userdata) {
        Relay *relay = userdata;
        int64_t created, after;

        if (stream_ensure(session, &created) < 0)
                return 0;
        stop_set_idle(false);
        relay->session = session;
        relay->state = (WindowState){};
        relay->level = false;
        relay->alive = time_monotonic();
        after = place_begin(relay->place, relay->config->stream.text, created);
        tape_reader_begin(relay->reader, after);
        if (!*session->trouble)
                log_info("connected to %s; offering what comes after item %lld", session->server,
                         (long long) after);
        pump(relay);
        tape_reader_end(relay->reader);
        save(relay);
        return 0;
}

int relay_run(const RelayConfig *config) {
        Relay relay = { .config = config, .save_due = USEC_INFINITY };
        int r;

        r = place_new(config->place.text, config->republish, &relay.place);
        if (r >= 0)
                r = tape_reader_new(config->socket.text, relay.place, &relay.reader);
        if (r >= 0)
                r = session_run(config, publish_acknowledged, run, &relay);
        else {
                log_error("cannot begin: %s", strerror(-r));
                r = EXIT_FAILURE;
        }
        (void) tape_reader_free(relay.reader);
        (void) place_free(relay.place);
        return r;
}
