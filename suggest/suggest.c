/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "suggest/suggest.h"
#include <assert.h>
#include <time.h>

#include "common/log.h"
#include "fetch/charset.h"
#include "fetch/deadline.h"
#include "fetch/document.h"
#include "fetch/explain.h"
#include "fetch/load.h"
#include "suggest/memory.h"
#include "suggest/proposal.h"

/* Of the processor, so that the same page gives the same proposals however busy the machine is. */
#define TIME_LIMIT_SEC 25U /* as for a page with the default Timeout= */
#define LOOK_SEC 8U
#define PAGE_MAX (8U * 1024U * 1024U)

/* The page that was read. */
typedef struct Arrival {
        Buffer body;
        char *url; /* that it was fetched from, or NULL */
        char *charset;
        int error;
} Arrival;

static void arrival_done(Arrival *arrival) {
        buffer_done(&arrival->body);
        free(arrival->url);
        free(arrival->charset);
}

static void on_answer(const HttpAnswer *answer, void *userdata) {
        Arrival *arrival = userdata;
        const Reply *reply = answer->reply;

        if (reply->state != STATE_OK) {
                log_error("%s: the page cannot be had (%s)%s%s", answer->origin.url,
                          state_name(reply->state), reply->detail ? ": " : "",
                          strnull(reply->detail));
                arrival->error = -EIO;
                return;
        }
        arrival->body = *answer->body;
        *answer->body = BUFFER(0);
        arrival->url = xstrdup(answer->origin.url);
        arrival->charset = answer->origin.charset ? xstrdup(answer->origin.charset) : NULL;
}

/* Reads the page from its file or its address. Of a file, neither address nor charset is known. */
static int load(const char *user_agent, const Suggest *options, Arrival *arrival) {
        const Source source = {
                .name = (char *) "suggest",
                .path = (char *) "suggest",
                .url = { .text = (char *) options->url },
                .interval = 30 * USEC_PER_SEC,
                .timeout = 20 * USEC_PER_SEC,
                .max_size = PAGE_MAX,
        };
        int r;

        if (options->page) {
                r = load_file(options->page, PAGE_MAX, &arrival->body);
                if (r == -EFBIG)
                        log_error("%s: the page is larger than 8 MiB", options->page);
                return r;
        }
        r = load_url(user_agent, &source, options->url, on_answer, arrival);
        return r < 0 ? r : arrival->error;
}

void proposals_done(Proposals *proposals) {
        for (unsigned i = 0; i < proposals->n; i++)
                proposal_done(proposals->items + i);
        page_info_done(&proposals->info);
        proposals->json = db_free(proposals->json);
        proposals->n = 0;
}

/* The best first; of equals, what stands on the page comes before what is in a script. */
static int compare(const void *a, const void *b) {
        const Proposal *x = a, *y = b;

        return x->total != y->total ? (x->total < y->total ? 1 : -1) : x->order < y->order ? -1 : 1;
}

static usec_t cpu_time(void) {
        struct timespec t = {};

        (void) clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
        return (usec_t) t.tv_sec * USEC_PER_SEC + (usec_t) t.tv_nsec / 1000;
}

/* Does everything that needs the tree of the page, so that the tree can be freed before the
 * proposals are tried. */
static void look(xmlDoc *document, const char *text, const char *url, Proposals *proposals) {
        _cleanup_(candidates_done) Candidates candidates = {};
        _cleanup_(outline_done) Outline outline = {};

        if (outline_make(document, &outline) < 0)
                return;
        page_info_read(&outline, url, &proposals->info);
        lists_find(&outline, &candidates);
        banners_find(&outline, &candidates);
        candidates_score(&outline, &candidates);
        for (unsigned i = 0; i < candidates.n && i < TRIED_MAX && cpu_time() < proposals->deadline;
             i++)
                proposals_add_list(&outline, candidates.items + i, proposals);
        proposals_add_scripts(&outline, proposals);
        proposals_add_page(text, proposals);
        qsort(proposals->items, proposals->n, sizeof(Proposal), compare);
}

/* Why a proposal is not good enough, after n better ones. NULL: it is: it reads well, and not the
 * same as one of those. */
