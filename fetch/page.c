/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "fetch/page.h"
#include "common/log.h"
#include "fetch/challenge.h"
#include "fetch/charset.h"
#include "fetch/cpu-time.h"
#include "fetch/deadline.h"
#include "fetch/explain.h"
#include "fetch/labels.h"
#include "fetch/page-end.h"

/* Over and above Timeout=, for reading alone. */
#define GRACE_SEC 5U

/* What no selector can be blamed for. */
static int refuse(const Source *source, Reply *reply) {
        const char *what, *charset = source->charset.text;
        unsigned line = 1;

        if (source->script.text && source->format == FORMAT_JSON) {
                what = "Script= is for HTML and XML; a page in JSON has no scripts";
                line = source->script.line;
        } else if (charset && !charset_by_label(charset, strlen(charset))) {
                what = "Charset= names no character encoding of the web";
                line = source->charset.line;
        } else
                return 0;
        log_file(LOG_ERR, source->path, line, "%s", what);
        if (reply)
                reply_set(reply, STATE_BAD_SOURCE, "%s:%u: %s", source->path, line, what);
        return -EINVAL;
}

/* Compiles what fits the format. */
static int compile(Reader *reader, const Value **ret_where) {
        if (reader->source->format == FORMAT_FEED)
                return feed_page_new(reader->source, &reader->feed, ret_where);
        if (reader->source->script.text)
                return script_new(reader->source, &reader->script, ret_where);
        if (reader->source->format == FORMAT_JSON)
                return json_strip_new(reader->source, &reader->json, ret_where);
        return strip_new(reader->source, &reader->strip, ret_where);
}

int reader_new(const Source *source, Reader **ret, Reply *reply) {
        _cleanup_(reader_freep) Reader *reader = NULL;
        const Value *where = NULL;
        int r;

        reader = calloc(1, sizeof(Reader));
        if (!reader)
                return log_oom();
        reader->source = source;

        r = refuse(source, reply);
        if (r < 0)
                return r;
        r = compile(reader, &where);
        if (r < 0) {
                if (reply && where)
                        reply_set(
                                reply, STATE_BAD_SOURCE, "%s:%u: not a selector or expression: %s",
                                where->file ? where->file : source->path, where->line, where->text);
                else if (reply)
                        reply_set(reply, STATE_BAD_SOURCE, "%s", strerror(-r));
                return r;
        }
        *ret = STEAL_POINTER(reader);
        return 0;
}

Reader *reader_free(Reader *reader) {
        if (!reader)
                return NULL;
        strip_free(reader->strip);
        json_strip_free(reader->json);
        script_free(reader->script);
        feed_page_free(reader->feed);
        free(reader);
        return NULL;
}

static bool is_json(const Reader *reader, const Buffer *body) {
        if (reader->source->format == FORMAT_FEED)
                return body->size > 0 && body->data[strspn(body->data, " \t\r\n")] == '{';
        return reader->source->format == FORMAT_JSON;
}

/* White space, and what controls something. */
static bool is_blank(const Buffer *text) {
        for (size_t i = 0; i < text->size; i++)
                if ((unsigned char) text->data[i] > ' ')
                        return false;
        return true;
}

static int read_page(const Reader *reader, Buffer *body, const PageOrigin *origin, Reply *reply) {
        const CharsetHints hints = {
                .forced = reader->source->charset.text,
                .http = origin->charset,
                .xml = reader->source->format == FORMAT_XML ||
                       reader->source->format == FORMAT_FEED,
                .json = is_json(reader, body),
        };
        Charset found;
        int r;

        r = charset_decode(body, &hints, &found);
        if (r < 0)
                return r;
        explain("the page is read as %s, because %s", found.name, found.why);
        if (is_blank(body)) {
                reply_set(reply, STATE_BAD_PAGE, PAGE_IS_EMPTY);
                return 0;
        }
        if (reader->feed)
                return feed_page_read(reader->feed, body, origin->url, reply);
        if (origin->open_ended && reader->source->format == FORMAT_HTML) {
                page_end_mark(body);
                if (buffer_error(body) < 0)
                        return buffer_error(body);
        }
        if (reader->script)
                return script_read(reader->script, body, origin->url, reply);
        if (reader->json)
                return json_strip_read(reader->json, body->data, body->size, origin->url, reply);
        return strip_read(reader->strip, body, origin->url, reply);
}

/* A page on which When= finds nothing has not been searched for more. */
static bool lacks_strip(const Reader *reader, const Reply *reply) {
        return reply->state == STATE_NO_STRIP || reply->state == STATE_BAD_PAGE ||
               (reply->state == STATE_EMPTY && reader->source->when.text && !reply->has_when);
}

void reader_read(const Reader *reader, Buffer *body, const PageOrigin *origin, Reply *reply) {
        _cleanup_buffer_ Buffer excerpt = challenge_excerpt(body);
        usec_t timeout = reader->source->timeout;
        const char *challenge;
        int r;

        deadline_begin((unsigned) ((timeout + USEC_PER_SEC - 1) / USEC_PER_SEC) + GRACE_SEC,
                       reader->source->name);
        cpu_time_begin();
        r = read_page(reader, body, origin, reply);
        deadline_end();
        if (r < 0) {
                log_error("%s: %s", reader->source->name, strerror(-r));
                reply_set(reply, STATE_TOO_LARGE, "there is not memory enough to read the page");
        }

        challenge =
                lacks_strip(reader, reply) ? challenge_in_page(&excerpt, origin->challenge) : NULL;
        if (challenge)
                reply_set(reply, STATE_BLOCKED,
                          "the site sent a challenge page (%s) instead of the page", challenge);

        buffer_done(body);
        reply->cpu = cpu_time_taken();
}

bool reader_is_content(const Reader *reader, const Reply *reply) {
        return reply->state == STATE_OK || (reply->state == STATE_EMPTY &&
                                            reader->source->expect.mode == EXPECT_MODE_SOMETIMES);
}
