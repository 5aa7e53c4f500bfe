/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <stdarg.h>

#include "common/json.h"
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

static int write_entry(const Entry *entry, Buffer *b) {
        int r;

        r = json_begin(b);
        if (r >= 0)
                r = json_add_string(b, "headline", entry->headline);
        if (r >= 0)
                r = json_add_string(b, "url", entry->url);
        if (r >= 0)
                r = json_add_string(b, "published", entry->published);
        return r < 0 ? r : buffer_append(b, "}", 1);
}

static int write_entries(const Reply *reply, Buffer *b) {
        int r;

        r = json_add_raw(b, "items", "[");
        for (size_t i = 0; r >= 0 && i < reply->n_entries; i++) {
                if (i > 0)
                        r = buffer_append(b, ",", 1);
                if (r >= 0)
                        r = write_entry(reply->entries + i, b);
        }
        return r < 0 ? r : buffer_append(b, "]", 1);
}

static int write_line(const Reply *reply, const char *source, Buffer *b) {
        const struct {
                const char *key;
                int64_t value;
        } numbers[] = {
                { "http", reply->http },
                { "retry_after", reply->retry_after },
                { "fresh_for", reply->fresh_for },
                { "bytes", (int64_t) reply->bytes },
                { "ms", (int64_t) ((reply->elapsed + USEC_PER_MSEC - 1) / USEC_PER_MSEC) },
                { "strip", reply->strip },
        };
        int r;

        r = json_begin(b);
        if (r >= 0)
                r = json_add_string(b, "source", source);
        if (r >= 0)
                r = json_add_string(b, "state", state_name(reply->state));
        if (r >= 0)
                r = json_add_string(b, "detail", reply->detail);
        for (size_t i = 0; r >= 0 && i < ELEMENTSOF(numbers); i++)
                if (numbers[i].value > 0)
                        r = json_add_number(b, numbers[i].key, numbers[i].value);
        if (r >= 0 && reply->state == STATE_OK)
                r = write_entries(reply, b);
        return r < 0 ? r : json_end(b);
}

int reply_write(const Reply *reply, const char *source, Buffer *b) {
        /* A line of its own first: the limit is one of the line, not of what waits in b. */
        _cleanup_buffer_ Buffer line = BUFFER(REPLY_MAX);
        int r;

        r = write_line(reply, source, &line);
        if (r == -ENOBUFS) {
                Reply large = {
                        .state = STATE_TOO_LARGE,
                        .detail = (char *) "the entries are more than a reply can hold",
                        .http = reply->http,
                        .bytes = reply->bytes,
                        .elapsed = reply->elapsed,
                        .strip = reply->strip,
                };

                buffer_clear(&line);
                r = write_line(&large, source, &line);
        }
        return r < 0 ? r : buffer_append(b, line.data, line.size);
}
