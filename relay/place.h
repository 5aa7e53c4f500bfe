/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * How much of the tape is in the stream, kept in a file. The file has a trail of marks: "at this
 * time everything up to this id was acknowledged". An acknowledgement may prove wrong: servers that
 * lose power may lose what they stored last. So the relay begins at the newest mark that is a span
 * (Republish=) older than the last one. It counts back from the last mark and not from now, so it
 * does not matter how long the servers were away. The ids belong to one store and the
 * acknowledgements to one stream; if either is another one, the relay begins with the first item.
 * To offer an item again is never wrong; to leave one out is.
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
 * Begins to offer items to this stream, which was made at that time (nanoseconds). Returns the id
 * after which to begin, of the store place_store(); 0: with the first item. Acknowledgements are
 * not noted until they pass the last mark, so that a relay which is interrupted before begins at
 * the same place again.
 */
int64_t place_begin(Place *place, const char *stream, int64_t created);

/* The store that the ids belong to; "" if none is known. */
const char *place_store(const Place *place);

/* Sets the store that the ids belong to. If it is another one, the marks are forgotten. */
void place_set_store(Place *place, const char *store);

/* Notes that everything up to this id is acknowledged now (by the wall clock). Returns whether that
 * is further than ever. */
bool place_reached(Place *place, int64_t id, usec_t now);

/* The highest id up to which everything was ever acknowledged; 0: none. */
int64_t place_furthest(const Place *place);

/* Writes changes to the file and to the disk; the file is replaced as a whole. Errors are logged.
 */
int place_save(Place *place);
