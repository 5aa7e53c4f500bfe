/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <arpa/inet.h>
#include <curl/curl.h>
#include <strings.h>

#include "common/util.h"
#include "fetch/proxy.h"

/* HTTP_PROXY is what a CGI program finds of a header "Proxy:", and so is not believed. */
static const char *variable(const char *lower, const char *upper) {
        const char *value = getenv(lower);

        return value || !upper ? value : getenv(upper);
}

/* An address within "10.0.0.0/8" and the like. */
static bool is_within(const char *host, const char *network) {
        uint8_t address[16], prefix[16], size;
        char text[INET6_ADDRSTRLEN];
        const char *slash = strchr(network, '/');
        size_t n = slash ? (size_t) (slash - network) : strlen(network);
        int family = strchr(host, ':') ? AF_INET6 : AF_INET;
        unsigned long bits;

        if (n >= sizeof(text))
                return false;
        memcpy(text, network, n);
        text[n] = '\0';
        if (inet_pton(family, host, address) != 1 || inet_pton(family, text, prefix) != 1)
                return false;
        size = family == AF_INET ? 32 : 128;
        bits = slash ? strtoul(slash + 1, NULL, 10) : size;
        if (bits > size || memcmp(address, prefix, bits / 8) != 0)
                return false;
        return bits % 8 == 0 || ((address[bits / 8] ^ prefix[bits / 8]) >> (8 - bits % 8)) == 0;
}

/* A word of no_proxy: the host, or a domain that it is in. */
static bool is_meant(const char *host, const char *word) {
        size_t n_host = strlen(host), n;

        if (*word == '.')
                word++;
        n = strlen(word);
        if (n > 0 && word[n - 1] == '.')
                n--;
        if (n_host > 0 && host[n_host - 1] == '.')
                n_host--;
        if (n == 0 || n > n_host || strncasecmp(host + n_host - n, word, n) != 0)
                return false;
        return n == n_host || host[n_host - n - 1] == '.';
}

static bool is_excepted(const char *host) {
        _cleanup_free_ char *copy = NULL;
        const char *list = variable("no_proxy", "NO_PROXY");
        char *word, *rest;

        if (isempty(list))
                return false;
        if (streq(list, "*"))
                return true;
        rest = copy = strdup(list);
        while ((word = strsep(&rest, ", \t")))
                if (*word && (is_within(host, word) || is_meant(host, word)))
                        return true;
        return false;
}

/* Host of a URL, without the brackets of an IPv6 address. */
static char *host_of(const char *text) {
        CURLU *url = curl_url();
        char *host = NULL, *copy = NULL;

        if (url && curl_url_set(url, CURLUPART_URL, text, 0) == CURLUE_OK &&
            curl_url_get(url, CURLUPART_HOST, &host, 0) == CURLUE_OK)
                copy = *host == '[' ? strndup(host + 1, strcspn(host + 1, "]%")) : strdup(host);
        curl_free(host);
        curl_url_cleanup(url);
        return copy;
}

const char *proxy_for(const char *url) {
        _cleanup_free_ char *host = host_of(url);
        const char *proxy;

        proxy = strncasecmp(url, "https:", 6) == 0 ? variable("https_proxy", "HTTPS_PROXY")
                                                   : variable("http_proxy", NULL);
        if (!proxy)
                proxy = variable("all_proxy", "ALL_PROXY");
        return isempty(proxy) || !host || is_excepted(host) ? "" : proxy;
}
