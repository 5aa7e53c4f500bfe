/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * One GET is a row of exchanges, each a question and its answer (exchange.h):
 *
 *     http_get() ──► ask() ──► curl, in http_turn() ──► on_answer() ─┬─► finish() ──► fn
 *                      ▲                                             │
 *                      └── follow(): a redirect ─────────────────────┘
 *
 * Redirects are followed by hand, since each step has its own rules: which headers go along, and
 * where it may not lead.
 */

#include <poll.h>
#include <strings.h>

#include "common/log.h"
#include "common/text.h"
#include "fetch/exchange.h"
#include "fetch/explain.h"
#include "fetch/verdict.h"

#define REDIRECTS_MAX 5U
#define POOL_MAX 16L
/* curl's own timeout comes first, and tells which; ours is for the day it does not. */
#define DEADLINE_GRACE (500 * USEC_PER_MSEC)

typedef struct Get {
        struct Get *next;
        Http *http;
        const Source *source;
        const Validators *known;
        http_fn fn;
        void *userdata;

        char *url; /* of the exchange that is on */
        Exchange exchange;
        unsigned redirects;
        usec_t begin, deadline;
} Get;

struct Http {
        CURLM *multi;
        char *user_agent;
        Get *gets;
        unsigned n_gets;
};

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

static Get *get_free(Get *get) {
        if (!get)
                return NULL;
        if (get->exchange.easy)
                (void) curl_multi_remove_handle(get->http->multi, get->exchange.easy);
        exchange_done(&get->exchange);
        free(get->url);
        free(get);
        return NULL;
}
DEFINE_CLEANUP(Get, get_free);

Http *http_free(Http *http) {
        if (!http)
                return NULL;
        while (http->gets) {
                Get *get = http->gets;

                http->gets = get->next;
                get_free(get);
        }
        (void) curl_multi_cleanup(http->multi);
        free(http->user_agent);
        free(http);
        return NULL;
}

unsigned http_in_flight(const Http *http) {
        return http->n_gets;
}

/* Begins the exchange with get->url. */
static int ask(Get *get, bool guarded) {
        usec_t now = time_monotonic();
        const Question question = {
                .url = get->url,
                .user_agent = get->http->user_agent,
                .source = get->source,
                .known = get->known,
                .timeout = get->deadline > now ? get->deadline - now : 0,
                .guarded = guarded,
        };
        int r;

        r = exchange_begin(&get->exchange, &question, get);
        if (r < 0)
                return r;
        if (curl_multi_add_handle(get->http->multi, get->exchange.easy) != CURLM_OK)
                return -ENOMEM;
        return 0;
}

int http_get(Http *http, const Source *source, const char *url, const Validators *known, http_fn fn,
             void *userdata) {
        _cleanup_(get_freep) Get *get = NULL;
        int r;

        get = calloc(1, sizeof(Get));
        if (!get)
                return -ENOMEM;
        get->http = http;
        get->source = source;
        get->known = known;
        get->fn = fn;
        get->userdata = userdata;
        get->begin = time_monotonic();
        get->deadline = get->begin + source->timeout;
        get->url = strdup(url);
        if (!get->url)
                return -ENOMEM;
        r = ask(get, false);
        if (r < 0)
                return r;
        get->next = http->gets;
        http->gets = STEAL_POINTER(get);
        http->n_gets++;
        return 0;
}

static char *copy_field(const Exchange *e, const char *name, const char *otherwise) {
        const char *value = exchange_header(e, name);

        if (isempty(value))
                value = otherwise;
        /* A longer one is no use to anybody, and would be held for each source. */
        return value && strlen(value) <= URL_MAX ? strdup(value) : NULL;
}

/* An answer of 304 may bring a new validator, and need not repeat the old one. */
static Validators take_validators(const Get *get, const Reply *reply) {
        const Validators *known = reply->state == STATE_UNCHANGED ? get->known : NULL;
        Validators v = {};

        if (reply->state != STATE_OK && reply->state != STATE_UNCHANGED)
                return v;
        v.etag = copy_field(&get->exchange, "ETag", known ? known->etag : NULL);
        v.last_modified =
                copy_field(&get->exchange, "Last-Modified", known ? known->last_modified : NULL);
        v.url = v.etag || v.last_modified ? strdup(get->url) : NULL;
        if (!v.url)
                validators_done(&v);
        return v;
}

