/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * The outline of a page: the elements that readers see, in page order, how much text each holds,
 * and every text. Pointers into it are valid as long as it is. It shows libxml2 to the rest of this
 * folder.
 */

#include "fetch/selector.h"
#include "suggest/words.h"

typedef struct Element Element;

/* A text node that readers see. */
typedef struct TextRun {
        const char *text;
        const Element *owner; /* the element right around it */
        unsigned weight;
} TextRun;

/* An element that readers see, or might. */
struct Element {
        xmlNode *node;
        const char *tag;       /* "*" where a selector cannot name it */
        char *classes;         /* see FOREACH_CLASS() */
        const Element *parent; /* NULL: it is the root */
        const Element *end;    /* behind the last element inside */
        const TextRun *runs;   /* the texts in it, up to */
        const TextRun *runs_end;
        unsigned weight; /* of the text in it */
        unsigned links;  /* <a href> in it, itself counted */
};

typedef struct Outline {
        xmlDoc *document;
        Element *elements; /* the first is the root */
        const Element *end;
        TextRun *runs;
        const TextRun *runs_end;
} Outline;

/* Uses _private of the document's elements; the document must outlive it. -ENODATA: there is
 * nothing to see. */
int outline_make(xmlDoc *document, Outline *ret);
void outline_done(Outline *outline);

/* What an expression finds at a node, within a limit of steps, to be freed with
 * xmlXPathFreeObject(). NULL: it is none, or takes too long. */
xmlXPathObject *outline_query(Query *query, const char *expression, xmlNode *node);

/* Calls fn for each node that an XPath expression finds, with its text, in page order. What readers
 * do not see is found, too. */
typedef void (*outline_fn)(const xmlNode *node, char *text, void *userdata);
void outline_find(const Outline *outline, const char *expression, outline_fn fn, void *userdata);

/* The element's classes that may stand in a selector. */
#define FOREACH_CLASS(class, element)                                                              \
        for (const char *class = (element)->classes; *class; class += strlen(class) + 1)

/* The elements right below. */
#define FOREACH_CHILD(child, element)                                                              \
        for (const Element *child = (element) + 1; child < (element)->end; child = child->end)

/* NULL for what readers do not see. */
static inline const Element *element_of(const xmlNode *node) {
        return node->type == XML_ELEMENT_NODE ? node->_private : NULL;
}

static inline bool element_contains(const Element *outer, const Element *inner) {
        return inner >= outer && inner < outer->end;
}

static inline bool element_is(const Element *element, const char *tag) {
        return streq(element->tag, tag);
}

static inline bool element_is_link(const Element *element) {
        return element->links > 0 && element_is(element, "a");
}

static inline bool element_is_page(const Element *element) {
        return !element->parent || element_is(element, "body");
}

bool element_has_class(const Element *element, const char *name);

/* Is nearly all of its text of this weight? That is so for the box of a list, and for what is
 * wrapped around the box. */
static inline bool element_is_frame(const Element *element, unsigned weight) {
        return element->weight <= weight + weight / 2 + 80;
}

/* Is it one of several neighbours of its size: a teaser rather than a list? */
bool element_is_one_of_many(const Element *element);

/* The attribute's value, to be freed; NULL: it is not there. */
char *element_attribute(const Element *element, const char *name);

/* The same, but NULL if the value may not stand in a selector (see name_is_plain()). */
char *element_name(const Element *element, const char *attribute);

/* Its text, clean and at most max bytes, to be freed. */
char *element_text(const Element *element, size_t max);

/* May the text stand between quotes in a selector, in one line, and on a terminal? */
bool name_is_plain(const char *name);
