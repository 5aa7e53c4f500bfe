/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * What is new: the rules of tickerd(8), as SQL. The entries of a healthy fetch are staged in
 * temporary tables, compared with the strip of the fetch before and with all that was ever seen,
 * and the difference is written. To be called inside a transaction.
 */

#include "daemon/store.h"

/* Makes the temporary tables; once a connection. */
int diff_init(Db *db);

/*
 * All that a poll writes, its state and alarms as well. Returns 0 when it wrote nothing, else
 * positive; -EBADMSG when the reply has no entry that is one.
 */
int diff_write(Db *db, const Poll *poll, PollResult *ret);
