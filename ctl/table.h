/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Texts in columns: on a terminal aligned by cells and cut to its width, elsewhere divided by tabs.
 */

#include "ctl/terminal.h"

#define TABLE_COLUMNS 8U
#define TABLE_ROWS 4096U

typedef struct Table {
        const Terminal *terminal;
        unsigned n_columns;
        char **cells;
        size_t n, room;
        bool tabs; /* for a program: divided by tabs, without the head */
} Table;

#define TABLE(of, columns) ((Table){ .terminal = (of), .n_columns = (columns) })
#define _cleanup_table_ _cleanup_(table_done)

void table_done(Table *table);

/* The next cell, row by row; copied. NULL is an empty one. -ENOMEM; -E2BIG. */
int table_add(Table *table, const char *text);

/* Appends all of it; the first row is a head, which only a terminal gets. Errors as
 * buffer_append(). */
int table_write(const Table *table, Buffer *b);
