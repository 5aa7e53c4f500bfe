/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <sys/mman.h>

#include "fetch/page.h"
#include "suggest/fields.h"
#include "suggest/json-lists.h"
#include "suggest/locator.h"
#include "suggest/memory.h"
#include "suggest/proposal.h"

#define SAMPLES 3U
#define SOURCE_FILE_MAX (32U * 1024U)
#define SCRIPT_MAX (8U * 1024U * 1024U)
#define FEED_HEAD 2000 /* bytes in which a feed says that it is one */

void proposal_done(Proposal *proposal) {
        buffer_done(&proposal->source);
        free(proposal->selector);
        free(proposal->words);
        reply_done(&proposal->reply);
        *proposal = (Proposal){};
}

const char *proposal_rank(const Proposal *proposal) {
        return proposal->total >= 18   ? "very likely"
               : proposal->total >= 14 ? "likely"
                                       : "possible";
}

static void doubt(Proposal *proposal, const char *what) {
        if (what && proposal->n_doubts < ELEMENTSOF(proposal->doubts))
                proposal->doubts[proposal->n_doubts++] = what;
}

static char *explain_points(const Candidate *candidate) {
        _cleanup_buffer_ Buffer b = BUFFER(1024);
        char *words = NULL;

        buffer_printf(&b, "%u %s", candidate->n,
                      candidate->n == 1   ? "text"
                      : candidate->linked ? "linked texts"
                                          : "texts");
        if (candidate->named)
                buffer_printf(&b, ", named like a %s",
                              candidate->name >= 8 ? "ticker" : "list of news");
        if (candidate->labelled) {
                _cleanup_free_ char *text = element_text(candidate->labelled, 60);

                buffer_printf(&b, ", labelled \"%s\"", text);
        }
        if (candidate->timed)
                buffer_puts(&b, ", each with its time, the newest first");
        if (candidate->against > 0)
                buffer_puts(&b, ", but near something else");
        (void) memory_result(buffer_steal(&b, &words));
        return words;
}

static void put_key(Buffer *b, const char *key, const char *value) {
        if (value)
                buffer_printf(b, "%s=%s\n", key, value);
}

/* The section [Source], and the beginning of [Strip]. */
static void write_head(Buffer *b, const PageInfo *info, bool banner) {
        const char *title = isempty(info->title) ? info->url : info->title;
        size_t n = strlen(title);

        while (n > 0 && title[n - 1] == '\\')
                n--; /* it would continue the line */
        buffer_printf(b, "[Source]\nDescription=%.*s\n", (int) n, title);
        if (info->guessed)
                buffer_puts(b, "# The page does not say where it is from.\n");
        put_key(b, "URL", info->url);
        put_key(b, "Language", info->language);
        if (banner)
                buffer_puts(b, "# A bar for one entry is not there every day.\nExpect=sometimes\n");
        buffer_puts(b, "\n[Strip]\n");
}

static void write_fields(Buffer *b, const Fields *fields) {
        put_key(b, "Headline", fields->headline);
        put_key(b, "Link", fields->link);
        put_key(b, "Published", fields->published);
        for (unsigned i = 0; i < fields->n_drops; i++)
                put_key(b, "Drop", fields->drops[i]);
        for (unsigned i = 0; i < fields->strikes.n; i++)
                put_key(b, "Strike", fields->strikes.expressions[i]);
}

/* Keeps the proposal, unless its file is too long or there are too many. */
static void add(Proposals *proposals, Proposal *proposal) {
        if (memory_result(buffer_error(&proposal->source)) < 0 ||
            proposals->n == ELEMENTSOF(proposals->items))
                proposal_done(proposal);
        else
                proposals->items[proposals->n++] = *proposal;
}

void proposals_add_list(const Outline *outline, const Candidate *candidate, Proposals *proposals) {
        Locator locator = {};
        Fields fields = {};

        if (fields_find(outline, candidate, &fields) >= 0 &&
            locator_make(outline, candidate, &locator) >= 0) {
                Proposal proposal = {
                        .source = BUFFER(SOURCE_FILE_MAX),
                        .selector = xstrdup(locator.strip),
                        .wanted = candidate->good,
                        .total = candidate->total,
                        .order = proposals->n,
                        .words = explain_points(candidate),
                };
                Buffer *b = &proposal.source;

                doubt(&proposal, locator.doubt);
                doubt(&proposal, fields.doubt);
                write_head(b, &proposals->info, !candidate->tag);
                put_key(b, "Strip", locator.strip);
                buffer_printf(b, "Item=%s%s\n", locator.item, strnull(fields.where));
                write_fields(b, &fields);
                add(proposals, &proposal);
        }
        locator_done(&locator);
        fields_done(&fields);
}

