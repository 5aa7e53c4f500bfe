/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "fetch/tree-digest.h"

static uint64_t add(uint64_t digest, const xmlChar *text) {
        return digest_add_text(digest, (const char *) text);
}

static uint64_t add_name(uint64_t digest, const xmlChar *name, const xmlNs *ns) {
        return ns ? add(add(digest, name), ns->href) : add(digest, name);
}

uint64_t tree_digest(uint64_t digest, const xmlNode *node) {
        const int begin = node->type, end = 0;
        const xmlEntity *entity;

        digest = digest_add(digest, &begin, sizeof(begin));
        switch (node->type) {
        case XML_ELEMENT_NODE:
                digest = add_name(digest, node->name, node->ns);
                for (const xmlAttr *a = node->properties; a; a = a->next)
                        digest = tree_digest(digest, (const xmlNode *) a);
                break;
        case XML_ATTRIBUTE_NODE:
                digest = add_name(digest, node->name, ((const xmlAttr *) node)->ns);
                break;
        case XML_ENTITY_REF_NODE:
                /* Its child is the declaration, which stands elsewhere. */
                entity = (const xmlEntity *) node->children;
                return add(add(digest, node->name), entity ? entity->content : NULL);
        default:
                return add(digest, node->content);
        }
        for (const xmlNode *child = node->children; child; child = child->next)
                digest = tree_digest(digest, child);
        return digest_add(digest, &end, sizeof(end));
}
