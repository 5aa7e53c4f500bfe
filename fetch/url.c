/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * libcurl resolves; what is here is what it and browsers (the URL Standard) do not agree on. It
 * must not be given a chance to write a link in another way than its page does, because links are
 * compared: so parts are not set one by one, which would change the case of what is encoded.
 */

#include <ctype.h>
#include <curl/curl.h>
#include <strings.h>

#include "common/buffer.h"
#include "common/text.h"
#include "fetch/url.h"

#ifdef CURLU_PUNYCODE
#define PUNYCODE CURLU_PUNYCODE
#else
#define PUNYCODE 0
#endif

/* A link, cut where the rules change. */
typedef struct UrlParts {
        const char *scheme; /* NULL: there is none */
        size_t n_scheme;
        const char *site; /* host and port. NULL: there is no "//" */
        size_t n_site;
        const char *rest; /* path, query, fragment */
} UrlParts;

/* Without white space around it, and tabs and line breaks in it; with "/" for "\" in front of the
 * query. */
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
        for (char *p = s; *p && !strchr("?#", *p); p++)
                if (*p == '\\')
                        *p = '/';
        return s;
}

static UrlParts split(const char *s) {
        const char *site;
        UrlParts link = {};
        size_t n = 0;

        if (isalpha((unsigned char) *s))
                while (isalnum((unsigned char) s[n]) || (s[n] && strchr("+-.", s[n])))
                        n++;
        if (n > 0 && s[n] == ':') {
                link.scheme = s;
                link.n_scheme = n;
                s += n + 1;
        }
        site = startswith(s, "//");
        if (site) {
                const char *end = site + strcspn(site, "/?#");
                const char *user = memrchr(site, '@', (size_t) (end - site));

                link.site = user ? user + 1 : site;
                link.n_site = (size_t) (end - link.site);
                s = end;
        }
        link.rest = s;
        return link;
}

static bool has_scheme(const UrlParts *link, const char *scheme) {
        return link->scheme && link->n_scheme == strlen(scheme) &&
               strncasecmp(link->scheme, scheme, link->n_scheme) == 0;
}

static bool has_same_scheme(const UrlParts *a, const UrlParts *b) {
        return a->n_scheme == b->n_scheme && strncasecmp(a->scheme, b->scheme, a->n_scheme) == 0;
}

static bool is_site(const UrlParts *link) {
        return link->site && link->n_site > 0 && !memchr(link->site, '|', link->n_site) &&
               (has_scheme(link, "http") || has_scheme(link, "https"));
}

static bool has_path(const UrlParts *link) {
        return !strchr("?#", *link->rest); /* which finds the end of a string, too */
}

static void put_encoded(Buffer *b, const char *s, size_t n) {
        for (size_t i = 0; i < n; i++) {
                unsigned char c = (unsigned char) s[i];

                if (c <= 0x20 || c >= 0x7f || strchr("\"<>\\^`{|}", c))
                        buffer_printf(b, "%%%02X", c);
                else
                        buffer_append(b, s + i, 1);
        }
}

static void put_site(Buffer *b, const UrlParts *link) {
        buffer_puts(b, has_scheme(link, "https") ? "https://" : "http://");
        buffer_append(b, link->site, link->n_site);
}

/* Without its fragment. */
static void put_base(Buffer *b, const UrlParts *base) {
        put_site(b, base);
        put_encoded(b, base->rest, strcspn(base->rest, "#"));
}

/* A link in such words that libcurl finds in it what browsers do. */
static void put_link(Buffer *b, const UrlParts *base, const UrlParts *link) {
        if (link->site)
                put_site(b, link);
        else if (strchr("#", *link->rest)) /* or it is empty */
                put_base(b, base);         /* libcurl would take the folder of the page */
        else if (!strchr("/?", *link->rest))
                buffer_puts(b, "./"); /* what is in front of a colon is no scheme */
        put_encoded(b, link->rest, strlen(link->rest));
}

/* 0: it is no URL. Caller frees with curl_free(). */
static int resolve(const char *base, const char *link, char **ret) {
        CURLU *url = curl_url();
        int r = -ENOMEM;

        if (url)
                r = curl_url_set(url, CURLUPART_URL, base, 0) == CURLUE_OK &&
                    curl_url_set(url, CURLUPART_URL, link, 0) == CURLUE_OK &&
                    curl_url_get(url, CURLUPART_URL, ret, PUNYCODE) == CURLUE_OK;
        curl_url_cleanup(url);
        return r;
}

