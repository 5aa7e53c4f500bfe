/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "relay/feed.h"
#include "common/log.h"
#include "relay/tape.h"

#define PAUSE USEC_PER_SEC /* before the daemon is tried again */

struct Feed {
        const char *socket;
        Place *place;
        Db *json;
        Tape *tape;
        bool greeted;   /* by a hello; what comes before was not asked for */
        int64_t passed; /* the last id that was handed on, or that we began after */
        int64_t newest;
        usec_t due;  /* not before this is it tried again */
        bool silent; /* the trouble was told */
};

int feed_new(const char *socket, Place *place, Feed **ret) {
        _cleanup_(feed_freep) Feed *feed = NULL;
        int r;

        feed = calloc(1, sizeof(Feed));
        if (!feed)
                return -ENOMEM;
        feed->socket = socket;
        feed->place = place;
        r = db_open(":memory:", false, &feed->json);
        if (r < 0)
                return r;
        *ret = STEAL_POINTER(feed);
        return 0;
}

Feed *feed_free(Feed *feed) {
        if (!feed)
                return NULL;
        (void) tape_free(feed->tape);
        (void) db_free(feed->json);
        free(feed);
        return NULL;
}

void feed_end(Feed *feed) {
        feed->tape = tape_free(feed->tape);
        feed->greeted = false;
}

void feed_begin(Feed *feed, int64_t after) {
        feed_end(feed);
        feed->passed = after;
        feed->newest = 0;
        feed->due = 0;
}

int feed_fd(const Feed *feed) {
        return feed->tape ? tape_fd(feed->tape) : -1;
}

usec_t feed_due(const Feed *feed) {
        return feed->tape ? USEC_INFINITY : feed->due;
}

int64_t feed_level(const Feed *feed) {
        return feed->greeted && feed->passed >= feed->newest ? feed->passed : 0;
}

static void lose(Feed *feed, const char *why) {
        feed_end(feed);
        feed->due = time_monotonic() + PAUSE;
        if (!feed->silent)
                log_warning("%s: %s; trying again every second", feed->socket, why);
        feed->silent = true;
}

static int begin_with_other_store(Feed *feed, const char *store) {
        log_notice("the database is another one, or an earlier state of it: all of it is offered");
        place_set_store(feed->place, store);
        feed_end(feed);
        return -ESTALE;
}

/* The tape goes on after an id. What was acknowledged is not missed. */
static void skip(Feed *feed, int64_t after) {
        int64_t seen = MAX(feed->passed, place_furthest(feed->place));

        if (seen > 0 && after > seen)
                log_warning("items %lld to %lld were removed before they could be published",
                            (long long) seen + 1, (long long) after);
        feed->passed = MAX(feed->passed, after);
}

static int take_hello(Feed *feed, const Line *line) {
        const char *store = strnull(line->store), *known = place_store(feed->place);

        if (!streq(store, known) && *known)
                return begin_with_other_store(feed, store);
        place_set_store(feed->place, store);
        skip(feed, line->after);
        feed->newest = line->newest;
        feed->greeted = true;
        if (feed->silent)
                log_info("%s: connected again", feed->socket);
        feed->silent = false;
        return 0;
}

/* Any line but an item. */
static int take_line(Feed *feed, const Line *line) {
        switch (line->type) {
        case LINE_HELLO:
                return take_hello(feed, line);
        case LINE_GAP:
                skip(feed, line->oldest - 1);
                return 0;
        case LINE_ERROR:
                if (line->code && streq(line->code, "unknown-cursor"))
                        return begin_with_other_store(feed, "");
                lose(feed, strnull(line->message));
                return 0;
        default:
                return 0; /* after a bye comes the end */
        }
}

/* 1: an item that was asked for; 0: something else, which is dealt with. */
static int take(Feed *feed, const char *text, size_t n, Line *ret) {
        int r;

        r = line_parse(feed->json, text, n, ret);
        if (r == -ENOMEM)
                return log_oom();
        if (r < 0) {
                lose(feed, "a line that is not the protocol's");
                return 0;
        }
        if (ret->type == LINE_ITEM && feed->greeted && ret->id > feed->passed) {
                feed->passed = ret->id;
                return 1;
        }
        r = ret->type == LINE_ITEM ? 0 : take_line(feed, ret);
        line_done(ret);
        return r;
}

int feed_next(Feed *feed, Line *ret, const char **ret_text, size_t *ret_n) {
        int r;

        if (!feed->tape) {
                if (time_monotonic() < feed->due)
                        return 0;
                r = tape_new(feed->socket, place_store(feed->place), feed->passed, &feed->tape);
                if (r < 0) {
                        lose(feed, strerror(-r));
                        return 0;
                }
        }
        for (;;) {
                r = tape_next(feed->tape, ret_text, ret_n);
                if (r == 0)
                        return 0;
                if (r < 0) {
                        lose(feed,
                             r == -ENOTCONN ? "the daemon has ended the connection" : strerror(-r));
                        return 0;
                }
                r = take(feed, *ret_text, *ret_n, ret);
                if (r != 0)
                        return r;
                if (!feed->tape)
                        return 0;
        }
}
