/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Nodes of libxml2 are filled and linked by hand: that takes a third of the time of xmlNewChild()
 * and the like. A short text stands in the node itself, where libxml2's own parsers put it, too.
 */

#include <libxml/parserInternals.h>
#include <libxml/valid.h>

#include "fetch/cpu-time.h"
#include "fetch/html-tree.h"
#include "fetch/reply.h"

#define TEXT_MAX (8U * 1024U * 1024U) /* of one text; libxml2 takes 10 million bytes */

/* A node, written down; n bytes of text follow. */
typedef struct Record {
        enum {
                RECORD_DOCTYPE,
                RECORD_ELEMENT,
                RECORD_LEAVE,
                RECORD_ATTRIBUTE,
                RECORD_TEXT,
                RECORD_COMMENT,
        } kind : 8;
        HtmlSpace space : 8;
        uint32_t n;
        uint32_t offset;
        const xmlChar *name;
} Record;

typedef struct Builder {
        xmlDoc *document;
        xmlNode *parent; /* the element at hand, or the document */
        xmlAttr *last_attribute;
        const char *text, *counted;
        size_t size;
        unsigned line;
        ptrdiff_t n_elements;
} Builder;

static const char *const space_uris[SPACES_MAX] = {
        [SPACE_SVG] = "http://www.w3.org/2000/svg",
        [SPACE_MATHML] = "http://www.w3.org/1998/Math/MathML",
        [SPACE_XLINK] = "http://www.w3.org/1999/xlink",
        [SPACE_XML] = "http://www.w3.org/XML/1998/namespace",
        [SPACE_XMLNS] = "http://www.w3.org/2000/xmlns/",
};
static const char *const space_prefixes[SPACES_MAX] = {
        [SPACE_XLINK] = "xlink",
        [SPACE_XML] = "xml",
        [SPACE_XMLNS] = "xmlns",
};

static bool fail(HtmlCount *count, int error, const char *why) {
        if (count->error == 0) {
                count->error = error;
                count->why = why;
        }
        return false;
}

bool html_count_element(HtmlCount *count, size_t depth) {
        if (++count->elements > ELEMENTS_MAX)
                return fail(count, -E2BIG, "the page has more than 250000 elements");
        if (depth > DEPTH_MAX)
                return fail(count, -EBADMSG, "the page's elements are nested more than 256 deep");
        return true;
}

bool html_count_others(HtmlCount *count, size_t n) {
        count->others += n;
        if (count->others > ELEMENTS_MAX)
                return fail(count, -E2BIG,
                            "the page has more than 250000 attributes, comments and the like");
        return true;
}

bool html_count_time(HtmlCount *count) {
        if (cpu_time_is_up())
                return fail(count, -E2BIG, CPU_TIME_WHY);
        return true;
}

bool html_tree_begin(HtmlTree *tree) {
        *tree = (HtmlTree){ .nodes = BUFFER(SIZE_MAX) };
        tree->document = xmlNewDoc(NULL);
        if (!tree->document)
                return fail(&tree->count, -ENOMEM, NULL);
        tree->document->type = XML_HTML_DOCUMENT_NODE;
        tree->document->dict = xmlDictCreate();
        if (!tree->document->dict)
                return fail(&tree->count, -ENOMEM, NULL);
        return true;
}

static const xmlChar *intern(HtmlTree *tree, const char *name, size_t n) {
        return xmlDictLookup(tree->document->dict, (const xmlChar *) name,
                             (int) MIN(n, (size_t) INT32_MAX));
}

/* A NUL would end a text of libxml2; the HTML Standard takes most of them out, too. */
static void write_text(Buffer *b, const char *text, size_t n) {
        const char *end;

        if (n == 0)
                return; /* text may be NULL */
        end = text + n;
        while (text < end) {
                const char *nul = memchr(text, '\0', (size_t) (end - text)) ?: end;

                buffer_append(b, text, (size_t) (nul - text));
                text = nul + 1;
        }
}

static bool write_down(HtmlTree *tree, const Record *record, const char *text, size_t n) {
        size_t from = tree->nodes.size;
        Record sized = *record;

        buffer_append(&tree->nodes, &sized, sizeof(sized));
        write_text(&tree->nodes, text, n);
        if (buffer_error(&tree->nodes) < 0)
                return fail(&tree->count, -ENOMEM, NULL);
        sized.n = (uint32_t) (tree->nodes.size - from - sizeof(sized));
        memcpy(tree->nodes.data + from, &sized, sizeof(sized));
        return true;
}

