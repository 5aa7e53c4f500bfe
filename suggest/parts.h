/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The parts that the entries of a list have in common, and what they hold. */

#include "suggest/candidate.h"

#define ENTRIES_SEEN 48U /* of a candidate; of more, every second, third, … */
#define PARTS_MAX 64U
#define TEXT_MAX 400U /* bytes of one */

/* A part is known by its tag, its class, and its number among those with the same two. */
typedef struct Part {
        const char *tag;
        const char *class; /* NULL: it has none that says anything */
        unsigned ordinal;  /* among those of an entry that have text */
        unsigned depth;    /* below the entry, in the first that has it; 0: it is the entry */
        const Element *first;

        unsigned n;       /* entries that have it, and of these: */
        unsigned times;   /* the text is a time, */
        unsigned badges;  /* a label, */
        unsigned repeats; /* that of one before; */
        unsigned weight;  /* of all */
        unsigned links;   /* it has a link, is one or is inside of one */
        bool empties;     /* some of its kind have no text */
        Role role;
        char *texts[ENTRIES_SEEN];
} Part;

typedef struct Parts {
        const Element *items[ENTRIES_SEEN];
        unsigned n_items;
        unsigned weight; /* of all entries looked at */
        Part parts[PARTS_MAX];
        unsigned n;
} Parts;

/* The first part is the entry itself. */
void parts_make(const Candidate *candidate, Parts *ret);
void parts_done(Parts *parts);

/* The part that an element of an entry is, or NULL. */
const Part *parts_find(const Parts *parts, const Element *item, const Element *element);

bool part_is_time(const Part *part);
bool part_is_badge(const Part *part, const Parts *parts);

/* The element of an entry that the part is, or NULL. */
const Element *part_in(const Part *part, const Element *item);

/* A selector of the part, relative to the entry; to be freed. */
char *part_selector(const Part *part);
