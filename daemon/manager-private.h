/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The manager has two files: manager.c, what follows from what; setup.c, how it is put together. */

#include "daemon/board.h"
#include "daemon/hub.h"
#include "daemon/journal-sink.h"
#include "daemon/manager.h"
#include "daemon/poller.h"
#include "daemon/report.h"

struct Manager {
        const char *config_path;
        bool once;
        bool stopping;
        int status;

        Config *config;
        Source **sources;
        size_t n_sources;

        sd_event *event;
        sd_event_source *prune_timer;
        sd_event_source *stop_timer;
        Db *json;
        Store *store;
        Tape *tape;
        Board *board;
        Report *report; /* the last one */
        Hub *hub;
        Journal *journal; /* both NULL when items go to standard output */
        JournalSink *journal_sink;
        Follower *follower;
        Poller *poller;
        char status_text[512];
};

/* Events of the parts, as their headers describe them. */
void manager_on_items(void *userdata);
void manager_on_state(void *userdata, const char *source, const char *state, const char *detail,
                      usec_t now);
void manager_on_notice(void *userdata, Notice notice, const Source *source, State state,
                       const char *detail);
void manager_on_polled(void *userdata);
void manager_on_lost(void *userdata);
int manager_on_report(void *userdata, Report **ret);

/* STATUS=, if it has changed. */
void manager_show_status(Manager *m);

/* Says goodbye to the subscribers, and ends the loop with that exit status within 2 s. */
void manager_stop(Manager *m, int status);

/* With --once: stops when every source was polled and everything that was new is out. */
void manager_stop_if_done(Manager *m);

/* Sets up what Retain= and Journal= ask for, also after a reload. */
int manager_set_prune_timer(Manager *m);
int manager_set_follower(Manager *m);

/* Reads the configuration again; the old one stays when it is bad. */
void manager_reload(Manager *m);
