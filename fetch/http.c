/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * One GET is a row of exchanges, each a question and its answer (exchange.h):
 *
 *     http_get() ──► ask() ──► curl, in http_turn() ──► on_end() ─┬─► finish() ──► fn
 *                      ▲                                          │
 *                      ├── a redirect: follow() ──────────────────┤
 *                      ├── a kept connection was dead ────────────┤
 *                      └── a 304 that contradicts itself ─────────┘
 *
 * Redirects are followed by hand, since each step has its own rules: which headers go along, and
 * where it may not lead.
 *
 * Connections are kept from one GET to the next, and each serves one at a time, HTTP/2 too: so one
 * on which something timed out can be closed. A kept one may have died without a word (a firewall
 * forgot it, the network is another): if it is silent for half of the time that is left, the second
 * half is for a new one.
 */

#include <poll.h>
#include <sys/resource.h>

#include "common/log.h"
#include "common/text.h"
#include "fetch/challenge.h"
#include "fetch/exchange.h"
#include "fetch/explain.h"
#include "fetch/http.h"
#include "fetch/url.h"
#include "fetch/verdict.h"

#define REDIRECTS_MAX 5U
/* Connections that are kept: of one host there are hardly more than two, in TLS each takes 15 KiB.
 * Where descriptors are few, they are for others. */
#define POOL_MAX 1024U
#define POOL_MIN 16U
#define DESCRIPTORS_OF_OTHERS 768U
/* As often a page is asked for as if we had none, whatever its server says. */
#define WITHOUT_INTERVAL (15 * USEC_PER_MINUTE)
/* So long no connection is kept where kept ones die without a word. */
#define LONELY_SPAN USEC_PER_HOUR
/* A page may come so much later than Timeout= because it waited for room: the daemon waits for some
 * seconds, too. */
#define WAIT_MAX (4 * USEC_PER_SEC)
/* A server that takes longer than this part of Timeout= is slow. */
#define SLOW_PART 3U

typedef struct Get {
        struct Get *next, **place; /* in the list, and what points to it there */
        Http *http;
        const Source *source;
        HttpMemory *memory;
        http_fn fn;
        void *userdata;

        Exchange exchange;
        char *url;  /* of the exchange, without user and password */
        char *home; /* the first one */
        char *user; /* and who asks there, or NULL */
        unsigned redirects;
        bool conditional; /* a page that has not changed need not be sent */
        bool guarded;     /* see exchange.h */
        bool fresh;       /* no connection of before is used */
        bool again;       /* this is the second try */
        bool revived;     /* which a kept connection that was dead has made necessary */
        usec_t begin, deadline;
        usec_t silence_end; /* of a kept connection */
} Get;

struct Http {
        CURLM *multi;
        char *user_agent;
        Tls *tls;
        Budget budget;
        Get *gets;
        unsigned n_gets;
        usec_t next_check; /* no deadline is before this */
};

static long pool_size(void) {
        struct rlimit limit;
        rlim_t left = 0;

        if (getrlimit(RLIMIT_NOFILE, &limit) >= 0 && limit.rlim_cur > DESCRIPTORS_OF_OTHERS)
                left = limit.rlim_cur - DESCRIPTORS_OF_OTHERS;
        return (long) MIN(MAX(left, (rlim_t) POOL_MIN), (rlim_t) POOL_MAX);
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
        if (!http->multi || !http->user_agent || tls_new(&http->tls) < 0)
                return -ENOMEM;
        http->next_check = USEC_INFINITY;
        budget_init(&http->budget);
        (void) curl_multi_setopt(http->multi, CURLMOPT_MAXCONNECTS, pool_size());
        (void) curl_multi_setopt(http->multi, CURLMOPT_PIPELINING, (long) CURLPIPE_NOTHING);
        *ret = STEAL_POINTER(http);
        return 0;
}

static void enter_list(Get *get) {
        Http *http = get->http;

        get->next = http->gets;
        get->place = &http->gets;
        if (get->next)
                get->next->place = &get->next;
        http->gets = get;
        http->n_gets++;
}

static void leave_list(const Get *get) {
        *get->place = get->next;
        if (get->next)
                get->next->place = get->place;
        get->http->n_gets--;
}

static Get *get_free(Get *get) {
        if (!get)
                return NULL;
        if (get->exchange.easy)
                (void) curl_multi_remove_handle(get->http->multi, get->exchange.easy);
        exchange_done(&get->exchange);
        free(get->url);
        free(get->home);
        free(get->user);
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
        tls_free(http->tls);
        free(http->user_agent);
        free(http);
        return NULL;
}

unsigned http_in_flight(const Http *http) {
        return http->n_gets;
}

