/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The quiet line below the items on a terminal: whether there is a connection, and how the sources
 * are. */

#include "ctl/terminal.h"

typedef struct Footer Footer;

int footer_new(const Terminal *terminal, Footer **ret);
Footer *footer_free(Footer *footer);
DEFINE_CLEANUP(Footer, footer_free);

void footer_connection(Footer *footer, bool connected);

/* What is told of a source, now or earlier, is how it is. */
int footer_source(Footer *footer, const char *name, const char *state, const char *since);

/* Appends what takes the line from the screen, and what puts it there. */
void footer_erase(Footer *footer, Buffer *b);
void footer_draw(Footer *footer, Buffer *b);
