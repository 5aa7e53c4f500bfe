/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Reading the strip of an HTML or XML page. */

#include "common/source.h"
#include "fetch/reply.h"

/* The compiled selectors of a source. */
typedef struct Strip Strip;

/*
 * Compiles every selector; each problem is logged with file and line. -EINVAL with the place of the
 * first in *ret_where, -ENOMEM with none there. The source must outlive the strip.
 */
int strip_new(const Source *source, Strip **ret, const Value **ret_where);
Strip *strip_free(Strip *strip);
DEFINE_CLEANUP(Strip, strip_free);

/*
 * Reads a page, valid UTF-8 as charset_decode() leaves it, whose memory is freed as soon as it is
 * parsed. Sets state, detail, strip and entries of the reply; -ENOMEM when even that failed.
 */
int strip_read(const Strip *strip, Buffer *page, const char *url, Reply *reply);
