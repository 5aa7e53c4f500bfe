/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The items of the tape, one after the other, whatever happens to the daemon meanwhile. */

#include "common/timespan.h"
#include "relay/line.h"
#include "relay/place.h"

typedef struct Feed Feed;

/* socket and place must outlive it. -ENOMEM and the errors of db_open(). */
int feed_new(const char *socket, Place *place, Feed **ret);
Feed *feed_free(Feed *feed);
DEFINE_CLEANUP(Feed, feed_free);

/* Begins anew, after this id of the place's store; 0: with the first item. Connects with the next
 * call. */
void feed_begin(Feed *feed, int64_t after);

/* Drops the connection, so that the daemon has a subscriber only while there is somebody to tell.
 */
void feed_end(Feed *feed);

/*
 * The next item; text and item are valid until line_done(), which must come before the next call.
 * Connects again if it must; what is wrong with the daemon is logged, once. 1: there is one; 0: not
 * now; -ESTALE: the tape is another one, which the place now knows, and the caller must begin anew;
 * other errors are final, and logged.
 */
int feed_next(Feed *feed, Line *ret, const char **ret_text, size_t *ret_n);

/* What to wait for when there is none now: a descriptor, or -1, and a time of the monotonic clock.
 */
int feed_fd(const Feed *feed);
usec_t feed_due(const Feed *feed);

/* The last id that was handed on or passed over, once all that there was when it connected has
 * been; before that 0. */
int64_t feed_level(const Feed *feed);