/* Begins the exchange with get->url. */
static int ask(Get *get) {
        usec_t now = time_monotonic();
        bool lonely = get->memory && now < get->memory->lonely_until;
        const Question question = {
                .url = get->url,
                .user = url_same_origin(get->home, get->url) ? get->user : NULL,
                .user_agent = get->http->user_agent,
                .tls = get->http->tls,
                .budget = &get->http->budget,
                .source = get->source,
                .known = get->conditional ? &get->memory->known : NULL,
                .timeout = get->deadline > now ? get->deadline - now : 0,
                .guarded = get->guarded,
                .fresh = get->fresh || lonely,
                .last = lonely,
        };
        int r;

        get->silence_end = now + question.timeout / 2;
        get->http->next_check = MIN(get->http->next_check, MIN(get->silence_end, get->deadline));
        r = exchange_begin(&get->exchange, &question, get);
        if (r < 0)
                return r;
        if (curl_multi_add_handle(get->http->multi, get->exchange.easy) != CURLM_OK)
                return -ENOMEM;
        return 0;
}

static void recall(Get *get) {
        HttpMemory *memory = get->memory;

        if (!memory)
                return;
        get->fresh = memory->distrusted;
        get->conditional = memory->known.url && memory->asked_without > 0 &&
                           get->begin - memory->asked_without < WITHOUT_INTERVAL;
}

int http_get(Http *http, const Source *source, const char *url, HttpMemory *memory, http_fn fn,
             void *userdata) {
        _cleanup_(get_freep) Get *get = NULL;
        int r;

        get = calloc(1, sizeof(Get));
        if (!get)
                return -ENOMEM;
        get->http = http;
        get->source = source;
        get->memory = memory;
        get->fn = fn;
        get->userdata = userdata;
        get->begin = time_monotonic();
        get->deadline = get->begin + source->timeout;
        recall(get);
        r = url_split_user(url, &get->url, &get->user);
        if (r < 0)
                return r;
        if (!get->user && source->user && url_same_origin(source->url.text, get->url)) {
                get->user = url_decode_user(source->user);
                if (!get->user)
                        return -ENOMEM;
        }
        get->home = strdup(get->url);
        if (!get->home)
                return -ENOMEM;
        r = ask(get);
        if (r < 0)
                return r;
        enter_list(STEAL_POINTER(get));
        return 0;
}

/* An answer of 304 may bring a new validator, and need not repeat the old one. */
static Validators take_validators(const Get *get, const Reply *reply) {
        const Exchange *e = &get->exchange;
        const char *etag = exchange_header(e, "ETag"), *date = exchange_header(e, "Date"),
                   *last_modified = exchange_header(e, "Last-Modified");

        if (reply->state == STATE_UNCHANGED) {
                const Validators *known = &get->memory->known;

                etag = isempty(etag) ? known->etag : etag;
                last_modified = isempty(last_modified) ? known->last_modified : last_modified;
        } else if (reply->state != STATE_OK)
                return (Validators){};
        return validators_make(get->url, etag, last_modified, date);
}

/*
 * Is it better to keep no connection? One was dead, or died under the answer; or the server takes
 * so long to answer that a kept one would be taken for dead.
 */
static bool keeping_harms(const Get *get, const Reply *reply) {
        const Exchange *e = &get->exchange;

        return (get->revived && e->sent) || (exchange_is_kept(e) && e->code != CURLE_OK) ||
               (e->code == CURLE_OK && reply->elapsed > get->source->timeout / SLOW_PART);
}

static void remember(const Get *get, const Reply *reply) {
        HttpMemory *memory = get->memory;

        if (!memory)
                return;
        memory->distrusted = reply->state == STATE_TIMEOUT || reply->state == STATE_NETWORK_ERROR;
        if (reply->state == STATE_OK && !get->exchange.conditional)
                memory->asked_without = get->begin;
        if (keeping_harms(get, reply))
                memory->lonely_until = time_monotonic() + LONELY_SPAN;
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
                .origin = {
                        .url = url,
                        .charset = charset,
                        .open_ended = !exchange_tells_end(&get->exchange),
                        .challenge = challenge_possible(&get->exchange),
                },
                .validators = &validators,
        };
        http_fn fn = get->fn;
        void *userdata = get->userdata;

        reply->bytes = get->exchange.status < 300 ? body.size : 0;
        reply->elapsed = time_monotonic() - get->begin;
        remember(get, reply);
        get->exchange.body = BUFFER(0);
        leave_list(get);
        get_free(get); /* before the page is read: that takes memory, too */
        fn(&answer, userdata);
        reply_done(reply);
}

/* What is against going on at a URL; NULL: nothing. */
static const char *refuse(const Get *get, const char *url) {
        if (!url)
                return "a redirect leads to what is neither http nor https, refused";
        if (startswith(get->url, "https:") && !startswith(url, "https:"))
                return "a redirect leads from https to http, refused";
        return NULL;
}

