/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Items for people: on a terminal laid out to its width, elsewhere a plain line each. */

#include "client/item.h"
#include "ctl/terminal.h"

typedef struct Layout {
        const Terminal *terminal;
        bool ago;     /* "3 min" in the place of the time */
        char day[11]; /* the day that the lines above belong to; begin with "" for today */
} Layout;

/* Appends the lines of an item. before is the wording that it revises, NULL if that is not known.
 */
void layout_item(Layout *layout, const Item *item, const char *before, Buffer *b);
