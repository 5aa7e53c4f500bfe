/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * libcurl keeps the authorities that it has read only if they come from a file alone: Debian's
 * libcurl looks into a folder as well, /etc/ssl/certs, unless it is told not to. The file there is
 * made of all that update-ca-certificates(8) knows.
 *
 * Sessions, by which a host is known again, are kept by libcurl's shares, eight or so in each. So
 * there are several, and a host always has the same one.
 */

#include <unistd.h>

#include "fetch/tls.h"

#define SHARES_N 32U
/* So long an authority that was taken from the list is still trusted. */
#define AUTHORITIES_LIFE_SEC 3600L

struct Tls {
        char *file;     /* NULL: as libcurl was built */
        char *folder;   /* NULL: none, or as libcurl was built */
        bool no_folder; /* what libcurl was built with is not used */
        CURLSH *shares[SHARES_N];
};

static int copy(const char *name, char **ret) {
        const char *value = getenv(name);

        if (!isempty(value)) {
                *ret = strdup(value);
                if (!*ret)
                        return -ENOMEM;
        }
        return 0;
}

/* Is the file that libcurl was built with there? If not, the folder is all there is. */
static bool has_own_file(void) {
        const curl_version_info_data *info = curl_version_info(CURLVERSION_NOW);

        return !isempty(info->cainfo) && access(info->cainfo, R_OK) == 0;
}

int tls_new(Tls **ret) {
        _cleanup_(tls_freep) Tls *tls = calloc(1, sizeof(Tls));
        int r;

        if (!tls)
                return -ENOMEM;
        r = copy("CURL_CA_BUNDLE", &tls->file);
        if (r >= 0 && !tls->file) {
                r = copy("SSL_CERT_FILE", &tls->file);
                if (r >= 0)
                        r = copy("SSL_CERT_DIR", &tls->folder);
        }
        if (r < 0)
                return r;
        tls->no_folder = !tls->folder && (tls->file || has_own_file());
        *ret = STEAL_POINTER(tls);
        return 0;
}

Tls *tls_free(Tls *tls) {
        if (!tls)
                return NULL;
        for (size_t i = 0; i < SHARES_N; i++)
                if (tls->shares[i])
                        (void) curl_share_cleanup(tls->shares[i]);
        free(tls->file);
        free(tls->folder);
        free(tls);
        return NULL;
}

/* By scheme, host and port. */
static size_t share_of(const char *url) {
        const char *host = strstr(url, "://"), *end;
        uint32_t hash = 2166136261U;

        end = host ? host + 3 + strcspn(host + 3, "/?#") : url;
        for (const char *p = url; p < end; p++)
                hash = (hash ^ (uint8_t) *p) * 16777619U;
        return hash % SHARES_N;
}

/* NULL: short of memory, and then no session is kept. */
static CURLSH *share_for(Tls *tls, const char *url) {
        CURLSH **share = tls->shares + share_of(url);

        if (!*share) {
                *share = curl_share_init();
                if (*share)
                        (void) curl_share_setopt(*share, CURLSHOPT_SHARE,
                                                 CURL_LOCK_DATA_SSL_SESSION);
        }
        return *share;
}

int tls_set(Tls *tls, CURL *easy, const char *url) {
        int r = 0;

        /* A libcurl of another kind may not know them all. */
#define SET(option, value)                                                                         \
        do {                                                                                       \
                if (curl_easy_setopt(easy, option, value) == CURLE_OUT_OF_MEMORY)                  \
                        r = -ENOMEM;                                                               \
        } while (0)

        if (tls->file) {
                SET(CURLOPT_CAINFO, tls->file);
                SET(CURLOPT_PROXY_CAINFO, tls->file);
        }
        if (tls->folder || tls->no_folder) {
                SET(CURLOPT_CAPATH, tls->folder);
                SET(CURLOPT_PROXY_CAPATH, tls->folder);
        }
#if LIBCURL_VERSION_NUM >= 0x075700
        SET(CURLOPT_CA_CACHE_TIMEOUT, AUTHORITIES_LIFE_SEC);
#endif
        SET(CURLOPT_SHARE, share_for(tls, url));
#undef SET
        return r;
}
