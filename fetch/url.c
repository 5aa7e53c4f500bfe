/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * By hand, because links must be compared as their page writes them: a URL library would normalise
 * some, and curl 7.88 resolves "" and "#x" as other than RFC 3986 says. It serves for names that
 * are not ASCII only.
 */

#include <ctype.h>
#include <curl/curl.h>
#include <strings.h>

#include "common/buffer.h"
#include "common/text.h"
#include "fetch/url.h"

/* A part of a URL. No start: the part is not there, which is not the same as empty. */
typedef struct Span {
        const char *start;
        size_t n;
} Span;

typedef struct Parts {
        Span scheme, authority, path, query, fragment;
} Parts;

static Span span_until(const char **s, const char *stops) {
        Span span = { .start = *s, .n = strcspn(*s, stops) };

        *s += span.n;
        return span;
}

/* RFC 3986, 5.2.1 and appendix B. */
static Parts split(const char *s) {
        Parts parts = {};
        size_t n = 0;

        if (isalpha((unsigned char) *s))
                while (isalnum((unsigned char) s[n]) || (s[n] && strchr("+-.", s[n])))
                        n++;
        if (n > 0 && s[n] == ':') {
                parts.scheme = (Span){ s, n };
                s += n + 1;
        }
        if (startswith(s, "//")) {
                s += 2;
                parts.authority = span_until(&s, "/?#");
        }
        parts.path = span_until(&s, "?#");
        if (*s == '?') {
                s++;
                parts.query = span_until(&s, "#");
        }
        if (*s == '#')
                parts.fragment = (Span){ s + 1, strlen(s + 1) };
        return parts;
}

static bool same_text(Span a, Span b) {
        return a.n == b.n && (a.n == 0 || strncasecmp(a.start, b.start, a.n) == 0);
}

static bool is_web(Span scheme) {
        return same_text(scheme, (Span){ "http", 4 }) || same_text(scheme, (Span){ "https", 5 });
}

static int put_encoded(Buffer *b, const char *s, size_t n) {
        int r = 0;

        for (size_t i = 0; i < n && r >= 0; i++) {
                unsigned char c = (unsigned char) s[i];

                if (c <= 0x20 || c >= 0x7f || strchr("\"<>\\^`{|}", c))
                        r = buffer_printf(b, "%%%02X", c);
                else
                        r = buffer_append(b, s + i, 1);
        }
        return r;
}

/* An internationalised name in its ASCII form. 0: there is none. */
static int put_ascii_host(Buffer *b, Span host) {
#ifdef CURLU_PUNYCODE
        _cleanup_free_ char *url = NULL;
        char *ascii = NULL;
        CURLU *handle;
        int r = 0;

        if (asprintf(&url, "http://%.*s/", (int) host.n, host.start) < 0) {
                url = NULL;
                return -ENOMEM;
        }
        handle = curl_url();
        if (!handle)
                return -ENOMEM;
        if (curl_url_set(handle, CURLUPART_URL, url, 0) == CURLUE_OK &&
            curl_url_get(handle, CURLUPART_HOST, &ascii, CURLU_PUNYCODE) == CURLUE_OK) {
                r = buffer_puts(b, ascii);
                r = r < 0 ? r : 1;
        }
        curl_free(ascii);
        curl_url_cleanup(handle);
        return r;
#else
        return 0;
#endif
}

/* Appends a host. 0: it is not a valid one. */
static int put_host(Buffer *b, Span host) {
        bool literal = host.n > 2 && host.start[0] == '[' && host.start[host.n - 1] == ']';
        const char *punctuation = literal ? "[]:." : "-._~!$&'()*+,;=%";
        bool ascii = true;
        int r;

        for (size_t i = 0; i < host.n; i++) {
                unsigned char c = (unsigned char) host.start[i];

                if (c >= 0x80)
                        ascii = false;
                else if (!(literal ? isxdigit(c) : isalnum(c)) && !strchr(punctuation, c))
                        return 0;
        }
        if (host.n == 0)
                return 0;
        if (!ascii)
                return put_ascii_host(b, host);
        r = buffer_append(b, host.start, host.n);
        return r < 0 ? r : 1;
}

/* The parts of an authority, [user@]host[:port]; the port keeps its colon. */
static void split_authority(Span authority, Span *ret_user, Span *ret_host, Span *ret_port) {
        const char *end = authority.start + authority.n, *host, *colon;

        host = memrchr(authority.start, '@', authority.n);
        host = host ? host + 1 : authority.start;
        *ret_user = (Span){ authority.start, (size_t) (host - authority.start) };

        colon = memrchr(host, ':', (size_t) (end - host));
        if (!colon || memchr(colon, ']', (size_t) (end - colon)))
                colon = end;
        *ret_host = (Span){ host, (size_t) (colon - host) };
        *ret_port = (Span){ colon, (size_t) (end - colon) };
}

