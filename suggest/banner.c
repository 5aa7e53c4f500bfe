/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "suggest/candidate.h"
#include "suggest/label.h"

#define BANNER_MIN 18U /* weight of the shortest headline that is one without any like it */
#define BANNER_MAX 260U
#define LEVELS 8U /* around a banner that may be one of many */

/* Is there, labels aside, one text in it that is like a headline? */
static bool has_one_headline(const Element *box) {
        unsigned headlines = 0;

        for (const TextRun *run = box->runs; run < box->runs_end; run++)
                if (run->weight >= BANNER_MIN) {
                        Cue cue = words_label(run->text);

                        headlines += cue.score == 0 && !cue.against;
                }
        return headlines == 1;
}

/* A teaser that is marked as breaking, in a list of others. */
static bool is_among_many(const Element *element) {
        for (unsigned level = 0; level < LEVELS && !element_is_page(element); level++) {
                if (element_is_one_of_many(element))
                        return true;
                element = element->parent;
        }
        return false;
}

static bool add_banner(Candidates *candidates, const Element *box) {
        Candidate banner = {
                .box = box,
                .n = 1,
                .good = 1,
                .weight = box->weight,
                .median = box->weight,
                .linked = box->links > 0,
        };

        if (box->weight < BANNER_MIN || box->weight > BANNER_MAX || is_among_many(box) ||
            !has_one_headline(box))
                return false;
        candidates_add(candidates, &banner);
        return true;
}

/* "Breaking", and a link beside it, whatever they are called in the markup. */
static void find_labelled(const Outline *outline, Candidates *candidates) {
        for (const TextRun *run = outline->runs; run < outline->runs_end; run++) {
                const Element *box = run->owner;

                if (run->weight > 24 || !words_badge(run->text) ||
                    words_label(run->text).score < CUE_STRONG)
                        continue;
                for (unsigned level = 0; level < 3 && box->parent; level++) {
                        box = box->parent;
                        if (box->links > 0 && add_banner(candidates, box))
                                break;
                }
        }
}

void banners_find(const Outline *outline, Candidates *candidates) {
        for (const Element *box = outline->elements + 1; box < outline->end; box++) {
                Cue cue;

                if (box->weight < BANNER_MIN || box->weight > BANNER_MAX)
                        continue;
                cue = element_cue(box);
                if (cue.score >= CUE_STRONG - 1 && !cue.against && add_banner(candidates, box))
                        box = box->end - 1;
        }
        find_labelled(outline, candidates);
}