/* Ends a GET whose reply is known. */
static void finish(Get *get, Reply *reply) {
        _cleanup_(validators_done) Validators validators = take_validators(get, reply);
        _cleanup_free_ char *charset = exchange_charset(&get->exchange);
        _cleanup_free_ char *url = STEAL_POINTER(get->url);
        _cleanup_buffer_ Buffer body = get->exchange.body;
        const HttpAnswer answer = {
                .reply = reply,
                .body = &body,
                .url = url,
                .charset = charset,
                .validators = &validators,
        };
        Http *http = get->http;
        http_fn fn = get->fn;
        void *userdata = get->userdata;

        reply->bytes = body.size;
        reply->elapsed = time_monotonic() - get->begin;
        get->exchange.body = BUFFER(0);
        for (Get **p = &http->gets; *p; p = &(*p)->next)
                if (*p == get) {
                        *p = get->next;
                        break;
                }
        http->n_gets--;
        get_free(get); /* before the page is read: that takes memory, too */
        fn(&answer, userdata);
        reply_done(reply);
}

static bool has_scheme(const char *url, const char *scheme) {
        return strncasecmp(url, scheme, strlen(scheme)) == 0;
}

/* What is against going on at a URL; NULL: nothing. */
static const char *refuse(const Get *get, const char *url) {
        if (strlen(url) > URL_MAX || (!has_scheme(url, "http://") && !has_scheme(url, "https://")))
                return "a redirect leads to what is neither http nor https, refused";
        if (has_scheme(get->url, "https:") && !has_scheme(url, "https:"))
                return "a redirect leads from https to http, refused";
        return NULL;
}

/* 1: the GET goes on at another URL; 0: it does not, and the reply may say why. */
static int follow(Get *get, Reply *reply) {
        const char *location = exchange_location(&get->exchange), *why;
        char *url;

        if (!location)
                return 0;
        explain("the server redirects to %.500s", location);
        if (get->redirects >= REDIRECTS_MAX) {
                reply_set(reply, STATE_HTTP_ERROR, "more than %u redirects", REDIRECTS_MAX);
                return 0;
        }
        url = strndup(location, strcspn(location, "#"));
        if (!url)
                return -ENOMEM;
        why = refuse(get, url);
        if (why) {
                free(url);
                reply_set(reply, STATE_HTTP_ERROR, "%s", why);
                return 0;
        }
        free(get->url);
        get->url = url;
        get->redirects++;
        return ask(get, exchange_was_public(&get->exchange)) < 0 ? -ENOMEM : 1;
}

/* An exchange has ended: what now? */
static void on_answer(Get *get, CURLcode code) {
        _cleanup_reply_ Reply reply = {};
        const Exchange *e = &get->exchange;
        int r = 0;

        (void) curl_multi_remove_handle(get->http->multi, e->easy);
        exchange_end(&get->exchange, code);
        reply.http = e->status;
        if (verdict_is_redirect(e)) {
                r = follow(get, &reply);
                if (r > 0)
                        return;
        }
        if (r < 0)
                reply_set(&reply, STATE_NETWORK_ERROR, "%s", strerror(-r));
        else if (reply.state == STATE_OK) /* follow() has not found anything against it */
                verdict(e, &reply);
        finish(get, &reply);
}

static void check_deadlines(Http *http) {
        usec_t now = time_monotonic();

        for (Get *get = http->gets, *next; get; get = next) {
                next = get->next;
                if (now >= get->deadline + DEADLINE_GRACE)
                        on_answer(get, CURLE_OPERATION_TIMEDOUT);
        }
}

static int poll_timeout_ms(const Http *http) {
        usec_t now = time_monotonic(), next = now + USEC_PER_HOUR;

        for (const Get *get = http->gets; get; get = get->next)
                next = MIN(next, get->deadline + DEADLINE_GRACE);
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
                Get *get = NULL;

                if (message->msg != CURLMSG_DONE)
                        continue;
                (void) curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &get);
                on_answer(get, message->data.result);
        }
        check_deadlines(http);

        /* Asked again, because curl reports neither a closed nor, in every version, a hung-up
         * descriptor. */
        *ret_ready = fd >= 0 && poll(&ready, 1, 0) > 0;
        return 0;
}