static int put_authority(Buffer *b, Span authority) {
        Span user, host, port;
        int r;

        split_authority(authority, &user, &host, &port);
        if (port.n > 6 || strspn(port.start, ":0123456789") < port.n ||
            (port.n > 1 && atol(port.start + 1) > 65535))
                return 0;

        r = put_encoded(b, user.start, user.n);
        if (r >= 0)
                r = put_host(b, host);
        if (r <= 0)
                return r;
        r = buffer_append(b, port.start, port.n);
        return r < 0 ? r : 1;
}

/* RFC 3986, 5.2.4, in place from offset on. */
static void remove_dots(Buffer *b, size_t offset) {
        char *path = b->data + offset, *in = path, *out = path;

        while (*in) {
                char *next = in + 1 + strcspn(in + 1, "/");
                size_t n = (size_t) (next - in);
                bool one = n == 2 && memcmp(in, "/.", 2) == 0,
                     two = n == 3 && memcmp(in, "/..", 3) == 0;

                if (two)
                        while (out > path && *--out != '/')
                                ;
                if (!one && !two) {
                        memmove(out, in, n);
                        out += n;
                } else if (!*next)
                        *out++ = '/'; /* a last "." or ".." names a folder */
                in = next;
        }
        b->size = (size_t) (out - b->data);
        b->data[b->size] = '\0';
}

static int put_path(Buffer *b, const Parts *base, const Parts *link) {
        size_t offset = b->size, folder = base->path.n;
        int r = 0;

        if (link->authority.start || link->path.start[0] == '/')
                r = put_encoded(b, link->path.start, link->path.n);
        else if (link->path.n == 0)
                return put_encoded(b, base->path.start, base->path.n);
        else {
                while (folder > 0 && base->path.start[folder - 1] != '/')
                        folder--;
                r = folder > 0 ? put_encoded(b, base->path.start, folder)
                               : buffer_append(b, "/", 1);
                if (r >= 0)
                        r = put_encoded(b, link->path.start, link->path.n);
        }
        if (r >= 0 && b->size > offset)
                remove_dots(b, offset);
        return r;
}

static int put_tail(Buffer *b, char mark, Span span) {
        int r;

        if (!span.start)
                return 0;
        r = buffer_append(b, &mark, 1);
        return r < 0 ? r : put_encoded(b, span.start, span.n);
}

static int put_scheme(Buffer *b, Span scheme) {
        return buffer_puts(b, scheme.n == 5 ? "https://" : "http://");
}

static int resolve(const Parts *base, Parts link, Buffer *b) {
        const Parts *site;
        int r;

        if (link.scheme.start && !link.authority.start) {
                if (!same_text(link.scheme, base->scheme))
                        return 0;
                link.scheme = (Span){};
        }
        site = link.authority.start ? &link : base;
        if (!link.scheme.start)
                link.scheme = base->scheme;
        if (!is_web(link.scheme) || !site->authority.start)
                return 0;

        r = put_scheme(b, link.scheme);
        if (r >= 0)
                r = put_authority(b, site->authority);
        if (r <= 0)
                return r;
        r = put_path(b, base, &link);
        if (r >= 0 && site == base && link.path.n == 0 && !link.query.start)
                r = put_tail(b, '?', base->query);
        if (r >= 0)
                r = put_tail(b, '?', link.query);
        if (r >= 0)
                r = put_tail(b, '#', link.fragment);
        return r < 0 ? r : 1;
}

/* Without white space around it, and tabs and line breaks anywhere (HTML's "URL parser", step 1 and
 * 3). */
static char *tidy(const char *link) {
        size_t n, m = 0;
        char *s;

        while (*link && (unsigned char) *link <= 0x20)
                link++;
        n = strlen(link);
        while (n > 0 && (unsigned char) link[n - 1] <= 0x20)
                n--;
        s = malloc(n + 1);
        if (!s)
                return NULL;
        for (size_t i = 0; i < n; i++)
                if (!strchr("\t\n\r", link[i]))
                        s[m++] = link[i];
        s[m] = '\0';
        return s;
}

int url_resolve(const char *base, const char *link, char **ret) {
        _cleanup_buffer_ Buffer b = BUFFER(URL_MAX);
        _cleanup_free_ char *tidied = NULL;
        Parts parts;
        int r;

        tidied = tidy(link);
        if (!tidied)
                return -ENOMEM;
        parts = split(base);
        r = resolve(&parts, split(tidied), &b);
        if (r == -ENOBUFS)
                return 0;
        if (r > 0)
                *ret = STEAL_POINTER(b.data);
        return r;
}

bool url_same_origin(const char *a, const char *b) {
        const Parts x = split(a), y = split(b);
        Span user, host[2], port[2];

        if (!x.authority.start || !y.authority.start || !same_text(x.scheme, y.scheme))
                return false;
        split_authority(x.authority, &user, host, port);
        split_authority(y.authority, &user, host + 1, port + 1);
        for (size_t i = 0; i < 2; i++) {
                const char *usual = x.scheme.n == 5 ? ":443" : ":80";

                if (port[i].n <= 1)
                        port[i] = (Span){ usual, strlen(usual) };
        }
        return same_text(host[0], host[1]) && same_text(port[0], port[1]);
}