/* A selector of a script by its id, or by what is in it; NULL: neither will do. */
static char *select_script(const xmlNode *script, const JsonList *list) {
        _cleanup_free_ char *id =
                (char *) xmlGetNoNsProp((xmlNode *) script, (const xmlChar *) "id");

        if (id && name_is_plain(id) && !words_generated(id))
                return xasprintf("//script[@id='%s']", id);
        return *list->key ? xasprintf("//script[contains(., '\"%s\"')]", list->key) : NULL;
}

/* script: NULL where the whole page is JSON. */
static void add_json(Proposals *proposals, const xmlNode *script, const JsonList *list) {
        const char *const keys[][2] = {
                { "Strip", list->strip },
                { "When", list->when },
                { "Headline", list->headline },
                { "Published", list->published },
        };
        Proposal proposal = {
                .source = BUFFER(SOURCE_FILE_MAX),
                .selector = script ? select_script(script, list) : xstrdup(list->strip),
                .wanted = list->n,
                .total = list->score + (list->n >= 3 ? 4 : 2),
                .order = UINT32_MAX,
        };
        Buffer *b = &proposal.source;

        if (!proposal.selector)
                return;
        proposal.words = xasprintf("%u texts in JSON, in a list called %s", list->n, list->strip);
        write_head(b, &proposals->info, false);
        if (script) {
                doubt(&proposal,
                      "it is data of a script, which may hold old news while the strip is not "
                      "shown");
                put_key(b, "Script", proposal.selector);
        } else
                put_key(b, "Format", "json");
        for (size_t i = 0; i < ELEMENTSOF(keys); i++)
                if (*keys[i][1])
                        put_key(b, keys[i][0], keys[i][1]);
        put_key(b, "Link", list->link);
        add(proposals, &proposal);
}

/* A text that may be JSON, and is changed. */
static void read_json(const xmlNode *script, char *text, void *userdata) {
        Proposals *proposals = userdata;
        JsonList lists[JSON_LISTS_MAX];
        unsigned n = strlen(text) <= SCRIPT_MAX ? json_lists_find(proposals->json, text, lists) : 0;

        for (unsigned i = 0; i < n; i++)
                if (lists[i].off)
                        page_info_add(&proposals->info,
                                      "a script holds a list called %s, which a flag switches off",
                                      lists[i].strip);
                else
                        add_json(proposals, script, lists + i);
}

void proposals_add_scripts(const Outline *outline, Proposals *proposals) {
        outline_find(outline, "//script", read_json, proposals);
}

static void add_feed(const char *text, Proposals *proposals) {
        static const char *const marks[] = { "<rss", "<feed", "<rdf:RDF", "jsonfeed.org/version/" };
        _cleanup_free_ char *begin = memory_check(strndup(text, FEED_HEAD));
        Proposal proposal = { .source = BUFFER(SOURCE_FILE_MAX), .total = 20, .wanted = 1 };
        bool feed = false;

        for (size_t i = 0; i < ELEMENTSOF(marks); i++)
                feed |= strstr(begin, marks[i]) != NULL;
        if (!feed || strcasestr(begin, "<html"))
                return;
        write_head(&proposal.source, &proposals->info, false);
        put_key(&proposal.source, "Format", "feed");
        proposal.selector = xstrdup("the feed");
        proposal.words = xstrdup("this is a feed");
        add(proposals, &proposal);
}

void proposals_add_page(const char *text, Proposals *proposals) {
        _cleanup_free_ char *copy = NULL;

        text += strspn(text, " \t\r\n");
        if (*text == '<' || *text == '{')
                add_feed(text, proposals);
        if (*text != '{' && *text != '[')
                return;
        copy = xstrdup(text);
        read_json(NULL, copy, proposals);
}

