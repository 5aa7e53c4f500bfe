/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What a server says about a page, to ask next time whether there is another. */

#include "common/util.h"

/* None: url is NULL. */
typedef struct Validators {
        char *url; /* the one that answered, after redirects */
        char *etag;
        char *last_modified;
        bool dated; /* last_modified is good to ask with */
} Validators;

void validators_done(Validators *validators);

/*
 * Those of an answer with these fields (NULL: not there) and of this Date. A page that was modified
 * less than two seconds before it was sent may be modified again in the same second, and one from
 * the future tells nothing: such dates are not asked with. Short of memory: none.
 */
Validators validators_make(const char *url, const char *etag, const char *last_modified,
                           const char *date);
