/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <ctype.h>
#include <limits.h>

#include "common/log.h"
#include "common/source.h"
#include "common/text.h"

#define SELECTORS_MAX 64U /* alternatives, Drop=, Strike= and Header= lines: each list */

bool source_name_valid(const char *name) {
        size_t n = strlen(name);

        return n >= 1 && n <= SOURCE_NAME_MAX && name[0] != '-' &&
               strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-") == n;
}

static int interval_within(const Value *value, usec_t *target, const char **ret_why) {
        return setting_span_within(value, SOURCE_INTERVAL_MIN, 366 * USEC_PER_DAY,
                                   "is not from 1s to a year", target, ret_why);
}

/* "30s", or "10s..2min". */
static int setting_interval(const Value *value, void *target, const char **ret_why) {
        Source *source = (Source *) ((char *) target - offsetof(Source, interval));
        const char *dots = strstr(value->text, "..");
        _cleanup_free_ char *first = NULL;
        Value part = *value;
        int r;

        if (!dots) {
                r = interval_within(value, &source->interval, ret_why);
                source->interval_min = source->interval;
                return r;
        }
        first = strndup(value->text, (size_t) (dots - value->text));
        if (!first)
                return -ENOMEM;
        part.text = first;
        r = interval_within(&part, &source->interval_min, ret_why);
        if (r < 0)
                return r;
        part.text = (char *) dots + 2;
        r = interval_within(&part, &source->interval, ret_why);
        if (r < 0)
                return r;
        if (source->interval_min > source->interval) {
                *ret_why = "begins with the longer span; write the shorter one first";
                return -EINVAL;
        }
        return 0;
}

static int setting_timeout(const Value *value, void *target, const char **ret_why) {
        return setting_span_within(value, 0, USEC_PER_HOUR, "is longer than 1h", target, ret_why);
}

static int setting_max_size(const Value *value, void *target, const char **ret_why) {
        uint64_t size;
        int r;

        r = setting_size(value, &size, ret_why);
        if (r < 0)
                return r;
        if (size > UINT64_C(1) << 30) {
                *ret_why = "is more than 1G";
                return -EINVAL;
        }
        *(uint64_t *) target = size;
        return 0;
}

/* A bad one is kept as well, or it would be reported once more, as missing. */
static int setting_url(const Value *value, void *target, const char **ret_why) {
        const char *host = startswith(value->text, "http://"), *user;
        int r;

        r = setting_text(value, target, ret_why);
        if (r < 0)
                return r;
        if (!host)
                host = startswith(value->text, "https://");
        if (host)
                host += url_user(value->text, &user);
        if (!host || !*host || strchr("/?#:", *host)) {
                *ret_why = "is not a URL that begins with http:// or https:// and a host";
                return -EINVAL;
        }
        if (strlen(value->text) > URL_MAX) {
                *ret_why = "is longer than 4096 bytes";
                return -EINVAL;
        }
        for (const char *p = value->text; *p; p++)
                if ((unsigned char) *p <= 0x20 || *p == 0x7f) {
                        *ret_why = "has a space in it; write %20";
                        return -EINVAL;
                }
        return 0;
}

bool source_language_valid(const char *tag) {
        size_t subtag = 0;

        for (;; tag++) {
                if (isalnum((unsigned char) *tag) && ++subtag <= 8)
                        continue;
                if (subtag == 0 || subtag > 8 || (*tag != '-' && *tag))
                        return false;
                if (!*tag)
                        return true;
                subtag = 0;
        }
}

static int setting_language(const Value *value, void *target, const char **ret_why) {
        if (!source_language_valid(value->text)) {
                *ret_why = "is not a language tag such as en or pt-BR";
                return -EINVAL;
        }
        return setting_text(value, target, ret_why);
}

static int setting_expect(const Value *value, void *target, const char **ret_why) {
        Expect *expect = target;

        if (streq(value->text, "always"))
                *expect = (Expect){ .mode = EXPECT_MODE_ALWAYS };
        else if (streq(value->text, "sometimes"))
                *expect = (Expect){ .mode = EXPECT_MODE_SOMETIMES };
        else if (setting_timespan(value, &expect->span, ret_why) >= 0)
                expect->mode = EXPECT_MODE_WITHIN;
        else {
                *ret_why = "is neither always, sometimes nor a time span";
                return -EINVAL;
        }
        return 0;
}

