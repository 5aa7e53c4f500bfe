/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <strings.h>

#include "fetch/address.h"
#include "fetch/exchange.h"
#include "fetch/proxy.h"
#include "fetch/url.h"

#define HEADER_MAX (256U * 1024U)
/* Of one line of it curl takes no more; and over HTTP/2 it forgets the rest of a line that is
 * longer than its buffer, which is 16 KiB by default. */
#define HEADER_LINE_MAX (100L * 1024L)
/* So many fields of one name are looked at: curl looks through all of them for each. */
#define FIELDS_MAX 32U
/* What is looked at of the page of an error. */
#define ERROR_MAX (64U * 1024U)
#define COOKIES_MAX (64U * 1024U)
/* A connection is given up after less than five minutes, so that a name that moves is noticed. */
#define CONNECTION_LIFE_SEC 290L
#define DNS_LIFE_SEC 60L
#define TIMEOUT_MORE_MSEC 6000L
/* What is read at once: of a large page less often than curl would. */
#define READ_SIZE (64L * 1024L)
/* Before, curl took a stream that was reset for one that had ended. */
#define CURL_KNOWS_RESET 0x080000

static size_t on_header(char *data, size_t size, size_t n, void *userdata) {
        Exchange *e = userdata;

        n *= size;
        if ((n == 2 && memcmp(data, "\r\n", 2) == 0) || (n == 1 && *data == '\n'))
                e->header_ended = true;
        else if (n >= 5 && memcmp(data, "HTTP/", 5) == 0)
                e->header_ended = false; /* of another answer, after one of 1xx */
        e->header_size += n;
        if (e->header_size <= HEADER_MAX)
                return n;
        e->header_too_large = true;
        return 0;
}

/* That more came than was told curl says nowhere but in its log. */
static int on_log(_unused_ CURL *easy, curl_infotype type, char *data, size_t size,
                  void *userdata) {
        static const char words[] = "Excess found";
        Exchange *e = userdata;

        if (type == CURLINFO_TEXT && size >= strlen(words) &&
            memcmp(data, words, strlen(words)) == 0)
                e->excess = true;
        return 0;
}

/* Those of the page, then those of the way to us; curl has undone the chunks only. */
static int open_decoder(Exchange *e) {
        _cleanup_buffer_ Buffer codings = BUFFER(1024);
        const char *value;
        int r;

        for (size_t i = 0; (value = exchange_header_at(e, "Content-Encoding", i)); i++)
                buffer_printf(&codings, ",%s", value);
        for (size_t i = 0; (value = exchange_header_at(e, "Transfer-Encoding", i)); i++)
                buffer_printf(&codings, ",%s", value);
        r = buffer_error(&codings);
        e->coded = codings.size > 0;
        if (r >= 0)
                r = decoder_new(strnull(codings.data), &e->decoder);
        return r == -ENOBUFS ? -EPROTONOSUPPORT : r;
}

/* Room for all that is announced, so that what has come need not be moved. */
static void make_room(Exchange *e) {
        curl_off_t length = -1;

        (void) curl_easy_getinfo(e->easy, CURLINFO_CONTENT_LENGTH_DOWNLOAD_T, &length);
        if (length > 0 && (uint64_t) length <= e->body.max)
                (void) buffer_reserve(&e->body, (size_t) length);
}

/* What comes of a page: its codings undone. */
static int add_body(Exchange *e, const char *data, size_t n) {
        int r = 0;

        if (!e->decoder) {
                make_room(e);
                r = open_decoder(e);
        }
        return r < 0 ? r : decoder_add(e->decoder, data, n, &e->body);
}

/* What unpacks a body remembers as much as it has given, in the worst case. */
static size_t room_of(const Exchange *e) {
        return e->coded ? 2 * e->body.size : e->body.size;
}

