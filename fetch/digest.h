/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * Enough to tell a page, or what stands on it, from that before, at the speed of the memory: a hash
 * of 64 bits in the manner of xxHash. Not for what must withstand those who look for two texts with
 * one hash; whoever does so with his own page has it taken for unchanged.
 */

#include "common/util.h"

#define DIGEST_NOTHING ((uint64_t) 0)

/* Of what was taken in before, followed by these bytes. */
uint64_t digest_add(uint64_t digest, const void *data, size_t n);

/* The same of a text and its end, so that two in a row are not one; NULL is none of them. */
uint64_t digest_add_text(uint64_t digest, const char *text);
