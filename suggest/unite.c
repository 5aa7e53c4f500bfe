/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* A strip may stand on the page as several lists: by days, in columns, or with a part that phones
 * hide. */

#include "suggest/candidate.h"

#define LEVELS 3U /* between lists and what unites them */

/* A list, and an element some levels above that it shares with lists of the same make. */
typedef struct Kin {
        const Spot *above;
        const char *inner, *tag;
        const char *class; /* of the entries, or NULL */
        unsigned list;     /* index of the candidate */
} Kin;

static int compare_kin(const void *a, const void *b) {
        const Kin *x = a, *y = b;
        int order;

        if (x->above != y->above)
                return x->above < y->above ? -1 : 1;
        order = strcmp(x->inner, y->inner);
        if (order == 0)
                order = strcmp(x->tag, y->tag);
        if (order == 0)
                order = strcmp(strnull(x->class), strnull(y->class));
        return order != 0 ? order : x->list < y->list ? -1 : x->list > y->list;
}

static int add_united(const Survey *survey, Candidates *candidates, const Kin *kin, unsigned n) {
        Candidate united = {
                .box = kin->above,
                .tag = kin->tag,
                .inner = kin->inner,
        };
        const Spot *first = candidates->items[kin->list].box;
        unsigned weight = 0;

        /* Tabs above them: each list is something of its own. */
        for (unsigned k = 1; k <= 3 && k <= first->run; k++) {
                const Run *run = survey->runs + first->run - k;
                Cue cue;

                if (run->weight <= 30 &&
                    spot_contains(survey, kin->above, survey->spots + run->owner) &&
                    words_label((const char *) run->text->content, &cue) >= 0 && cue.against)
                        return 0;
        }
        for (unsigned i = 0; i < n; i++)
                weight += candidates->items[kin[i].list].weight;
        if (kin->class) {
                united.class = strdup(kin->class);
                if (!united.class)
                        return -ENOMEM;
        }
        candidate_measure(survey, &united);
        if (weight * 2 < united.box->weight || united.good * 2 < united.n) {
                free(united.class);
                return 0;
        }
        return candidates_add(candidates, &united);
}

typedef struct Shared {
        const Spot *other;
        char *name; /* the first class that says something, else the first */
        bool good;
} Shared;

static int take_shared(const char *name, void *userdata) {
        Shared *shared = userdata;
        bool good = !words_utility(name);

        if (words_generated(name) || !spot_has_class(shared->other, name) ||
            (shared->name && (shared->good || !good)))
                return 0;
        free(shared->name);
        shared->name = strdup(name);
        shared->good = good;
        return shared->name ? 0 : -ENOMEM;
}

/* The class by which the entries of a list are told from others, or NULL. -ENOMEM. */
static int shared_class(const Survey *survey, const Candidate *list, char **ret) {
        const Spot *items[2];
        Shared shared = {};
        int r;

        if (candidate_items(survey, list, items, 2) < 2)
                return 0;
        shared.other = items[1];
        r = spot_classes(items[0], take_shared, &shared);
        if (r >= 0)
                *ret = shared.name;
        return r;
}

/* Lists of one make side by side: a strip in groups, by days or by columns. */
int candidates_unite(const Survey *survey, Candidates *candidates) {
        unsigned n = 0, n_lists = candidates->n;
        _cleanup_free_ Kin *kin = calloc((size_t) n_lists * LEVELS + 1, sizeof(Kin));
        _cleanup_free_ char **classes = calloc((size_t) n_lists + 1, sizeof(char *));
        int r = 0;

        if (!kin || !classes)
                return -ENOMEM;
        for (unsigned i = 0; i < n_lists; i++) {
                const Candidate *list = candidates->items + i;
                const Spot *above = list->box;

                if (list->class)
                        continue;
                r = shared_class(survey, list, classes + i);
                for (unsigned level = 0; level < LEVELS && !spot_is_root(survey, above); level++) {
                        above = spot_parent(survey, above);
                        if (spot_is(above, "body"))
                                break;
                        kin[n++] = (Kin){ above, (const char *) list->box->node->name, list->tag,
                                          classes[i], i };
                }
        }
        qsort(kin, n, sizeof(Kin), compare_kin);
        for (unsigned i = 0, k; i < n && r >= 0; i = k) {
                for (k = i + 1; k < n && kin[k].above == kin[i].above &&
                                streq(kin[k].inner, kin[i].inner) &&
                                streq(kin[k].tag, kin[i].tag) &&
                                streq(strnull(kin[k].class), strnull(kin[i].class));)
                        k++;
                if (k - i >= 2)
                        r = add_united(survey, candidates, kin + i, k - i);
        }
        for (unsigned i = 0; i < n_lists; i++)
                free(classes[i]);
        return r;
}
