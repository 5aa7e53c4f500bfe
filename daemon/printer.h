/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Items on standard output, one line each, when there is no journal to write to. */

#include "daemon/follower.h"

/* The sink; there is only one standard output. */
Sink printer_sink(void);
