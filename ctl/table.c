/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ctl/table.h"
#include "common/text.h"
#include "ctl/cells.h"

void table_done(Table *table) {
        for (size_t i = 0; i < table->n; i++)
                free(table->cells[i]);
        free(table->cells);
}

int table_add(Table *table, const char *text) {
        char *clean;
        int r;

        if (table->n >= (size_t) TABLE_ROWS * table->n_columns)
                return -E2BIG;
        if (table->n == table->room) {
                size_t room = MAX(2 * table->room, (size_t) 64);
                char **grown = reallocarray(table->cells, room, sizeof(char *));

                if (!grown)
                        return -ENOMEM;
                table->cells = grown;
                table->room = room;
        }
        r = text_clean(strnull(text), strlen(strnull(text)), HEADLINE_MAX, &clean);
        if (r < 0)
                return r;
        table->cells[table->n++] = clean;
        return 0;
}

static int put_cell(const Table *table, size_t i, unsigned width, bool last, Buffer *b) {
        const char *text = table->cells[i];
        bool isolate = table->terminal->utf8 && cells_bidi(text);
        _cleanup_buffer_ Buffer cut = BUFFER(2 * HEADLINE_MAX);
        unsigned used;
        int r;

        r = cells_cut(&cut, text, width);
        used = cells_width(cut.data, cut.size);
        if (r >= 0)
                r = buffer_printf(b, "%s%s%s", isolate ? CELLS_ISOLATE : "", cut.data,
                                  isolate ? CELLS_END : "");
        if (r < 0 || last)
                return r;
        return buffer_printf(b, "%*s", (int) (width > used ? width - used : 0) + 2, "");
}

static int write_row(const Table *table, size_t row, const unsigned *widths, Buffer *b) {
        const Palette *p = &table->terminal->palette;
        unsigned columns = table->terminal->is_terminal ? table->terminal->columns : UINT16_MAX;
        unsigned at = 0;
        int r;

        r = buffer_puts(b, row == 0 ? p->quiet : "");
        for (unsigned i = 0; r >= 0 && i < table->n_columns && at + 1 < columns; i++) {
                r = put_cell(table, row * table->n_columns + i, MIN(widths[i], columns - at - 1),
                             i + 1 == table->n_columns, b);
                at += widths[i] + 2;
        }
        if (r >= 0)
                r = buffer_puts(b, row == 0 ? p->end : "");
        return r < 0 ? r : buffer_append(b, "\n", 1);
}

static int write_tabs(const Table *table, size_t row, Buffer *b) {
        int r = 0;

        for (unsigned i = 0; r >= 0 && i < table->n_columns; i++)
                r = buffer_printf(b, "%s%s", table->cells[row * table->n_columns + i],
                                  i + 1 < table->n_columns ? "\t" : "\n");
        return r;
}

int table_write(const Table *table, Buffer *b) {
        unsigned widths[TABLE_COLUMNS] = {};
        size_t rows = table->n / table->n_columns;
        int r = 0;

        for (size_t i = 0; i < rows * table->n_columns; i++) {
                unsigned *width = widths + i % table->n_columns;

                *width = MAX(*width, cells_width(table->cells[i], strlen(table->cells[i])));
                *width = MAX(*width, 1U);
        }
        for (size_t row = table->tabs; r >= 0 && row < rows; row++)
                r = table->tabs ? write_tabs(table, row, b) : write_row(table, row, widths, b);
        return r;
}
