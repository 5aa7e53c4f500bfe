/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "suggest/label.h"

#define LABEL_WEIGHT 48U /* the longest label */
#define RUNS_BACK 6U     /* texts between a label and its list: a link to all, a date, tabs */
#define LEVELS_UP 5U     /* elements around a label, up to what holds the list, too */

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

static void add_cue(Cue *cue, Cue more) {
        cue->score = MAX(cue->score, more.score);
        cue->against |= more.against;
}

Cue element_cue(const Element *element) {
        _cleanup_free_ char *aria = element_attribute(element, "aria-label");
        Cue cue = {};

        if (element_is(element, "marquee"))
                cue.score = CUE_STRONG - 1;
        if (strchr(element->tag, '-'))
                add_cue(&cue, words_name(element->tag));
        for (size_t i = 0; i < ELEMENTSOF(naming); i++) {
                _cleanup_free_ char *value = element_attribute(element, naming[i]);

                if (value)
                        add_cue(&cue, words_name(value));
        }
        FOREACH_CLASS(class, element)
        add_cue(&cue, words_name(class));
        if (aria)
                add_cue(&cue, words_label(aria));
        return cue;
}

/* What the text of an element says. */
static Cue text_cue(const Element *element) {
        _cleanup_free_ char *text = element_text(element, 240);

        return words_label(text);
}

/* Is it one of many alike: tabs, or a menu that has a page of breaking news? */
static bool is_tab(const Element *element, const Element *first) {
        for (unsigned level = 0; level < 3 && element->parent; level++) {
                const Element *parent = element->parent;
                unsigned alike = 0;

                if (element_contains(parent, first))
                        break; /* what is beside it is the list */
                FOREACH_CHILD(child, parent)
                alike += child->weight > 0 && child->weight <= LABEL_WEIGHT &&
                         element_is(child, element->tag);
                if (alike >= 3)
                        return true;
                element = parent;
        }
        return false;
}

/* Is it further above the text than a label usually is from its list? */
static bool is_far_above(const Element *outer, const Element *inner) {
        unsigned levels = 0;

        for (; inner != outer; inner = inner->parent)
                levels++;
        return levels > LEVELS_UP;
}

/* The best cue of the elements around a text, up to the one that holds the list as well. */
static Cue best_cue(const Element *element, const Element *first, const Element **ret) {
        Cue best = {};

        *ret = element;
        for (; !element_contains(element, first) && element->weight <= LABEL_WEIGHT;
             element = element->parent) {
                Cue cue = text_cue(element);

                if (cue.score > best.score || (cue.against && best.score == 0)) {
                        best = cue;
                        *ret = element;
                }
        }
        return best;
}

/* "Latest | Most read" over a list: the tab shown is the first. */
static Label first_tab(const Outline *outline, const TextRun *run) {
        const char *tag = run->owner->tag;

        for (const TextRun *tab = run - 1; tab >= outline->runs && tab + 2 >= run; tab--) {
                int score;

                if (tab->weight > LABEL_WEIGHT / 2 || !element_is(tab->owner, tag))
                        break;
                score = text_cue(tab->owner).score - 1;
                if (score > 0)
                        return (Label){ .score = score, .element = tab->owner };
        }
        return (Label){};
}

Label label_before(const Outline *outline, const Element *first) {
        Label best = {};
        int distance = 0;

        for (const TextRun *run = first->runs - 1;
             run >= outline->runs && run + RUNS_BACK >= first->runs && run->weight <= LABEL_WEIGHT;
             run--, distance++) {
                const Element *common = run->owner, *element;
                Cue cue;

                while (!element_contains(common, first))
                        common = common->parent;
                if (element_is(common, "body") || is_far_above(common, run->owner))
                        break;
                cue = best_cue(run->owner, first, &element);
                if ((cue.against || cue.score > 3) && is_tab(element, first))
                        cue = (Cue){};
                if (cue.against && cue.score < CUE_STRONG) {
                        Label tab = first_tab(outline, run);

                        if (tab.score > best.score)
                                best = tab;
                        else
                                best.against = best.score == 0;
                        break;
                }
                cue.score -= distance / 2;
                if (cue.score > best.score)
                        best = (Label){ .score = cue.score, .element = element };
        }
        return best;
}

Label label_inside(const Element *box) {
        Label best = {};

        for (const Element *element = box; element < box->end; element++) {
                int score;

                if (element->weight == 0 || element->weight > LABEL_SHORT)
                        continue;
                score = text_cue(element).score;
                if (score > best.score)
                        best = (Label){ .score = score, .element = element };
        }
        return best;
}

Label label_in_entries(const Element *const *items, unsigned n) {
        unsigned labelled = 0;
        Label last = {};

        for (unsigned i = 0; i < n; i++) {
                Label label = label_inside(items[i]);

                labelled += label.score >= CUE_STRONG;
                if (label.score > 0)
                        last = label;
        }
        if (n < 3 || labelled * 10 < n * 7)
                return (Label){};
        last.score = CUE_STRONG - 2;
        return last;
}
