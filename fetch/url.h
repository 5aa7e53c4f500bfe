/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Links as pages write them, made into whole URLs. */

#include "common/util.h"

/*
 * Resolves a link against the URL of its page, as browsers do. Tabs and line breaks are dropped,
 * "\" is "/", a user and a password are left out, what no URL may hold is percent-encoded, the host
 * goes to its ASCII form; all else stays as it is written, query and fragment included.
 *
 * 1 and *ret, which the caller frees; 0 when it is not http or https, has no valid host or is
 * longer than URL_MAX; -ENOMEM.
 */
int url_resolve(const char *base, const char *link, char **ret);

/*
 * A URL as it is asked for, and the user and password that stand in it, "name:password" as they
 * are (NULL: none). Caller frees. What is no URL stays as it is. -ENOMEM.
 */
int url_split_user(const char *url, char **ret, char **ret_user);

/* "name:password" as it stands in a URL, percent-decoded. Caller frees. NULL: short of memory. */
char *url_decode_user(const char *user);

/* Have both URLs the same scheme, host and port? */
bool url_same_origin(const char *a, const char *b);
