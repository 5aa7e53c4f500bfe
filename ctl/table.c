/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ctl/table.h"
#include "common/text.h"
#include "ctl/cells.h"

void table_done(Table *table) {
        for (size_t i = 0; i < table->n; i++)
                free(table->cells[i]);
        free(table->cells);
}

static int add(Table *table, const char *text) {
        char *clean;
        int r;

        if (table->n >= TABLE_ROWS * table->n_columns)
                return -E2BIG;
        if (table->n == table->room) {
                size_t room = MAX(2 * table->room, (size_t) 64);
                char **grown = reallocarray(table->cells, room, sizeof(char *));

                if (!grown)
                        return -ENOMEM;
                table->cells = grown;
                table->room = room;
        }
        r = text_clean(text, strlen(text), HEADLINE_MAX, &clean);
        if (r >= 0)
                table->cells[table->n++] = clean;
        return r;
}

void table_add(Table *table, const char *text) {
        if (table->error >= 0)
                table->error = add(table, strnull(text));
}

void table_add_row(Table *table, Rows *rows, int column) {
        do
                table_add(table, rows_text(rows, column++));
        while (table->error >= 0 && table->n % table->n_columns != 0);
}

static void put_cell(const Terminal *terminal, const char *text, unsigned width, bool last,
                     Buffer *b) {
        bool isolate = terminal->utf8 && cells_bidi(text);
        _cleanup_buffer_ Buffer cut = BUFFER(2 * HEADLINE_MAX);
        unsigned used;

        cells_cut(&cut, text, width);
        used = cells_width(cut.data, cut.size);
        buffer_printf(b, "%s%s%s", isolate ? CELLS_ISOLATE : "", strnull(cut.data),
                      isolate ? CELLS_END : "");
        if (!last)
                buffer_printf(b, "%*s", (int) (width > used ? width - used : 0) + 2, "");
}

static void put_row(const Table *table, const char *const *cells, const unsigned *widths,
                    Buffer *b) {
        unsigned columns = table->terminal->is_terminal ? table->terminal->columns : UINT16_MAX;
        unsigned at = 0;

        for (size_t i = 0; i < table->n_columns && at + 1 < columns; i++) {
                put_cell(table->terminal, cells[i], MIN(widths[i], columns - at - 1),
                         i + 1 == table->n_columns, b);
                at += widths[i] + 2;
        }
}

static void put_tabs(const Table *table, const char *const *cells, Buffer *b) {
        for (size_t i = 0; i < table->n_columns; i++)
                buffer_printf(b, "%s%s", i > 0 ? "\t" : "", cells[i]);
}

static const char *const *row_of(const Table *table, size_t row) {
        return (const char *const *) table->cells + row * table->n_columns;
}

int table_write(const Table *table, Buffer *b) {
        const Palette *p = &table->terminal->palette;
        size_t rows = table->n / table->n_columns;
        unsigned widths[TABLE_COLUMNS];

        if (table->error < 0)
                return table->error;
        for (size_t i = 0; i < table->n_columns; i++) {
                widths[i] = cells_width(table->head[i], strlen(table->head[i]));
                for (size_t row = 0; row < rows; row++) {
                        const char *cell = row_of(table, row)[i];

                        widths[i] = MAX(widths[i], cells_width(cell, strlen(cell)));
                }
        }
        if (!table->tabs) {
                buffer_puts(b, p->quiet);
                put_row(table, table->head, widths, b);
                buffer_printf(b, "%s\n", p->end);
        }
        for (size_t row = 0; row < rows; row++) {
                if (table->tabs)
                        put_tabs(table, row_of(table, row), b);
                else
                        put_row(table, row_of(table, row), widths, b);
                buffer_puts(b, "\n");
        }
        return 0;
}
