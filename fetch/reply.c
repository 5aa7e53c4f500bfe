/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <stdarg.h>

#include "common/text.h"
#include "fetch/reply.h"

void entry_done(Entry *entry) {
        free(entry->headline);
        free(entry->url);
        free(entry->published);
        *entry = (Entry){};
}

static void drop_entries(Reply *reply) {
        for (size_t i = 0; i < reply->n_entries; i++)
                entry_done(reply->entries + i);
        free(reply->entries);
        reply->entries = NULL;
        reply->n_entries = 0;
}

void reply_done(Reply *reply) {
        drop_entries(reply);
        free(reply->detail);
        *reply = (Reply){};
}

void reply_set(Reply *reply, State state, const char *format, ...) {
        _cleanup_free_ char *text = NULL;
        va_list arguments;
        int n;

        drop_entries(reply);
        free(reply->detail);
        reply->detail = NULL;
        reply->state = state;

        va_start(arguments, format);
        n = vasprintf(&text, format, arguments);
        va_end(arguments);
        if (n < 0) {
                text = NULL;
                return;
        }
        (void) text_clean(text, (size_t) n, DETAIL_MAX, &reply->detail);
}

void reply_take(Reply *reply, Reply *from) {
        drop_entries(reply);
        free(reply->detail);
        reply->state = from->state;
        reply->strip = from->strip;
        reply->has_when = from->has_when;
        reply->has_first = from->has_first;
        reply->detail = STEAL_POINTER(from->detail);
        reply->entries = STEAL_POINTER(from->entries);
        reply->n_entries = from->n_entries;
        from->n_entries = 0;
}

int reply_add(Reply *reply, Entry *entry) {
        int r = 0;

        if (reply->n_entries >= ENTRIES_MAX)
                r = -E2BIG;
        else if ((reply->n_entries & (reply->n_entries - 1)) == 0) {
                /* Full at each power of two. */
                size_t room = MAX(reply->n_entries * 2, (size_t) 1);
                Entry *grown = reallocarray(reply->entries, room, sizeof(Entry));

                if (grown)
                        reply->entries = grown;
                else
                        r = -ENOMEM;
        }
        if (r < 0) {
                entry_done(entry);
                return r;
        }
        reply->entries[reply->n_entries++] = *entry;
        *entry = (Entry){};
        return 0;
}

/* One text, of a statement that yields it as JSON. */
static int append_json(Rows *row, Buffer *b) {
        int r = rows_next(row);

        if (r > 0) {
                buffer_puts(b, strnull(rows_text(row, 0)));
                rows_end(row);
        }
        return r < 0 ? r : 0;
}

static int append_entries(Db *db, const Reply *reply, Buffer *b) {
        buffer_puts(b, "[");
        for (size_t i = 0; i < reply->n_entries && buffer_error(b) == 0; i++) {
                const Entry *entry = reply->entries + i;
                Rows *row;
                int r;

                if (i > 0)
                        buffer_puts(b, ",");
                r = db_query(db, SQL_REPLY_ENTRY, &row, "sss", entry->headline, entry->url,
                             entry->published);
                if (r >= 0)
                        r = append_json(row, b);
                if (r < 0)
                        return r;
        }
        buffer_puts(b, "]");
        return 0;
}

/* What took any time at all took some. */
static int64_t to_msec(usec_t t) {
        return (int64_t) ((t + USEC_PER_MSEC - 1) / USEC_PER_MSEC);
}

static int append_line(Db *db, const Reply *reply, const char *source, Buffer *b) {
        _cleanup_buffer_ Buffer entries = BUFFER(b->max);
        Rows *row;
        int r = 0;

        if (reply->state == STATE_OK)
                r = append_entries(db, reply, &entries);
        if (r >= 0)
                r = buffer_error(&entries);
        if (r >= 0)
                r = db_query(db, SQL_REPLY_LINE, &row, "sssiiiiiiiis", source,
                             state_name(reply->state), reply->detail, (int64_t) reply->http,
                             (int64_t) reply->retry_after, (int64_t) reply->fresh_for,
                             (int64_t) reply->date, (int64_t) reply->bytes, to_msec(reply->elapsed),
                             to_msec(reply->cpu), (int64_t) reply->strip, entries.data);
        if (r >= 0)
                r = append_json(row, b);
        if (r < 0)
                return r;
        buffer_puts(b, "\n");
        return buffer_error(b);
}

int reply_write(Db *db, const Reply *reply, const char *source, Buffer *ret) {
        _cleanup_buffer_ Buffer line = BUFFER(REPLY_MAX);
        int r;

        r = append_line(db, reply, source, &line);
        if (r == -ENOBUFS) {
                const Reply large = {
                        .state = STATE_TOO_LARGE,
                        .detail = (char *) "the entries are more than a reply can hold",
                        .http = reply->http,
                        .date = reply->date,
                        .bytes = reply->bytes,
                        .elapsed = reply->elapsed,
                        .cpu = reply->cpu,
                        .strip = reply->strip,
                };

                buffer_done(&line);
                r = append_line(db, &large, source, &line);
        }
        if (r < 0)
                return r;
        *ret = line;
        line = BUFFER(0);
        return 0;
}