/* RFC 9110, 5.1 and 5.5: a token, a colon, and what is visible. */
int source_add_header(const Value *value, Values *headers, const char **ret_why) {
        const char *colon = strchr(value->text, ':');

        for (const char *p = value->text; colon && *p; p++)
                if (p < colon ? !isalnum((unsigned char) *p) && !strchr("!#$%&'*+-.^_`|~", *p)
                              : iscntrl((unsigned char) *p) && *p != '\t')
                        colon = NULL;
        if (!colon || colon == value->text || !colon[1 + strspn(colon + 1, " \t")]) {
                *ret_why = "is not a header; write Name: value";
                return -EINVAL;
        }
        return setting_lines(value, headers, ret_why);
}

/* A header, or the name of a file of headers. */
static int setting_header(const Value *value, void *target, const char **ret_why) {
        const char *name = startswith(value->text, "@");

        if (!name)
                return source_add_header(value, target, ret_why);
        if (!*name || *name == '.' || strlen(name) > NAME_MAX - strlen("secret_")) {
                *ret_why = "is not the name of a file";
                return -EINVAL;
        }
        for (const char *p = name; *p; p++)
                if (!isalnum((unsigned char) *p) && !strchr("-_.", *p)) {
                        *ret_why = "is not the name of a file of letters, digits and -_.";
                        return -EINVAL;
                }
        return setting_lines(value, target, ret_why);
}

static int setting_charset(const Value *value, void *target, const char **ret_why) {
        for (const char *p = value->text; *p; p++)
                if ((!isalnum((unsigned char) *p) && !strchr("-_.:+()", *p)) ||
                    p - value->text > 40) {
                        *ret_why = "is not the name of a character encoding";
                        return -EINVAL;
                }
        return setting_text(value, target, ret_why);
}

static int setting_format(const Value *value, void *target, const char **ret_why) {
        static const char *const names[] = { "html", "xml", "json", "feed" };

        for (size_t i = 0; i < ELEMENTSOF(names); i++)
                if (streq(value->text, names[i])) {
                        *(Format *) target = (Format) i;
                        return 0;
                }
        *ret_why = "is none of html, xml, json and feed";
        return -EINVAL;
}

static int setting_order(const Value *value, void *target, const char **ret_why) {
        if (!streq(value->text, "newest-first") && !streq(value->text, "oldest-first")) {
                *ret_why = "is neither newest-first nor oldest-first";
                return -EINVAL;
        }
        *(bool *) target = streq(value->text, "oldest-first");
        return 0;
}

#define AT(member) offsetof(Source, member)

static const Setting settings[] = {
        { "Source", "Description", KIND_VALUE, setting_text, AT(description) },
        { "Source", "URL", KIND_VALUE, setting_url, AT(url) },
        { "Source", "Interval", KIND_SPAN, setting_interval, AT(interval), "30s" },
        { "Source", "Timeout", KIND_SPAN, setting_timeout, AT(timeout), "20s" },
        { "Source", "MaxSize", KIND_OTHER, setting_max_size, AT(max_size), "8M" },
        { "Source", "Language", KIND_VALUE, setting_language, AT(language) },
        { "Source", "Expect", KIND_OTHER, setting_expect, AT(expect), "always" },
        { "Source", "Header", KIND_VALUES, setting_header, AT(headers) },
        { "Source", "Charset", KIND_VALUE, setting_charset, AT(charset) },
        { "Source", "Reappear", KIND_SPAN, setting_timespan, AT(reappear) },
        { "Strip", "Format", KIND_OTHER, setting_format, AT(format), "html" },
        { "Strip", "Strip", KIND_VALUES, setting_lines, AT(strip) },
        { "Strip", "When", KIND_VALUE, setting_text, AT(when) },
        { "Strip", "Item", KIND_VALUE, setting_text, AT(item), ".//li" },
        { "Strip", "Headline", KIND_VALUE, setting_text, AT(headline), "." },
        { "Strip", "Link", KIND_VALUE, setting_text, AT(link), ".//a/@href",
          .empty_is_value = true },
        { "Strip", "Published", KIND_VALUE, setting_text, AT(published) },
        { "Strip", "Drop", KIND_VALUES, setting_lines, AT(drop) },
        { "Strip", "Strike", KIND_VALUES, setting_lines, AT(strike) },
        { "Strip", "Order", KIND_OTHER, setting_order, AT(oldest_first), "newest-first" },
        { "Strip", "Script", KIND_VALUE, setting_text, AT(script) },
};

