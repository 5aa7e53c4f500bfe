/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * Messages about a program's own work: one line each on stderr. When stderr is the journal the line
 * begins with its priority as <N> (sd-daemon(3)), otherwise with the program's name. Control
 * characters inside a message are shown as '?', so that no page can write to a terminal or forge a
 * line.
 */

#include <syslog.h>

#include "common/util.h"

/* Call once, first thing. The name must live as long as the program. */
void log_open(const char *program);

/* Is this stream the one that $JOURNAL_STREAM names (systemd.exec(5))? */
bool log_is_journal(int fd);

void log_message(int priority, const char *format, ...) _printf_(2, 3);

#define log_error(...) log_message(LOG_ERR, __VA_ARGS__)
#define log_warning(...) log_message(LOG_WARNING, __VA_ARGS__)
#define log_notice(...) log_message(LOG_NOTICE, __VA_ARGS__)
#define log_info(...) log_message(LOG_INFO, __VA_ARGS__)

/* "FILE:LINE: message": something to mend in a file the user wrote. */
void log_file(int priority, const char *file, unsigned line, const char *format, ...)
        _printf_(4, 5);

/* Logs that memory ran out, returns -ENOMEM. */
int log_oom(void);
