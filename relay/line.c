/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "relay/line.h"

static LineType type_of(const char *name) {
        static const struct {
                const char *name;
                LineType type;
        } types[] = {
                { "item", LINE_ITEM }, { "hello", LINE_HELLO }, { "gap", LINE_GAP },
                { "bye", LINE_BYE },   { "error", LINE_ERROR },
        };

        for (size_t i = 0; i < ELEMENTSOF(types); i++)
                if (streq(types[i].name, name))
                        return types[i].type;
        return LINE_OTHER;
}

int line_parse(Db *db, const char *text, size_t n, Line *ret) {
        _cleanup_rows_ Rows *rows = NULL;
        const char *type;
        int r;

        r = db_query(db, SQL_TAPE_LINE, &rows, "t", text, n);
        if (r < 0)
                return r;
        r = rows_next(rows);
        type = r > 0 ? rows_text(rows, 0) : NULL;
        if (!type) {
                if (r <= 0)
                        rows = NULL; /* it is over */
                return r == -ENOMEM ? r : -EBADMSG;
        }

        *ret = (Line){
                .type = type_of(type),
                .id = rows_int(rows, 1),
                .cursor = rows_text(rows, 2),
                .source = rows_text(rows, 3),
                .headline = rows_text(rows, 4),
                .url = rows_text(rows, 5),
                .language = rows_text(rows, 6),
                .first_seen = rows_text(rows, 7),
                .repeats = !rows_null(rows, 8),
                .store = rows_text(rows, 9),
                .newest = rows_int(rows, 10),
                .after = rows_int(rows, 11),
                .oldest = rows_int(rows, 12),
                .code = rows_text(rows, 13),
                .message = rows_text(rows, 14),
        };
        ret->rows = STEAL_POINTER(rows);
        return 0;
}

void line_done(Line *line) {
        if (line->rows)
                rows_end(line->rows);
        *line = (Line){};
}
