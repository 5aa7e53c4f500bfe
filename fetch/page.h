/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * From the bytes of a page to a reply. The only place that chooses between formats: each has a
 * compiled form that is made once, and a function that reads a text with it.
 */

#include "common/source.h"
#include "fetch/feed-page.h"
#include "fetch/json.h"
#include "fetch/origin.h"
#include "fetch/reply.h"
#include "fetch/script.h"
#include "fetch/strip.h"

/* How to read the pages of one source. */
typedef struct Reader {
        const Source *source;
        Strip *strip;    /* in HTML and XML */
        JsonStrip *json; /* in JSON */
        Script *script;  /* in JSON inside of HTML or XML */
        FeedPage *feed;
} Reader;

/*
 * Compiles what the source says. On failure every problem was logged, and the reply, unless it is
 * NULL, is a bad-source that names the first.
 */
int reader_new(const Source *source, Reader **ret, Reply *reply);
Reader *reader_free(Reader *reader);
DEFINE_CLEANUP(Reader, reader_free);

/*
 * Reads a page. Empties body.
 * Sets what the page tells of the reply: state, detail, strip, entries. Should it take longer than
 * Timeout= and 5 s, SIGALRM ends the process.
 */
void reader_read(const Reader *reader, Buffer *body, const PageOrigin *origin, Reply *reply);

/* ok, or empty where that is normal: what a source's memory may rest on. */
bool reader_is_content(const Reader *reader, const Reply *reply);