/* The file is read by the same function as any other source file; that wants a path. */
static int load(const Buffer *text, Source **ret) {
        _cleanup_close_ int fd = memfd_create("suggest", MFD_CLOEXEC);
        char path[64];

        if (fd < 0)
                return -errno;
        if (write(fd, text->data, text->size) != (ssize_t) text->size)
                return -EIO;
        (void) snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
        return source_load(path, "suggested", ret);
}

static unsigned count_bad(const Reply *reply) {
        unsigned bad = 0;

        for (size_t i = 0; i < reply->n_entries; i++)
                bad += words_badge(reply->entries[i].headline);
        return bad;
}

static const char *why_bad(const Proposal *proposal) {
        const Reply *reply = &proposal->reply;

        if (reply->state != STATE_OK)
                return "no entry is read";
        if (reply->n_entries * 10 < proposal->wanted * 7UL)
                return "too few of the entries are read";
        if (count_bad(reply) * 4 > reply->n_entries)
                return "what is read is not like headlines";
        return NULL;
}

/* Are all times written in one form, and do they grow down the page? */
static bool is_oldest_first(const Reply *reply) {
        unsigned up = 0, down = 0;

        for (size_t i = 1; i < reply->n_entries; i++) {
                const char *a = reply->entries[i - 1].published, *b = reply->entries[i].published;
                int order;

                if (!a || !b || strlen(a) != strlen(b) || strlen(a) < 16 || a[4] != '-')
                        continue;
                order = strcmp(a, b);
                up += order < 0;
                down += order > 0;
        }
        return up >= 2 && down * 4 < up;
}

const char *proposal_check(Proposal *proposal, const Buffer *text, const char *url) {
        _cleanup_(source_freep) Source *source = NULL;
        _cleanup_(reader_freep) Reader *reader = NULL;
        _cleanup_buffer_ Buffer copy = BUFFER(text->size);
        const char *why;

        if (memory_result(load(&proposal->source, &source)) < 0 ||
            memory_result(reader_new(source, &reader, NULL)) < 0)
                return "its source file is not accepted";
        buffer_append(&copy, text->data, text->size);
        (void) memory_result(buffer_error(&copy));
        reader_read(reader, &copy, &(PageOrigin){ .url = url, .charset = "utf-8" },
                    &proposal->reply);
        why = why_bad(proposal);
        if (why)
                return why;
        if (is_oldest_first(&proposal->reply))
                put_key(&proposal->source, "Order", "oldest-first");
        if (proposal->reply.n_entries == 1)
                doubt(proposal, "there is one entry only; look again when there is more news");
        else if (proposal->reply.n_entries < 3)
                doubt(proposal, "there are few entries to judge by");
        return NULL;
}

bool proposal_is_like(const Proposal *a, const Proposal *b) {
        const Reply *x = &a->reply, *y = &b->reply;
        size_t same = 0;

        for (size_t i = 0; i < x->n_entries && i < 200; i++)
                for (size_t k = 0; k < y->n_entries && k < 200; k++)
                        if (streq(x->entries[i].headline, y->entries[k].headline)) {
                                same++;
                                break;
                        }
        return same * 10 >= MIN(MIN(x->n_entries, y->n_entries), (size_t) 200) * 7;
}

int proposal_print(const Proposal *proposal, const PageInfo *info, FILE *file) {
        const Reply *reply = &proposal->reply;

        fprintf(file, "# Proposed by tickerd-suggest, %s to be right: %s.\n",
                proposal_rank(proposal), proposal->words);
        fprintf(file, "# It reads %zu %s now:\n", reply->n_entries,
                reply->n_entries == 1 ? "entry" : "entries");
        for (size_t i = 0; i < reply->n_entries && i < SAMPLES; i++) {
                const char *headline = reply->entries[i].headline;
                _cleanup_free_ char *sample = xtext_clean(headline, strlen(headline), 200);

                fprintf(file, "#   %s\n", sample);
                if (reply->entries[i].url)
                        fprintf(file, "#     %.300s\n", reply->entries[i].url);
        }
        for (unsigned i = 0; i < proposal->n_doubts; i++)
                fprintf(file, "# Doubt: %s.\n", proposal->doubts[i]);
        for (unsigned i = 0; i < info->n_feeds; i++)
                fprintf(file, "# The page has a feed, which may do as well: %.300s\n",
                        info->feeds[i]);
        fprintf(file, "\n%s", proposal->source.data);
        return fflush(file) != 0 || ferror(file) ? -EIO : 0;
}
