/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* One function a verb. They say what goes wrong, and return the status to exit with. */

#include "common/config.h"
#include "ctl/options.h"

int watch_run(const Options *options, const Config *config);
int last_run(const Options *options, const Config *config); /* search, too */
int export_run(const Options *options, const Config *config);
int status_run(const Options *options, const Config *config);
int sources_run(const Options *options, const Config *config);
int try_run(const Options *options, const Config *config);
int suggest_run(const Options *options, const Config *config);
