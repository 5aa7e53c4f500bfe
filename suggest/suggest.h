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

/*
 * Prints the proposal on stdout and the list of all on stderr. 1: there is one, 0: there is none,
 * and the reason was given; negative: it could not be found out.
 */
int suggest_run(const Config *config, const Suggest *suggest);

/*
 * What it rests on: looks at the bytes of a page, which are changed; what HTTP says of their
 * charset and the address may be NULL. The best proposal is the first, and each was read. -E2BIG,
 * -EBADMSG: the page cannot be read, and why is logged.
 */
int proposals_find(Buffer *body, const char *charset, const char *url, Proposals *ret);
void proposals_done(Proposals *proposals);
