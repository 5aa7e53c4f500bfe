/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "daemon/fetch-reply.h"
#include "common/utf8.h"

void fetch_reply_defuse(char *line, size_t size) {
        for (size_t i = 0; i + 1 < size; i++)
                if (line[i] == '\\') {
                        i++; /* the escaped character, so that of two backslashes the second begins
                                nothing */
                        if (size - i >= 5 && memcmp(line + i, "u0000", 5) == 0)
                                line[i + 4] = '1';
                }
}

/* A number of a reply: an integer that is not negative. */
static int read_count(const char *type, Rows *rows, int64_t *ret) {
        if (!streq(type, "integer") || rows_int(rows, 2) < 0)
                return -EBADMSG;
        *ret = rows_int(rows, 2);
        return 0;
}

static int read_detail(const char *text, FetchReply *reply) {
        _cleanup_free_ char *clean = NULL;
        int r;

        r = text_clean(text, strlen(text), DETAIL_MAX, &clean);
        if (r < 0)
                return r;
        (void) snprintf(reply->detail, sizeof(reply->detail), "%s", clean);
        return 0;
}

static int read_member(const char *key, const char *type, Rows *rows, FetchReply *reply,
                       bool *seen_state) {
        const char *text = streq(type, "text") ? strnull(rows_text(rows, 2)) : NULL;
        int64_t ignored;

        if (streq(key, "source")) {
                if (!text || !source_name_valid(text))
                        return -EBADMSG;
                (void) snprintf(reply->source, sizeof(reply->source), "%s", text);
                return 0;
        }
        if (streq(key, "state")) {
                *seen_state = true;
                return text && state_parse(text, &reply->state) >= 0 ? 0 : -EBADMSG;
        }
        if (streq(key, "detail"))
                return text ? read_detail(text, reply) : -EBADMSG;
        if (streq(key, "items"))
                return streq(type, "array") ? 0 : -EBADMSG;
        if (streq(key, "retry_after")) {
                int r = read_count(type, rows, &reply->retry_after);

                reply->retry_after = MIN(reply->retry_after, FETCH_REPLY_RETRY_AFTER_MAX);
                return r;
        }
        if (streq(key, "bytes"))
                return read_count(type, rows, &reply->bytes);
        if (streq(key, "cpu"))
                return read_count(type, rows, &reply->cpu);
        if (streq(key, "fresh_for"))
                return read_count(type, rows, &reply->fresh_for);
        if (streq(key, "date"))
                return read_count(type, rows, &reply->date);
        if (streq(key, "http"))
                return read_count(type, rows, &reply->http);
        if (streq(key, "ms") || streq(key, "strip"))
                return read_count(type, rows, &ignored);
        return 0; /* a later fetcher may say more */
}

static int check_entries(Db *db, const char *line, size_t size) {
        _cleanup_rows_ Rows *rows = NULL;
        int r;

        r = db_query(db, SQL_REPLY_ITEMS, &rows, "t", line, size);
        if (r < 0)
                return r;
        r = rows_next(rows);
        if (r < 0)
                return r;
        if (rows_int(rows, 0) > (int64_t) FETCH_REPLY_ENTRIES_MAX || rows_int(rows, 1) > 0)
                return -EBADMSG;
        return 0;
}

int fetch_reply_parse(Db *db, const char *line, size_t size, FetchReply *ret) {
        _cleanup_rows_ Rows *rows = NULL;
        FetchReply reply = { .line = line, .size = size };
        bool seen_state = false;
        int r;

        if (size > FETCH_REPLY_MAX || memchr(line, '\0', size) || !utf8_valid(line, size))
                return -EBADMSG;

        r = db_query(db, SQL_JSON_MEMBERS, &rows, "t", line, size);
        if (r < 0)
                return r;
        while ((r = rows_next(rows)) > 0) {
                r = read_member(strnull(rows_text(rows, 0)), rows_text(rows, 1), rows, &reply,
                                &seen_state);
                if (r < 0)
                        return r;
        }
        if (r == 0 && (!seen_state || !*reply.source))
                return -EBADMSG;
        if (r == 0 && reply.state == STATE_OK)
                r = check_entries(db, line, size);
        if (r < 0) /* SQLite says of a text that is no JSON only that the statement failed */
                return r == -EPROTO ? -EBADMSG : r;

        *ret = reply;
        return 0;
}
