/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The tables of words.h, for words.c (names) and words-text.c (what readers see). */

#include "suggest/words.h"

#define NAME_MAX_SPLIT 256U

/* The phrases of one table, sorted. Those with a star stand in begins too. */
typedef struct Table {
        const char *text;
        bool keys; /* phrases are compared as keys of texts */
        char **phrases;
        size_t n;
        char **begins;
        size_t n_begins;
} Table;

extern Table labels_strong, labels_medium, labels_against, labels_paid, badges, time_words;

bool table_has(const Table *table, const char *phrase);
