/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * HTML as browsers read it: the tokenizer and the tree construction of the HTML Standard, by
 * MyHTML (html-myhtml.c) or lexbor (html-lexbor.c), whichever the build found.
 */

#include <libxml/tree.h>

#include "common/util.h"

/*
 * Elements of HTML have no namespace, so that selectors name them without a prefix, as in browsers;
 * those of SVG and MathML have theirs. The contents of a <template> are its children. With
 * scripting, as in a browser that runs scripts, the contents of <noscript> are a text.
 *
 * text must be UTF-8. -E2BIG: more elements, attributes and the like, or CPU time than the limits
 * allow; -EBADMSG: nested too deep; both with a reason in *ret_why. -ENOMEM.
 */
int html_parse(const char *text, size_t size, bool scripting, xmlDoc **ret, const char **ret_why);
