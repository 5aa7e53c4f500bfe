/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <strings.h>

#include "fetch/challenge.h"

/* A page with a test is not so large; and its marks stand at its beginning. */
#define LARGE (512U * 1024U)
#define SEARCHED (64U * 1024U)
/* No front page is so small; a page that has little but a script to run is. */
#define SMALL (8U * 1024U)

typedef struct FieldSign {
        const char *field, *value; /* which it begins with; NULL: any */
        const char *whose;
        long status; /* with this one only; 0: any */
} FieldSign;

static const char *find_field(const Exchange *e, const FieldSign *signs, size_t n) {
        for (size_t i = 0; i < n; i++) {
                const FieldSign *sign = signs + i;
                const char *value = exchange_header(e, sign->field);

                if (value && (sign->status == 0 || sign->status == e->status) &&
                    (!sign->value || strncasecmp(value, sign->value, strlen(sign->value)) == 0))
                        return sign->whose;
        }
        return NULL;
}

const char *challenge_told(const Exchange *e) {
        static const FieldSign signs[] = {
                { "cf-mitigated", "challenge", "cf-mitigated", 0 },
                { "x-amzn-waf-action", NULL, "x-amzn-waf-action", 0 },
                { "x-sucuri-block", NULL, "x-sucuri-block", 0 },
                { "x-vercel-mitigated", NULL, "x-vercel-mitigated", 0 },
                { "x-dd-b", NULL, "x-dd-b", 0 },
                { "server", "ddos-guard", "ddos-guard", 503 },
        };

        return find_field(e, signs, ELEMENTSOF(signs));
}

const char *challenge_possible(const Exchange *e) {
        static const FieldSign signs[] = {
                { "x-iinfo", NULL, "Incapsula", 0 },
                { "x-cdn", "Incapsula", "Incapsula", 0 },
                { "x-cdn", "Imperva", "Incapsula", 0 },
                { "set-cookie", "visid_incap", "Incapsula", 0 },
                { "set-cookie", "incap_ses", "Incapsula", 0 },
                { "x-datadome", NULL, "DataDome", 0 },
                { "set-cookie", "datadome", "DataDome", 0 },
                { "set-cookie", "_px", "PerimeterX", 0 },
                { "x-px-", NULL, "PerimeterX", 0 },
                { "server", "AkamaiGHost", "Akamai", 0 },
                { "set-cookie", "bm_sz", "Akamai", 0 },
                { "set-cookie", "ak_bmsc", "Akamai", 0 },
                { "set-cookie", "_abck", "Akamai", 0 },
                { "set-cookie", "sec_cpt", "Akamai", 0 },
                { "set-cookie", "aws-waf-token", "AWS WAF", 0 },
                { "x-kpsdk-ct", NULL, "Kasada", 0 },
                { "cf-chl-out", NULL, "Cloudflare", 0 },
        };

        return find_field(e, signs, ELEMENTSOF(signs));
}

Buffer challenge_excerpt(const Buffer *page) {
        Buffer excerpt = BUFFER(SEARCHED);

        if (page->size <= LARGE)
                buffer_append(&excerpt, strnull(page->data), MIN(page->size, (size_t) SEARCHED));
        return excerpt;
}

const char *challenge_in_page(const Buffer *excerpt, const char *possible) {
        /* What stands in their pages and not in those that they let through. */
        static const struct {
                const char *text, *whose;
        } signs[] = {
                { "_Incapsula_Resource", "Incapsula" },
                { "Incapsula incident", "Incapsula" },
                { "px-captcha", "PerimeterX" },
                { "captcha.px-cdn.net", "PerimeterX" },
                { "captcha.px-cloud.net", "PerimeterX" },
                { "captcha.perimeterx.net", "PerimeterX" },
                { "_pxAppId", "PerimeterX" },
                { "sec-if-cpt", "Akamai" },
                { "/_sec/cp_challenge", "Akamai" },
                { "bm-verify=", "Akamai" },
                { "errors.edgesuite.net", "Akamai" },
                { "captcha-delivery.com", "DataDome" },
                { "_cf_chl_opt", "Cloudflare" },
                { "cf-challenge", "Cloudflare" },
                { "cf_chl_prog", "Cloudflare" },
                { "cf-browser-verification", "Cloudflare" },
                { "cf-error-details", "Cloudflare" },
                { "awsWafCookieDomainList", "AWS WAF" },
                { "AwsWafIntegration", "AWS WAF" },
                { "sucuri_cloudproxy", "Sucuri" },
                { "/.well-known/ddos-guard/", "DDoS-Guard" },
                { "KPSDK", "Kasada" },
                { "/TSPD/", "F5" },
                { "validate.perfdrive.com", "Radware" },
                { "distil_r_captcha", "Imperva" },
                { "Vercel Security Checkpoint", "Vercel" },
                { "/.within.website/x/cmd/anubis", "Anubis" },
                { "__qrator", "Qrator" },
                { "/.well-known/sgcaptcha", "SiteGround" },
                { "<title>Just a moment...", "Cloudflare" },
        };
        const char *text = strnull(excerpt->data);
        size_t n = excerpt->size;

        for (size_t i = 0; i < ELEMENTSOF(signs); i++)
                if (memmem(text, n, signs[i].text, strlen(signs[i].text)))
                        return signs[i].whose;
        /* What has no markup in it is not made for a browser. */
        return n < SMALL && memchr(text, '<', n) ? possible : NULL;
}
