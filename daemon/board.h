/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * The last word about each source that something was said of, for subscribers who want to hear of
 * changes. Like the tape it has places instead of queues: who is slow hears the last word only.
 */

#include "common/util.h"

typedef struct Board Board;

int board_new(Board **ret);
Board *board_free(Board *board);

/* Puts up a line, with its newline, in place of the source's last. -ENOMEM: the old one stays. */
int board_put(Board *board, const char *source, const char *line);

/* The place of the newest word; 0: nothing was said yet. */
uint64_t board_newest(const Board *board);

/*
 * The first word after a place, and where that is. false: there is none. Strings are valid until
 * the next board_put().
 */
bool board_next(const Board *board, uint64_t after, const char **ret_source, const char **ret_line,
                uint64_t *ret_place);
