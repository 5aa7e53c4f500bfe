/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * The configuration format, in systemd's manner (systemd.syntax(7)): [Section], Key=value, comments
 * with # or ; at the start of a line, a backslash at the end continues a line (the break becomes
 * one space, comment lines in between are skipped). Values keep their inner spaces; nothing is
 * unquoted.
 */

#include "common/util.h"

#define INI_LINE_MAX 4096U          /* bytes a line, without its end */
#define INI_VALUE_MAX (64U * 1024U) /* bytes of a line with its continuations */
#define INI_FILE_MAX (1024U * 1024U)

/*
 * Called for each section head (key and value are NULL) and each assignment (section is "" before
 * the first head). The strings are valid during the call. Returns negative when the value is bad,
 * after saying so with log_file(); reading goes on, so that one run shows every problem.
 */
typedef int (*ini_fn)(const char *path, unsigned line, const char *section, const char *key,
                      const char *value, void *userdata);

/*
 * Reads size bytes; path is only named in messages. 0, or the first error: a callback's, or
 * -EBADMSG for a line that is neither section, assignment nor comment, too long, or not UTF-8.
 */
int ini_parse(const char *path, const char *data, size_t size, ini_fn fn, void *userdata);

/* The same for a file. One that is not there or may not be read is an error without a message:
 * -ENOENT, -EACCES. */
int ini_read(const char *path, ini_fn fn, void *userdata);
