/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * What html-myhtml.c and html-lexbor.c share: the limits of a page, and the way from a parser's
 * tree to libxml2's. The tree is first written down as a compact text, so that the parser's memory
 * is free again before libxml2's is taken.
 */

#include <libxml/tree.h>

#include "common/buffer.h"
#include "fetch/html.h"

#define ATTRIBUTES_MAX 1000U /* of an element; the rest do not count */

typedef enum HtmlSpace {
        SPACE_HTML,
        SPACE_SVG,
        SPACE_MATHML,
        SPACE_XLINK,
        SPACE_XML,
        SPACE_XMLNS,
        SPACES_MAX,
} HtmlSpace;

/* What has been counted on a page, be it while it is parsed or while its tree is copied. */
typedef struct HtmlCount {
        size_t elements, others;
        int error; /* the first one */
        const char *why;
} HtmlCount;

/* False: that is too much, and error and why say so. depth is that of the element, from 1. */
bool html_count_element(HtmlCount *count, size_t depth);
bool html_count_others(HtmlCount *count, size_t n);
/* Has the page taken its CPU time? To be asked every now and then. */
bool html_count_time(HtmlCount *count);

typedef struct HtmlTree {
        xmlDoc *document;
        Buffer nodes; /* what was written down */
        size_t depth; /* of the element at hand; the document's is 0 */
        HtmlCount count;
} HtmlTree;

/* All that return bool: false when a limit was met or memory ran out; the tree's count says which.
 */
bool html_tree_begin(HtmlTree *tree);
bool html_tree_doctype(HtmlTree *tree, const char *name, const char *public_id,
                       const char *system_id);
/* Opens an element: what follows stands in it, until it is left. offset: where its tag begins in
 * the page. */
bool html_tree_element(HtmlTree *tree, const char *name, size_t n_name, HtmlSpace space,
                       size_t offset);
void html_tree_leave(HtmlTree *tree);
/* An attribute of the element that was opened last. One that it has already does not count. */
bool html_tree_attribute(HtmlTree *tree, const char *name, size_t n_name, HtmlSpace space,
                         const char *value, size_t n_value);
bool html_tree_text(HtmlTree *tree, const char *text, size_t n);
bool html_tree_comment(HtmlTree *tree, const char *text, size_t n);

/* Makes the document of what was written down, or returns the error. The text of the page is for
 * the numbers of lines. */
int html_tree_end(HtmlTree *tree, const char *text, size_t size, xmlDoc **ret,
                  const char **ret_why);
