/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * The relay: brings the tape into the stream, until it is told to stop. Whatever fails, it begins
 * anew: another connection to the servers, another to the daemon, and the items from the place on.
 * What is not acknowledged is not kept in memory; the tape has it.
 */

#include "relay/relay-config.h"

/* Returns an exit status; all is logged. TERM and INT end it. */
int relay_run(const RelayConfig *config);
