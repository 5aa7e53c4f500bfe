/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The newest headlines as one endless line, and the piece of it that is to be seen. */

#include "client/item.h"

typedef struct Strip Strip;

int strip_new(Strip **ret);
Strip *strip_free(Strip *strip);
DEFINE_CLEANUP(Strip, strip_free);

/* The newest item comes into sight next. An edit takes the place of what it revises. */
void strip_add(Strip *strip, const Item *item);

/* Moves on by one cell. */
void strip_step(Strip *strip);

/* Appends what stands in so many cells now, filled up with spaces. Errors as buffer_append(). */
int strip_window(Strip *strip, unsigned width, Buffer *b);
