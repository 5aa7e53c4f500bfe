/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * Pages that come with status 200 in place of the one that was asked for, to see whether we are a
 * person. Nothing here is said of a page that has its strip.
 */

#include "common/buffer.h"
#include "fetch/exchange.h"

/* The header says that this is such a page: whose, or NULL. */
const char *challenge_told(const Exchange *e);

/* The header says that such a page may come: whose, or NULL. */
const char *challenge_possible(const Exchange *e);

/* Of a page that is going to be read, what is to be looked at should its strip be missing; caller
 * empties it with buffer_done(). Nothing, if it is too large for such a page, or short of memory.
 */
Buffer challenge_excerpt(const Buffer *page);

/* That of a page without its strip is of such a page: whose, or NULL. possible: as above. */
const char *challenge_in_page(const Buffer *excerpt, const char *possible);
