/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "suggest/shape.h"
#include "common/text.h"

#define TEXT_MAX 600U

void shape_done(Shape *shape) {
        free(shape->headline);
        free(shape->link);
        free(shape->published);
        free(shape->where);
        for (unsigned i = 0; i < shape->n_drops; i++)
                free(shape->drops[i]);
        for (unsigned i = 0; i < shape->n_strikes; i++)
                free(shape->strikes[i]);
        *shape = (Shape){};
}

/* How well the slot would do as the headline; what is out of the question is negative. */
static int judge_slot(const Slots *slots, const Slot *slot) {
        unsigned n = slots->n_items, cover, average = slot->weight / slot->n;
        int points = 20;

        if (slot_is_time(slot) || slot_is_badge(slot, slots) || slot->n * 10 < n * 6 || average < 8)
                return -1;
        cover = slot->weight * 100 / MAX(slots->weight, 1U) * n / slot->n;
        if (spot_is_heading(slot->first))
                points += 6;
        if (slot->role == ROLE_TITLE && slot->depth > 0)
                points += 5;
        if (slot->role == ROLE_SUMMARY && slot->depth > 0)
                points -= 7;
        if (slot->links * 10 >= slot->n * 7)
                points += 3;
        points += cover >= 85 ? 4 : cover >= 50 ? 2 : cover >= 25 ? 0 : -4;
        if (average > 260)
                points -= 4;
        points -= (int) ((n - slot->n) * 16 / n);
        points -= (int) MIN(slot->ordinal, 2U);
        return points;
}

static bool is_inside(const Survey *survey, const Slot *outer, const Slot *inner) {
        return outer != inner && spot_contains(survey, outer->first, inner->first);
}

static const Slot *choose_headline(const Survey *survey, const Slots *slots) {
        const Slot *best = NULL;
        int best_points = 0;

        for (unsigned i = 0; i < slots->n; i++) {
                const Slot *slot = slots->slots + i;
                int points = judge_slot(slots, slot);

                for (unsigned k = 0; k < slots->n && points > 0; k++)
                        if (is_inside(survey, slot, slots->slots + k) &&
                            (slot_is_time(slots->slots + k) ||
                             slot_is_badge(slots->slots + k, slots))) {
                                points -= 2;
                                break;
                        }
                if (points > best_points) {
                        best = slot;
                        best_points = points;
                }
        }
        return best;
}

static int choose_published(const Slots *slots, Shape *shape) {
        const Slot *best = NULL;
        _cleanup_free_ char *selector = NULL;
        int n;

        for (unsigned i = 1; i < slots->n; i++) {
                const Slot *slot = slots->slots + i;

                if (!slot_is_time(slot) || slot->n * 10 < slots->n_items * 5 ||
                    strspn(slot->texts[0], "0123456789. ") == strlen(slot->texts[0]))
                        continue; /* a number alone is a rank or a count */
                if (!best || (streq(slot->tag, "time") && !streq(best->tag, "time")))
                        best = slot;
        }
        if (!best)
                return 0;
        selector = slot_selector(best);
        if (!selector)
                return -ENOMEM;
        n = asprintf(&shape->published, "%s%s", selector,
                     xmlHasProp(best->first->node, (const xmlChar *) "datetime") ? "/@datetime"
                                                                                 : "");
        if (n < 0)
                shape->published = NULL;
        return n < 0 ? -ENOMEM : 0;
}

static bool is_dropped(const Slots *slots, const Slot *slot) {
        return slot && slot->depth > 0 &&
               (streq(slot->tag, "button") || slot_is_time(slot) || slot_is_badge(slot, slots));
}

static int add_drop(Shape *shape, const Slot *slot) {
        Slot all = *slot;
        char *selector;

        all.ordinal = slot->class ? 0 : slot->ordinal;
        all.empties = false;
        all.depth = 2; /* wherever it stands */
        selector = slot_selector(&all);
        if (!selector)
                return -ENOMEM;
        for (unsigned i = 0; i < shape->n_drops; i++)
                if (streq(shape->drops[i], selector)) {
                        free(selector);
                        return 0;
                }
        if (shape->n_drops == DROPS_MAX)
                free(selector);
        else
                shape->drops[shape->n_drops++] = selector;
        return 0;
}

