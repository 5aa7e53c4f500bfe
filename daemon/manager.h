/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Owns all parts, and decides what follows from what. */

#include "common/config.h"

typedef struct Manager Manager;

typedef struct ManagerOptions {
        const char *config_path; /* NULL: the installed one */
        const char *fetch;       /* the fetcher: a program or a socket */
        bool once;               /* poll every source once, then end */
} ManagerOptions;

/*
 * Opens the store and the socket and begins to poll. Takes the configuration and its sources, also
 * when it fails. What is wrong is logged.
 */
int manager_new(const ManagerOptions *options, Config *config, Source **sources, Manager **ret);
Manager *manager_free(Manager *manager);

/* Runs until a signal ends it. Returns the exit status. */
int manager_run(Manager *manager);
