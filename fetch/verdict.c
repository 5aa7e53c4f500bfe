/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <strings.h>

#include "fetch/challenge.h"
#include "fetch/verdict.h"

#define RETRY_AFTER_MAX 3600
#define FRESH_FOR_MAX (365L * 24 * 3600)

static size_t strnspn(const char *s, size_t n, const char *accepted) {
        size_t i = 0;

        while (i < n && strchr(accepted, s[i]))
                i++;
        return i;
}

bool verdict_is_redirect(const Exchange *e) {
        return (e->status == 301 || e->status == 302 || e->status == 303 || e->status == 307 ||
                e->status == 308) &&
               (e->code == CURLE_OK || e->body_begun);
}

/* A number of seconds, nothing else; of a fraction the next whole one. -1: it is not one. */
static long parse_seconds(const char *s, size_t length, long max) {
        size_t n = strnspn(s, length, "0123456789"), fraction = 0;
        long value = 0;

        for (size_t i = 0; i < n && value <= max; i++)
                value = value * 10 + (s[i] - '0');
        if (n < length && s[n] == '.') {
                fraction = strnspn(s + n + 1, length - n - 1, "0123456789");
                value += fraction > strnspn(s + n + 1, fraction, "0");
                fraction++;
        }
        if (n == 0 ||
            n + fraction + strnspn(s + n + fraction, length - n - fraction, " \t") < length)
                return -1;
        return MIN(value, max);
}

static usec_t read_date(const Exchange *e) {
        const char *text = exchange_header(e, "Date");
        usec_t date;

        return text && time_parse_http(text, &date) >= 0 ? date : 0;
}

/* Seconds, the largest of several numbers, or a date by the server's clock. */
static long parse_retry_after(const char *text, usec_t now) {
        long longest = 0;
        usec_t then;

        if (time_parse_http(text, &then) >= 0)
                return then < now
                               ? 0
                               : (long) MIN((then - now) / USEC_PER_SEC, (usec_t) RETRY_AFTER_MAX);
        while (*text) {
                size_t n = strcspn(text, ",;");

                longest = MAX(longest, parse_seconds(text, n, RETRY_AFTER_MAX));
                text += n + strspn(text + n, ",; \t");
        }
        return longest;
}

static unsigned read_retry_after(const Exchange *e) {
        usec_t date = read_date(e), now = date > 0 ? date : time_now();
        const char *text;
        long longest = 0;

        for (size_t i = 0; (text = exchange_header_at(e, "Retry-After", i)); i++)
                longest = MAX(longest, parse_retry_after(text, now));
        return (unsigned) longest;
}

/* The argument of a directive of Cache-Control, which may be quoted. NULL: the directive is not
 * there. */
static const char *find_directive(const char *list, const char *name, char *buffer, size_t size) {
        size_t n = strlen(name);

        while (*list) {
                size_t length;

                list += strspn(list, " \t,");
                length = strcspn(list, ",");
                if (strncasecmp(list, name, n) == 0 && (length == n || strchr("= \t", list[n]))) {
                        const char *value = list + n + strspn(list + n, " \t=\"");
                        size_t size_value = strspn(value, "0123456789");

                        (void) snprintf(buffer, size, "%.*s", (int) MIN(size_value, size - 1),
                                        value);
                        return buffer;
                }
                list += length;
        }
        return NULL;
}

static unsigned read_fresh_for(const Exchange *e) {
        long max_age = 0, age = 0;
        const char *text;
        char value[16];

        for (size_t i = 0; (text = exchange_header_at(e, "Cache-Control", i)); i++) {
                if (find_directive(text, "no-cache", value, sizeof(value)) ||
                    find_directive(text, "no-store", value, sizeof(value)))
                        return 0;
                if (find_directive(text, "max-age", value, sizeof(value)))
                        max_age = parse_seconds(value, strlen(value), FRESH_FOR_MAX);
        }
        text = exchange_header(e, "Age");
        if (text)
                age = MAX(parse_seconds(text, strlen(text), FRESH_FOR_MAX), 0L);
        return (unsigned) MAX(max_age - age, 0L);
}

/* Some say with status 200, too, that this is a part; "bytes 0-99/100" is all of it. */
static bool is_part(const Exchange *e) {
        const char *range = exchange_header(e, "Content-Range");
        unsigned long long first, last, size;

        if (e->status == 206)
                return true;
        return range && !(sscanf(range, "bytes %18llu-%18llu/%18llu", &first, &last, &size) == 3 &&
                          first == 0 && last + 1 == size);
}

