/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ctl/footer.h"
#include "ctl/cells.h"

#define TEXT_MAX 1024U

struct Footer {
        const Terminal *terminal;
        Db *db;
        bool connected;
        unsigned drawn; /* cells of the line on the screen */
};

int footer_new(const Terminal *terminal, Db *db, Footer **ret) {
        Footer *footer;
        int r;

        r = db_run(db, SQL_WATCH_SOURCES, "");
        if (r < 0)
                return r;
        footer = calloc(1, sizeof(Footer));
        if (!footer)
                return -ENOMEM;
        footer->terminal = terminal;
        footer->db = db;
        *ret = footer;
        return 0;
}

Footer *footer_free(Footer *footer) {
        free(footer);
        return NULL;
}

void footer_connection(Footer *footer, bool connected) {
        footer->connected = connected;
}

int footer_source(Footer *footer, const char *line, const char *sources) {
        return MIN(db_run(footer->db, SQL_WATCH_SOURCE, "ss", line, sources), 0);
}

void footer_erase(Footer *footer, Buffer *b) {
        /* A terminal that became narrower has broken the line into several. */
        unsigned rows = footer->drawn > 0 ? (footer->drawn - 1) / footer->terminal->columns : 0;

        if (footer->drawn == 0)
                return;
        footer->drawn = 0;
        buffer_puts(b, "\r");
        if (rows > 0)
                buffer_printf(b, "\x1b[%uA", rows);
        buffer_puts(b, "\x1b[J");
}

int footer_draw(Footer *footer, Buffer *b) {
        char text[TEXT_MAX] = "no connection to the daemon; trying again";
        _cleanup_buffer_ Buffer cut = BUFFER(TEXT_MAX);
        const Palette *p = &footer->terminal->palette;
        _cleanup_rows_ Rows *rows = NULL;
        bool bad = true;
        int r;

        if (footer->connected) {
                r = db_row(footer->db, SQL_WATCH_FOOTER, &rows, "");
                if (r <= 0)
                        return r;
                item_copy_text(text, sizeof(text), rows_text(rows, 0));
                bad = rows_int(rows, 1);
        }
        cells_cut(&cut, text, footer->terminal->columns - 1);
        footer->drawn = cells_width(strnull(cut.data), cut.size);
        buffer_printf(b, "%s%s%s", bad ? p->bad : p->quiet, strnull(cut.data), p->end);
        return 0;
}
