/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "suggest/candidate.h"

#define GOOD_MIN 12U /* weight of the shortest headline: two or three words */
#define GOOD_MAX 700U
#define CLASSES_MAX 16U
#define SAMPLE 60U /* neighbours whose classes are looked at */

int candidates_add(Candidates *candidates, const Candidate *candidate) {
        Candidate *grown;

        if (candidates->n >= CANDIDATES_MAX) {
                free(candidate->class);
                return 0;
        }
        if ((candidates->n & (candidates->n - 1)) == 0) {
                grown = reallocarray(candidates->items, MAX(candidates->n * 2, 16U),
                                     sizeof(Candidate));
                if (!grown) {
                        free(candidate->class);
                        return -ENOMEM;
                }
                candidates->items = grown;
        }
        candidates->items[candidates->n++] = *candidate;
        return 0;
}

void candidates_done(Candidates *candidates) {
        for (unsigned i = 0; i < candidates->n; i++)
                free(candidates->items[i].class);
        free(candidates->items);
        *candidates = (Candidates){};
}

static bool is_item(const Candidate *candidate, const Spot *spot) {
        return spot_is(spot, candidate->tag) &&
               (!candidate->class || spot_has_class(spot, candidate->class));
}

unsigned candidate_items(const Survey *survey, const Candidate *candidate, const Spot **items,
                         unsigned max) {
        const Spot *box = candidate->box;
        unsigned n = 0, i = (unsigned) (box - survey->spots) + 1;

        if (!candidate->tag) {
                items[0] = box;
                return 1;
        }
        while (i < box->end && n < max) {
                const Spot *spot = survey->spots + i;
                bool there = candidate->inner ? spot_is(spot_parent(survey, spot), candidate->inner)
                                              : true;

                if (there && spot->weight > 0 && is_item(candidate, spot)) {
                        items[n++] = spot;
                        i = spot->end;
                } else
                        i = candidate->inner ? i + 1 : spot->end;
        }
        return n;
}

static int compare_unsigned(const void *a, const void *b) {
        unsigned x = *(const unsigned *) a, y = *(const unsigned *) b;

        return x < y ? -1 : x > y;
}

void candidate_measure(const Survey *survey, Candidate *candidate) {
        static const Spot *items[ITEMS_MAX];
        static unsigned weights[ITEMS_MAX];
        unsigned links = 0;

        candidate->n = candidate_items(survey, candidate, items, ITEMS_MAX);
        candidate->good = candidate->weight = 0;
        for (unsigned i = 0; i < candidate->n; i++) {
                weights[i] = items[i]->weight;
                candidate->weight += weights[i];
                candidate->good += weights[i] >= GOOD_MIN && weights[i] <= GOOD_MAX;
                links += items[i]->links > 0;
        }
        qsort(weights, candidate->n, sizeof(unsigned), compare_unsigned);
        candidate->median = candidate->n > 0 ? weights[candidate->n / 2] : 0;
        candidate->linked = links * 10 >= candidate->n * 7;
}

/* The classes of neighbours, and how many have each. */
typedef struct Tally {
        struct {
                char *name;
                unsigned n;
        } classes[CLASSES_MAX];
        unsigned n;
} Tally;

static int tally_class(const char *name, void *userdata) {
        Tally *tally = userdata;

        for (unsigned i = 0; i < tally->n; i++)
                if (streq(tally->classes[i].name, name)) {
                        tally->classes[i].n++;
                        return 0;
                }
        if (tally->n == CLASSES_MAX || words_generated(name) || words_utility(name))
                return 0;
        tally->classes[tally->n].name = strdup(name);
        if (!tally->classes[tally->n].name)
                return -ENOMEM;
        tally->classes[tally->n++].n = 1;
        return 0;
}

