/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* How a poll ended: the states of the fetcher's reply. */

#include "common/util.h"

typedef enum State {
        STATE_OK,
        STATE_UNCHANGED,
        STATE_EMPTY,
        STATE_NO_STRIP,
        STATE_BLOCKED,
        STATE_HTTP_ERROR,
        STATE_NETWORK_ERROR,
        STATE_TIMEOUT,
        STATE_TOO_LARGE,
        STATE_BAD_PAGE,
        STATE_BAD_SOURCE,
        STATE_UNKNOWN_SOURCE,
        STATE_MAX
} State;

/* "ok", "no-strip" and so on. */
const char *state_name(State state);

/* -EINVAL: no such state. */
int state_parse(const char *name, State *ret);
