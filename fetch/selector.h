/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* One XPath expression of a source, compiled once, and what it finds on a page. */

#include <libxml/xpath.h>

#include "common/source.h"
#include "fetch/quick-selector.h"
#include "fetch/reply.h"

#define STEPS_MAX 50000000UL /* of all evaluations on a page; about half a second */

typedef struct Selector {
        const char *key; /* "Item", for messages */
        const Value *value;
        xmlXPathCompExpr *compiled; /* NULL: the user gave none */
        QuickSelector quick;        /* a quicker way to the same, if there is one */
} Selector;

/* A page to evaluate selectors on. */
typedef struct Query {
        xmlXPathContext *context;
        const Selector *failed; /* the first one with an error, and which */
        char why[128];
} Query;

/* Problems are logged with file and line; -EINVAL. A value without text, or an empty one, is no
 * selector. */
int selector_compile(const char *key, const Value *value, Selector *ret);
void selector_done(Selector *selector);

/*
 * Makes the prefixes declared on the root element known, and d: for the default namespace;
 * has-class() too. -ENOMEM.
 */
int query_init(Query *query, xmlDoc *document);
void query_done(Query *query);

/* Makes a prefix that the root does not declare one that matches nothing. */
int query_add_prefixes(Query *query, const Selector *selector);

/*
 * Evaluates a selector at a node; *ret, which the caller frees with xmlXPathFreeObject(), has its
 * nodes in document order. -ENOBUFS: too many steps. -EINVAL: it cannot be evaluated. Both with
 * failed and why set. -ENOMEM.
 */
int query_run(Query *query, const Selector *selector, xmlNode *node, xmlXPathObject **ret);

/* The same, where only nodes will do: other results are -EINVAL. */
int query_nodes(Query *query, const Selector *selector, xmlNode *node, xmlXPathObject **ret);

/*
 * Says in the reply what kept a page from being read, be it an error of the above, and so the
 * page's fault or the source's, or the -E2BIG of reply_add(). Returns the errors that are neither,
 * 0 for those that are told.
 */
int query_tell(const Query *query, const Source *source, int error, Reply *reply);

static inline size_t nodes_count(const xmlXPathObject *object) {
        return object->nodesetval ? (size_t) object->nodesetval->nodeNr : 0;
}

static inline xmlNode *nodes_get(const xmlXPathObject *object, size_t i) {
        return object->nodesetval->nodeTab[i];
}

static inline void object_freep(xmlXPathObject **object) {
        if (*object)
                xmlXPathFreeObject(*object);
}
