/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* JSON before SQLite reads it: within limits, and without what SQLite makes a mess of. */

#include "common/util.h"
#include "sql/db.h"

/*
 * Finds the JSON in the text of a script: what is left without the white space around it, without
 * the marks of a comment, and without "var name =" and ";" as of an assignment, with whatever
 * follows that. Returns where it begins; *size becomes its own.
 */
char *json_text_trim(char *text, size_t *size);

/*
 * Goes over a text that may be JSON, and in its strings makes escapes that name no character into
 * such that do: \u0000 into \u0001, half of a surrogate pair into \ufffd. -E2BIG: more than
 * ELEMENTS_MAX values; -EBADMSG: nested more than DEPTH_MAX deep; both with a reason in *ret_why.
 */
int json_text_check(char *text, size_t size, const char **ret_why);

/* The connection that reads JSON, one for all sources. Whoever has opened it closes it; NULL is not
 * open. */
int json_db_open(Db **ret);
void json_db_close(Db *db);
