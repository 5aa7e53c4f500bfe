/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The quiet line below the items on a terminal: whether there is a connection, and how the sources
 * are. */

#include "ctl/terminal.h"

typedef struct Board Board;

int board_new(const Terminal *terminal, Board **ret);
Board *board_free(Board *board);
DEFINE_CLEANUP(Board, board_free);

void board_connection(Board *board, bool connected);

/* What is told of a source, now or earlier, is how it is. */
int board_source(Board *board, const char *name, const char *state, const char *since);

/* Appends what takes the line from the screen, and what puts it there. */
int board_erase(Board *board, Buffer *b);
int board_draw(Board *board, Buffer *b);
