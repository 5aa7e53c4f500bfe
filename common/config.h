/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* tickerd.conf and its drop-ins, and where source files are; tickerd.conf(5). */

#include <sys/types.h>

#include "common/source.h"

typedef struct Config {
        char *path; /* of the main file */

        Values sources;
        Value database;
        Value socket;
        mode_t socket_mode;
        bool journal;
        unsigned max_subscribers;
        usec_t reappear;
        usec_t retain; /* USEC_INFINITY: for ever */
        Value user_agent;
} Config;

/*
 * Reads path and path.d/ *.conf in name order; NULL: the installed configuration, whose main file
 * may be missing. Problems are logged; negative when there was one that is not just a warning.
 */
int config_load(const char *path, Config **ret);
Config *config_free(Config *config);
DEFINE_CLEANUP(Config, config_free);

/*
 * Reads the source of that name from sources/ beside the configuration, else from the data folder.
 * -ENOENT without a message when there is none; other errors as source_load().
 */
int config_load_source(const Config *config, const char *name, Source **ret);

/* Does Sources= name it? */
bool config_enables(const Config *config, const char *name);

/* Reads the enabled source number i. A missing one is an error at the line that names it. */
int config_load_listed(const Config *config, size_t i, Source **ret);

/*
 * Reads every enabled source. ret_sources holds config->sources.n pointers, to be freed with
 * sources_free().
 */
int config_load_sources(const Config *config, Source ***ret_sources);
void sources_free(Source **sources, size_t n);
