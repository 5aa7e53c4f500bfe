/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * Did a page of HTML come to its end? Where only the end of the connection tells, a mark is put
 * behind its text, and looked for in the tree: a page that ends inside a tag, a comment or a script
 * has swallowed it, and in one that ends inside its strip the mark is in there, too.
 */

#include <libxml/tree.h>

#include "common/buffer.h"
#include "fetch/reply.h"

typedef struct PageEnd {
        bool marked;   /* it is not known */
        bool has_html; /* "</html" stands in the text */
} PageEnd;

/* Puts the mark behind a text. Errors stick to it. */
void page_end_mark(Buffer *text);

/* Before the text is parsed. */
PageEnd page_end_look(const Buffer *text);

/* After a page was read: makes the reply a network-error where the page has not come to its end.
 * document is NULL where there is no element, strip where none was found. */
void page_end_check(const PageEnd *end, const xmlDoc *document, const xmlNode *strip, Reply *reply);
