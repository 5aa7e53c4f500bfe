/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "fetch/entry.h"
#include "common/log.h"
#include "common/text.h"
#include "common/utf8.h"
#include "fetch/digest.h"
#include "fetch/url.h"

/* regcomp() writes out what is repeated: "((a{255}){255}){255}" would take all memory. */
#define REPEATS_MAX 100000U

/* All numbers of times multiplied, whether or not they are within each other. */
static bool repeats_too_often(const char *regex) {
        size_t times = 1;

        for (const char *p = regex; *p; p++)
                if (*p == '\\' && p[1])
                        p++;
                else if (*p == '{') {
                        size_t n = strspn(p + 1, "0123456789,"), most = 1;

                        for (const char *number = p + 1; number < p + 1 + n; number++)
                                if (*number != ',')
                                        most = MAX(most, (size_t) strtoul(number, NULL, 10));
                        times *= MIN(most, REPEATS_MAX);
                        if (times > REPEATS_MAX)
                                return true;
                }
        return false;
}

int strikes_compile(const Values *values, Strikes *ret, const Value **ret_where) {
        const Value *first = NULL;
        Strikes strikes = {};

        strikes.items = calloc(values->n + 1, sizeof(regex_t));
        if (!strikes.items)
                return log_oom();

        for (size_t i = 0; i < values->n; i++) {
                const Value *v = values->items + i;
                char why[128];
                int code;

                if (repeats_too_often(v->text)) {
                        log_file(LOG_ERR, v->file, v->line,
                                 "Strike=%.200s repeats more than %u times in all", v->text,
                                 REPEATS_MAX);
                        first = first ? first : v;
                        continue;
                }
                code = regcomp(strikes.items + strikes.n, v->text, REG_EXTENDED);
                if (code == 0) {
                        strikes.n++;
                        continue;
                }
                (void) regerror(code, strikes.items + strikes.n, why, sizeof(why));
                log_file(LOG_ERR, v->file, v->line, "Strike=%.200s is not a regular expression: %s",
                         v->text, why);
                first = first ? first : v;
        }
        if (first) {
                strikes_done(&strikes);
                *ret_where = first;
                return -EINVAL;
        }
        *ret = strikes;
        return 0;
}

void strikes_done(Strikes *strikes) {
        for (size_t i = 0; i < strikes->n; i++)
                regfree(strikes->items + i);
        free(strikes->items);
        *strikes = (Strikes){};
}

/* Cuts all matches out, in place. A match of nothing cuts nothing, and one character is gone past.
 */
static void strike(const regex_t *expression, char *text) {
        size_t n = strlen(text), from = 0, to = 0;
        regmatch_t match;

        while (regexec(expression, text + from, 1, &match, from > 0 ? REG_NOTBOL : 0) == 0) {
                size_t begin = from + (size_t) match.rm_so, end = from + (size_t) match.rm_eo;
                uint32_t character;

                memmove(text + to, text + from, begin - from);
                to += begin - from;
                from = end;
                if (begin == end) {
                        size_t length = end < n ? utf8_next(text + end, n - end, &character) : 0;

                        if (length == 0)
                                break;
                        memmove(text + to, text + from, length);
                        to += length;
                        from += length;
                }
        }
        memmove(text + to, text + from, n - from + 1);
}

static int clean_headline(const RawEntry *raw, const Strikes *strikes, char **ret) {
        _cleanup_free_ char *text = NULL;
        int r;

        if (strikes->n == 0)
                return text_clean(raw->headline, raw->n_headline, HEADLINE_MAX, ret);

        /* What is struck out must not have taken the room of what stays. */
        r = text_clean(raw->headline, raw->n_headline, raw->n_headline + 8, &text);
        if (r < 0)
                return r;
        for (size_t i = 0; i < strikes->n; i++)
                strike(strikes->items + i, text);
        return text_clean(text, strlen(text), HEADLINE_MAX, ret);
}

/* 0: it is no entry. */
static int check_key(const char *headline, Account *account) {
        _cleanup_free_ char *key = NULL;
        int r;

        r = text_key(headline, &key);
        if (r < 0)
                return r;
        if (isempty(headline))
                explain_item(account, "dropped, no text is left of it");
        else if (isempty(key))
                explain_item(account, "dropped, no letter or digit is left of its text: \"%.100s\"",
                             headline);
        else
                explain_entry(account, headline, key);
        return !isempty(key);
}

static void entry_donep(Entry *entry) {
        entry_done(entry);
}

static uint64_t digest_raw(const RawEntry *raw, const char *base) {
        uint64_t digest = digest_add(DIGEST_NOTHING, raw->headline, raw->n_headline);

        digest = digest_add_text(digest, raw->link);
        digest = digest_add_text(digest, raw->published);
        return digest_add_text(digest, base);
}

int entry_make(const RawEntry *raw, const Strikes *strikes, const char *base, EntryCache *known,
               Entry *ret) {
        _cleanup_(entry_donep) Entry entry = {};
        int r;

        if (known) {
                entry.origin = digest_raw(raw, base);
                if (entry_cache_take(known, entry.origin, ret))
                        return 1;
        }
        r = clean_headline(raw, strikes, &entry.headline);
        if (r < 0)
                return r;
        r = check_key(entry.headline, raw->account);
        if (r <= 0)
                return r;

        if (raw->link) {
                r = url_resolve(base, raw->link, &entry.url);
                if (r < 0)
                        return r;
                if (r == 0)
                        explain_item(raw->account,
                                     "no link, this is none of http or https: \"%.100s\"",
                                     raw->link);
        }
        if (raw->published) {
                r = text_clean(raw->published, strlen(raw->published), PUBLISHED_MAX,
                               &entry.published);
                if (r < 0)
                        return r;
                if (!*entry.published) {
                        free(entry.published);
                        entry.published = NULL;
                }
        }
        *ret = entry;
        entry = (Entry){};
        return 1;
}

/* As JSON, scripts and XPath write it. */
int entry_says_yes(const char *text) {
        static const char *const no[] = { "", "false", "0", "null", "NaN" };
        _cleanup_free_ char *clean = NULL;
        int r;

        r = text_clean(strnull(text), strlen(strnull(text)), HEADLINE_MAX, &clean);
        if (r < 0)
                return r;
        for (size_t i = 0; i < ELEMENTSOF(no); i++)
                if (streq(clean, no[i]))
                        return false;
        return true;
}
