/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Finds the strip of a page that nobody has described, and writes a source file for it. */

#include "common/config.h"
#include "suggest/proposal.h"

typedef struct Suggest {
        unsigned number;  /* which proposal, from 1 */
        const char *page; /* path of a page, "-": standard input; NULL: fetch url */
        const char *url;
} Suggest;

/* Prints the proposal to stdout and the list of all to stderr. 1: done; 0: there is no such
 * proposal, and why was logged; negative: the page could not be looked at. */
int suggest_run(const Config *config, const Suggest *suggest);

/*
 * The search itself: takes the bytes of a page, which are changed. charset is what HTTP says of it;
 * it and the address may be NULL. The best proposal is the first; each was tried. -E2BIG, -EBADMSG:
 * the page cannot be read, and why is logged.
 */
int proposals_find(Buffer *body, const char *charset, const char *url, Proposals *ret);
void proposals_done(Proposals *proposals);
