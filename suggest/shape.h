/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What stands where inside the entries of a list: headline, link, time, and what is neither. */

#include "suggest/candidate.h"

#define DROPS_MAX 6U
#define STRIKES_MAX 8U

typedef struct Shape {
        /* Selectors relative to an entry; NULL: the default will do. */
        char *headline, *link, *published;
        char *where; /* a predicate that tells entries from what else stands among them, or NULL */
        char *drops[DROPS_MAX];
        unsigned n_drops;
        char *strikes[STRIKES_MAX];
        unsigned n_strikes;
        const char *doubt; /* static, or NULL */
} Shape;

/* -ENODATA: no text in the entries is like a headline. -ENOMEM. */
int shape_make(const Survey *survey, const Candidate *candidate, Shape *ret);
void shape_done(Shape *shape);

#define ENTRIES_SEEN 48U /* of a candidate; of more, every second, third, … */

/* A part that the entries have in common: known by its tag, its class and which of these it is. */
typedef struct Slot {
        const char *tag;
        char *class;      /* NULL: it has none that says anything */
        unsigned ordinal; /* among those of an entry that have text */
        unsigned depth;   /* below the entry, in the first that has it */
        const Spot *first;

        unsigned n;       /* entries that have it, and of these: */
        unsigned times;   /* the text is a time, */
        unsigned badges;  /* a label, */
        unsigned same;    /* that of the first entry, */
        unsigned repeats; /* that of one before; */
        unsigned weight;  /* of all */
        unsigned links;   /* it has a link, is one or is inside of one */
        bool empties;     /* some of its kind have no text */
        Role role;
        char *texts[ENTRIES_SEEN];
} Slot;

#define SLOTS_MAX 64U

typedef struct Slots {
        const Spot *items[ENTRIES_SEEN];
        unsigned n_items;
        unsigned weight; /* of all entries looked at */
        Slot slots[SLOTS_MAX];
        unsigned n;
} Slots;

/* The first slot is the entry itself. -ENOMEM. */
int slots_make(const Survey *survey, const Candidate *candidate, Slots *ret);
void slots_done(Slots *slots);
Slot *slots_find(const Survey *survey, Slots *slots, const Spot *item, const Spot *spot);

bool slot_is_time(const Slot *slot);
bool slot_is_badge(const Slot *slot, const Slots *slots);

/* The element of an entry that the slot is, or NULL. */
const Spot *slot_in(const Survey *survey, const Slot *slot, const Spot *item);

/* A selector of the slot, relative to the entry; to be freed. NULL: out of memory. */
char *slot_selector(const Slot *slot);

/* Sets the selector of the link, whose headline the slot is. -ENOMEM. */
int shape_choose_link(const Survey *survey, const Slots *slots, const Slot *headline, Shape *shape);

/* Expressions for times and labels in the headlines' own texts; texts has what stands in each. */
int strikes_add_whole(Shape *shape, const char *text); /* strikes a headline that is just this */
int strikes_make(char *const *texts, unsigned n, Shape *shape);
