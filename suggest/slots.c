/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "suggest/shape.h"

#define SPOTS_MAX 120U /* of an entry that are looked at */
#define TEXT_MAX 400U

/* The class of an element that says most: one that names a part, else the first that is stable. */
typedef struct Best {
        char *name;
        bool role;
} Best;

static int take_class(const char *name, void *userdata) {
        Best *best = userdata;
        bool role;

        if (strpbrk(name, "'\"") || words_generated(name))
                return 0;
        role = words_role(name) != ROLE_NONE;
        if (!role && words_utility(name))
                return 0;
        if (best->name && (!role || best->role))
                return 0;
        free(best->name);
        best->name = strdup(name);
        best->role = role;
        return best->name ? 0 : -ENOMEM;
}

static int best_class(const Spot *spot, char **ret) {
        Best best = {};
        int r;

        r = spot_classes(spot, take_class, &best);
        if (r < 0)
                return r;
        *ret = best.name;
        return 0;
}

static bool is_like(const Spot *spot, const char *tag, const char *class) {
        return spot_is(spot, tag) && (!class || spot_has_class(spot, class));
}

/* How many of its kind with text stand before it in the entry; and is there one without text? */
static unsigned ordinal_of(const Survey *survey, const Spot *item, const Spot *spot,
                           const char *class, bool *ret_empties) {
        unsigned n = 0;

        for (const Spot *s = item + 1; s < spot; s++)
                if (is_like(s, (const char *) spot->node->name, class)) {
                        n += s->weight > 0;
                        *ret_empties |= s->weight == 0;
                }
        return n;
}

static Slot *find(Slots *slots, const char *tag, const char *class, unsigned ordinal) {
        for (unsigned i = 1; i < slots->n; i++) {
                Slot *slot = slots->slots + i;

                if (slot->ordinal == ordinal && streq(slot->tag, tag) &&
                    (class ? slot->class && streq(slot->class, class) : !slot->class))
                        return slot;
        }
        return NULL;
}

Slot *slots_find(const Survey *survey, Slots *slots, const Spot *item, const Spot *spot) {
        _cleanup_free_ char *class = NULL;
        bool ignored = false;

        if (spot == item)
                return slots->slots;
        if (best_class(spot, &class) < 0)
                return NULL;
        return find(slots, (const char *) spot->node->name, class,
                    ordinal_of(survey, item, spot, class, &ignored));
}

/* Is it a link, or inside of one? */
static bool has_link(const Survey *survey, const Spot *item, const Spot *spot) {
        for (; spot != item; spot = spot_parent(survey, spot))
                if (spot->links > 0 && spot_is(spot, "a"))
                        return true;
        return item->links > 0 && spot_is(item, "a");
}

static int count_text(Slot *slot, const Spot *spot) {
        _cleanup_free_ char *text = spot_text(spot, TEXT_MAX);
        int time, badge;

        if (!text)
                return -ENOMEM;
        time = words_time(text);
        badge = time > 0 ? 0 : words_badge(text);
        if (time < 0 || badge < 0)
                return -ENOMEM;
        slot->times += (unsigned) time;
        slot->badges += (unsigned) badge;
        slot->same += slot->n > 1 && streq(slot->texts[0], text);
        for (unsigned i = 0; i < slot->n - 1; i++)
                if (streq(slot->texts[i], text)) {
                        slot->repeats++;
                        break;
                }
        slot->texts[slot->n - 1] = STEAL_POINTER(text);
        return 0;
}

