/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Expressions for Strike=: what is to be cut out of headlines. */

#include "common/util.h"

#define STRIKES_MAX 8U

typedef struct StrikeList {
        char *expressions[STRIKES_MAX];
        unsigned n;
} StrikeList;

void strike_list_done(StrikeList *strikes);

/* Adds expressions for what does not belong to the headlines of a list: times, labels and marks. */
void strike_list_find(StrikeList *strikes, char *const *headlines, unsigned n);

/* Adds an expression for a whole text, which is no headline. */
void strike_list_add_whole(StrikeList *strikes, const char *text);
