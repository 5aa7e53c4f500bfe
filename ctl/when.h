/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Times as people write them, and as they read them. */

#include "common/timespan.h"

/*
 * A moment in local time: "14:30" and "14:30:15" (today), "2026-11-23", "2026-11-23 14:30" (with a
 * T or a space, with or without seconds), "today", "yesterday", "now"; in UTC with a Z at the end;
 * or a span before now: "2h", "30min ago". -EINVAL.
 */
int when_parse(const char *s, usec_t *ret);

/* RFC 3339 in UTC, as items have it, to seconds since 1970; 0 if it is none. */
time_t when_seconds(const char *s);
