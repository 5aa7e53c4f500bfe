/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * The filter: source names in, a line each, replies out, a line each, in the order they finish. Its
 * memory is that of one connection: loaded sources, and validators of what it has replied.
 */

#include "common/config.h"

#define IN_FLIGHT_MAX 256U
#define REQUEST_MAX 256U /* bytes a line */

/* Runs until the input has ended and every request is answered, or nobody reads the replies. */
int filter_run(const Config *config, int in, int out);
