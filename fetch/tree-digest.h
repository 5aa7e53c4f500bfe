/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* A digest of all that stands in a part of a document: elements, attributes, texts. */

#include <libxml/tree.h>

#include "fetch/digest.h"

/* Of what was taken in before, followed by the node and all in it. The tree's depth is limited. */
uint64_t tree_digest(uint64_t digest, const xmlNode *node);
