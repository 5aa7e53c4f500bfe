/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Expressions for Strike=: what is cut out of the headlines of a list. */

#include "common/util.h"

#define STRIKES_MAX 8U

typedef struct StrikeList {
        char *expressions[STRIKES_MAX];
        unsigned n;
} StrikeList;

void strike_list_done(StrikeList *strikes);

/* Adds what the headlines of a list have that belongs to none: times, labels
 * and marks. */
void strike_list_find(StrikeList *strikes, char *const *headlines, unsigned n);

/* Adds an expression for a text that is no headline, as a whole. */
void strike_list_add_whole(StrikeList *strikes, const char *text);