/* A feed says itself where everything is. */
static int check_feed(const Source *source) {
        const struct {
                const Value *value;
                const char *key;
        } others[] = {
                { source->strip.items, "Strip" }, { &source->when, "When" },
                { &source->item, "Item" },        { &source->headline, "Headline" },
                { &source->link, "Link" },        { &source->published, "Published" },
                { source->drop.items, "Drop" },   { &source->script, "Script" },
        };
        int r = 0;

        for (size_t i = 0; i < ELEMENTSOF(others); i++)
                if (others[i].value && others[i].value->file) {
                        log_file(LOG_ERR, others[i].value->file, others[i].value->line,
                                 "%s= has no meaning with Format=feed", others[i].key);
                        r = -EBADMSG;
                }
        return r;
}

static int check(const Source *source) {
        const struct {
                const Values *list;
                const char *key;
        } lists[] = {
                { &source->strip, "Strip" },
                { &source->drop, "Drop" },
                { &source->strike, "Strike" },
                { &source->headers, "Header" },
        };
        int r = 0;

        if (source->format == FORMAT_FEED)
                r = check_feed(source);
        if (!source->url.text) {
                log_file(LOG_ERR, source->path, 1,
                         "URL= is missing in [Source]: which page is it?");
                r = -EBADMSG;
        }
        if (source->format != FORMAT_FEED && source->strip.n == 0) {
                log_file(LOG_ERR, source->path, 1,
                         "Strip= is missing in [Strip]: where on the page is it?");
                r = -EBADMSG;
        }
        for (size_t i = 0; i < ELEMENTSOF(lists); i++)
                if (lists[i].list->n > SELECTORS_MAX) {
                        const Value *last = lists[i].list->items + SELECTORS_MAX;

                        log_file(LOG_ERR, last->file, last->line, "more than %u %s= lines",
                                 SELECTORS_MAX, lists[i].key);
                        r = -EBADMSG;
                }
        return r;
}

Source *source_free(Source *source) {
        if (!source)
                return NULL;
        settings_done(settings, ELEMENTSOF(settings), source);
        free(source->name);
        free(source->path);
        free(source->user);
        free(source);
        return NULL;
}

/* The user and the password go their own way, so that they are told nowhere. */
static int split_user(Source *source) {
        const char *user;
        size_t n = url_user(source->url.text, &user);
        char *rest;

        if (n == 0)
                return 0;
        source->user = strndup(user, n - 1);
        if (!source->user)
                return -ENOMEM;
        rest = source->url.text + (user - source->url.text);
        memmove(rest, rest + n, strlen(rest + n) + 1);
        return 0;
}

int source_load(const char *path, const char *name, Source **ret) {
        _cleanup_(source_freep) Source *source = NULL;
        int r;

        source = calloc(1, sizeof(Source));
        if (!source)
                return log_oom();
        source->name = strdup(name);
        source->path = strdup(path);
        if (!source->name || !source->path)
                return log_oom();

        r = settings_init(settings, ELEMENTSOF(settings), source);
        if (r < 0)
                return log_oom();
        r = settings_read(path, settings, ELEMENTSOF(settings), source);
        if (r == -ENOENT || r == -EACCES)
                return r;
        if (check(source) < 0 && r >= 0)
                r = -EBADMSG;
        if (r < 0)
                return r;

        r = split_user(source);
        if (r < 0)
                return log_oom();

        *ret = STEAL_POINTER(source);
        return 0;
}
