/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * Writing JSON, one object on a line (RFC 8259). Members without a value are left out: keys are
 * never null. Strings must be valid UTF-8. Errors as buffer_append().
 */

#include "common/buffer.h"

int json_begin(Buffer *b);                                          /* { */
int json_end(Buffer *b);                                            /* }, and the newline */
int json_add_string(Buffer *b, const char *key, const char *value); /* nothing when value is NULL */
int json_add_number(Buffer *b, const char *key, int64_t value);
int json_add_raw(Buffer *b, const char *key, const char *value); /* true, false, or ready JSON */

/* The string itself, in its quotes. */
int json_string(Buffer *b, const char *value);
