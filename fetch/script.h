/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Reading the strip of JSON that stands in a page of markup, in a script as a rule. */

#include "common/source.h"
#include "fetch/reply.h"

/* Script= and the paths of a source, compiled. */
typedef struct Script Script;

/* As strip_new(), strip_free() and strip_read(). */
int script_new(const Source *source, Script **ret, const Value **ret_where);
Script *script_free(Script *script);
DEFINE_CLEANUP(Script, script_free);

int script_read(const Script *script, Buffer *page, const char *url, Reply *reply);
