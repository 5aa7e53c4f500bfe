/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Prints what is in the stream and what comes, as it was published, one line each. */

#include "relay/relay-config.h"

typedef struct ConsumerOptions {
        const char *name; /* of a durable consumer; NULL: one of its own */
        bool all;         /* a consumer that is made now begins with the first message */
} ConsumerOptions;

bool consumer_name_valid(const char *name);

/*
 * Until TERM or INT, or until nobody reads what is printed any more. A message is acknowledged when
 * it is printed: what was printed just before an end may be printed again. Returns an exit status;
 * all is logged.
 */
int consumer_run(const RelayConfig *config, const ConsumerOptions *options);
