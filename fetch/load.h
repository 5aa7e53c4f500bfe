/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* One page, for those who want just one. */

#include "fetch/http.h"

/* Reads a file, "-" being standard input, of at most max bytes: more is -EFBIG. Other errors are
 * logged. */
int load_file(const char *path, size_t max, Buffer *body);

/* Fetches a page as http_get() does, and returns once fn was called. Errors are logged. */
int load_url(const char *user_agent, const Source *source, const char *url, http_fn fn,
             void *userdata);