static int add(const Survey *survey, Slots *slots, const Spot *item, const Spot *spot) {
        _cleanup_free_ char *class = NULL;
        bool empties = false;
        unsigned ordinal;
        Slot *slot;
        int r;

        r = best_class(spot, &class);
        if (r < 0)
                return r;
        ordinal = spot == item ? 0 : ordinal_of(survey, item, spot, class, &empties);
        slot = spot == item && slots->n > 0
                       ? slots->slots
                       : find(slots, (const char *) spot->node->name, class, ordinal);
        if (!slot && slots->n < SLOTS_MAX) {
                slot = slots->slots + slots->n++;
                *slot = (Slot){
                        .tag = (const char *) spot->node->name,
                        .ordinal = ordinal,
                        .first = spot,
                        .role = class ? words_role(class) : ROLE_NONE,
                };
                slot->class = STEAL_POINTER(class);
                for (const Spot *s = spot; s != item; s = spot_parent(survey, s))
                        slot->depth++;
        }
        if (!slot)
                return 0;
        slot->n++;
        slot->weight += spot->weight;
        slot->links += has_link(survey, item, spot);
        slot->empties |= empties;
        return count_text(slot, spot);
}

int slots_make(const Survey *survey, const Candidate *candidate, Slots *ret) {
        static const Spot *items[ITEMS_MAX];
        unsigned n = candidate_items(survey, candidate, items, ITEMS_MAX);
        unsigned step = MAX(n / ELEMENTSOF(ret->items), 1U);
        int r = 0;

        *ret = (Slots){};
        for (unsigned i = 0; r >= 0 && i < n && ret->n_items < ELEMENTSOF(ret->items); i += step) {
                const Spot *item = items[i], *end = survey->spots + item->end;

                ret->items[ret->n_items++] = item;
                ret->weight += item->weight;
                for (const Spot *spot = item; r >= 0 && spot < end && spot < item + SPOTS_MAX;
                     spot++)
                        if (spot->weight > 0)
                                r = add(survey, ret, item, spot);
        }
        if (r < 0)
                slots_done(ret);
        return r;
}

void slots_done(Slots *slots) {
        for (unsigned i = 0; i < slots->n; i++) {
                free(slots->slots[i].class);
                for (unsigned k = 0; k < slots->slots[i].n; k++)
                        free(slots->slots[i].texts[k]);
        }
        slots->n = 0;
}

bool slot_is_time(const Slot *slot) {
        if (slot->depth == 0)
                return false;
        if (streq(slot->tag, "time"))
                return slot->weight <= slot->n * 40;
        return slot->times * 10 >= slot->n * 6 ||
               (slot->role == ROLE_TIME && slot->weight <= slot->n * 24 && slot->times > 0);
}

bool slot_is_badge(const Slot *slot, const Slots *slots) {
        if (slot->depth == 0 || slot_is_time(slot))
                return false;
        if (slot->badges * 10 >= slot->n * 6)
                return true;
        if (slot->role == ROLE_BADGE && slot->weight <= slot->n * 30)
                return true;
        if (slots->n_items < 3 || slot->n < 3)
                return false;
        /* the same in most entries; or a few words that come again and again: categories */
        return (slot->same + 1) * 10 >= slot->n * 8 ||
               (slot->repeats * 2 >= slot->n && slot->weight <= slot->n * 16);
}

const Spot *slot_in(const Survey *survey, const Slot *slot, const Spot *item) {
        unsigned ordinal = 0;

        if (slot->depth == 0)
                return item;
        for (const Spot *spot = item + 1; spot < survey->spots + item->end; spot++)
                if (spot->weight > 0 && is_like(spot, slot->tag, slot->class) &&
                    ordinal++ == slot->ordinal)
                        return spot;
        return NULL;
}

char *slot_selector(const Slot *slot) {
        const char *text = slot->empties ? "[normalize-space()]" : "";
        char *selector = NULL;
        int n;

        if (slot->depth == 0)
                return strdup(".");
        if (slot->ordinal > 0 && slot->class)
                n = asprintf(&selector, "(.//%s[has-class('%s')]%s)[%u]", slot->tag, slot->class,
                             text, slot->ordinal + 1);
        else if (slot->ordinal > 0)
                n = asprintf(&selector, "(.//%s%s)[%u]", slot->tag, text, slot->ordinal + 1);
        else if (slot->class)
                n = asprintf(&selector, ".//%s[has-class('%s')]%s", slot->tag, slot->class, text);
        else
                n = asprintf(&selector, "%s%s%s", slot->depth == 1 ? "./" : ".//", slot->tag, text);
        return n < 0 ? NULL : selector;
}
