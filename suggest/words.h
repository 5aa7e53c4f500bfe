/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * What tickerd-suggest knows of languages, in tables: how sites call a breaking-news strip, in the
 * names of their markup and in the labels that readers see; how they call other boxes; and how
 * times are written.
 */

#include "common/util.h"

#define CUE_STRONG 10 /* breaking, ticker: hardly anything else */
#define CUE_MEDIUM 6  /* latest, headlines: may be a box like others */
#define CUE_WEAK 3    /* alert, live, flash: alone no reason */

typedef struct Cue {
        int score;    /* how much it speaks for a strip; 0: not at all */
        bool against; /* an advertisement, stock prices, most read, … */
        bool paid;    /* a label that says so */
} Cue;

/* Prepares the tables; once. */
void words_init(void);

/* What the name of a class, an id or the like says: "breakingNews-bar", "has-no-ticker". */
Cue words_name(const char *name);

/* What a short text says that stands over or before a list. */
Cue words_label(const char *text);

/* Is the text the label of one entry, a badge: "BREAKING", "Live"? */
bool words_badge(const char *text);

/* Is the text a time, a date or an age, and nothing else? */
bool words_time(const char *text);

/* Roles that names give to the parts of an entry. */
typedef enum Role {
        ROLE_NONE,
        ROLE_TITLE,
        ROLE_TIME,
        ROLE_BADGE,   /* label, category, icon: not part of a headline */
        ROLE_SUMMARY, /* teaser text, author, caption */
} Role;

Role words_role(const char *name);

/* Does the name look as if a program had made it, so that it may be another one tomorrow? */
bool words_generated(const char *name);

/* Is the name only about layout or a state (row, col-6, mt-4, active)? */
bool words_utility(const char *name);

/* The name as words: lower case, one space before, between and behind. False: too long for buffer.
 */
bool words_split(const char *name, char *buffer, size_t size);

/* May the text stand in a line of a file, and on a terminal, as it is? */
bool words_clean(const char *text);

/* How much text it is: a letter counts 1, a sign of Han, kana and Hangul, which is more of a
 * word, 2. */
unsigned words_weight(const char *text, size_t n);
