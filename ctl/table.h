/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * Texts in columns below a head, aligned, and on a terminal cut to its width; or, for programs,
 * divided by tabs and without the head.
 *
 *     _cleanup_table_ Table table = TABLE(&terminal, "PID", "PROGRAM");
 *
 * As in a Buffer errors stick: table_write() returns the first one.
 */

#include "ctl/terminal.h"
#include "sql/db.h"

#define TABLE_COLUMNS 8U
#define TABLE_ROWS 2000000U

typedef struct Table {
        const Terminal *terminal;
        const char *const *head;
        size_t n_columns;
        char **cells;
        size_t n, room;
        bool tabs; /* for programs */
        int error;
} Table;

#define TABLE(of, ...)                                                                             \
        ((Table){ .terminal = (of),                                                                \
                  .head = (const char *const[]){ __VA_ARGS__ },                                    \
                  .n_columns = ELEMENTSOF(((const char *const[]){ __VA_ARGS__ })) })
#define _cleanup_table_ _cleanup_(table_done)

void table_done(Table *table);

/* Adds the next cell, row by row; the text is cleaned and copied. NULL is an empty cell. */
void table_add(Table *table, const char *text);

/* Adds the columns of a row of the database, from this one on, up to the end of the table's row. */
void table_add_row(Table *table, Rows *rows, int column);

/* Appends the whole table. -ENOMEM, -E2BIG; errors of the buffer stay in the buffer. */
int table_write(const Table *table, Buffer *b);
