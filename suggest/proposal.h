/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* One proposal of tickerd-suggest: a source file, and what it reads from the page. */

#include "common/buffer.h"
#include "fetch/reply.h"
#include "suggest/hints.h"
#include "suggest/place.h"
#include "suggest/shape.h"

#define PROPOSALS_MAX 8U
#define SOURCE_FILE_MAX (32U * 1024U)
#define TRIED_MAX 20U  /* candidates that a source file is written for */
#define SCRIPTS_MAX 4U /* and lists in scripts */

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
        Hints hints;
        usec_t deadline; /* after it no more are looked for */
} Proposals;

void proposal_done(Proposal *proposal);

/* Writes the file for a candidate. -ENODATA: there is no good one. -ENOMEM. */
int proposal_make(const Survey *survey, const Candidate *candidate, const Hints *hints,
                  Proposal *ret);

/* Appends the section [Source]; of a strip that is a list, not a bar for one entry. */
int proposal_write_head(Buffer *b, const Hints *hints, bool list);

/* Adds files for the lists in the page's scripts, from node on. -ENOMEM. */
int proposals_add_scripts(const xmlNode *node, Proposals *proposals);

/* The same for a page that is itself a feed or JSON. */
int proposals_add_page(const char *text, Proposals *proposals);

/*
 * Reads the page, decoded text, as the proposal says, within the reader's own time limit. 1: it
 * reads well; 0: it does not, and why is in *ret_why; -ENOMEM.
 */
int proposal_check(Proposal *proposal, const Buffer *text, const char *url, const char **ret_why);

/* Do both read much the same? */
bool proposal_is_like(const Proposal *a, const Proposal *b);

/* Prints it: comments, then the file. */
int proposal_print(const Proposal *proposal, const Hints *hints, FILE *file);

/* "very likely", … */
const char *proposal_rank(const Proposal *proposal);
