/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <strings.h>
#include <time.h>

#include "fetch/verdict.h"

#define RETRY_AFTER_MAX 3600
#define FRESH_FOR_MAX (365L * 24 * 3600)

const char *verdict_header(CURL *easy, const char *name) {
        struct curl_header *header, *last;

        if (curl_easy_header(easy, name, 0, CURLH_HEADER, -1, &header) != CURLHE_OK)
                return NULL;
        if (header->amount > 1 &&
            curl_easy_header(easy, name, header->amount - 1, CURLH_HEADER, -1, &last) == CURLHE_OK)
                header = last;
        return header->value;
}

bool verdict_is_redirect(long status) {
        return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

/* A number of seconds, nothing else. -1: it is not one. */
static long parse_seconds(const char *s, long max) {
        long value = 0;
        size_t n = strspn(s, "0123456789");

        if (n == 0 || s[n + strspn(s + n, " \t")])
                return -1;
        for (size_t i = 0; i < n && value <= max; i++)
                value = value * 10 + (s[i] - '0');
        return MIN(value, max);
}

static unsigned read_retry_after(CURL *easy) {
        const char *text = verdict_header(easy, "Retry-After");
        long seconds;
        time_t then;

        if (!text)
                return 0;
        seconds = parse_seconds(text, RETRY_AFTER_MAX);
        if (seconds < 0) {
                then = curl_getdate(text, NULL);
                seconds = then < 0 ? 0 : (long) MIN(then - time(NULL), (time_t) RETRY_AFTER_MAX);
        }
        return (unsigned) MAX(seconds, 0L);
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

static unsigned read_fresh_for(CURL *easy) {
        struct curl_header *header;
        long max_age = 0, age = 0;
        const char *text;
        char value[16];

        for (size_t i = 0;
             curl_easy_header(easy, "Cache-Control", i, CURLH_HEADER, -1, &header) == CURLHE_OK;
             i++) {
                if (find_directive(header->value, "no-cache", value, sizeof(value)) ||
                    find_directive(header->value, "no-store", value, sizeof(value)))
                        return 0;
                if (find_directive(header->value, "max-age", value, sizeof(value)))
                        max_age = parse_seconds(value, FRESH_FOR_MAX);
        }
        text = verdict_header(easy, "Age");
        if (text)
                age = MAX(parse_seconds(text, FRESH_FOR_MAX), 0L);
        return (unsigned) MAX(max_age - age, 0L);
}

/* Signs, in the header, that this is not the page but a test whether we are a person. */
static const char *find_challenge(CURL *easy, long status) {
        static const char *const signs[] = { "x-amzn-waf-action", "x-sucuri-block" };
        const char *value;

        value = verdict_header(easy, "cf-mitigated");
        if (value && strcasecmp(value, "challenge") == 0)
                return "cf-mitigated";
        for (size_t i = 0; i < ELEMENTSOF(signs); i++)
                if (verdict_header(easy, signs[i]))
                        return signs[i];
        value = verdict_header(easy, "server");
        if (status == 503 && value && strcasecmp(value, "ddos-guard") == 0)
                return "ddos-guard";
        return NULL;
}

static void judge_answer(CURL *easy, const Question *question, Reply *reply) {
        const char *challenge;
        long status = 0;

        (void) curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
        reply->http = status;
        reply->retry_after = read_retry_after(easy);

        challenge = find_challenge(easy, status);
        if (challenge)
                reply_set(reply, STATE_BLOCKED,
                          "the site sent a challenge page (%s) with status %ld", challenge, status);
        else if (status == 401 || status == 403 || status == 429)
                reply_set(reply, STATE_BLOCKED, "the server answered with status %ld", status);
        else if (status >= 200 && status <= 299) {
                reply->state = STATE_OK;
                reply->fresh_for = read_fresh_for(easy);
        } else if (status == 304 && question->conditional) {
                reply->state = STATE_UNCHANGED;
                reply->fresh_for = read_fresh_for(easy);
        } else if (status == 304)
                reply_set(reply, STATE_HTTP_ERROR,
                          "the server answered with status 304 to a question without "
                          "conditions");
        else if (verdict_is_redirect(status))
                reply_set(reply, STATE_HTTP_ERROR,
                          "the server redirects, but does not say where to");
        else
                reply_set(reply, STATE_HTTP_ERROR, "the server answered with status %ld", status);
}

static void judge_error(CURLcode code, const Question *question, Reply *reply) {
        const char *words = curl_easy_strerror(code);

        switch (code) {
        case CURLE_OPERATION_TIMEDOUT:
                reply_set(reply, STATE_TIMEOUT, "no whole answer within Timeout=");
                return;
        case CURLE_BAD_CONTENT_ENCODING:
                reply_set(reply, STATE_BAD_PAGE, "the compressed page cannot be unpacked");
                return;
        case CURLE_URL_MALFORMAT:
        case CURLE_UNSUPPORTED_PROTOCOL:
        case CURLE_WEIRD_SERVER_REPLY:
                reply_set(reply, STATE_HTTP_ERROR, "%s", words);
                return;
        case CURLE_PEER_FAILED_VERIFICATION:
        case CURLE_SSL_CONNECT_ERROR:
        case CURLE_SSL_CACERT_BADFILE:
                /* Here curl's message says more, a certificate that expired for one, and no figures
                 * that change. */
                reply_set(reply, STATE_NETWORK_ERROR, "%s",
                          isempty(question->error) ? words : question->error);
                return;
        default:
                reply_set(reply, STATE_NETWORK_ERROR, "%s", words);
        }
}

void verdict(CURL *easy, CURLcode code, const Question *question, Reply *reply) {
        long status = 0;

        (void) curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
        reply->http = status;
        if (question->too_large)
                reply_set(reply, STATE_TOO_LARGE, "the page is larger than MaxSize=");
        else if (question->headers_too_large)
                reply_set(reply, STATE_HTTP_ERROR,
                          "the header of the answer is larger than 256 KiB");
        else if (question->refused && code == CURLE_COULDNT_CONNECT)
                reply_set(reply, STATE_HTTP_ERROR,
                          "a redirect leads from a public to a private address, refused");
        else if (code != CURLE_OK && !(question->body_begun && status >= 300))
                judge_error(code, question, reply);
        else
                judge_answer(easy, question, reply);
}
