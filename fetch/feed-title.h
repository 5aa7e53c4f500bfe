/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What the elements of feeds are, and the text of a title, which each kind of feed writes in its
 * own way. */

#include <libxml/tree.h>

#include "common/util.h"

typedef enum Vocabulary {
        VOCABULARY_RSS, /* and whatever has no namespace that is known */
        VOCABULARY_ATOM,
        VOCABULARY_ATOM_03,
        VOCABULARY_DC,
        VOCABULARY_MEDIA,
        VOCABULARY_XHTML,
        VOCABULARY_OTHER,
} Vocabulary;

/* Of an element, by its namespace, or, where that is not declared, by the prefix of its name. */
Vocabulary vocabulary_of(const xmlNode *node);

/* The name of an element without a prefix; feeds do not agree on upper and lower case. */
bool feed_is(const xmlNode *node, const char *name);

/* The value of an attribute, or NULL; caller frees with xmlFree(). */
xmlChar *feed_attribute(const xmlNode *node, const char *name);

/*
 * The text of a title as a reader sees it. In Atom its type says what is written there; a title of
 * RSS is decoded once if it has references or known elements, and otherwise left alone. -ENOMEM.
 */
int feed_title(const xmlNode *node, char **ret);

/* The same for the text of a title that was read already, and is changed. */
int feed_decode(const xmlNode *node, char *text, char **ret);