static int add_list(const Survey *survey, Candidates *candidates, const Spot *box, const char *tag,
                    const char *class) {
        Candidate candidate = { .box = box, .tag = tag };

        if (class) {
                candidate.class = strdup(class);
                if (!candidate.class)
                        return -ENOMEM;
        }
        candidate_measure(survey, &candidate);
        if (candidate.n < 2 || candidate.good < 2 || candidate.good * 2 < candidate.n) {
                free(candidate.class);
                return 0;
        }
        return candidates_add(candidates, &candidate);
}

/* The neighbours of one tag: all of them, and those of a class that only some have. */
static int add_lists(const Survey *survey, Candidates *candidates, const Spot *box,
                     const char *tag) {
        Tally tally = {};
        unsigned n = 0;
        int r;

        for (unsigned i = (unsigned) (box - survey->spots) + 1; i < box->end && n < SAMPLE;
             i = survey->spots[i].end)
                if (survey->spots[i].weight > 0 && spot_is(survey->spots + i, tag)) {
                        n++;
                        (void) spot_classes(survey->spots + i, tally_class, &tally);
                }
        r = add_list(survey, candidates, box, tag, NULL);
        for (unsigned i = 0; r >= 0 && i < tally.n; i++)
                if (tally.classes[i].n >= 2 && tally.classes[i].n < n)
                        r = add_list(survey, candidates, box, tag, tally.classes[i].name);
        for (unsigned i = 0; i < tally.n; i++)
                free(tally.classes[i].name);
        return r;
}

static bool may_be_item(const char *tag) {
        static const char *const names[] = { "li",    "a",      "div",        "article", "p",
                                             "tr",    "dd",     "dt",         "section", "span",
                                             "h2",    "h3",     "h4",         "h5",      "td",
                                             "aside", "figure", "blockquote", "font",    "b",
                                             "strong" };

        for (size_t i = 0; i < ELEMENTSOF(names); i++)
                if (streq(names[i], tag))
                        return true;
        return strchr(tag, '-') != NULL; /* an element of the site's own making */
}

static int add_lists_of(const Survey *survey, Candidates *candidates, const Spot *box) {
        const char *tags[4];
        unsigned n_tags = 0, children = 0;
        int r = 0;

        for (unsigned i = (unsigned) (box - survey->spots) + 1; i < box->end;
             i = survey->spots[i].end) {
                const char *tag = (const char *) survey->spots[i].node->name;
                unsigned k = 0;

                if (survey->spots[i].weight == 0)
                        continue;
                children++;
                while (k < n_tags && !streq(tags[k], tag))
                        k++;
                if (k == n_tags && n_tags < ELEMENTSOF(tags) && may_be_item(tag))
                        tags[n_tags++] = tag;
        }
        for (unsigned k = 0; children >= 2 && r >= 0 && k < n_tags; k++)
                r = add_lists(survey, candidates, box, tags[k]);
        return r;
}

/* Is the box itself one of several neighbours like it: a teaser rather than a list? */
bool spot_is_part(const Survey *survey, const Spot *box) {
        const Spot *parent = spot_parent(survey, box);
        unsigned alike = 0;

        for (unsigned i = (unsigned) (parent - survey->spots) + 1; i < parent->end && alike < 4;
             i = survey->spots[i].end) {
                const Spot *spot = survey->spots + i;

                alike += spot_is(spot, (const char *) box->node->name) &&
                         spot->weight * 3 >= box->weight && spot->weight <= box->weight * 3;
        }
        return alike >= 4;
}

int candidates_find(const Survey *survey, Candidates *ret) {
        Candidates candidates = {};
        int r = 0;

        for (unsigned i = 0; i < survey->n && r >= 0; i++)
                if (survey->spots[i].weight >= 2 * GOOD_MIN)
                        r = add_lists_of(survey, &candidates, survey->spots + i);
        if (r >= 0)
                r = candidates_unite(survey, &candidates);
        if (r >= 0)
                r = candidates_find_bars(survey, &candidates);
        if (r < 0) {
                candidates_done(&candidates);
                return r;
        }
        *ret = candidates;
        return 0;
}
