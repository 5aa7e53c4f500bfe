/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The inside of a Strip, for strip-compile.c, which fills it, and strip.c, which reads pages with
 * it. */

#include "fetch/entry.h"
#include "fetch/selector.h"
#include "fetch/strip.h"

struct Strip {
        const Source *source;
        Selector *strips, *drops; /* as many as the source has */
        Selector when, item, headline, link, published;
        Strikes strikes;
};
