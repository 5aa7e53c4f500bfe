/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <poll.h>
#include <strings.h>

#include "common/log.h"
#include "common/text.h"
#include "fetch/address.h"
#include "fetch/explain.h"
#include "fetch/http-private.h"

#define REDIRECTS_MAX 5U
#define POOL_MAX 16L
/* curl's own timeout comes first, and tells which; ours is for the day it does not. */
#define DEADLINE_GRACE (500 * USEC_PER_MSEC)

void validators_done(Validators *validators) {
        free(validators->url);
        free(validators->etag);
        free(validators->last_modified);
        *validators = (Validators){};
}

int http_new(const char *user_agent, Http **ret) {
        _cleanup_(http_freep) Http *http = NULL;

        if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
                return -ENOMEM;
        http = calloc(1, sizeof(Http));
        if (!http)
                return -ENOMEM;
        http->multi = curl_multi_init();
        http->user_agent = strdup(user_agent);
        if (!http->multi || !http->user_agent)
                return -ENOMEM;
        (void) curl_multi_setopt(http->multi, CURLMOPT_MAXCONNECTS, POOL_MAX);
        *ret = STEAL_POINTER(http);
        return 0;
}

static void request_free(Request *request) {
        if (request->easy) {
                (void) curl_multi_remove_handle(request->http->multi, request->easy);
                curl_easy_cleanup(request->easy);
        }
        curl_slist_free_all(request->headers);
        free(request->url);
        buffer_done(&request->body);
        free(request);
}

Http *http_free(Http *http) {
        if (!http)
                return NULL;
        while (http->requests) {
                Request *request = http->requests;

                http->requests = request->next;
                request_free(request);
        }
        (void) curl_multi_cleanup(http->multi);
        free(http->user_agent);
        free(http);
        return NULL;
}

unsigned http_in_flight(const Http *http) {
        return http->n_requests;
}

int http_get(Http *http, const Source *source, const char *url, const Validators *known, http_fn fn,
             void *userdata) {
        Request *request;
        int r = -ENOMEM;

        request = calloc(1, sizeof(Request));
        if (!request)
                return -ENOMEM;
        request->http = http;
        request->source = source;
        request->known = known;
        request->fn = fn;
        request->userdata = userdata;
        request->begin = time_monotonic();
        request->deadline = request->begin + source->timeout;
        request->body = BUFFER(source->max_size);
        request->easy = curl_easy_init();
        request->url = strdup(url);
        if (request->easy && request->url)
                r = request_begin_hop(request);
        if (r < 0) {
                request_free(request);
                return r;
        }
        request->next = http->requests;
        http->requests = request;
        http->n_requests++;
        return 0;
}

/* charset= of Content-Type, in a copy. NULL: none. */
static char *find_charset(CURL *easy) {
        const char *type = NULL;

        if (curl_easy_getinfo(easy, CURLINFO_CONTENT_TYPE, &type) != CURLE_OK || !type)
                return NULL;
        while ((type = strchr(type, ';'))) {
                type += strspn(type, "; \t");
                if (strncasecmp(type, "charset", 7) == 0) {
                        type += 7 + strspn(type + 7, " \t");
                        if (*type != '=')
                                continue;
                        type += 1 + strspn(type + 1, " \t\"'");
                        return strndup(type, strcspn(type, " \t\"';"));
                }
        }
        return NULL;
}

static char *copy_header(CURL *easy, const char *name, const char *otherwise) {
        const char *value = verdict_header(easy, name);

        if (isempty(value))
                value = otherwise;
        /* A longer one is no use to anybody, and would be held for each source. */
        return value && strlen(value) <= URL_MAX ? strdup(value) : NULL;
}

/* An answer of 304 may bring a new validator, and need not repeat the old one. */
static Validators take_validators(const Request *request, const Reply *reply) {
        const Validators *known = reply->state == STATE_UNCHANGED ? request->known : NULL;
        Validators v = {};

        if (reply->state != STATE_OK && reply->state != STATE_UNCHANGED)
                return v;
        v.etag = copy_header(request->easy, "ETag", known ? known->etag : NULL);
        v.last_modified =
                copy_header(request->easy, "Last-Modified", known ? known->last_modified : NULL);
        v.url = v.etag || v.last_modified ? strdup(request->url) : NULL;
        if (!v.url)
                validators_done(&v);
        return v;
}