static const char *why_not(Proposals *proposals, unsigned n, Proposal *proposal,
                           const Buffer *text) {
        const char *why;

        if (n == PROPOSALS_MAX || (n > 0 && cpu_time() >= proposals->deadline))
                return "there are enough better ones";
        why = proposal_check(proposal, text, proposals->info.url);
        deadline_begin_cpu(TIME_LIMIT_SEC, "suggest"); /* the reader had its own */
        for (unsigned k = 0; k < n && !why; k++)
                if (proposal_is_like(proposals->items + k, proposal))
                        why = "a better one reads the same";
        return why;
}

/* Keeps those that read well, each once. */
static void try(Proposals *proposals, const Buffer *text) {
        unsigned n = 0;

        for (unsigned i = 0; i < proposals->n; i++) {
                Proposal proposal = proposals->items[i];
                const char *why = why_not(proposals, n, &proposal, text);

                if (why) {
                        explain("not proposed: %s, %s", proposal.selector, why);
                        proposal_done(&proposal);
                } else
                        proposals->items[n++] = proposal;
        }
        proposals->n = n;
}

static void list(const Proposals *proposals) {
        const PageInfo *info = &proposals->info;

        for (unsigned i = 0; i < proposals->n; i++) {
                const Proposal *p = proposals->items + i;

                log_info("%u. %s: %s", i + 1, proposal_rank(p), p->words);
                log_info("   %s: %zu entries, the first: %s", p->selector, p->reply.n_entries,
                         p->reply.entries[0].headline);
        }
        for (unsigned i = 0; i < info->n_elsewhere; i++)
                log_info("%s %s",
                         proposals->n > 0 ? "besides," : "the strip may come from elsewhere:",
                         info->elsewhere[i]);
        for (unsigned i = 0; i < info->n_feeds; i++)
                log_info("the page has a feed: %s", info->feeds[i]);
}

static int report(const Proposals *proposals, unsigned number) {
        list(proposals);
        if (proposals->n == 0) {
                log_error("nothing on the page itself is like a breaking-news strip%s",
                          proposals->info.n_elsewhere > 0 ? "; it may be filled by a script" : "");
                return 0;
        }
        if (number > proposals->n) {
                log_error("there %s only %u proposal%s", proposals->n == 1 ? "is" : "are",
                          proposals->n, proposals->n == 1 ? "" : "s");
                return 0;
        }
        if (proposal_print(proposals->items + number - 1, &proposals->info, stdout) < 0) {
                log_error("cannot write: %m");
                return -EIO;
        }
        return 1;
}

int proposals_find(Buffer *body, const char *charset, const char *url, Proposals *ret) {
        const CharsetHints hints = { .http = charset };
        const char *why;
        xmlDoc *document;
        Charset found;
        int r;

        ret->deadline = cpu_time() + LOOK_SEC * USEC_PER_SEC;
        words_init();
        if (db_open(":memory:", false, &ret->json) < 0)
                memory_out();
        (void) memory_result(charset_decode(body, &hints, &found));
        r = document_parse(body->data, body->size, FORMAT_HTML, &document, &why);
        if (memory_result(r) < 0) {
                log_error("%s", why);
                return r;
        }
        if (!document)
                return 0;
        look(document, body->data, url, ret);
        xmlFreeDoc(document);
        try(ret, body);
        return 0;
}

int suggest_run(const Config *config, const Suggest *options) {
        _cleanup_(arrival_done) Arrival arrival = {};
        _cleanup_free_ Proposals *proposals = xcalloc(1, sizeof(Proposals));
        int r;

        assert(options->number > 0 && !options->page != !options->url);
        r = load(config->user_agent.text, options, &arrival);
        if (r < 0)
                return r;
        deadline_begin_cpu(TIME_LIMIT_SEC, "suggest");
        r = proposals_find(&arrival.body, arrival.charset, arrival.url ? arrival.url : options->url,
                           proposals);
        deadline_end_cpu();
        if (r >= 0)
                r = report(proposals, options->number);
        proposals_done(proposals);
        return r;
}
