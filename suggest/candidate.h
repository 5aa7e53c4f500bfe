/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What on a page might be its breaking-news strip, and how much speaks for it. */

#include "suggest/outline.h"

#define CANDIDATES_MAX 8192U /* looked at; a page has some hundreds */
#define ITEMS_MAX 2000U      /* of a candidate that are looked at; more is no strip */

typedef struct Candidate {
        const Element *box; /* what holds the entries */
        const char *tag;    /* of the entries; NULL: the box itself is the one entry */
        const char *class;  /* that they have and their neighbours lack; NULL: all of the tag */
        const char *inner;  /* tag of the entries' parents, when they stand in several; or NULL */

        unsigned n;      /* entries, */
        unsigned good;   /* of these with a text like a headline's */
        unsigned median; /* weight of their texts */
        unsigned weight; /* of all */
        bool linked;     /* most have links */
        bool timed;      /* and times, the newest first */

        /* Points, and what they were given for. */
        int name, label, form, against, total;
        int cue;                 /* the best of name, label and times */
        const Element *named;    /* the element whose name is the cue, or NULL */
        const Element *labelled; /* the element whose text is, or NULL */
} Candidate;

typedef struct Candidates {
        Candidate *items;
        unsigned n;
} Candidates;

void candidates_done(Candidates *candidates);

/* Adds one. Too many: the others are left out. */
void candidates_add(Candidates *candidates, const Candidate *candidate);

/* The entries in page order, at most max. Returns how many. */
unsigned candidate_items(const Candidate *candidate, const Element **items, unsigned max);

/* Counts entries, their weights and links. */
void candidate_measure(Candidate *candidate);

/*
 * lists.c: adds each list of repeated neighbours that have some text, and lists of one make that
 * stand side by side as one each: a strip may stand on the page by days, in columns, or with a part
 * that phones hide.
 */
void lists_find(const Outline *outline, Candidates *candidates);

/* banner.c: adds strips of one entry: a name or a label, and one text beside it that is like a
 * headline. */
void banners_find(const Outline *outline, Candidates *candidates);

/* score.c: gives points to each and sorts them, the best first; n is then the number of those that
 * may be a strip. */
void candidates_score(const Outline *outline, Candidates *candidates);
