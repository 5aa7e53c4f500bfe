/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Strip= is a list of alternatives, whatever the format. */

#include "common/source.h"
#include "fetch/explain.h"
#include "fetch/reply.h"

/* Reads the strip that alternative i names into the reply. 1: it is there and has entries; 0: no;
 * negative: an error, which ends the reading. */
typedef int (*alternative_fn)(void *page, size_t i);

/*
 * Tries the alternatives in their order up to the first one that yields entries; where there is
 * none, the reply says whether a strip was found. shown is the word of When=, which may be an
 * error. where: "on the page". Returns errors of fn and of shown, otherwise 0.
 */
int alternatives_read(const Source *source, int shown, alternative_fn fn, void *page,
                      const char *where, Reply *reply);

/* After the entries of a node that alternative i found were read. 1: there are some. */
int alternatives_took(size_t i, const Account *account, Reply *reply);
