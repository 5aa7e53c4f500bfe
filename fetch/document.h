/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* A page as a tree, within limits. This header, selector.h and content.h are for strip.c only. */

#include <libxml/tree.h>

#include "common/source.h"

#define ELEMENTS_MAX 250000U
#define DEPTH_MAX 256U

/*
 * Parses text, which must be valid UTF-8 without a NUL in it and one behind it. *ret is NULL for a
 * page without any element. -E2BIG: more than ELEMENTS_MAX elements. -EBADMSG with a reason in
 * *ret_why: nested too deep; in XML also not well-formed, or with declarations that would let a
 * small page grow large. -ENOMEM.
 */
int document_parse(const char *text, size_t size, Format format, xmlDoc **ret,
                   const char **ret_why);

static inline void document_freep(xmlDoc **document) {
        if (*document)
                xmlFreeDoc(*document);
}
