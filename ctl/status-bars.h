/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Lines for status bars, each in what that bar reads. A headline can neither style nor break them.
 */

#include "client/item.h"
#include "ctl/options.h"

/* Is this the format of a status bar? */
bool status_bar_is(Output format);

/* What comes before the first line. */
void status_bar_begin(Output format, Buffer *b);

/*
 * A line: the text, and the item that is new in it or NULL. Whether there is a connection shows in
 * the class (waybar). json is any database. In a format of no status bar the line is the text.
 */
void status_bar_line(Output format, Db *json, const char *text, const Item *item, bool connected,
                     Buffer *b);
