/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Shows the items of watch, in the format and at the place that the options say. */

#include <systemd/sd-event.h>

#include "client/item.h"
#include "common/config.h"
#include "ctl/options.h"

typedef struct Show Show;

/* db is a database in memory, in which it may make tables. Errors are logged. */
int show_new(const Options *options, const Config *config, sd_event *event, Db *db, Show **ret);
Show *show_free(Show *show);
DEFINE_CLEANUP(Show, show_free);

/* Does it use the parts of an item, or only the line that it came in? */
bool show_wants_items(const Show *show);

/* Does it show the states of sources? */
bool show_wants_states(const Show *show);

/* Shows an item, which came in this line of n bytes. */
int show_item(Show *show, const Item *item, const char *line, size_t n);

int show_connection(Show *show, bool connected);

/* Takes a line of the socket that says how a source is; see footer_source(). */
int show_source(Show *show, const char *line, const char *sources);

/* Writes what is still in the buffer. -EPIPE: nobody reads any more. */
int show_flush(Show *show);

/* The terminal has another size. */
int show_resize(Show *show);

/* Logs a message about the connection, above the footer. */
void show_notice(Show *show, const char *text);

/* Leaves the terminal as it was. */
void show_end(Show *show);
