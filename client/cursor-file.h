/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * The file of --cursor-file: one line, the cursor of the last item that was written out. It is
 * written in place, in one call, after the item was: a program that is killed between the two gets
 * that one item again, and never misses one.
 */

#include "client/item.h"

typedef struct CursorFile CursorFile;

/* Opens or creates, and locks it: -EBUSY if another one has it. What is wrong is said. */
int cursor_file_open(const char *path, CursorFile **ret);
CursorFile *cursor_file_free(CursorFile *file);
DEFINE_CLEANUP(CursorFile, cursor_file_free);

/* What stands in it, "" if nothing yet. */
const char *cursor_file_cursor(const CursorFile *file);

int cursor_file_save(CursorFile *file, const char *cursor);
