/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What watch does with each item: which of the formats, and where they go. */

#include <systemd/sd-event.h>

#include "client/item.h"
#include "common/config.h"
#include "ctl/options.h"

typedef struct Show Show;

/* db is one in memory, in which it may make tables. What is wrong is said. */
int show_new(const Options *options, const Config *config, sd_event *event, Db *db, Show **ret);
Show *show_free(Show *show);
DEFINE_CLEANUP(Show, show_free);

/* Are the parts of an item looked at, or only its line passed on? */
bool show_wants_items(const Show *show);

/* Is how sources are worth asking for? */
bool show_wants_states(const Show *show);

/* An item, and the line of n bytes that it came in. */
int show_item(Show *show, const Item *item, const char *line, size_t n);

int show_connection(Show *show, bool connected);

/* A line that says how a source is; only of these sources, a JSON list, or of all. */
int show_source(Show *show, const char *line, const char *sources);

/* Writes out what is not out yet. -EPIPE: nobody reads any more. */
int show_flush(Show *show);

/* The terminal has another size. */
int show_resize(Show *show);

/* Says something about the watching itself, above the quiet line. */
void show_notice(Show *show, const char *text);

/* Leaves the terminal as it was. */
void show_end(Show *show);
