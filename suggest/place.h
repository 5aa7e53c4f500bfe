/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Selectors for a list and its entries that are short and likely to outlive the page. */

#include "fetch/selector.h"
#include "suggest/candidate.h"

typedef struct Place {
        char *strip;
        char *item;        /* NULL: the default will do */
        const char *doubt; /* static, or NULL */
} Place;

/* Each was tried on the page and finds just the candidate's entries. -ENODATA: none does. -ENOMEM.
 */
int place_make(const Survey *survey, const Candidate *candidate, Place *ret);
void place_done(Place *place);

/* What an expression finds at a node, within a limit of steps; as query_nodes(). */
int place_find(Query *query, const char *expression, xmlNode *node, xmlXPathObject **ret);
