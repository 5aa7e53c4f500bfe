/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "client/item.h"
#include "common/utf8.h"

bool cursor_valid(const char *s) {
        size_t store = strspn(s, "0123456789abcdef"), id;

        if (store == 0 || s[store] != '-')
                return false;
        id = strspn(s + store + 1, "0123456789");
        return id > 0 && id < 20 && !s[store + 1 + id] && store + 1 + id <= CURSOR_MAX;
}

int64_t cursor_id(const char *s) {
        const char *dash = strchr(s, '-');

        return dash ? strtoll(dash + 1, NULL, 10) : 0;
}

void item_copy_text(char *to, size_t size, const char *from) {
        size_t n = from ? strlen(from) : 0;

        if (n >= size) {
                n = size - 1;
                while (n > 0 && ((unsigned char) from[n] & 0xc0) == 0x80)
                        n--;
        }
        if (n > 0)
                memcpy(to, from, n);
        to[n] = '\0';
        utf8_mask(to, n, "");
}

void item_read(Rows *rows, Item *ret) {
        ret->id = rows_int(rows, 1);
        item_copy_text(ret->cursor, sizeof(ret->cursor), rows_text(rows, 2));
        item_copy_text(ret->source, sizeof(ret->source), rows_text(rows, 3));
        item_copy_text(ret->headline, sizeof(ret->headline), rows_text(rows, 4));
        item_copy_text(ret->url, sizeof(ret->url), rows_text(rows, 5));
        item_copy_text(ret->language, sizeof(ret->language), rows_text(rows, 6));
        item_copy_text(ret->published, sizeof(ret->published), rows_text(rows, 7));
        item_copy_text(ret->first_seen, sizeof(ret->first_seen), rows_text(rows, 8));
        ret->revises = rows_int(rows, 9);
        ret->repeats = rows_int(rows, 10);
}

int item_parse(Db *json, const char *line, size_t n, ItemParts parts, Item *ret) {
        static const Sql statements[] = {
                [ITEM_WHOLE] = SQL_CLIENT_ITEM,
                [ITEM_SHOWN] = SQL_CLIENT_ITEM_SHOWN,
                [ITEM_CURSOR] = SQL_CLIENT_ITEM_CURSOR,
        };
        _cleanup_rows_ Rows *rows = NULL;
        int r;

        r = db_row(json, statements[parts], &rows, "t", line, n);
        if (r <= 0)
                return r < 0 ? r : -EPROTO;
        if (!streq(strnull(rows_text(rows, 0)), "item"))
                return 0;
        item_read(rows, ret);
        return ret->id > 0 && cursor_valid(ret->cursor) && cursor_id(ret->cursor) == ret->id &&
               (parts == ITEM_CURSOR || *ret->headline);
}
