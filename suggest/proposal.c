/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <sys/mman.h>

#include "common/log.h"
#include "common/text.h"
#include "fetch/page.h"
#include "suggest/proposal.h"

#define SAMPLES 3U

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

static int explain_points(const Candidate *candidate, char **ret) {
        _cleanup_buffer_ Buffer b = BUFFER(1024);
        int r;

        r = buffer_printf(&b, "%u %s", candidate->n,
                          candidate->n == 1   ? "text"
                          : candidate->linked ? "linked texts"
                                              : "texts");
        if (r >= 0 && candidate->name > 0 && candidate->named)
                r = buffer_printf(&b, ", named like a %s",
                                  candidate->name >= 8 ? "ticker" : "list of news");
        if (r >= 0 && candidate->label > 0 && candidate->labelled) {
                _cleanup_free_ char *text = spot_text(candidate->labelled, 60);

                if (text)
                        r = buffer_printf(&b, ", labelled \"%s\"", text);
        }
        if (r >= 0 && candidate->timed)
                r = buffer_puts(&b, ", each with its time, the newest first");
        if (r >= 0 && candidate->against > 0)
                r = buffer_puts(&b, ", but near something else");
        if (r >= 0)
                *ret = STEAL_POINTER(b.data);
        return r;
}

static int add_key(Buffer *b, const char *key, const char *value) {
        return value ? buffer_printf(b, "%s=%s\n", key, value) : 0;
}

int proposal_write_head(Buffer *b, const Hints *hints, bool list) {
        const char *title = isempty(hints->title) ? hints->url : hints->title;
        size_t n = strlen(title);
        int r;

        while (n > 0 && title[n - 1] == '\\')
                n--; /* it would continue the line */
        r = buffer_printf(b, "[Source]\nDescription=%.*s\n", (int) n, title);
        if (r >= 0 && hints->guessed)
                r = buffer_puts(b, "# The page does not say where it is from.\n");
        if (r >= 0)
                r = add_key(b, "URL", hints->url);
        if (r >= 0)
                r = add_key(b, "Language", hints->language);
        if (r >= 0 && !list)
                r = buffer_puts(
                        b, "# A bar for one entry is not there every day.\nExpect=sometimes\n");
        return r;
}

static int write_strip(Buffer *b, const Place *place, const Shape *shape) {
        int r;

        r = buffer_printf(b, "\n[Strip]\nStrip=%s\n", place->strip);
        if (r >= 0 && (place->item || shape->where))
                r = buffer_printf(b, "Item=%s%s\n", place->item ? place->item : ".//li",
                                  strnull(shape->where));
        if (r >= 0)
                r = add_key(b, "Headline", shape->headline);
        if (r >= 0)
                r = add_key(b, "Link", shape->link);
        if (r >= 0)
                r = add_key(b, "Published", shape->published);
        for (unsigned i = 0; r >= 0 && i < shape->n_drops; i++)
                r = add_key(b, "Drop", shape->drops[i]);
        for (unsigned i = 0; r >= 0 && i < shape->n_strikes; i++)
                r = add_key(b, "Strike", shape->strikes[i]);
        return r;
}

int proposal_make(const Survey *survey, const Candidate *candidate, const Hints *hints,
                  Proposal *ret) {
        Proposal proposal = { .source = BUFFER(SOURCE_FILE_MAX) };
        Place place = {};
        Shape shape = {};
        int r;

        r = shape_make(survey, candidate, &shape);
        if (r >= 0)
                r = place_make(survey, candidate, &place);
        if (r >= 0)
                r = proposal_write_head(&proposal.source, hints, candidate->tag);
        if (r >= 0)
                r = write_strip(&proposal.source, &place, &shape);
        if (r >= 0)
                r = explain_points(candidate, &proposal.words);
        if (r >= 0) {
                proposal.selector = STEAL_POINTER(place.strip);
                proposal.total = candidate->total;
                proposal.wanted = candidate->good;
                doubt(&proposal, candidate->doubt);
                doubt(&proposal, place.doubt);
                doubt(&proposal, shape.doubt);
                *ret = proposal;
        } else
                proposal_done(&proposal);
        place_done(&place);
        shape_done(&shape);
        return r == -ENOBUFS ? -ENODATA : r;
}

/* The file goes through the same reader as any other, which wants a path. */
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

        for (size_t i = 0; i < reply->n_entries; i++) {
                const char *headline = reply->entries[i].headline;
                unsigned weight = words_weight(headline, strlen(headline));

                bad += weight < 8 || weight > 400 || words_time(headline) > 0 ||
                       words_badge(headline) > 0;
        }
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

/* Times that all have one form and grow down the page. */
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

int proposal_check(Proposal *proposal, const Buffer *text, const char *url, const char **ret_why) {
        _cleanup_(source_freep) Source *source = NULL;
        _cleanup_(reader_freep) Reader *reader = NULL;
        _cleanup_buffer_ Buffer copy = BUFFER(0);
        int r;

        *ret_why = "its source file is not accepted";
        r = load(&proposal->source, &source);
        if (r >= 0)
                r = reader_new(source, &reader, NULL);
        if (r < 0)
                return r == -ENOMEM ? r : 0;
        copy.max = text->size;
        r = buffer_append(&copy, text->data, text->size);
        if (r < 0)
                return r;
        reader_read(reader, &copy, url, "utf-8", &proposal->reply);
        *ret_why = why_bad(proposal);
        if (*ret_why)
                return 0;
        if (is_oldest_first(&proposal->reply))
                r = buffer_puts(&proposal->source, "Order=oldest-first\n");
        if (proposal->reply.n_entries == 1)
                doubt(proposal, "there is one entry only; look again when there is more news");
        else if (proposal->reply.n_entries < 3)
                doubt(proposal, "there are few entries to judge by");
        return r < 0 ? r : 1;
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

int proposal_print(const Proposal *proposal, const Hints *hints, FILE *file) {
        const Reply *reply = &proposal->reply;

        fprintf(file, "# Proposed by tickerd-suggest, %s to be right: %s.\n",
                proposal_rank(proposal), proposal->words);
        fprintf(file, "# It reads %zu %s now:\n", reply->n_entries,
                reply->n_entries == 1 ? "entry" : "entries");
        for (size_t i = 0; i < reply->n_entries && i < SAMPLES; i++) {
                char *sample = NULL;

                if (text_clean(reply->entries[i].headline, strlen(reply->entries[i].headline), 200,
                               &sample) < 0)
                        return -ENOMEM;
                fprintf(file, "#   %s\n", sample);
                if (reply->entries[i].url)
                        fprintf(file, "#     %.300s\n", reply->entries[i].url);
                free(sample);
        }
        for (unsigned i = 0; i < proposal->n_doubts; i++)
                fprintf(file, "# Doubt: %s.\n", proposal->doubts[i]);
        for (unsigned i = 0; i < hints->n_feeds; i++)
                fprintf(file, "# The page has a feed, which may do as well: %.300s\n",
                        hints->feeds[i]);
        fprintf(file, "\n%s", proposal->source.data);
        return fflush(file) != 0 || ferror(file) ? -EIO : 0;
}
