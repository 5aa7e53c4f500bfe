/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What stands where inside the entries of a list: headline, link, time, and what is to be left out.
 */

#include "suggest/candidate.h"
#include "suggest/strikes.h"

#define DROPS_MAX 6U

/* The keys of [Strip] below Item=; NULL: the default will do. */
typedef struct Fields {
        char *headline, *link, *published;
        char *where; /* a predicate that tells entries from what else stands among them, or NULL */
        char *drops[DROPS_MAX];
        unsigned n_drops;
        StrikeList strikes;
        const char *doubt; /* static, or NULL */
} Fields;

/* -ENODATA: no text in the entries is like a headline. */
int fields_find(const Outline *outline, const Candidate *candidate, Fields *ret);
void fields_done(Fields *fields);