/* 1: the GET goes on at another URL; 0: it does not, and the reply may say why. */
static int follow(Get *get, Reply *reply) {
        const char *location = exchange_header(&get->exchange, "Location"), *why;
        _cleanup_free_ char *url = NULL;
        int r;

        if (!location)
                return 0;
        explain("the server redirects to %.500s", location);
        if (get->redirects >= REDIRECTS_MAX) {
                reply_set(reply, STATE_HTTP_ERROR, "more than %u redirects", REDIRECTS_MAX);
                return 0;
        }
        r = url_resolve(get->url, location, &url);
        if (r < 0)
                return r;
        why = refuse(get, url);
        if (why) {
                reply_set(reply, STATE_HTTP_ERROR, "%s", why);
                return 0;
        }
        url[strcspn(url, "#")] = '\0';
        free(get->url);
        get->url = STEAL_POINTER(url);
        get->redirects++;
        get->guarded = exchange_was_public(&get->exchange);
        r = ask(get);
        return r < 0 ? r : 1;
}

/* A kept connection is no good any more: the same on a new one. */
static int ask_again(Get *get) {
        explain("a connection of before is dead; once more on a new one");
        get->again = get->fresh = true;
        return ask(get);
}

/* 304, but the page is another one than ours. */
static bool is_contradiction(const Get *get) {
        const Exchange *e = &get->exchange;
        const char *last_modified = exchange_header(e, "Last-Modified");

        return e->code == CURLE_OK && e->status == 304 && e->conditional &&
               !isempty(last_modified) && get->memory->known.last_modified &&
               !streq(last_modified, get->memory->known.last_modified);
}

/* What comes after an exchange. 1: another one has begun. */
static int go_on(Get *get, Reply *reply) {
        const Exchange *e = &get->exchange;
        int r;

        if (e->code != CURLE_OK && exchange_is_silent(e) && !get->again &&
            time_monotonic() < get->deadline) {
                get->revived = e->code == CURLE_OPERATION_TIMEDOUT;
                r = ask_again(get);
                return r < 0 ? r : 1;
        }
        if (is_contradiction(get)) {
                get->conditional = false;
                r = ask(get);
                return r < 0 ? r : 1;
        }
        return verdict_is_redirect(e) ? follow(get, reply) : 0;
}

/* An exchange has ended, or is broken off. */
static void on_end(Get *get, CURLcode code) {
        _cleanup_reply_ Reply reply = {};
        int r;

        exchange_end(&get->exchange, code);
        (void) curl_multi_remove_handle(get->http->multi, get->exchange.easy);
        reply.http = get->exchange.status;
        r = go_on(get, &reply);
        if (r > 0)
                return;
        if (r < 0)
                reply_set(&reply, STATE_NETWORK_ERROR, "%s", strerror(-r));
        else if (reply.state == STATE_OK) /* go_on() has not found anything against it */
                verdict(&get->exchange, &reply);
        finish(get, &reply);
}

/* When we do not wait any longer for what is on. That a page had to wait for room is not its fault.
 */
static usec_t patience_end(const Get *get) {
        const Share *share = &get->exchange.share;

        if (exchange_is_silent(&get->exchange) && !get->again)
                return get->silence_end;
        return get->deadline + (share->waiting_since > 0 ? WAIT_MAX : MIN(share->waited, WAIT_MAX));
}

/* Deadlines are only ever put off, but for those of new questions, so there is nothing to look for
 * before the next one. */
static void check_deadlines(Http *http) {
        usec_t now = time_monotonic();

        if (now < http->next_check)
                return;
        http->next_check = USEC_INFINITY; /* a new question may bring it forward again */
        for (Get *get = http->gets, *next; get; get = next) {
                next = get->next;
                if (now >= patience_end(get))
                        on_end(get, CURLE_OPERATION_TIMEDOUT);
                else
                        http->next_check = MIN(http->next_check, patience_end(get));
        }
}

static int poll_timeout_ms(const Http *http) {
        usec_t now = time_monotonic(), wait = MIN(budget_wait(&http->budget, now), USEC_PER_HOUR),
               next = MIN(http->next_check, now + wait);

        return next <= now ? 0 : (int) ((next - now) / USEC_PER_MSEC) + 1;
}

/* Pages that waited for room go on; one that others have waited for too long does not. */
static void share_room(Http *http) {
        Share *share;
        CURLcode code;

        while ((share = budget_next(&http->budget))) {
                Get *get = share->owner;

                http->next_check = MIN(http->next_check, patience_end(get));
                code = exchange_resume(&get->exchange);
                if (code != CURLE_OK)
                        on_end(get, code);
        }
        share = budget_burden(&http->budget, time_monotonic());
        if (share) {
                Get *get = share->owner;

                get->exchange.burden = true;
                on_end(get, CURLE_OPERATION_TIMEDOUT);
        }
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
                on_end(get, message->data.result);
        }
        check_deadlines(http);
        share_room(http);

        /* Asked again, because curl reports neither a closed nor, in every version, a hung-up
         * descriptor. */
        *ret_ready = fd >= 0 && poll(&ready, 1, 0) > 0;
        return 0;
}
