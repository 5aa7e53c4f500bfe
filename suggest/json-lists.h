/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Lists in JSON that are called as a breaking-news strip is. */

#include "sql/db.h"

#define JSON_PATH_MAX 256U
#define JSON_LISTS_MAX 4U

typedef struct JsonList {
        char strip[JSON_PATH_MAX]; /* path of the list */
        char key[JSON_PATH_MAX];   /* the part of it that is called so */
        char when[JSON_PATH_MAX];  /* of a flag that says it is shown, or "" */
        char headline[JSON_PATH_MAX], link[JSON_PATH_MAX], published[JSON_PATH_MAX]; /* or "" */
        unsigned n;                                                                  /* entries */
        int score; /* of its name */
        bool off;  /* a flag says that it is not shown */
} JsonList;

/* Searches the text of a script, which is changed. Returns how many lists were found; 0 if the text
 * is not JSON. */
unsigned json_lists_find(Db *db, char *text, JsonList *lists);