static size_t on_body(char *data, size_t size, size_t n, void *userdata) {
        Exchange *e = userdata;
        long status = 0;

        n *= size;
        e->body_begun = true;
        (void) curl_easy_getinfo(e->easy, CURLINFO_RESPONSE_CODE, &status);
        if (status >= 300) {
                /* What is short is let through, to keep the connection; of the page of an error
                 * the beginning is looked at: it may be a challenge. */
                e->discarded += n;
                e->body.max = MIN(e->body.max, (size_t) 4 * ERROR_MAX);
                if (status >= 400 && e->discarded <= ERROR_MAX && !e->error_unreadable)
                        e->error_unreadable = add_body(e, data, n) < 0;
                return e->discarded <= e->body.max ? n : 0;
        }
        if (!budget_may_grow(&e->share))
                return CURL_WRITEFUNC_PAUSE;
        e->body_error = add_body(e, data, n);
        budget_set_held(&e->share, room_of(e));
        return e->body_error < 0 ? 0 : n;
}

/* Where a name leads is known only here; what we looked up ourselves could change before curl looks
 * it up. */
static curl_socket_t on_socket(void *userdata, _unused_ curlsocktype purpose,
                               struct curl_sockaddr *address) {
        Exchange *e = userdata;

        e->connected = true;
        /* A proxy is where the user wants it; what it leads to is its own affair. */
        if (e->guarded && !e->proxied && !address_is_public(&address->addr)) {
                e->refused = true;
                return CURL_SOCKET_BAD;
        }
        return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

static int on_sent(void *userdata, _unused_ char *to, _unused_ char *from, _unused_ int to_port,
                   _unused_ int from_port) {
        Exchange *e = userdata;

        e->sent = true;
        return CURL_PREREQFUNC_OK;
}

static int add_header(Exchange *e, const char *header) {
        struct curl_slist *grown = curl_slist_append(e->headers, header);

        if (!grown)
                return -ENOMEM;
        e->headers = grown;
        return 0;
}

static int add_condition(Exchange *e, const char *name, const char *value) {
        _cleanup_free_ char *header = NULL;

        if (!value)
                return 0;
        if (asprintf(&header, "%s: %s", name, value) < 0) {
                header = NULL;
                return -ENOMEM;
        }
        e->conditional = true;
        return add_header(e, header);
}

/* A header of the source. Cookies go where those go that the site sets meanwhile. */
static int add_own_header(Exchange *e, const char *header) {
        if (strncasecmp(header, "cookie:", 7) != 0)
                return add_header(e, header);
        buffer_printf(&e->cookies, "%s%s", e->cookies.size > 0 ? "; " : "",
                      header + 7 + strspn(header + 7, " \t"));
        return buffer_error(&e->cookies) == -ENOMEM ? -ENOMEM : 0;
}

/* The source's headers for its own host only, conditions only for the very page they came from. */
static int set_headers(Exchange *e, const Question *question) {
        const Values *headers = &question->source->headers;
        const Validators *known = question->known;
        int r = 0;

        if (url_same_origin(question->source->url.text, question->url))
                for (size_t i = 0; r >= 0 && i < headers->n; i++)
                        r = add_own_header(e, headers->items[i].text);
        if (r >= 0 && known && known->url && streq(known->url, question->url)) {
                r = add_condition(e, "If-None-Match", known->etag);
                if (r >= 0 && known->dated)
                        r = add_condition(e, "If-Modified-Since", known->last_modified);
        }
        return r;
}

static int set_options(Exchange *e, const Question *question, void *userdata) {
        const char *proxy = proxy_for(question->url);
        /* http.c has the better clock; this one is for the day when it does not. */
        long timeout_ms = (long) (question->timeout / USEC_PER_MSEC) + TIMEOUT_MORE_MSEC;
        CURLcode failed = CURLE_OK;

#define SET(option, value)                                                                         \
        do {                                                                                       \
                if (failed == CURLE_OK)                                                            \
                        failed = curl_easy_setopt(e->easy, option, value);                         \
        } while (0)

        SET(CURLOPT_URL, question->url);
        SET(CURLOPT_USERPWD, question->user);
        SET(CURLOPT_PROXY, proxy);
        SET(CURLOPT_NOPROXY, "");
        SET(CURLOPT_PRIVATE, userdata);
        SET(CURLOPT_PROTOCOLS_STR, "http,https");
        SET(CURLOPT_REDIR_PROTOCOLS_STR, "http,https");
        SET(CURLOPT_FOLLOWLOCATION, 0L);
        SET(CURLOPT_NOSIGNAL, 1L); /* SIGALRM is ours */
        SET(CURLOPT_USERAGENT, question->user_agent);
        SET(CURLOPT_HTTPHEADER, e->headers);
        SET(CURLOPT_ACCEPT_ENCODING, DECODE_ACCEPT);
        SET(CURLOPT_HTTP_CONTENT_DECODING, 0L);
        SET(CURLOPT_COOKIE, e->cookies.data);
        SET(CURLOPT_TIMEOUT_MS, timeout_ms);
        SET(CURLOPT_CONNECTTIMEOUT_MS, timeout_ms);
        SET(CURLOPT_HEADERFUNCTION, on_header);
        SET(CURLOPT_HEADERDATA, e);
        SET(CURLOPT_WRITEFUNCTION, on_body);
        SET(CURLOPT_WRITEDATA, e);
        SET(CURLOPT_OPENSOCKETFUNCTION, on_socket);
        SET(CURLOPT_OPENSOCKETDATA, e);
        SET(CURLOPT_PREREQFUNCTION, on_sent);
        SET(CURLOPT_PREREQDATA, e);
        SET(CURLOPT_DEBUGFUNCTION, on_log);
        SET(CURLOPT_DEBUGDATA, e);
        SET(CURLOPT_VERBOSE, 1L);
        SET(CURLOPT_BUFFERSIZE, HEADER_LINE_MAX);
        SET(CURLOPT_ERRORBUFFER, e->error);
        SET(CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
        /* A connection from the pool would not ask on_socket(). */
        SET(CURLOPT_FRESH_CONNECT, question->fresh || e->guarded ? 1L : 0L);
        SET(CURLOPT_FORBID_REUSE, question->last ? 1L : 0L);
        SET(CURLOPT_BUFFERSIZE, READ_SIZE);
        SET(CURLOPT_MAXLIFETIME_CONN, CONNECTION_LIFE_SEC);
        SET(CURLOPT_DNS_CACHE_TIMEOUT, question->fresh ? 0L : DNS_LIFE_SEC);
#if LIBCURL_VERSION_NUM >= 0x075700
        SET(CURLOPT_QUICK_EXIT, 1L); /* do not wait for a resolver that does not answer */
#endif
#undef SET
        e->proxied = !isempty(proxy);
        return failed == CURLE_OK ? tls_set(question->tls, e->easy, question->url) : -ENOMEM;
}

/* One that reads no cookies, but sends back those that are set. What is set once is never taken
 * back: each question sets the rest anew. */
static CURL *new_easy(void) {
        CURL *easy = curl_easy_init();

        if (easy && curl_easy_setopt(easy, CURLOPT_COOKIEFILE, "") != CURLE_OK) {
                curl_easy_cleanup(easy);
                return NULL;
        }
        return easy;
}

int exchange_begin(Exchange *e, const Question *question, void *userdata) {
        CURL *easy = e->easy;
        int r;

        if (!easy)
                easy = new_easy();
        if (!easy)
                return -ENOMEM;
        budget_leave(&e->share);
        curl_slist_free_all(e->headers);
        buffer_done(&e->cookies);
        buffer_done(&e->body);
        decoder_free(e->decoder);
        *e = (Exchange){
                .easy = easy,
                .cookies = BUFFER(COOKIES_MAX),
                .body = BUFFER(question->source->max_size),
                .guarded = question->guarded,
        };
        budget_join(question->budget, &e->share, userdata);
        r = set_headers(e, question);
        return r < 0 ? r : set_options(e, question, userdata);
}

CURLcode exchange_resume(Exchange *e) {
        return curl_easy_pause(e->easy, CURLPAUSE_CONT);
}

void exchange_end(Exchange *e, CURLcode code) {
        curl_off_t first_byte = 0;

        e->code = code;
        (void) curl_easy_getinfo(e->easy, CURLINFO_STARTTRANSFER_TIME_T, &first_byte);
        e->begun = first_byte > 0;
        (void) curl_easy_getinfo(e->easy, CURLINFO_RESPONSE_CODE, &e->status);
        /* curl takes the end of the connection for that of the header, too. */
        if (code == CURLE_OK && e->status > 0 && !e->header_ended)
                e->code = CURLE_PARTIAL_FILE;
        /* Of one that has ended the connection is not its own any more, and this does nothing. */
        if (code != CURLE_OK)
                (void) curl_easy_setopt(e->easy, CURLOPT_FORBID_REUSE, 1L);
}

void exchange_done(Exchange *e) {
        budget_leave(&e->share);
        curl_easy_cleanup(e->easy);
        curl_slist_free_all(e->headers);
        buffer_done(&e->cookies);
        buffer_done(&e->body);
        decoder_free(e->decoder);
        *e = (Exchange){};
}

static const char *header_at(const Exchange *e, const char *name, size_t i) {
        struct curl_header *header;

        return curl_easy_header(e->easy, name, i, CURLH_HEADER, -1, &header) == CURLHE_OK
                       ? header->value
                       : NULL;
}

const char *exchange_header_at(const Exchange *e, const char *name, size_t i) {
        return i < FIELDS_MAX ? header_at(e, name, i) : NULL;
}

const char *exchange_header(const Exchange *e, const char *name) {
        struct curl_header *header;

        if (curl_easy_header(e->easy, name, 0, CURLH_HEADER, -1, &header) != CURLHE_OK)
                return NULL;
        return header_at(e, name, header->amount - 1);
}

char *exchange_charset(const Exchange *e) {
        const char *type = NULL;

        if (curl_easy_getinfo(e->easy, CURLINFO_CONTENT_TYPE, &type) != CURLE_OK || !type)
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

bool exchange_is_kept(const Exchange *e) {
        return e->sent && !e->connected;
}

bool exchange_is_silent(const Exchange *e) {
        return exchange_is_kept(e) && e->header_size == 0;
}

bool exchange_is_whole(const Exchange *e) {
        return !e->decoder || decoder_is_whole(e->decoder);
}

/* One that curl has understood, no other beside it, and no more than that has come. */
static bool has_length(const Exchange *e) {
        const char *length = exchange_header_at(e, "Content-Length", 0), *other;
        curl_off_t understood = -1;

        (void) curl_easy_getinfo(e->easy, CURLINFO_CONTENT_LENGTH_DOWNLOAD_T, &understood);
        if (!length || understood < 0 || e->excess || length[strspn(length, "0123456789")])
                return false;
        for (size_t i = 1; (other = exchange_header_at(e, "Content-Length", i)); i++)
                if (!streq(other, length))
                        return false;
        return true;
}

bool exchange_tells_end(const Exchange *e) {
        const char *framing = exchange_header(e, "Transfer-Encoding");
        long version = 0;

        (void) curl_easy_getinfo(e->easy, CURLINFO_HTTP_VERSION, &version);
        if (version >= CURL_HTTP_VERSION_2_0 && LIBCURL_VERSION_NUM >= CURL_KNOWS_RESET)
                return true;
        return (framing ? strcasestr(framing, "chunked") != NULL : has_length(e)) ||
               (e->decoder && decoder_tells_end(e->decoder));
}

bool exchange_was_public(const Exchange *e) {
        const char *address = NULL;

        (void) curl_easy_getinfo(e->easy, CURLINFO_PRIMARY_IP, &address);
        return isempty(address) ? e->guarded : address_text_is_public(address);
}
