/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The text of a node as a reader sees it. */

#include <libxml/tree.h>

#include "common/buffer.h"

/* Bytes of one text, runs of white space already folded; what follows is not read. */
#define CONTENT_MAX (16U * 1024U)

/*
 * Appends the text of a node (an element, an attribute, a text): without scripts, styles,
 * templates, noscript and SVG; with a space where a block, <br> or the like divides words; without
 * what is marked as dropped, if drop says so. -ENOMEM.
 */
int content_text(const xmlNode *node, bool drop, Buffer *b);

/* Is the node such an invisible element, or inside one? */
bool content_is_hidden(const xmlNode *node);

/* Marks a node as one whose text does not count, or takes the mark away. */
void content_mark(xmlNode *node, bool dropped);
