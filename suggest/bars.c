/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Strips of one entry: a name or a label, and one text beside it. */

#include "suggest/candidate.h"

#define BAR_MIN 18U /* weight of the shortest headline that is one without any like it */
#define BAR_MAX 260U

/* The texts in a box that are no label: 1 that is like a headline makes a bar. */
static int is_bar(const Survey *survey, const Spot *box) {
        unsigned headlines = 0;

        for (unsigned i = box->run; i < survey->n_runs; i++) {
                const Run *run = survey->runs + i;
                Cue cue;
                int r;

                if (!spot_contains(survey, box, survey->spots + run->owner))
                        break;
                if (run->weight < BAR_MIN)
                        continue;
                r = words_label((const char *) run->text->content, &cue);
                if (r < 0)
                        return r;
                headlines += cue.score == 0 && !cue.against;
        }
        return headlines == 1;
}

/* A teaser that is marked as breaking, in a list of others. */
static bool is_among_many(const Survey *survey, const Spot *spot, unsigned levels) {
        for (unsigned level = 0; level < levels && !spot_is_page(spot); level++) {
                if (spot_is_part(survey, spot))
                        return true;
                spot = spot_parent(survey, spot);
        }
        return false;
}

static int add_bar(const Survey *survey, Candidates *candidates, const Spot *spot,
                   unsigned levels) {
        Candidate bar = {
                .box = spot,
                .n = 1,
                .good = 1,
                .weight = spot->weight,
                .median = spot->weight,
                .linked = spot->links > 0,
        };
        int r;

        if (spot->weight < BAR_MIN || spot->weight > BAR_MAX || spot->links > 4 ||
            spot_is_page(spot) || is_among_many(survey, spot, levels))
                return 0;
        r = is_bar(survey, spot);
        if (r <= 0)
                return r;
        r = candidates_add(candidates, &bar);
        return r < 0 ? r : 1;
}

/* "Breaking", and a link beside it, whatever they are called in the markup. */
static int find_labelled_bars(const Survey *survey, Candidates *candidates) {
        for (unsigned i = 0; i + 1 < survey->n_runs; i++) {
                const Run *run = survey->runs + i;
                const Spot *spot = survey->spots + run->owner;
                Cue cue = {};
                int r;

                if (run->weight > 24)
                        continue;
                r = words_badge((const char *) run->text->content);
                if (r > 0)
                        r = words_label((const char *) run->text->content, &cue);
                if (cue.score < CUE_STRONG)
                        continue;
                for (unsigned level = 0; r >= 0 && level < 3 && !spot_is_root(survey, spot);
                     level++) {
                        spot = spot_parent(survey, spot);
                        if (spot->links == 0)
                                continue;
                        r = add_bar(survey, candidates, spot, 8);
                        if (r != 0)
                                break;
                }
                if (r < 0)
                        return r;
        }
        return 0;
}

int candidates_find_bars(const Survey *survey, Candidates *candidates) {
        for (unsigned i = 1; i < survey->n; i++) {
                const Spot *spot = survey->spots + i;
                Cue cue;
                int r;

                if (spot->weight < BAR_MIN || spot->weight > BAR_MAX)
                        continue;
                cue = spot_cue(spot);
                if (cue.score < CUE_STRONG - 1 || cue.against)
                        continue;
                r = add_bar(survey, candidates, spot, 4);
                if (r < 0)
                        return r;
                if (r > 0)
                        i = spot->end - 1;
        }
        return find_labelled_bars(survey, candidates);
}
