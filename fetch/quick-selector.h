/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * Most strips are named by one attribute: //div[@id='ticker'], //ul[has-class('news')]. libxml2
 * takes as long for such an expression as for half of the page's parsing; a look at each element
 * does the same in a twentieth of that.
 */

#include <libxml/xpath.h>

#include "common/util.h"

/* What such an expression says. attribute is NULL: it is another. */
typedef struct QuickSelector {
        char *element;   /* NULL: any */
        char *attribute; /* without a namespace */
        char *value;
        bool word; /* the attribute has it as a word, or else is it */
} QuickSelector;

/* Short of memory it is another expression, too. */
void quick_compile(const char *expression, QuickSelector *ret);
void quick_done(QuickSelector *quick);

/* What the expression finds in a document of HTML, to be freed with xmlXPathFreeObject(). NULL:
 * short of memory. */
xmlXPathObject *quick_run(const QuickSelector *quick, const xmlDoc *document);

/* Is the word one of those that are divided by white space? */
bool quick_has_word(const char *s, const char *word);
