/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What a page says about itself, and where else its strip might come from. */

#include "suggest/survey.h"

#define HINTS_MAX 6U

typedef struct Hints {
        char *title;    /* clean; NULL: none */
        char *language; /* a tag that Language= takes, or NULL */
        char *url;      /* the page's own address */
        bool guessed;   /* it says none */

        char *feeds[HINTS_MAX]; /* addresses */
        unsigned n_feeds;
        char *elsewhere[HINTS_MAX]; /* sentences: what the strip may be filled from */
        unsigned n_elsewhere;
} Hints;

/* url may be NULL. -ENOMEM. */
int hints_make(const Survey *survey, const char *url, Hints *ret);
void hints_done(Hints *hints);

/* Adds to elsewhere, unless it is there. */
int hints_add(Hints *hints, const char *format, ...) _printf_(2, 3);

/* What stands in scripts: addresses and lists by the names of strips. -ENOMEM. */
int hints_add_script(Hints *hints, const char *script);