static void judge_page(const Exchange *e, Reply *reply) {
        if (is_part(e))
                reply_set(reply, STATE_NETWORK_ERROR,
                          "the server sent a part of the page, which was not asked for");
        else if (!exchange_is_whole(e))
                reply_set(reply, STATE_NETWORK_ERROR, "the compressed page ends before its end");
        else if (e->status == 204 || e->body.size == 0)
                reply_set(reply, STATE_BAD_PAGE, PAGE_IS_EMPTY);
        else {
                reply->state = STATE_OK;
                reply->fresh_for = read_fresh_for(e);
        }
}

static void judge_answer(const Exchange *e, Reply *reply) {
        const char *challenge = challenge_told(e);

        if (!challenge && e->status >= 400)
                challenge = challenge_in_page(&e->body, NULL);
        reply->retry_after = read_retry_after(e);
        if (challenge)
                reply_set(reply, STATE_BLOCKED,
                          "the site sent a challenge page (%s) with status %ld", challenge,
                          e->status);
        else if (e->status == 401 || e->status == 403 || e->status == 429)
                reply_set(reply, STATE_BLOCKED, "the server answered with status %ld", e->status);
        else if (e->status >= 200 && e->status <= 299)
                judge_page(e, reply);
        else if (e->status == 304 && e->conditional) {
                reply->state = STATE_UNCHANGED;
                reply->fresh_for = read_fresh_for(e);
        } else if (e->status == 304)
                reply_set(reply, STATE_HTTP_ERROR,
                          "the server answered with status 304 to a question without "
                          "conditions");
        else if (verdict_is_redirect(e))
                reply_set(reply, STATE_HTTP_ERROR,
                          "the server redirects, but does not say where to");
        else
                reply_set(reply, STATE_HTTP_ERROR, "the server answered with status %ld",
                          e->status);
}

static void judge_error(const Exchange *e, Reply *reply) {
        const char *words = curl_easy_strerror(e->code);

        switch (e->code) {
        case CURLE_OPERATION_TIMEDOUT:
                reply_set(reply, STATE_TIMEOUT, "no whole answer within Timeout=");
                return;
        case CURLE_OUT_OF_MEMORY: /* so curl calls a line that is longer than it has room for */
#if LIBCURL_VERSION_NUM >= 0x080600
        case CURLE_TOO_LARGE:
#endif
                if (e->begun) {
                        reply_set(reply, STATE_HTTP_ERROR,
                                  "the header of the answer has a line that is too long");
                        return;
                }
                break;
        case CURLE_RECV_ERROR: /* and so the same over HTTP/2, by nghttp2's words */
                if (strstr(e->error, "callback function failed")) {
                        reply_set(reply, STATE_HTTP_ERROR, "the header of the answer is too large");
                        return;
                }
                break;
        case CURLE_URL_MALFORMAT:
        case CURLE_UNSUPPORTED_PROTOCOL:
                reply_set(reply, STATE_HTTP_ERROR, "%s", words);
                return;
        case CURLE_WEIRD_SERVER_REPLY:
                if (!strstr(e->error, "Content-Length")) {
                        reply_set(reply, STATE_HTTP_ERROR, "%s", words);
                        return;
                }
                break; /* newer versions of curl look at lengths themselves, as we do */
        case CURLE_PEER_FAILED_VERIFICATION:
        case CURLE_SSL_CONNECT_ERROR:
        case CURLE_SSL_CACERT_BADFILE:
                /* Here curl's message says more, a certificate that expired for one, and no figures
                 * that change. */
                reply_set(reply, STATE_NETWORK_ERROR, "%s", isempty(e->error) ? words : e->error);
                return;
        default:
                break;
        }
        reply_set(reply, STATE_NETWORK_ERROR, "%s", words);
}

void verdict(const Exchange *e, Reply *reply) {
        reply->http = e->status;
        reply->date = e->status > 0 ? read_date(e) / USEC_PER_SEC : 0;
        if (e->burden)
                reply_set(reply, STATE_TIMEOUT,
                          "the page came too slowly, and others needed its room in memory");
        else if (e->body_error == -ENOBUFS)
                reply_set(reply, STATE_TOO_LARGE, "the page is larger than MaxSize=");
        else if (e->body_error == -ENOMEM)
                reply_set(reply, STATE_TOO_LARGE, "there is not memory enough to read the page");
        else if (e->body_error < 0)
                reply_set(reply, STATE_BAD_PAGE, "the compressed page cannot be unpacked");
        else if (e->header_too_large)
                reply_set(reply, STATE_HTTP_ERROR,
                          "the header of the answer is larger than 256 KiB");
        else if (e->refused && e->code == CURLE_COULDNT_CONNECT)
                reply_set(reply, STATE_HTTP_ERROR,
                          "a redirect leads from a public to a private address, refused");
        else if (e->code != CURLE_OK && !(e->body_begun && e->status >= 300))
                judge_error(e, reply);
        else
                judge_answer(e, reply);
}
