/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * Writing JSON by hand, one object on a line (RFC 8259), where SQLite's json_object() would cost
 * too much: the lines of the tape. Members without a value are left out: keys are never null.
 * Strings must be valid UTF-8. Errors stick in the buffer.
 */

#include "common/buffer.h"

void json_begin(Buffer *b);                                          /* { */
void json_end(Buffer *b);                                            /* }, and the newline */
void json_add_string(Buffer *b, const char *key, const char *value); /* nothing when it is NULL */
void json_add_number(Buffer *b, const char *key, int64_t value);
