/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Lists in JSON that are called as a breaking-news strip is; for --suggest. */

#include "common/util.h"

#define JSON_PATH_MAX 256U
#define JSON_TEXT_MAX (JSON_PATH_MAX + 2U) /* with the "$" */
#define JSON_FOUND_MAX 4U

typedef struct JsonFound {
        char strip[JSON_TEXT_MAX]; /* path of the list */
        char when[JSON_TEXT_MAX];  /* of a flag that says it is shown, or "" */
        char headline[JSON_TEXT_MAX], link[JSON_TEXT_MAX], published[JSON_TEXT_MAX]; /* or "" */
        unsigned n;                                                                  /* entries */
        int score; /* of its name */
        bool off;  /* a flag says that it is not shown */
} JsonFound;

/* Looks through a text; what is not JSON ends the search. Returns how many were found. */
unsigned json_find(const char *text, JsonFound *found);
