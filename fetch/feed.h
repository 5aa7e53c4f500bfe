/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What the filter knows of a source it was asked for: how to read it, and what came last. */

#include "common/config.h"
#include "fetch/http.h"
#include "fetch/page.h"

typedef struct Feed {
        struct Feed *next;
        char *name;
        Source *source;
        Reader *reader; /* NULL: the source is bad */
        Reply bad;      /* then this is the answer */
        Validators known;
        bool in_flight;
        void *owner; /* of whoever asked, while it is in flight */
} Feed;

typedef struct Feeds {
        const Config *config;
        Feed *first;
} Feeds;

/*
 * The feed of that name, loaded when it is asked for the first time. -ENOENT: there is no such
 * source, nothing is kept of it. -ENOMEM.
 */
int feeds_get(Feeds *feeds, const char *name, Feed **ret);
void feeds_done(Feeds *feeds);

/* Reads the page of an answer, if there is one, into its reply; keeps the validators, or forgets
 * them. */
void feed_answer(Feed *feed, const HttpAnswer *answer);
