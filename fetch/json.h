/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Reading the strip of JSON, be it a page or the text of a script; SQLite does the work. */

#include "common/source.h"
#include "fetch/reply.h"

/* The paths of a source, checked. */
typedef struct JsonStrip JsonStrip;

/* Errors as strip_new(). The source must outlive the strip. */
int json_strip_new(const Source *source, JsonStrip **ret, const Value **ret_where);
JsonStrip *json_strip_free(JsonStrip *strip);
DEFINE_CLEANUP(JsonStrip, json_strip_free);

/*
 * Reads a text, valid UTF-8 with a NUL behind it, that is changed on the way. Links are resolved
 * against base. Sets state, detail, strip and entries of the reply; -ENOMEM when even that failed.
 */
int json_strip_read(const JsonStrip *strip, char *text, size_t size, const char *base,
                    Reply *reply);
