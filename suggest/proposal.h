/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* One proposal: a source file, and what it reads from the page. */

#include "fetch/reply.h"
#include "sql/db.h"
#include "suggest/candidate.h"
#include "suggest/page-info.h"

#define PROPOSALS_MAX 8U /* that are kept in the end */
#define TRIED_MAX 20U    /* candidates that a source file is written for */
#define SCRIPTS_MAX 4U   /* and lists in scripts */

typedef struct Proposal {
        Buffer source;   /* the file, without its first comments */
        char *selector;  /* its Strip= */
        unsigned wanted; /* entries that it should find */
        int total;       /* points, */
        unsigned order;  /* and among equals */
        char *words;     /* what the points are for */
        const char *doubts[4];
        unsigned n_doubts;
        Reply reply; /* what it finds */
} Proposal;

typedef struct Proposals {
        Proposal items[TRIED_MAX + SCRIPTS_MAX];
        unsigned n;
        PageInfo info;
        Db *json;        /* in memory */
        usec_t deadline; /* of CPU time; after it no more are looked for */
} Proposals;

void proposal_done(Proposal *proposal);

/* Adds a source file for a candidate, unless there is no good one. */
void proposals_add_list(const Outline *outline, const Candidate *candidate, Proposals *proposals);

/* Adds those for the lists in the page's scripts. */
void proposals_add_scripts(const Outline *outline, Proposals *proposals);

/* The same for a page that is itself a feed or JSON. */
void proposals_add_page(const char *text, Proposals *proposals);

/* Reads the page (decoded text) by the proposal, within the reader's own time limit. NULL: it reads
 * well; else why it does not. */
const char *proposal_check(Proposal *proposal, const Buffer *text, const char *url);

/* Do both read much the same? */
bool proposal_is_like(const Proposal *a, const Proposal *b);

/* Prints it: comments, then the file. -EIO. */
int proposal_print(const Proposal *proposal, const PageInfo *info, FILE *file);

/* "very likely", … */
const char *proposal_rank(const Proposal *proposal);
