/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "common/state.h"

static const char *const names[STATE_MAX] = {
        [STATE_OK] = "ok",
        [STATE_UNCHANGED] = "unchanged",
        [STATE_EMPTY] = "empty",
        [STATE_NO_STRIP] = "no-strip",
        [STATE_BLOCKED] = "blocked",
        [STATE_HTTP_ERROR] = "http-error",
        [STATE_NETWORK_ERROR] = "network-error",
        [STATE_TIMEOUT] = "timeout",
        [STATE_TOO_LARGE] = "too-large",
        [STATE_BAD_PAGE] = "bad-page",
        [STATE_BAD_SOURCE] = "bad-source",
        [STATE_UNKNOWN_SOURCE] = "unknown-source",
};

const char *state_name(State state) {
        return names[state];
}

int state_parse(const char *name, State *ret) {
        for (size_t i = 0; i < STATE_MAX; i++)
                if (streq(name, names[i])) {
                        *ret = (State) i;
                        return 0;
                }
        return -EINVAL;
}
