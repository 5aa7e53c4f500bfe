/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Without the filter: one page once, and the check of a configuration. */

#include "common/config.h"

typedef struct Once {
        const char *source; /* path of the source file */
        const char *page;   /* path of a page, "-": standard input; NULL: fetch one */
        const char *url;    /* instead of URL=, or NULL */
} Once;

/* Prints one reply on stdout. 1: the page was read as it should be, 0: it was not; negative: no
 * reply. */
int once_run(const Config *config, const Once *once);

/* Compiles all that the enabled sources say. Problems are logged; negative when there is one. */
int once_check(const Config *config);
