/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Reading a feed: RSS 0.9x, 1.0, 2.0, Atom 0.3, 1.0 or JSON Feed, whichever it is. */

#include <libxml/tree.h>

#include "common/source.h"
#include "fetch/reply.h"

typedef struct FeedPage FeedPage;

/* As strip_new(), strip_free() and strip_read(). */
int feed_page_new(const Source *source, FeedPage **ret, const Value **ret_where);
FeedPage *feed_page_free(FeedPage *feed);
DEFINE_CLEANUP(FeedPage, feed_page_free);

int feed_page_read(const FeedPage *feed, Buffer *text, const char *url, Reply *reply);
