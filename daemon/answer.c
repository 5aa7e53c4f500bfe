/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <inttypes.h>

#include "daemon/answer.h"
#include "version.h"

int answer_line(Rows *rows, Buffer *b) {
        int r;

        r = rows_next(rows);
        if (r <= 0)
                return r < 0 ? r : -ENODATA;
        buffer_puts(b, strnull(rows_text(rows, 0)));
        buffer_puts(b, "\n");
        rows_end(rows);
        return buffer_error(b);
}

int answer_hello(Db *db, const Tape *tape, int64_t after, Buffer *b) {
        Rows *rows;
        int r;

        r = db_query(db, SQL_LINE_HELLO, &rows, "ssiii", "tickerd " TICKERD_VERSION,
                     tape_store(tape), tape_oldest(tape), tape_newest(tape), after);
        return r < 0 ? r : answer_line(rows, b);
}

int answer_error(Db *db, const char *code, const char *message, Buffer *b) {
        Rows *rows;
        int r;

        r = db_query(db, SQL_LINE_ERROR, &rows, "ss", code, message);
        return r < 0 ? r : answer_line(rows, b);
}

int answer_gap(int64_t after, int64_t oldest, Buffer *b) {
        buffer_printf(b, "{\"type\":\"gap\",\"after\":%" PRId64 ",\"oldest\":%" PRId64 "}\n", after,
                      oldest);
        return buffer_error(b);
}

int answer_bye(const char *reason, Buffer *b) {
        buffer_printf(b, "{\"type\":\"bye\",\"reason\":\"%s\"}\n", reason);
        return buffer_error(b);
}