/* The text of a headline without what is dropped; what is dropped is added to the shape. */
static int read_headline(const Survey *survey, Slots *slots, const Spot *item, const Spot *headline,
                         Shape *shape, char **ret) {
        _cleanup_buffer_ Buffer b = BUFFER(TEXT_MAX * 4);
        unsigned run = headline->run;
        int r = buffer_reserve(&b, 0);

        for (const Spot *spot = headline; r >= 0 && spot < survey->spots + headline->end;) {
                const Slot button = { .tag = "button", .depth = 1 }, *slot = NULL;

                if (spot != headline && spot_is(spot, "button"))
                        slot = &button; /* which may have no text but a cross */
                else if (spot != headline && spot->weight > 0)
                        slot = slots_find(survey, slots, item, spot);

                if (!is_dropped(slots, slot)) {
                        spot++;
                        continue;
                }
                r = add_drop(shape, slot);
                for (; r >= 0 && run < spot->run; run++)
                        r = buffer_printf(&b, "%s ", (char *) survey->runs[run].text->content);
                while (run < survey->n_runs &&
                       spot_contains(survey, spot, survey->spots + survey->runs[run].owner))
                        run++;
                spot = survey->spots + spot->end;
        }
        for (; r >= 0 && run < survey->n_runs &&
               spot_contains(survey, headline, survey->spots + survey->runs[run].owner);
             run++)
                r = buffer_printf(&b, "%s ", (char *) survey->runs[run].text->content);
        if (r < 0 && r != -ENOBUFS)
                return r;
        return text_clean(b.data, b.size, TEXT_MAX, ret);
}

static int clean_headlines(const Survey *survey, Slots *slots, const Slot *headline, Shape *shape) {
        char *texts[ELEMENTSOF(slots->items)];
        unsigned n = 0;
        int r = 0;

        for (unsigned i = 0; r >= 0 && i < slots->n_items; i++) {
                const Spot *spot = slot_in(survey, headline, slots->items[i]);

                if (spot)
                        r = read_headline(survey, slots, slots->items[i], spot, shape, texts + n);
                n += spot && r >= 0;
        }
        if (r >= 0)
                r = strikes_make(texts, n, shape);
        for (unsigned i = 0; i < n; i++)
                free(texts[i]);
        return r;
}

/* A text that is a label is no entry once nothing is left of it. */
static int strike_odd(const Spot *const *odd, unsigned n, Shape *shape) {
        for (unsigned i = 0; i < n; i++) {
                _cleanup_free_ char *text = spot_text(odd[i], 100);
                Cue cue;
                int r;

                if (!text)
                        return -ENOMEM;
                r = words_label(text, &cue);
                if (r < 0)
                        return r;
                if (cue.score > 0 || words_badge(text) > 0)
                        r = strikes_add_whole(shape, text);
                else
                        shape->doubt = "a short text stands among the entries; is it one?";
                if (r < 0)
                        return r;
        }
        return 0;
}

/*
 * What stands among the entries and is none: a link to all, a label, an advertisement. Told by a
 * part that all others have; where the headline's own part is missing there is no need.
 */
static int choose_where(const Survey *survey, const Slots *slots, const Slot *headline,
                        Shape *shape) {
        const Spot *odd[8];
        unsigned n_odd = 0;

        for (unsigned i = 0; i < slots->n_items; i++) {
                const Spot *item = slots->items[i], *spot = slot_in(survey, headline, item);

                if (spot && spot->weight * slots->n_items * 3 < headline->weight &&
                    spot->weight < 20 && n_odd < ELEMENTSOF(odd))
                        odd[n_odd++] = item;
        }
        if (n_odd == 0 || n_odd * 4 > slots->n_items)
                return 0;
        for (unsigned i = 1; i < slots->n; i++) {
                const Slot *slot = slots->slots + i;
                bool tells = slot->n == slots->n_items - n_odd && slot->ordinal == 0;

                for (unsigned k = 0; k < n_odd && tells; k++)
                        tells = !slot_in(survey, slot, odd[k]);
                if (tells) {
                        _cleanup_free_ char *selector = slot_selector(slot);

                        if (!selector || asprintf(&shape->where, "[%s]", selector) < 0) {
                                shape->where = NULL;
                                return -ENOMEM;
                        }
                        return 0;
                }
        }
        return strike_odd(odd, n_odd, shape);
}

int shape_make(const Survey *survey, const Candidate *candidate, Shape *ret) {
        static Slots slots;
        const Slot *headline;
        Shape shape = {};
        int r;

        r = slots_make(survey, candidate, &slots);
        if (r < 0)
                return r;
        headline = choose_headline(survey, &slots);
        if (!headline) {
                slots_done(&slots);
                return -ENODATA;
        }
        if (headline->depth > 0) {
                shape.headline = slot_selector(headline);
                if (!shape.headline)
                        r = -ENOMEM;
        }
        if (r >= 0)
                r = shape_choose_link(survey, &slots, headline, &shape);
        if (r >= 0)
                r = choose_published(&slots, &shape);
        if (r >= 0)
                r = clean_headlines(survey, &slots, headline, &shape);
        if (r >= 0)
                r = choose_where(survey, &slots, headline, &shape);
        slots_done(&slots);
        if (r < 0)
                shape_done(&shape);
        else
                *ret = shape;
        return MIN(r, 0);
}
