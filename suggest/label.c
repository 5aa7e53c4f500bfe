/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "suggest/candidate.h"

#define LABEL_WEIGHT 48U /* the longest label */
#define RUNS_BACK 6U     /* texts between a label and its list: a link to all, a date, tabs */
#define LEVELS_UP 4U     /* elements around a label, and around a list, up to what holds both */

/* Attributes by which sites name the parts of a page, besides id and class. */
static const char *const naming[] = {
        "id",          "data-testid",
        "data-test",   "data-component",
        "data-module", "data-section",
        "data-type",   "data-block",
        "data-widget", "data-name",
        "data-qa",     "data-tb-region",
        "data-area",   "data-mrf-recirculation",
        "data-role",   "role",
        "data-zone",   "data-region",
};

static void unite(Cue *cue, const Cue *more) {
        cue->score = MAX(cue->score, more->score);
        cue->against |= more->against;
}

static int add_class(const char *name, void *userdata) {
        Cue cue = words_name(name);

        unite(userdata, &cue);
        return 0;
}

Cue spot_cue(const Spot *spot) {
        _cleanup_free_ char *aria = spot_attribute(spot, "aria-label");
        const char *tag = (const char *) spot->node->name;
        Cue cue = {};

        if (streq(tag, "marquee"))
                cue.score = CUE_STRONG - 1;
        if (strchr(tag, '-'))
                (void) add_class(tag, &cue);
        for (size_t i = 0; i < ELEMENTSOF(naming); i++) {
                _cleanup_free_ char *value = spot_attribute(spot, naming[i]);

                if (value)
                        (void) add_class(value, &cue);
        }
        (void) spot_classes(spot, add_class, &cue);
        if (aria) {
                Cue label;

                if (words_label(aria, &label) >= 0)
                        unite(&cue, &label);
        }
        return cue;
}

/* What the text of an element says. */
static int spot_label(const Spot *spot, Cue *ret) {
        _cleanup_free_ char *text = spot_text(spot, 240);

        return text ? words_label(text, ret) : -ENOMEM;
}

/* One of many: tabs, or a menu that has a page of breaking news. */
static bool is_one_of_many(const Survey *survey, const Spot *spot, const Spot *first) {
        for (unsigned level = 0; level < 3 && !spot_is_root(survey, spot); level++) {
                const Spot *parent = spot_parent(survey, spot);
                unsigned alike = 0;

                if (spot_contains(survey, parent, first))
                        break; /* what is beside it is the list */

                for (unsigned i = (unsigned) (parent - survey->spots) + 1; i < parent->end;
                     i = survey->spots[i].end)
                        alike += survey->spots[i].weight > 0 &&
                                 survey->spots[i].weight <= LABEL_WEIGHT &&
                                 spot_is(survey->spots + i, (const char *) spot->node->name);
                if (alike >= 3)
                        return true;
                spot = parent;
        }
        return false;
}

/* How many levels below outer it is. */
static unsigned levels(const Survey *survey, const Spot *outer, const Spot *inner) {
        unsigned n = 0;

        for (; inner != outer && !spot_is_root(survey, inner); n++)
                inner = spot_parent(survey, inner);
        return n;
}

/* The best that the elements around a text say, from the text up to what also holds the list. */
static int judge_text(const Survey *survey, const Run *run, const Spot *first, Cue *ret,
                      const Spot **ret_spot) {
        const Spot *spot = survey->spots + run->owner;
        Cue best = {};

        *ret_spot = spot;
        while (!spot_contains(survey, spot, first) && spot->weight <= LABEL_WEIGHT) {
                Cue cue;
                int r = spot_label(spot, &cue);

                if (r < 0)
                        return r;
                if (cue.score > best.score || (cue.against && best.score == 0)) {
                        best = cue;
                        *ret_spot = spot;
                }
                spot = spot_parent(survey, spot);
        }
        *ret = best;
        return 0;
}

/* "Latest | Most read" over a list: the tab shown is the first. */
static int first_tab(const Survey *survey, const Run *run, const Spot **ret) {
        const char *tag = (const char *) survey->spots[run->owner].node->name;

        for (unsigned k = 1; k <= 2 && run - k >= survey->runs; k++) {
                const Spot *spot = survey->spots + run[-(int) k].owner;
                Cue cue;

                if (run[-(int) k].weight > LABEL_WEIGHT / 2 || !spot_is(spot, tag))
                        break;
                if (spot_label(spot, &cue) >= 0 && cue.score > 1) {
                        *ret = spot;
                        return cue.score - 1;
                }
        }
        return 0;
}

int label_before(const Survey *survey, const Spot *first, const Spot **ret, bool *ret_against) {
        int best = 0;

        *ret_against = false;
        for (unsigned k = 1; k <= RUNS_BACK && k <= first->run; k++) {
                const Run *run = survey->runs + first->run - k;
                const Spot *owner = survey->spots + run->owner, *common = owner, *spot;
                Cue cue;
                int r;

                if (run->weight > LABEL_WEIGHT)
                        break;
                while (!spot_contains(survey, common, first))
                        common = spot_parent(survey, common);
                if (spot_is(common, "body") || levels(survey, common, owner) > LEVELS_UP + 1)
                        break;
                r = judge_text(survey, run, first, &cue, &spot);
                if (r < 0)
                        return r;
                if ((cue.against || cue.score > 3) && is_one_of_many(survey, spot, first)) {
                        cue.against = false;
                        cue.score = 0;
                }
                if (cue.against && cue.score < CUE_STRONG) {
                        r = first_tab(survey, run, &spot);
                        if (r > best) {
                                best = r;
                                *ret = spot;
                        } else
                                *ret_against = best == 0;
                        break;
                }
                cue.score -= (int) (k - 1) / 2;
                if (cue.score > best) {
                        best = cue.score;
                        *ret = spot;
                }
        }
        return best;
}

int label_inside(const Survey *survey, const Spot *box, const Spot **ret) {
        int best = 0;

        for (const Spot *spot = box; spot < survey->spots + box->end; spot++) {
                Cue cue;

                if (spot->weight > 0 && spot->weight <= LABEL_SHORT &&
                    spot_label(spot, &cue) >= 0 && cue.score > best) {
                        best = cue.score;
                        *ret = spot;
                }
        }
        return best;
}

int label_in_entries(const Survey *survey, const Spot *const *items, unsigned n, const Spot **ret) {
        unsigned labelled = 0;

        for (unsigned i = 0; i < n; i++)
                labelled += label_inside(survey, items[i], ret) >= CUE_STRONG;
        return n >= 3 && labelled * 10 >= n * 7 ? CUE_STRONG - 2 : 0;
}
