/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Lines for status bars, each in what that bar reads. A headline can neither style nor break them.
 */

#include "client/item.h"
#include "ctl/options.h"

/* What comes before the first line. */
int bars_begin(Output bar, Buffer *b);

/*
 * A line: the text, and the item that is new in it or NULL. Whether there is a connection shows in
 * the class (waybar). Errors as buffer_append().
 */
int bars_line(Output bar, const char *text, const Item *item, bool connected, Buffer *b);
