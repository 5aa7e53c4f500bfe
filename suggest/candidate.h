/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Lists on a page that might be its breaking-news strip, and how much speaks for each. */

#include "suggest/survey.h"

#define CANDIDATES_MAX 8192U /* looked at; a page has some hundreds */
#define LABEL_SHORT 24U      /* weight of a label that shares its box with an entry */
#define ITEMS_MAX 2000U      /* of a candidate that are looked at; more is no strip */

typedef struct Candidate {
        const Spot *box;   /* what holds the entries */
        unsigned at;       /* its place on the page */
        const char *tag;   /* of the entries; NULL: the box itself is the one entry */
        char *class;       /* that they have and their neighbours lack; NULL: all of the tag */
        const char *inner; /* tag of the entries' parents, when they stand in several; or NULL */

        unsigned n;      /* entries, */
        unsigned good;   /* of these with a text like a headline's */
        unsigned median; /* weight of their texts */
        unsigned weight; /* of all */
        bool linked;     /* most have links */
        bool timed;      /* and times, the newest first */

        /* Points, and what they were given for. */
        int name, label, form, against, total;
        int cue;              /* the best of name, label and times */
        const Spot *named;    /* the element whose name is the cue, or NULL */
        const Spot *labelled; /* the element whose text is, or NULL */
        const char *doubt;    /* static, or NULL */
} Candidate;

typedef struct Candidates {
        Candidate *items;
        unsigned n;
} Candidates;

/* Lists of all repeated neighbours that have some text, not yet judged. -ENOMEM. */
int candidates_find(const Survey *survey, Candidates *ret);
void candidates_done(Candidates *candidates);

/* Adds one; takes over class. -ENOMEM. Too many: the others are left out. */
int candidates_add(Candidates *candidates, const Candidate *candidate);

/* The entries in page order, at most max. Returns how many. */
unsigned candidate_items(const Survey *survey, const Candidate *candidate, const Spot **items,
                         unsigned max);

/* Adds lists of one make that stand side by side as one each. -ENOMEM. */
int candidates_unite(const Survey *survey, Candidates *candidates);

/* Has each entry its time, the newest first? */
bool candidate_is_timed(const Survey *survey, const Candidate *candidate);

/* Counts entries, their weights and links. */
void candidate_measure(const Survey *survey, Candidate *candidate);

/*
 * Gives points to each and sorts them, best first; n is then the number of those that may be a
 * strip. The page's title may be NULL. -ENOMEM.
 */
int candidates_judge(const Survey *survey, const char *title, Candidates *candidates);

/* One-entry bars: a name or a label, and one text that is like a headline. -ENOMEM. */
int candidates_find_bars(const Survey *survey, Candidates *candidates);

/* Is the spot little more than what is of this weight? A list's box and what is wrapped around it.
 */
static inline bool spot_is_frame(const Spot *spot, unsigned weight) {
        return spot->weight <= weight + weight / 2 + 80;
}

/* Is the spot one of several neighbours of its size: a teaser rather than a list? */
bool spot_is_part(const Survey *survey, const Spot *spot);

static inline bool spot_is_page(const Spot *spot) {
        return spot_is(spot, "body") || spot_is(spot, "html");
}

/* What the names of an element say: id, classes, and the attributes that name parts of a page. */
Cue spot_cue(const Spot *spot);

/* The label of what begins at first: its points, and the element in *ret. 0: none. -ENOMEM. */
int label_before(const Survey *survey, const Spot *first, const Spot **ret, bool *ret_against);

/* The best label among the short texts in box, itself one of them perhaps. */
int label_inside(const Survey *survey, const Spot *box, const Spot **ret);

/* The same, where most entries carry the label each. */
int label_in_entries(const Survey *survey, const Spot *const *items, unsigned n, const Spot **ret);
