/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <inttypes.h>
#include <sys/socket.h>

#include "common/json.h"
#include "daemon/subscriber-private.h"

/* {"cookie":"…","request":{…},"end":…,"pending":"…","input":"…"}: bytes are written in hexadecimal.
 */
#define COOKIE_SIZE 64U

static const char *format_cookie(int fd, char cookie[static COOKIE_SIZE]) {
        uint64_t number = 0;
        socklen_t size = sizeof(number);

        (void) getsockopt(fd, SOL_SOCKET, SO_COOKIE, &number, &size);
        (void) snprintf(cookie, COOKIE_SIZE, "{\"cookie\":\"%" PRIu64 "\",", number);
        return cookie;
}

static int add_bytes(Buffer *b, const char *key, const Buffer *bytes) {
        int r;

        r = buffer_printf(b, ",\"%s\":\"", key);
        for (size_t i = 0; i < bytes->size && r >= 0; i++)
                r = buffer_printf(b, "%02x", (unsigned) (unsigned char) bytes->data[i]);
        return r < 0 ? r : buffer_puts(b, "\"");
}

int subscriber_save(Subscriber *s, Buffer *b, int *ret_fd) {
        char cookie[COOKIE_SIZE];
        size_t before = b->size;
        int r;

        if (s->closing || s->report)
                return 0;
        r = buffer_printf(b, "%s\"request\":{\"after\":%" PRId64 ",\"live\":%s,\"states\":%s",
                          format_cookie(s->fd, cookie), s->place, s->live ? "true" : "false",
                          s->states ? "true" : "false");
        if (r >= 0 && s->filter.names)
                r = json_add_raw(b, "sources", s->filter.names);
        if (r >= 0)
                r = buffer_printf(b, "},\"end\":%" PRId64, s->end);
        if (r >= 0)
                r = add_bytes(b, "pending", &s->pending);
        if (r >= 0)
                r = add_bytes(b, "input", &s->input);
        if (r >= 0)
                r = json_end(b);
        if (r < 0) {
                b->size = before;
                return r;
        }
        s->saved = true;
        *ret_fd = s->fd;
        return 1;
}

bool subscriber_was_saved(const Subscriber *s) {
        return s->saved;
}

bool subscriber_is_saved(int fd, const char *line) {
        char cookie[COOKIE_SIZE];

        return startswith(line, format_cookie(fd, cookie));
}

static int digit(char c) {
        if (c >= '0' && c <= '9')
                return c - '0';
        return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -EBADMSG;
}

static int read_bytes(const char *text, Buffer *b) {
        for (; *text; text += 2) {
                int high = digit(text[0]), low = high < 0 ? high : digit(text[1]);
                char byte = (char) (high << 4 | low);
                int r;

                if (low < 0)
                        return low;
                r = buffer_append(b, &byte, 1);
                if (r < 0)
                        return r;
        }
        return 0;
}

static int restore(Subscriber *s, const char *line) {
        _cleanup_rows_ Rows *rows = NULL;
        RequestError error;
        Request request;
        const char *text;
        int r;

        r = db_query(s->context->json, SQL_SUBSCRIBER_STATE, &rows, "s", line);
        if (r >= 0)
                r = rows_next(rows);
        if (r <= 0)
                return r == 0 || r == -EPROTO ? -EBADMSG : r;
        text = strnull(rows_text(rows, 0));
        r = request_parse(s->context->json, s->context->tape, text, strlen(text), &request, &error);
        if (r < 0)
                return r;
        subscriber_begin(s, &request);
        s->end = rows_int(rows, 1);
        r = read_bytes(strnull(rows_text(rows, 2)), &s->pending);
        return r < 0 ? r : read_bytes(strnull(rows_text(rows, 3)), &s->input);
}

int subscriber_restore(const SubscriberContext *context, int fd, void *userdata, const char *line,
                       Subscriber **ret) {
        Subscriber *s;
        int r;

        r = subscriber_new(context, fd, userdata, &s);
        if (r < 0)
                return r;
        r = restore(s, line);
        if (r < 0) {
                (void) subscriber_free(s);
                return r;
        }
        *ret = s;
        return 0;
}
