/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What a page says about one of its parts: in the names of its markup, and in labels that readers
 * see. */

#include "suggest/outline.h"

#define LABEL_SHORT 24U /* weight of a label that shares its box with an entry */

/* A label: its points, 0 for none, and the element whose text it is. */
typedef struct Label {
        int score;
        const Element *element;
        bool against; /* it says that this is something else */
} Label;

/* What the names of an element say: id, classes, and the attributes that name parts of a page. */
Cue element_cue(const Element *element);

/* The label that stands before a list, whose first entry is given. */
Label label_before(const Outline *outline, const Element *first);

/* The best label among the short texts in box, itself one of them perhaps. */
Label label_inside(const Element *box);

/* The same, where most entries carry the label each. */
Label label_in_entries(const Element *const *items, unsigned n);
