/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Selectors for a list and its entries that are short and likely to outlive the page. */

#include "suggest/candidate.h"

typedef struct Locator {
        char *strip;
        char *item;
        const char *doubt; /* static, or NULL */
} Locator;

/* Both selectors were tried on the page and find exactly the candidate's entries. -ENODATA: no
 * selector does. */
int locator_make(const Outline *outline, const Candidate *candidate, Locator *ret);
void locator_done(Locator *locator);
