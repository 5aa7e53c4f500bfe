/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What must be true of each reply, whatever the page was: a line of JSON in UTF-8 within the
 * limits. */

#include "common/text.h"
#include "common/utf8.h"
#include "fetch/reply.h"
#include "sql/db.h"
#include "tests/fuzz/fuzz.h"

static void check_entry(const Entry *entry) {
        if (strlen(entry->headline) > HEADLINE_MAX ||
            (entry->url && strlen(entry->url) > URL_MAX) ||
            (entry->published && strlen(entry->published) > PUBLISHED_MAX))
                abort();
}

static void check_reply(const Reply *reply) {
        _cleanup_buffer_ Buffer line = BUFFER(0);
        static Db *json;
        Rows *rows;

        if (!json && db_open(":memory:", false, &json) < 0)
                abort();
        for (size_t i = 0; i < reply->n_entries; i++)
                check_entry(reply->entries + i);
        if ((reply->state == STATE_OK) != (reply->n_entries > 0) || reply->n_entries > ENTRIES_MAX)
                abort();
        if (reply_write(json, reply, "fuzz", &line) < 0 || !utf8_valid(line.data, line.size) ||
            memchr(line.data, '\n', line.size) != line.data + line.size - 1)
                abort();
        if (db_query(json, SQL_JSON_MEMBERS, &rows, "t", line.data, line.size) < 0 ||
            rows_next(rows) <= 0)
                abort();
        rows_end(rows);
}
