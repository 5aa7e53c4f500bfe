/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Reads the items of the tape one after the other, and connects to the daemon again whenever it
 * must. */

#include "client/client.h"
#include "relay/place.h"

typedef struct TapeReader TapeReader;

/* socket and place must outlive it. -ENOMEM and the errors of db_open(). */
int tape_reader_new(const char *socket, Place *place, TapeReader **ret);
TapeReader *tape_reader_free(TapeReader *reader);
DEFINE_CLEANUP(TapeReader, tape_reader_free);

/* Begins anew after this id of the place's store; 0: with the first item. The next call of
 * tape_reader_next() connects. */
void tape_reader_begin(TapeReader *reader, int64_t after);

/* Ends the connection: the daemon has a subscriber only while there is a stream to publish to. */
void tape_reader_end(TapeReader *reader);

/*
 * The next item, as an event that is valid until the next call. Connects again if it must; what is
 * wrong with the daemon is logged, once. 1: there is one; 0: not now; -ESTALE: the tape is another
 * one, which the place now knows, and the caller must begin anew.
 */
int tape_reader_next(TapeReader *reader, ClientEvent *ret);

/* What to wait for when there is no item now: a descriptor (-1: none), and a time of the monotonic
 * clock. */
int tape_reader_fd(const TapeReader *reader);
usec_t tape_reader_due(const TapeReader *reader);

/* The last id that was handed on or skipped, once everything that was there at the last connection
 * has been handed on; 0 before that. */
int64_t tape_reader_level(const TapeReader *reader);
