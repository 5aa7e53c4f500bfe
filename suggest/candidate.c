/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <assert.h>

#include "suggest/candidate.h"
#include "suggest/memory.h"

#define GOOD_MIN 12U /* weight of the shortest headline: two or three words */
#define GOOD_MAX 700U

void candidates_done(Candidates *candidates) {
        free(candidates->items);
        *candidates = (Candidates){};
}

void candidates_add(Candidates *candidates, const Candidate *candidate) {
        unsigned n = candidates->n;

        if (n >= CANDIDATES_MAX)
                return;
        if ((n & (n - 1)) == 0)
                candidates->items = memory_check(
                        reallocarray(candidates->items, MAX(n * 2, 16U), sizeof(Candidate)));
        candidates->items[candidates->n++] = *candidate;
}

static bool is_item(const Candidate *candidate, const Element *element) {
        return element->weight > 0 && element_is(element, candidate->tag) &&
               (!candidate->class || element_has_class(element, candidate->class)) &&
               (!candidate->inner || element_is(element->parent, candidate->inner));
}

unsigned candidate_items(const Candidate *candidate, const Element **items, unsigned max) {
        const Element *box = candidate->box;
        unsigned n = 0;

        assert(max > 0);
        if (!candidate->tag) {
                items[0] = box;
                return 1;
        }
        for (const Element *element = box + 1; element < box->end && n < max;) {
                bool item = is_item(candidate, element);

                if (item)
                        items[n++] = element;
                element = item || !candidate->inner ? element->end : element + 1;
        }
        return n;
}

static int compare_unsigned(const void *a, const void *b) {
        unsigned x = *(const unsigned *) a, y = *(const unsigned *) b;

        return x < y ? -1 : x > y;
}

void candidate_measure(Candidate *candidate) {
        static const Element *items[ITEMS_MAX];
        static unsigned weights[ITEMS_MAX];
        unsigned links = 0;

        candidate->n = candidate_items(candidate, items, ITEMS_MAX);
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
