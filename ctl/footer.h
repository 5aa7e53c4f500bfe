/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The quiet line below the items on a terminal: whether there is a connection, and how the sources
 * are. */

#include "client/item.h"
#include "ctl/terminal.h"

typedef struct Footer Footer;

/* The sources are kept in db, which outlives it and has no table of that name. */
int footer_new(const Terminal *terminal, Db *db, Footer **ret);
Footer *footer_free(Footer *footer);
DEFINE_CLEANUP(Footer, footer_free);

void footer_connection(Footer *footer, bool connected);

/* A line of the socket says how a source is, now or earlier; only of these sources, a JSON list, or
 * of all. */
int footer_source(Footer *footer, const char *line, const char *sources);

/* Appends what takes the line from the screen, and what puts it there. */
void footer_erase(Footer *footer, Buffer *b);
int footer_draw(Footer *footer, Buffer *b);
