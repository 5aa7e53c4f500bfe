/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The paths of a source whose strip is read from JSON, in SQLite's syntax. */

#include "common/source.h"

typedef struct JsonPaths {
        char *headline, *link, *published; /* from an element of the strip; NULL: none */
} JsonPaths;

/*
 * Checks every path of a source, Strip= and When= too, and puts Item= in front of what is seen from
 * there. Problems are logged with file and line; -EINVAL with the place of the first in *ret_where,
 * -ENOMEM.
 */
int json_paths_make(const Source *source, JsonPaths *ret, const Value **ret_where);
void json_paths_done(JsonPaths *paths);
