/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * A page walked through once, for tickerd-suggest: its visible elements in page order, how much
 * text each holds, and every run of text. For the files of tickerd-suggest only: it shows libxml2.
 */

#include <libxml/tree.h>

#include "suggest/words.h"

/* A text node that readers see. */
typedef struct Run {
        const xmlNode *text;
        unsigned owner; /* the spot that holds it */
        unsigned weight;
} Run;

/* An element that readers see, or might. */
typedef struct Spot {
        xmlNode *node;
        unsigned parent; /* the root is its own */
        unsigned end;    /* behind the last spot inside */
        unsigned run;    /* the first run in it or after it */
        unsigned weight; /* of the text in it */
        unsigned links;  /* <a href> in it, itself counted */
} Spot;

typedef struct Survey {
        xmlDoc *document;
        Spot *spots;
        unsigned n;
        Run *runs;
        unsigned n_runs;
} Survey;

/* Walks through body. The survey uses _private of the elements; the document must outlive it.
 * -ENOMEM. */
int survey_make(xmlDoc *document, Survey *ret);
void survey_done(Survey *survey);

/* NULL for what readers do not see. */
static inline const Spot *spot_of(const xmlNode *node) {
        return node->type == XML_ELEMENT_NODE ? node->_private : NULL;
}

static inline const Spot *spot_parent(const Survey *survey, const Spot *spot) {
        return survey->spots + spot->parent;
}

static inline bool spot_is_root(const Survey *survey, const Spot *spot) {
        return spot == survey->spots;
}

static inline bool spot_contains(const Survey *survey, const Spot *outer, const Spot *inner) {
        return inner >= outer && inner < survey->spots + outer->end;
}

static inline bool spot_is(const Spot *spot, const char *name) {
        return streq((const char *) spot->node->name, name);
}

static inline bool spot_is_heading(const Spot *spot) {
        const char *name = (const char *) spot->node->name;

        return name[0] == 'h' && name[1] >= '1' && name[1] <= '6' && !name[2];
}

/* The attribute's value, to be freed with free(); NULL: not there, or out of memory. */
char *spot_attribute(const Spot *spot, const char *name);

/* Its text, clean and at most max bytes, to be freed. NULL: out of memory. */
char *spot_text(const Spot *spot, size_t max);

/* Calls fn for each class; stops when that returns other than 0, and returns it. -ENOMEM. */
typedef int (*class_fn)(const char *name, void *userdata);
int spot_classes(const Spot *spot, class_fn fn, void *userdata);
bool spot_has_class(const Spot *spot, const char *name);
