/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* A page as a tree, within limits. Only what deals with markup includes this header, selector.h or
 * content.h. */

#include <libxml/tree.h>
#include <libxml/xmlerror.h>
#include <libxml/xmlversion.h>

#include "common/source.h"
#include "fetch/reply.h"

/* What libxml2 hands to those that are told of errors. */
#if LIBXML_VERSION >= 21200
typedef const xmlError XmlErrorArgument;
#else
typedef xmlError XmlErrorArgument;
#endif

/*
 * Parses text, which must be valid UTF-8 without a NUL in it and one behind it. *ret is NULL for a
 * page without any element. -E2BIG: more than ELEMENTS_MAX elements. -EBADMSG with a reason in
 * *ret_why: nested too deep; in XML also not well-formed, or with declarations that would let a
 * small page grow large. -ENOMEM.
 */
int document_parse(const char *text, size_t size, Format format, xmlDoc **ret,
                   const char **ret_why);

/*
 * The same for the text of a page, whose memory is freed. 1: there is a document; 0: there is none,
 * and the reply says why; -ENOMEM.
 */
int document_open(Buffer *text, Format format, xmlDoc **ret, Reply *reply);

/* A page of HTML with nothing on it is not one without news. */
void document_check_blank(const xmlDoc *document, Reply *reply);

/* What the links of a page are relative to: its first <base>, if that is of use, or its URL. Caller
 * frees. -ENOMEM. */
int document_base(const xmlDoc *document, const char *url, char **ret);

static inline void document_freep(xmlDoc **document) {
        if (*document)
                xmlFreeDoc(*document);
}
