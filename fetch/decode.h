/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * Content-Encoding undone: gzip, deflate, br and zstd, each by the library that curl would use. Not
 * by curl, because it does not tell of a stream that ends early, and that is a page that lacks its
 * end.
 */

#include "common/buffer.h"

#define DECODE_ACCEPT "gzip, deflate, br, zstd"

typedef struct Decoder Decoder;

/*
 * For a body with the codings of that list, in the order in which they were applied ("" or
 * "identity": none; "chunked" is curl's). -EPROTONOSUPPORT: one is unknown, or they are too many;
 * -ENOMEM.
 */
int decoder_new(const char *codings, Decoder **ret);
Decoder *decoder_free(Decoder *decoder);
DEFINE_CLEANUP(Decoder, decoder_free);

/* Appends what the next part of a body holds. -EBADMSG: it is not what its coding says; -ENOBUFS:
 * it is more than page->max, at whatever stage; -ENOMEM. */
int decoder_add(Decoder *decoder, const void *data, size_t n, Buffer *page);

/* Has every stream that was begun come to its end? */
bool decoder_is_whole(const Decoder *decoder);

/* Is that the end of the page? gzip and zstd can have another stream after any. */
bool decoder_tells_end(const Decoder *decoder);