/* Without the "/" that libcurl puts behind a host, where the page has none. */
static int copy(const char *resolved, bool pathless, char **ret) {
        const char *slash = strchr(strstr(resolved, "//") + 2, '/');
        char *url;

        if (strlen(resolved) - pathless > URL_MAX)
                return 0;
        if (asprintf(&url, "%.*s%s", (int) (slash - resolved), resolved, slash + pathless) < 0)
                return -ENOMEM;
        *ret = url;
        return 1;
}

int url_resolve(const char *base, const char *link, char **ret) {
        _cleanup_free_ char *tidy_base = tidy(base), *tidy_link = tidy(link);
        _cleanup_buffer_ Buffer page = BUFFER(4 * URL_MAX), wanted = BUFFER(4 * URL_MAX);
        UrlParts b, l;
        char *resolved;
        int r;

        if (!tidy_base || !tidy_link)
                return -ENOMEM;
        b = split(tidy_base);
        l = split(tidy_link);
        if (l.scheme && b.scheme && !l.site &&
            has_same_scheme(&l, &b)) /* "http:news" is relative */
                l.scheme = NULL;
        if (l.site && !l.scheme)
                l = (UrlParts){ b.scheme, b.n_scheme, l.site, l.n_site, l.rest };
        if (!is_site(&b) || (l.scheme && !is_site(&l)))
                return 0;

        put_base(&page, &b);
        put_link(&wanted, &b, &l);
        r = buffer_error(&page) < 0 ? buffer_error(&page) : buffer_error(&wanted);
        if (r < 0)
                return r == -ENOBUFS ? 0 : r;
        r = resolve(page.data, wanted.data, &resolved);
        if (r <= 0)
                return r;
        r = copy(resolved, !has_path(&l) && (l.site || !has_path(&b)), ret);
        curl_free(resolved);
        return r;
}

/* A part of a URL, what is usual where it is not written. Caller frees with curl_free(). */
static char *part_of(const char *text, CURLUPart part, unsigned flags) {
        CURLU *url = curl_url();
        char *value = NULL;

        if (url && curl_url_set(url, CURLUPART_URL, text, CURLU_URLENCODE) == CURLUE_OK &&
            curl_url_get(url, part, &value, flags) != CURLUE_OK)
                value = NULL;
        curl_url_cleanup(url);
        return value;
}

int url_split_user(const char *url, char **ret, char **ret_user) {
        _cleanup_free_ char *clean = NULL, *both = NULL;
        char *user, *password;
        int r;

        r = url_resolve(url, "", &clean);
        if (r < 0)
                return r;
        if (r == 0)
                clean = strdup(url);
        user = part_of(url, CURLUPART_USER, CURLU_URLDECODE);
        password = part_of(url, CURLUPART_PASSWORD, CURLU_URLDECODE);
        r = user || password ? asprintf(&both, "%s:%s", strnull(user), strnull(password)) : 0;
        curl_free(user);
        curl_free(password);
        if (r < 0)
                both = NULL;
        if (r < 0 || !clean)
                return -ENOMEM;
        *ret = STEAL_POINTER(clean);
        *ret_user = STEAL_POINTER(both);
        return 0;
}

char *url_decode_user(const char *user) {
        char *decoded = curl_easy_unescape(NULL, user, 0, NULL);
        char *copy = decoded ? strdup(decoded) : NULL;

        curl_free(decoded);
        return copy;
}

bool url_same_origin(const char *a, const char *b) {
        static const CURLUPart parts[] = { CURLUPART_SCHEME, CURLUPART_HOST, CURLUPART_PORT };
        bool same = true;

        for (size_t i = 0; same && i < ELEMENTSOF(parts); i++) {
                char *x = part_of(a, parts[i], CURLU_DEFAULT_PORT),
                     *y = part_of(b, parts[i], CURLU_DEFAULT_PORT);

                same = x && y && strcasecmp(x, y) == 0;
                curl_free(x);
                curl_free(y);
        }
        return same;
}
