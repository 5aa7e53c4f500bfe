/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* XML as it is in the wild. */

#include "common/buffer.h"

/*
 * A copy of a text, in UTF-8, that is XML more often than the text: without white space in front,
 * with a space for each character that XML does not allow, "&amp;" and "&lt;" for signs that begin
 * nothing, characters for the named references of HTML (unless the text declares entities of its
 * own), the characters that browsers show for &#128; to &#159;, and at most 1,000 attributes an
 * element. -ENOMEM.
 */
int xml_mend(const char *text, size_t size, Buffer *ret);
