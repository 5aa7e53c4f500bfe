/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The newest headlines as one endless line, and the piece of it that is to be seen. */

#include "client/item.h"

typedef struct Marquee Marquee;

int marquee_new(Marquee **ret);
Marquee *marquee_free(Marquee *marquee);
DEFINE_CLEANUP(Marquee, marquee_free);

/* The newest item comes into sight next. An edit takes the place of what it revises. */
void marquee_add(Marquee *marquee, const Item *item);

/* Moves on by one cell. */
void marquee_step(Marquee *marquee);

/* Appends what is in sight now, in a window of so many cells; filled up with spaces. -ENOMEM,
 * -ENOBUFS. */
int marquee_window(Marquee *marquee, unsigned width, Buffer *b);
