/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The line below the items on a terminal: whether there is a connection, and how the sources are.
 */

#include "client/item.h"
#include "ctl/terminal.h"

typedef struct Footer Footer;

/* The sources are kept in db, which outlives it and has no table of that name. */
int footer_new(const Terminal *terminal, Db *db, Footer **ret);
Footer *footer_free(Footer *footer);
DEFINE_CLEANUP(Footer, footer_free);

void footer_connection(Footer *footer, bool connected);

/* Takes a line of the socket that says how a source is. Sources that are not in the JSON list are
 * ignored; NULL: none is. */
int footer_source(Footer *footer, const char *line, const char *sources);

/* Appends what removes the line from the screen, and what draws it. */
void footer_erase(Footer *footer, Buffer *b);
int footer_draw(Footer *footer, Buffer *b);
