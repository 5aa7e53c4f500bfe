/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* XML as it is in the wild. */

#include "common/buffer.h"

/*
 * A copy of a text, in UTF-8, that is XML more often than the text: without white space in front,
 * with a space for each character that XML does not allow, "&amp;" and "&lt;" for signs that begin
 * nothing, characters for the named references of HTML that the text does not declare itself, the
 * characters that browsers show for &#128; to &#159;, quotation marks around values, and at most
 * 1,000 attributes an element. -ENOMEM.
 *
 * nest: what is wrongly nested as well. An end tag closes what was opened since its start tag and
 * left open, one that closes nothing goes, no item or entry stands in another, and what stands
 * around the root goes. -EBADMSG: the end of the root is missing.
 */
int xml_mend(const char *text, size_t size, bool nest, Buffer *ret);

/* If the text is well-formed, a mended copy would say the same, and cost no less: it has no
 * references but those of XML, declares nothing, and no element can have too many attributes. */
bool xml_is_plain(const char *text, size_t size);