bool html_tree_doctype(HtmlTree *tree, const char *name, const char *public_id,
                       const char *system_id) {
        const Record record = { .kind = RECORD_DOCTYPE };
        xmlDoc *document = tree->document;

        if (document->intSubset)
                return true;
        if (!xmlCreateIntSubset(document, (const xmlChar *) name, (const xmlChar *) public_id,
                                (const xmlChar *) system_id))
                return fail(&tree->count, -ENOMEM, NULL);
        return write_down(tree, &record, NULL, 0);
}

bool html_tree_element(HtmlTree *tree, const char *name, size_t n_name, HtmlSpace space,
                       size_t offset) {
        const Record record = {
                .kind = RECORD_ELEMENT,
                .space = space,
                .name = intern(tree, name, n_name),
                .offset = (uint32_t) offset,
        };

        if (!record.name)
                return fail(&tree->count, -ENOMEM, NULL);
        return html_count_element(&tree->count, ++tree->depth) &&
               write_down(tree, &record, NULL, 0);
}

void html_tree_leave(HtmlTree *tree) {
        const Record record = { .kind = RECORD_LEAVE };

        tree->depth--;
        (void) write_down(tree, &record, NULL, 0);
}

bool html_tree_attribute(HtmlTree *tree, const char *name, size_t n_name, HtmlSpace space,
                         const char *value, size_t n_value) {
        const Record record = {
                .kind = RECORD_ATTRIBUTE,
                .space = space,
                .name = intern(tree, name, n_name),
        };

        if (!record.name)
                return fail(&tree->count, -ENOMEM, NULL);
        return html_count_others(&tree->count, 1) && write_down(tree, &record, value, n_value);
}

bool html_tree_text(HtmlTree *tree, const char *text, size_t n) {
        const Record record = { .kind = RECORD_TEXT };

        if (n > TEXT_MAX)
                return fail(&tree->count, -E2BIG,
                            "the page has a text of more than 8 MiB in one piece");
        return write_down(tree, &record, text, n);
}

bool html_tree_comment(HtmlTree *tree, const char *text, size_t n) {
        const Record record = { .kind = RECORD_COMMENT };

        return html_count_others(&tree->count, 1) && write_down(tree, &record, text, n);
}

/* Lines are told in the order of the page, but for a few elements that were moved. */
static unsigned line_at(Builder *builder, size_t offset) {
        const char *end = builder->text + MIN(offset, builder->size), *from = builder->counted;

        while (from < end && (from = memchr(from, '\n', (size_t) (end - from)))) {
                from++;
                builder->line++;
        }
        builder->counted = MAX(builder->counted, end);
        return MIN(builder->line, (unsigned) UINT16_MAX);
}

static void link_child(Builder *builder, xmlNode *node) {
        xmlNode *parent = builder->parent;

        node->parent = parent;
        node->prev = parent->last;
        if (parent->last)
                parent->last->next = node;
        else
                parent->children = node;
        parent->last = node;
}

static xmlNode *new_node(Builder *builder, xmlElementType type, const xmlChar *name) {
        xmlNode *node = xmlMalloc(sizeof(xmlNode));

        if (!node)
                return NULL;
        memset(node, 0, sizeof(xmlNode));
        node->type = type;
        node->name = name;
        node->doc = builder->document;
        return node;
}

static xmlNode *new_text(Builder *builder, xmlElementType type, const xmlChar *name,
                         const char *text, size_t n) {
        xmlNode *node = new_node(builder, type, name);

        if (!node)
                return NULL;
        /* Where SAX2.c of libxml2 puts it, and xmlFreeNode() looks for it. */
        if (type == XML_TEXT_NODE && n < sizeof(node->properties) + sizeof(node->psvi))
                node->content = (xmlChar *) &node->properties;
        else
                node->content = xmlMallocAtomic(n + 1);
        if (!node->content) {
                xmlFree(node);
                return NULL;
        }
        memcpy(node->content, text, n);
        node->content[n] = '\0';
        return node;
}

/* The namespace of a foreign node of element: what its parent has, or declared on it. */
static xmlNs *find_space(Builder *builder, xmlNode *element, HtmlSpace space) {
        const xmlNode *parent = element->parent;
        const char *uri = space_uris[space];

        if (space == SPACE_XML)
                return xmlSearchNs(builder->document, element, (const xmlChar *) "xml");
        if (parent->type == XML_ELEMENT_NODE && parent->ns &&
            streq((const char *) parent->ns->href, uri))
                return parent->ns;
        for (xmlNs *ns = element->nsDef; ns; ns = ns->next)
                if (streq((const char *) ns->href, uri))
                        return ns;
        return xmlNewNs(element, (const xmlChar *) uri, (const xmlChar *) space_prefixes[space]);
}

