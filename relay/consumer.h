/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Prints the messages of the stream as they were published, one a line: those that are there, then
 * each new one. */

#include "relay/relay-config.h"

typedef struct ConsumerOptions {
        const char *name; /* of a durable consumer; NULL: one of its own */
        bool all;         /* a consumer that is made now begins with the first message */
} ConsumerOptions;

bool consumer_name_valid(const char *name);

/*
 * Runs until TERM or INT, or until nobody reads the output any more. A message is acknowledged
 * after it was printed, so one that was printed just before the end may be printed again. Returns
 * an exit status; errors are logged.
 */
int consumer_run(const RelayConfig *config, const ConsumerOptions *options);
