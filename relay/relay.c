/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <poll.h>

#include "common/log.h"
#include "relay/feed.h"
#include "relay/publish.h"
#include "relay/relay.h"
#include "relay/stop.h"
#include "relay/stream.h"

#define PAUSE_MIN (250 * USEC_PER_MSEC) /* between two beginnings, twice as long each time */
#define PAUSE_MAX (8 * USEC_PER_SEC)
#define ACK_TIMEOUT (10 * USEC_PER_SEC) /* with something under way and nothing acknowledged */
#define SAVE_INTERVAL USEC_PER_SEC
#define SAVE_AGAIN USEC_PER_MINUTE /* when that failed */
#define STOP_TIMEOUT USEC_PER_SEC  /* for what is under way at the end */

typedef struct Relay {
        const RelayConfig *config;
        Place *place;
        Feed *feed;
        Window *window;
        WindowState state; /* as it was looked at last */
        Link *link;
        usec_t alive;    /* when something was acknowledged last, or nothing was under way */
        usec_t save_due; /* USEC_INFINITY: all is saved */
        bool level;      /* the stream has what the tape has; this was said */
        usec_t pause;    /* the last one; 0: all went well since */
        char trouble[WINDOW_WHY_MAX]; /* that was told since all went well */
} Relay;

static void all_is_well(Relay *relay) {
        relay->pause = 0;
        *relay->trouble = '\0';
}

static void save(Relay *relay) {
        relay->save_due =
                place_save(relay->place) < 0 ? time_monotonic() + SAVE_AGAIN : USEC_INFINITY;
}

/* What became of that which was under way. */
static void look(Relay *relay) {
        int64_t reached = relay->state.reached;
        usec_t now = time_monotonic();

        window_look(relay->window, &relay->state);
        if (relay->state.reached != reached || relay->state.n == 0)
                relay->alive = now;
        else if (now >= relay->alive + ACK_TIMEOUT)
                window_fail(relay->window, relay->link->js, false,
                            "the stream %s has not acknowledged anything in 10 s",
                            relay->config->stream.text);
        if (relay->state.reached != reached &&
            place_reached(relay->place, relay->state.reached, time_now())) {
                all_is_well(relay);
                relay->save_due = MIN(relay->save_due, now + SAVE_INTERVAL);
        }
        if (now >= relay->save_due)
                save(relay);
        if (!relay->level && relay->state.n == 0 && feed_level(relay->feed) > 0) {
                relay->level = true;
                all_is_well(relay);
                log_info("the stream %s has everything up to item %lld", relay->config->stream.text,
                         (long long) feed_level(relay->feed));
        }
}

/* 1: an item was published; 0: there is none, or no room for one; negative: errors of feed_next().
 */
static int offer_one(Relay *relay) {
        const char *text;
        Line item;
        size_t n;
        int r;

        if (!relay->state.room || stop_asked())
                return 0;
        r = feed_next(relay->feed, &item, &text, &n);
        if (r <= 0)
                return r;
        r = publish_item(relay->config, relay->link, relay->window, &item, text, n);
        line_done(&item);
        return r < 0 ? r : 1;
}

/* Until something happens, or it is time for something. */
static void wait_for(Relay *relay, usec_t due) {
        struct pollfd fds[] = {
                { .fd = window_fd(relay->window), .events = POLLIN },
                { .fd = stop_asked() ? -1 : stop_fd(), .events = POLLIN },
                { .fd = relay->state.room && !stop_asked() ? feed_fd(relay->feed) : -1,
                  .events = POLLIN },
        };
        usec_t now = time_monotonic();
        struct timespec timeout;

        due = MIN(due, relay->save_due);
        if (relay->state.n > 0)
                due = MIN(due, relay->alive + ACK_TIMEOUT);
        if (relay->state.room)
                due = MIN(due, feed_due(relay->feed));
        due = due == USEC_INFINITY ? now + USEC_PER_HOUR : MAX(due, now);
        timeout.tv_sec = (time_t) ((due - now) / USEC_PER_SEC);
        timeout.tv_nsec = (long) ((due - now) % USEC_PER_SEC * 1000);
        (void) ppoll(fds, ELEMENTSOF(fds), &timeout, NULL);
}

