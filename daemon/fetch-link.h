/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* One connection to a fetcher, and the requests that are in flight on it. What that means for the
 * others is up to the fetcher (fetcher.h). */

#include <sys/queue.h>

#include "daemon/connection.h"
#include "daemon/fetcher.h"

typedef struct FetchRequest {
        FetchTask task;
        usec_t sent; /* CLOCK_MONOTONIC; when it is in flight */
        TAILQ_ENTRY(FetchRequest) list;
} FetchRequest;

typedef TAILQ_HEAD(FetchRequests, FetchRequest) FetchRequests;

typedef enum FetchRole {
        ROLE_SHARED, /* among all sources, but for */
        ROLE_COSTLY, /* those whose pages are costly to read */
        ROLE_ALONE,  /* for one suspect, and closed after it */
        ROLE_ENDING, /* gets no request any more */
} FetchRole;

typedef struct FetchLink FetchLink;

typedef struct FetchLinkEvents {
        /* A line, with a NUL in place of its end. -EBADMSG: it is none that a fetcher says. */
        int (*line)(FetchLink *link, char *line, size_t size);
        /* So far there are no more. Either may close the link. */
        void (*lines_end)(FetchLink *link);
        /* It is of no use any more. */
        void (*broken)(FetchLink *link, const char *why);
} FetchLinkEvents;

/* A connection, or room for one. */
struct FetchLink {
        Fetcher *fetcher;
        const FetchLinkEvents *events;
        FetchRole role;
        unsigned serial;
        FetchRequests flight;
        unsigned n_flight;

        usec_t heard; /* CLOCK_MONOTONIC: when a line came last, or it was opened */

        Connection connection;
        sd_event_source *io;
        Buffer input;
        Buffer output;
};

void fetch_link_init(FetchLink *link, Fetcher *fetcher, const FetchLinkEvents *events);
bool fetch_link_is_open(const FetchLink *link);

/* how and config as in fetcher_new(). Errors as connection_open(), -ENOMEM. */
int fetch_link_open(FetchLink *link, sd_event *event, const char *how, const char *config,
                    FetchRole role, unsigned serial);

/* Does not touch what is in flight. Returns what waitpid() said of the child, or 0. */
int fetch_link_close(FetchLink *link);

/* The first of these requests is in flight from now on; it is written by fetch_link_flush(). */
void fetch_link_send(FetchLink *link, FetchRequests *from);
void fetch_link_flush(FetchLink *link);

/*
 * When a request on it is given up. A fetcher that reads other pages meanwhile is not dead, so it
 * has more time then, but not for ever.
 */
usec_t fetch_link_deadline(const FetchLink *link, const FetchRequest *request);

/* It is not in flight any more. */
void fetch_link_take(FetchLink *link, FetchRequest *request);

/* NULL: no request for that source is in flight here. */
FetchRequest *fetch_link_find(const FetchLink *link, const char *name);
