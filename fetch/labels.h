/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The names of character encodings on the web (encoding.spec.whatwg.org, 4.2). */

#include "common/util.h"

/* The encoding that a label means on the web: a static name that iconv(3) knows, or NULL. */
const char *charset_by_label(const char *label, size_t n);

/* Is this, as charset_by_label() gives it, an encoding of one byte a character? */
bool label_is_single_byte(const char *name);