static bool add_element(Builder *builder, const Record *record) {
        xmlNode *node = new_node(builder, XML_ELEMENT_NODE, record->name);

        if (!node)
                return false;
        node->line = (unsigned short) line_at(builder, record->offset);
        link_child(builder, node);
        builder->parent = node;
        builder->last_attribute = NULL;
        /* Its number, as xmlXPathOrderDocElems() would give it: sorting what a selector finds would
         * take quadratic time without. */
        node->content = (xmlChar *) -++builder->n_elements;
        if (record->space != SPACE_HTML) {
                node->ns = find_space(builder, node, record->space);
                return node->ns != NULL;
        }
        return true;
}

static bool has_attribute(const xmlNode *node, const Record *record) {
        const xmlAttr *attribute = node->properties;

        for (; attribute; attribute = attribute->next)
                if (attribute->name == record->name &&
                    (attribute->ns != NULL) == (record->space != SPACE_HTML))
                        return true;
        return false;
}

static bool add_attribute(Builder *builder, const Record *record, const char *value) {
        xmlNode *element = builder->parent;
        xmlAttr *attribute;

        if (has_attribute(element, record))
                return true;
        attribute = xmlMalloc(sizeof(xmlAttr));
        if (!attribute)
                return false;
        memset(attribute, 0, sizeof(xmlAttr));
        attribute->type = XML_ATTRIBUTE_NODE;
        attribute->name = record->name;
        attribute->doc = builder->document;
        attribute->parent = element;
        attribute->prev = builder->last_attribute;
        if (attribute->prev)
                attribute->prev->next = attribute;
        else
                element->properties = attribute;
        builder->last_attribute = attribute;

        if (record->space != SPACE_HTML) {
                attribute->ns = find_space(builder, element, record->space);
                if (!attribute->ns)
                        return false;
        } else if (!builder->document->_private && streq((const char *) record->name, "href") &&
                   streq((const char *) element->name, "base"))
                builder->document->_private = element; /* the first, for document_base() */
        if (record->n == 0)
                return true;
        attribute->children = new_text(builder, XML_TEXT_NODE, xmlStringText, value, record->n);
        if (!attribute->children)
                return false;
        attribute->last = attribute->children;
        attribute->children->parent = (xmlNode *) attribute;
        if (record->space == SPACE_HTML && streq((const char *) record->name, "id"))
                (void) xmlAddID(NULL, builder->document, attribute->children->content, attribute);
        return true;
}

/* It was made already, and put in front of comments that stand before it. */
static void move_doctype(Builder *builder) {
        xmlNode *dtd = (xmlNode *) builder->document->intSubset;
        xmlNode *document = (xmlNode *) builder->document;

        document->children = dtd->next;
        if (dtd->next)
                dtd->next->prev = NULL;
        else
                document->last = NULL;
        dtd->next = NULL;
        link_child(builder, dtd);
}

static bool add_node(Builder *builder, const Record *record, const char *text) {
        xmlNode *node;

        switch (record->kind) {
        case RECORD_DOCTYPE:
                move_doctype(builder);
                return true;
        case RECORD_ELEMENT:
                return add_element(builder, record);
        case RECORD_LEAVE:
                builder->parent = builder->parent->parent;
                return true;
        case RECORD_ATTRIBUTE:
                return add_attribute(builder, record, text);
        case RECORD_TEXT:
                node = new_text(builder, XML_TEXT_NODE, xmlStringText, text, record->n);
                break;
        default:
                node = new_text(builder, XML_COMMENT_NODE, (const xmlChar *) "comment", text,
                                record->n);
        }
        if (!node)
                return false;
        link_child(builder, node);
        return true;
}

static bool build(HtmlTree *tree, const char *text, size_t size) {
        Builder builder = {
                .document = tree->document,
                .parent = (xmlNode *) tree->document,
                .text = text,
                .counted = text,
                .size = size,
                .line = 1,
        };
        const char *at = tree->nodes.data, *end = at + tree->nodes.size;

        while (at < end) {
                Record record;

                memcpy(&record, at, sizeof(record));
                at += sizeof(record);
                if (!add_node(&builder, &record, at))
                        return fail(&tree->count, -ENOMEM, NULL);
                at += record.n;
        }
        return true;
}

int html_tree_end(HtmlTree *tree, const char *text, size_t size, xmlDoc **ret,
                  const char **ret_why) {
        if (tree->count.error == 0)
                (void) build(tree, text, size);
        buffer_done(&tree->nodes);
        if (tree->count.error < 0) {
                if (tree->document)
                        xmlFreeDoc(tree->document);
                *ret_why = tree->count.why ?: "out of memory";
                return tree->count.error;
        }
        *ret = tree->document;
        return 0;
}
