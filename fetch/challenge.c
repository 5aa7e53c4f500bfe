/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <strings.h>

#include "fetch/challenge.h"

/* A page with a test is not so large; and its marks stand at its beginning. */
#define LARGE (256U * 1024U)
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
                const char *value;

                if (sign->status != 0 && sign->status != e->status)
                        continue;
                for (size_t k = 0; (value = exchange_header_at(e, sign->field, k)); k++)
                        if (!sign->value ||
                            strncasecmp(value, sign->value, strlen(sign->value)) == 0)
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
                { "server", "AkamaiGHost", "Akamai", 0 },
                { "set-cookie", "bm_sz", "Akamai", 0 },
                { "set-cookie", "ak_bmsc", "Akamai", 0 },
                { "set-cookie", "_abck", "Akamai", 0 },
                { "set-cookie", "sec_cpt", "Akamai", 0 },
                { "set-cookie", "aws-waf-token", "AWS WAF", 0 },
                { "x-kpsdk-ct", NULL, "Kasada", 0 },
                { "cf-chl-out", NULL, "Cloudflare", 0 },
                { "x-queueit-connector", NULL, "Queue-it", 0 },
                { "server", "ddos-guard", "DDoS-Guard", 0 },
        };

        const char *whose = find_field(e, signs, ELEMENTSOF(signs));

        /* "Accepted" is no answer to who asks for a page. */
        return !whose && e->status == 202 ? "status 202" : whose;
}

typedef struct TextSign {
        const char *text, *whose;
} TextSign;

static const char *find_text(const Buffer *excerpt, const TextSign *signs, size_t n) {
        for (size_t i = 0; i < n; i++)
                if (memmem(strnull(excerpt->data), excerpt->size, signs[i].text,
                           strlen(signs[i].text)))
                        return signs[i].whose;
        return NULL;
}

Buffer challenge_excerpt(const Buffer *page) {
        Buffer excerpt = BUFFER(SEARCHED);

        if (page->size <= LARGE)
                buffer_append(&excerpt, strnull(page->data), MIN(page->size, (size_t) SEARCHED));
        return excerpt;
}

const char *challenge_in_page(const Buffer *excerpt, const char *possible) {
        static const TextSign signs[] = {
                { "_Incapsula_Resource?SWUDNSAI", "Incapsula" },
                { "_Incapsula_Resource?CWUDNSAI", "Incapsula" },
                { "<title>Pardon Our Interruption", "Incapsula" },
                { "Incapsula incident", "Incapsula" },
                { "px-captcha", "PerimeterX" },
                { "captcha.px-cdn.net", "PerimeterX" },
                { "captcha.px-cloud.net", "PerimeterX" },
                { "captcha.perimeterx.net", "PerimeterX" },
                { "<title>Access to this page has been denied", "PerimeterX" },
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
                { "gokuProps", "AWS WAF" },
                { "sucuri_cloudproxy", "Sucuri" },
                { "<title>Sucuri WebSite Firewall", "Sucuri" },
                { "/ddos-guard/js-challenge/", "DDoS-Guard" },
                { "<title>DDoS-Guard", "DDoS-Guard" },
                { "<title>DDOS-GUARD", "DDoS-Guard" },
                { "queueViewModel", "Queue-it" },
                { "validate.perfdrive.com", "Radware" },
                { "Vercel Security Checkpoint", "Vercel" },
                { "/.within.website/x/cmd/anubis", "Anubis" },
                { "__qrator", "Qrator" },
                { "/.well-known/sgcaptcha", "SiteGround" },
                { "<title>Just a moment...", "Cloudflare" },
                { "<title>Attention Required! | Cloudflare", "Cloudflare" },
        };
        /* These stand in pages, too, that they let through, which have more on them. */
        static const TextSign small[] = {
                { "_Incapsula_Resource", "Incapsula" },
                { "_pxAppId", "PerimeterX" },
                { "AwsWafIntegration", "AWS WAF" },
                { ".awswaf.com/", "AWS WAF" },
                { "/.well-known/ddos-guard/", "DDoS-Guard" },
                { "KPSDK", "Kasada" },
                { "/TSPD/", "F5" },
                { "queue-it.net", "Queue-it" },
                { "g-recaptcha", "reCAPTCHA" },
                { "h-captcha", "hCaptcha" },
                { "cf-turnstile", "Turnstile" },
        };
        size_t n = excerpt->size;
        const char *whose = find_text(excerpt, signs, ELEMENTSOF(signs));

        if (whose || n >= SMALL)
                return whose;
        whose = find_text(excerpt, small, ELEMENTSOF(small));
        /* What has no markup in it is not made for a browser. */
        return !whose && memchr(strnull(excerpt->data), '<', n) ? possible : whose;
}
