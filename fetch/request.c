/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "fetch/address.h"
#include "fetch/http-private.h"
#include "fetch/url.h"

#define HEADERS_MAX (256U * 1024U)

static size_t on_header(_unused_ char *data, size_t size, size_t n, void *userdata) {
        Request *request = userdata;

        request->header_size += size * n;
        if (request->header_size <= HEADERS_MAX)
                return size * n;
        request->question.headers_too_large = true;
        return 0;
}

static size_t on_body(char *data, size_t size, size_t n, void *userdata) {
        Request *request = userdata;
        long status = 0;

        n *= size;
        request->question.body_begun = true;
        (void) curl_easy_getinfo(request->easy, CURLINFO_RESPONSE_CODE, &status);
        if (status >= 300) {
                /* Nobody reads it; what is short is let through, to keep the connection. */
                request->discarded += n;
                return request->discarded <= request->source->max_size ? n : 0;
        }
        if (buffer_append(&request->body, data, n) < 0) {
                request->question.too_large = true;
                return 0;
        }
        return n;
}

/* Where a name leads is known only here; what we looked up ourselves could change before curl looks
 * it up. */
static curl_socket_t on_socket(void *userdata, _unused_ curlsocktype purpose,
                               struct curl_sockaddr *address) {
        Request *request = userdata;

        if (request->guarded && !address_is_public(&address->addr)) {
                request->question.refused = true;
                return CURL_SOCKET_BAD;
        }
        return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

static int add_header(Request *request, const char *header) {
        struct curl_slist *grown = curl_slist_append(request->headers, header);

        if (!grown)
                return -ENOMEM;
        request->headers = grown;
        return 0;
}

static int add_condition(Request *request, const char *name, const char *value) {
        _cleanup_free_ char *header = NULL;

        if (!value)
                return 0;
        if (asprintf(&header, "%s: %s", name, value) < 0) {
                header = NULL;
                return -ENOMEM;
        }
        request->question.conditional = true;
        return add_header(request, header);
}

/* The user's headers for the user's host only, conditions only for the very page they came from. */
static int set_headers(Request *request) {
        const Source *source = request->source;
        const Validators *known = request->known;
        int r = 0;

        curl_slist_free_all(request->headers);
        request->headers = NULL;
        if (url_same_origin(source->url.text, request->url))
                for (size_t i = 0; r >= 0 && i < source->headers.n; i++)
                        r = add_header(request, source->headers.items[i].text);
        if (known && known->url && streq(known->url, request->url)) {
                if (r >= 0)
                        r = add_condition(request, "If-None-Match", known->etag);
                if (r >= 0)
                        r = add_condition(request, "If-Modified-Since", known->last_modified);
        }
        return r;
}

static int set_options(Request *request, long timeout_ms) {
        CURL *easy = request->easy;
        CURLcode failed = CURLE_OK;

#define SET(option, value)                                                                         \
        do {                                                                                       \
                if (failed == CURLE_OK)                                                            \
                        failed = curl_easy_setopt(easy, option, value);                            \
        } while (0)

        curl_easy_reset(easy);
        SET(CURLOPT_URL, request->url);
        SET(CURLOPT_PRIVATE, request);
        SET(CURLOPT_PROTOCOLS_STR, "http,https");
        SET(CURLOPT_REDIR_PROTOCOLS_STR, "http,https");
        SET(CURLOPT_FOLLOWLOCATION, 0L);
        SET(CURLOPT_NOSIGNAL, 1L); /* SIGALRM is ours */
        SET(CURLOPT_USERAGENT, request->http->user_agent);
        SET(CURLOPT_HTTPHEADER, request->headers);
        SET(CURLOPT_ACCEPT_ENCODING, "");
        SET(CURLOPT_TIMEOUT_MS, timeout_ms);
        SET(CURLOPT_CONNECTTIMEOUT_MS, timeout_ms);
        SET(CURLOPT_HEADERFUNCTION, on_header);
        SET(CURLOPT_HEADERDATA, request);
        SET(CURLOPT_WRITEFUNCTION, on_body);
        SET(CURLOPT_WRITEDATA, request);
        SET(CURLOPT_OPENSOCKETFUNCTION, on_socket);
        SET(CURLOPT_OPENSOCKETDATA, request);
        SET(CURLOPT_ERRORBUFFER, request->error);
        SET(CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
        /* A connection from the pool would not ask on_socket(). */
        SET(CURLOPT_FRESH_CONNECT, request->guarded ? 1L : 0L);
#if LIBCURL_VERSION_NUM >= 0x075700
        SET(CURLOPT_QUICK_EXIT, 1L); /* do not wait for a resolver that does not answer */
#endif
#undef SET
        return failed == CURLE_OK ? 0 : -ENOMEM;
}

int request_begin_hop(Request *request) {
        usec_t now = time_monotonic();
        long left_ms = 1;
        int r;

        request->question = (Question){};
        request->header_size = request->discarded = 0;
        request->error[0] = '\0';
        buffer_done(&request->body);
        if (request->deadline > now)
                left_ms = (long) ((request->deadline - now + USEC_PER_MSEC - 1) / USEC_PER_MSEC);

        r = set_headers(request);
        if (r >= 0)
                r = set_options(request, left_ms);
        if (r < 0)
                return r;
        return curl_multi_add_handle(request->http->multi, request->easy) == CURLM_OK ? 0 : -ENOMEM;
}
