/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * Making a new database and bringing an old one up to date. The version is user_version; it is
 * raised inside the transaction of each step, so that a step happened or did not.
 */

#include "sql/db.h"

#define MIGRATE_APPLICATION_ID 1953063787 /* "tick" */

/*
 * May the database at this path be ours? One that is empty or not there may. Nothing of it is
 * written. -EMEDIUMTYPE: another program's, or damaged; -EPROTONOSUPPORT: newer than this program.
 * Errors are logged.
 */
int migrate_check(const char *path);

/* Takes all steps that are missing; progress as in store_open(). */
int migrate_run(Db *db, const char *path, void (*progress)(void *userdata), void *userdata);