/* Ends a request whose reply is known. */
static void finish(Request *request, Reply *reply) {
        _cleanup_(validators_done) Validators validators = take_validators(request, reply);
        _cleanup_free_ char *charset = find_charset(request->easy),
                            *url = STEAL_POINTER(request->url);
        _cleanup_buffer_ Buffer body = request->body;
        const HttpAnswer answer = {
                .reply = reply,
                .body = &body,
                .url = url,
                .charset = charset,
                .validators = &validators,
        };
        Http *http = request->http;
        http_fn fn = request->fn;
        void *userdata = request->userdata;

        reply->bytes = body.size;
        reply->elapsed = time_monotonic() - request->begin;
        request->body = BUFFER(0);
        for (Request **p = &http->requests; *p; p = &(*p)->next)
                if (*p == request) {
                        *p = request->next;
                        break;
                }
        http->n_requests--;
        request_free(request); /* before the page is read: that takes memory, too */
        fn(&answer, userdata);
        reply_done(reply);
}

/* 1: the request goes on at another URL. */
static int follow(Request *request, Reply *reply) {
        const char *location = NULL, *address = NULL;
        _cleanup_free_ char *url = NULL;
        int r;

        if (curl_easy_getinfo(request->easy, CURLINFO_REDIRECT_URL, &location) != CURLE_OK ||
            !location)
                return 0;
        explain("the server redirects to %.500s", location);
        reply->http = 0;
        (void) curl_easy_getinfo(request->easy, CURLINFO_RESPONSE_CODE, &reply->http);
        if (request->redirects >= REDIRECTS_MAX) {
                reply_set(reply, STATE_HTTP_ERROR, "more than %u redirects", REDIRECTS_MAX);
                return 0;
        }
        url = strndup(location, strcspn(location, "#"));
        if (!url)
                return -ENOMEM;
        if (strlen(url) > URL_MAX ||
            (strncasecmp(url, "http://", 7) && strncasecmp(url, "https://", 8))) {
                reply_set(reply, STATE_HTTP_ERROR,
                          "a redirect leads to what is neither http nor https, refused");
                return 0;
        }
        if (strncasecmp(request->url, "https:", 6) == 0 && strncasecmp(url, "https:", 6) != 0) {
                reply_set(reply, STATE_HTTP_ERROR, "a redirect leads from https to http, refused");
                return 0;
        }

        if (curl_easy_getinfo(request->easy, CURLINFO_PRIMARY_IP, &address) == CURLE_OK && address)
                request->guarded = address_text_is_public(address);
        free(request->url);
        request->url = STEAL_POINTER(url);
        request->redirects++;
        r = request_begin_hop(request);
        return r < 0 ? r : 1;
}

static void on_done(Request *request, CURLcode code) {
        _cleanup_reply_ Reply reply = {};
        long status = 0;
        int r = 0;

        (void) curl_easy_getinfo(request->easy, CURLINFO_RESPONSE_CODE, &status);
        (void) curl_multi_remove_handle(request->http->multi, request->easy);
        if (verdict_is_redirect(status) && (code == CURLE_OK || request->question.body_begun)) {
                r = follow(request, &reply);
                if (r > 0)
                        return;
        }
        if (r < 0)
                reply_set(&reply, STATE_NETWORK_ERROR, "%s", strerror(-r));
        else if (reply.state == STATE_OK) { /* follow() has not found anything against it */
                request->question.error = request->error;
                verdict(request->easy, code, &request->question, &reply);
        }
        finish(request, &reply);
}

static void check_deadlines(Http *http) {
        usec_t now = time_monotonic();

        for (Request *request = http->requests, *next; request; request = next) {
                next = request->next;
                if (now >= request->deadline + DEADLINE_GRACE)
                        on_done(request, CURLE_OPERATION_TIMEDOUT);
        }
}

static int poll_timeout_ms(const Http *http) {
        usec_t now = time_monotonic(), next = now + USEC_PER_HOUR;

        for (const Request *request = http->requests; request; request = request->next)
                next = MIN(next, request->deadline + DEADLINE_GRACE);
        return next <= now ? 0 : (int) ((next - now) / USEC_PER_MSEC) + 1;
}

int http_turn(Http *http, int fd, short events, bool *ret_ready) {
        struct curl_waitfd extra = { .fd = fd, .events = events & POLLIN ? CURL_WAIT_POLLIN : 0 };
        struct pollfd ready = { .fd = fd, .events = events };
        int running, left;
        CURLMsg *message;
        CURLMcode code;

        code = curl_multi_poll(http->multi, &extra, fd >= 0 ? 1 : 0, poll_timeout_ms(http), NULL);
        if (code == CURLM_OK)
                code = curl_multi_perform(http->multi, &running);
        if (code != CURLM_OK) {
                log_error("curl: %s", curl_multi_strerror(code));
                return -EIO;
        }
        while ((message = curl_multi_info_read(http->multi, &left))) {
                Request *request = NULL;

                if (message->msg != CURLMSG_DONE)
                        continue;
                (void) curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &request);
                on_done(request, message->data.result);
        }
        check_deadlines(http);

        /* Asked again, because curl reports neither a closed nor, in every version, a hung-up
         * descriptor. */
        *ret_ready = fd >= 0 && poll(&ready, 1, 0) > 0;
        return 0;
}
