/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * The file of --cursor-file: one line, the cursor of the last item that was written out. It is
 * written in place, in one call, after the item was: a program that is killed between the two gets
 * that one item again, and never misses one.
 */

#include "ctl/item.h"

typedef struct Place Place;

/* Opens or creates, and locks it: -EBUSY if another one has it. What is wrong is said. */
int place_open(const char *path, Place **ret);
Place *place_free(Place *place);
DEFINE_CLEANUP(Place, place_free);

/* What stands in it, "" if nothing yet. */
const char *place_cursor(const Place *place);

int place_save(Place *place, const char *cursor);
