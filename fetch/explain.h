/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What --verbose says on stderr about how a page was read: for whoever writes a source file. */

#include "common/util.h"

/* Set once by main(). */
extern bool explain_enabled;

#define explain(...)                                                                               \
        do {                                                                                       \
                if (explain_enabled)                                                               \
                        explain_message(__VA_ARGS__);                                              \
        } while (0)

void explain_message(const char *format, ...) _printf_(1, 2);
