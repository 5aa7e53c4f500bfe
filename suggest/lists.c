/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "suggest/candidate.h"
#include "suggest/memory.h"

#define LIST_MIN 24U /* weight of the smallest list */
#define CLASSES_MAX 16U
#define SAMPLE 60U /* neighbours whose classes are looked at */
#define TAGS_MAX 4U
#define LEVELS 3U /* between lists and what groups them */

static void add_list(Candidates *candidates, const Element *box, const char *tag,
                     const char *class) {
        Candidate list = { .box = box, .tag = tag, .class = class };

        candidate_measure(&list);
        if (list.good >= 2 && list.good * 2 >= list.n)
                candidates_add(candidates, &list);
}

/* The neighbours of one tag: all of them, and those of a class that only some have. */
static void add_lists(Candidates *candidates, const Element *box, const char *tag) {
        struct {
                const char *class;
                unsigned n;
        } tally[CLASSES_MAX];
        unsigned n = 0, n_classes = 0;

        FOREACH_CHILD(child, box) {
                if (child->weight == 0 || !element_is(child, tag))
                        continue;
                if (n == SAMPLE)
                        break;
                n++;
                FOREACH_CLASS(class, child) {
                        unsigned k = 0;

                        while (k < n_classes && !streq(tally[k].class, class))
                                k++;
                        if (k < n_classes)
                                tally[k].n++;
                        else if (k < CLASSES_MAX && !words_generated(class) &&
                                 !words_utility(class)) {
                                tally[k].class = class;
                                tally[k].n = 1;
                                n_classes++;
                        }
                }
        }
        add_list(candidates, box, tag, NULL);
        for (unsigned k = 0; k < n_classes; k++)
                if (tally[k].n < n)
                        add_list(candidates, box, tag, tally[k].class);
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

static void add_lists_of(Candidates *candidates, const Element *box) {
        const char *tags[TAGS_MAX];
        unsigned n_tags = 0;

        FOREACH_CHILD(child, box) {
                unsigned k = 0;

                if (child->weight == 0)
                        continue;
                while (k < n_tags && !streq(tags[k], child->tag))
                        k++;
                if (k == n_tags && n_tags < TAGS_MAX && may_be_item(child->tag))
                        tags[n_tags++] = child->tag;
        }
        for (unsigned k = 0; k < n_tags; k++)
                add_lists(candidates, box, tags[k]);
}

/* A list, and an element some levels above that it shares with lists of the same make. */
typedef struct GroupMember {
        const Element *above;
        const char *inner, *tag;
        const char *class; /* of the entries, or "" */
        unsigned list;     /* index of the candidate */
} GroupMember;

static int compare_make(const GroupMember *x, const GroupMember *y) {
        int order;

        if (x->above != y->above)
                return x->above < y->above ? -1 : 1;
        order = strcmp(x->inner, y->inner);
        if (order == 0)
                order = strcmp(x->tag, y->tag);
        return order != 0 ? order : strcmp(x->class, y->class);
}

static int compare_members(const void *a, const void *b) {
        const GroupMember *x = a, *y = b;
        int order = compare_make(x, y);

        return order != 0 ? order : x->list < y->list ? -1 : x->list > y->list;
}

/* The class that tells the entries of a list from others: the first that has a meaning, or else the
 * first; "": there is none. */
static const char *shared_class(const Candidate *list) {
        const Element *items[2];
        const char *shared = "";

        if (candidate_items(list, items, 2) < 2)
                return shared;
        FOREACH_CLASS(class, items[0]) {
                if (words_generated(class) || !element_has_class(items[1], class))
                        continue;
                if (!words_utility(class))
                        return class;
                if (!*shared)
                        shared = class;
        }
        return shared;
}

/* Are there tabs above the lists? Then each list is something of its own. */
static bool has_tabs(const Outline *outline, const Element *above, const Element *first) {
        for (const TextRun *run = first->runs - 1; run >= outline->runs && run + 3 >= first->runs;
             run--)
                if (run->weight <= 30 && element_contains(above, run->owner) &&
                    words_label(run->text).against)
                        return true;
        return false;
}

static void add_group(const Outline *outline, Candidates *candidates, const GroupMember *members,
                      unsigned n) {
        Candidate group = {
                .box = members->above,
                .tag = members->tag,
                .inner = members->inner,
                .class = *members->class ? members->class : NULL,
        };
        unsigned weight = 0;

        if (has_tabs(outline, group.box, candidates->items[members->list].box))
                return;
        for (unsigned i = 0; i < n; i++)
                weight += candidates->items[members[i].list].weight;
        candidate_measure(&group);
        if (weight * 2 >= group.box->weight)
                candidates_add(candidates, &group);
}

static void add_groups(const Outline *outline, Candidates *candidates) {
        unsigned n = 0, n_lists = candidates->n;
        _cleanup_free_ GroupMember *members =
                xcalloc((size_t) n_lists * LEVELS, sizeof(GroupMember));

        for (unsigned i = 0; i < n_lists; i++) {
                const Candidate *list = candidates->items + i;
                const Element *above = list->box->parent;

                if (list->class)
                        continue;
                for (unsigned level = 0; level < LEVELS && above && !element_is(above, "body");
                     level++, above = above->parent)
                        members[n++] = (GroupMember){ above, list->box->tag, list->tag,
                                                      shared_class(list), i };
        }
        qsort(members, n, sizeof(GroupMember), compare_members);
        for (unsigned i = 0, k; i < n; i = k) {
                for (k = i + 1; k < n && compare_make(members + k, members + i) == 0;)
                        k++;
                if (k - i >= 2)
                        add_group(outline, candidates, members + i, k - i);
        }
}

void lists_find(const Outline *outline, Candidates *candidates) {
        for (const Element *element = outline->elements; element < outline->end; element++)
                if (element->weight >= LIST_MIN)
                        add_lists_of(candidates, element);
        add_groups(outline, candidates);
}
