/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * How far the tape has come into the stream, in a file. It is a trail of marks: "at this time
 * everything up to this id was acknowledged". An acknowledgement is not for ever: servers that lose
 * power may lose what they stored last. So whoever begins, begins at the newest mark that was made
 * a span (Republish=) before the last one. Counting back from the last mark and not from now, it
 * does not matter how long the servers were away.
 *
 * The ids are those of one store, and the acknowledgements are those of one stream; with another of
 * either it begins with the first item. To offer an item again is never wrong, only to leave one
 * out.
 */

#include "common/timespan.h"

#define PLACE_STORE_MAX 63U

typedef struct Place Place;

/* Reads the file, which need not be there and need not be whole. Errors are logged: those of
 * reading, -ENOMEM. */
int place_new(const char *path, usec_t span, Place **ret);
Place *place_free(Place *place);
DEFINE_CLEANUP(Place, place_free);

/*
 * Something is to be offered to this stream, which was made at that time (nanoseconds): after which
 * id of which store? An id of 0 is the beginning. What is acknowledged until the place gets past
 * the last mark is not noted, so that one who is interrupted begins there again.
 */
int64_t place_begin(Place *place, const char *stream, int64_t created);

/* The store of the ids, "" where there is none yet. */
const char *place_store(const Place *place);

/* The ids are of this store. Those of another are forgotten. */
void place_set_store(Place *place, const char *store);

/* Everything up to this id is acknowledged now, by the wall clock. Is that further than ever? */
bool place_reached(Place *place, int64_t id, usec_t now);

/* The highest id up to which everything was ever acknowledged; 0: none. */
int64_t place_furthest(const Place *place);

/* Writes what is new to the file, whole or not at all, and to the disk. Errors are logged. */
int place_save(Place *place);