/* Until there is a reason to begin anew, or to stop, which is good. */
static Outcome pump(Relay *relay, char *why) {
        usec_t stop_by = USEC_INFINITY;

        for (;;) {
                int r;

                look(relay);
                if (relay->state.failed) {
                        memcpy(why, relay->state.why, WINDOW_WHY_MAX);
                        return relay->state.refused ? OUTCOME_REFUSED : OUTCOME_WAIT;
                }
                if (stop_asked()) {
                        stop_by = MIN(stop_by, time_monotonic() + STOP_TIMEOUT);
                        if (relay->state.n == 0 || time_monotonic() >= stop_by)
                                return OUTCOME_GOOD;
                }
                r = offer_one(relay);
                if (r < 0) {
                        (void) snprintf(why, WINDOW_WHY_MAX, "%s: %s", relay->config->socket.text,
                                        r == -ESTALE ? "another tape" : strerror(-r));
                        return OUTCOME_WAIT;
                }
                if (r == 0)
                        wait_for(relay, stop_by);
        }
}

/* One connection to the servers, from its beginning to its end. */
static Outcome run_link(Relay *relay, char *why) {
        int64_t created, after;
        Outcome outcome;

        outcome = link_new(relay->config, relay->window, publish_acknowledged, &relay->link, why);
        if (outcome != OUTCOME_GOOD)
                return outcome;
        outcome = stream_ensure(relay->config, relay->link, &created, why);
        window_look(relay->window, &relay->state);
        if (relay->state.failed && outcome != OUTCOME_GOOD) {
                /* What the server said by itself explains why it did not answer. */
                memcpy(why, relay->state.why, WINDOW_WHY_MAX);
                outcome = relay->state.refused ? OUTCOME_REFUSED : outcome;
        }
        if (outcome == OUTCOME_GOOD) {
                stop_set_idle(false);
                after = place_begin(relay->place, relay->config->stream.text, created);
                feed_begin(relay->feed, after);
                relay->level = false;
                relay->alive = time_monotonic();
                if (!*relay->trouble)
                        log_info("connected to %s; offering what comes after item %lld",
                                 relay->link->server, (long long) after);
                outcome = pump(relay, why);
                feed_end(relay->feed);
                save(relay);
        }
        relay->link = link_free(relay->link);
        stop_set_idle(true);
        return outcome;
}

static void pause_after(Relay *relay, const char *why) {
        struct pollfd fd = { .fd = stop_fd(), .events = POLLIN };

        if (!streq(relay->trouble, why))
                log_warning("%s; trying again", why);
        (void) snprintf(relay->trouble, sizeof(relay->trouble), "%s", why);
        relay->pause = MIN(MAX(2 * relay->pause, PAUSE_MIN), PAUSE_MAX);
        (void) poll(&fd, 1, (int) (relay->pause / USEC_PER_MSEC));
}

static int run(Relay *relay) {
        while (!stop_asked()) {
                char why[WINDOW_WHY_MAX] = "";

                switch (run_link(relay, why)) {
                case OUTCOME_GOOD:
                        break;
                case OUTCOME_WAIT:
                        pause_after(relay, why);
                        break;
                case OUTCOME_REFUSED:
                        log_error("%s", why);
                        return EXIT_FAILURE;
                }
        }
        return EXIT_SUCCESS;
}

int relay_run(const RelayConfig *config) {
        Relay relay = { .config = config, .save_due = USEC_INFINITY };
        int r;

        r = stop_init();
        if (r >= 0)
                r = place_new(config->place.text, config->republish, &relay.place);
        if (r >= 0)
                r = window_new(&relay.window);
        if (r >= 0)
                r = feed_new(config->socket.text, relay.place, &relay.feed);
        if (r >= 0)
                r = run(&relay);
        else {
                log_error("cannot begin: %s", strerror(-r));
                r = EXIT_FAILURE;
        }
        nats_CloseAndWait(2000); /* its threads use the window */
        (void) feed_free(relay.feed);
        (void) window_free(relay.window);
        (void) place_free(relay.place);
        return r;
}
