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
 * Returns 1 when something was written, 0 when the strip is as it was, -EBADMSG when the reply has
 * no entry that is one.
 */
int diff_run(Db *db, const Poll *poll, PollResult *ret);
