/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "fetch/content.h"
#include "common/utf8.h"

typedef struct Text {
        Buffer *out;
        size_t limit; /* of out */
        bool drop;
        bool xml;
        bool space; /* white space or a boundary came last */
} Text;

static char mark; /* its address is what a dropped node carries */

static bool is_one_of(const char *const *names, size_t n, const xmlNode *node) {
        const char *name = (const char *) node->name;

        for (size_t i = 0; i < n; i++)
                if (streq(names[i], name))
                        return true;
        return false;
}

static bool is_invisible(const xmlNode *node) {
        static const char *const names[] = { "script", "style", "template", "noscript", "svg" };

        if (node->type != XML_ELEMENT_NODE || !is_one_of(names, ELEMENTSOF(names), node))
                return false;
        /* <math><svg> is an element of MathML that happens to have that name. */
        return !node->ns || !strstr((const char *) node->ns->href, "MathML");
}

/* Elements that browsers lay out as blocks, cells or boxes: words do not run on across their
 * borders. */
static bool is_block(const xmlNode *node) {
        static const char *const names[] = {
                "address", "article", "aside",    "blockquote", "body",    "br",     "button",
                "caption", "center",  "dd",       "details",    "dialog",  "dir",    "div",
                "dl",      "dt",      "fieldset", "figcaption", "figure",  "footer", "form",
                "h1",      "h2",      "h3",       "h4",         "h5",      "h6",     "head",
                "header",  "hgroup",  "hr",       "html",       "iframe",  "legend", "li",
                "main",    "marquee", "menu",     "nav",        "object",  "ol",     "optgroup",
                "option",  "p",       "pre",      "search",     "section", "select", "summary",
                "table",   "tbody",   "td",       "textarea",   "tfoot",   "th",     "thead",
                "title",   "tr",      "ul",       "video",
        };

        return is_one_of(names, ELEMENTSOF(names), node);
}

static bool is_boundary(const Text *t, const xmlNode *node) {
        /* XML knows no inline elements, except where a feed carries XHTML. */
        if (t->xml &&
            !(node->ns && streq((const char *) node->ns->href, "http://www.w3.org/1999/xhtml")))
                return true;
        return is_block(node);
}

static bool is_white(char c) {
        return c == ' ' || (c >= '\t' && c <= '\r');
}

/* Appends as much of the bytes as there is room for, cut at a character. */
static void put(Text *t, const char *s, size_t n) {
        size_t room = t->limit - t->out->size;

        if (n > room) {
                n = room;
                while (n > 0 && ((unsigned char) s[n] & 0xc0) == 0x80)
                        n--;
        }
        buffer_append(t->out, s, n);
}

static void add_string(Text *t, const char *s) {
        while (s && *s && t->out->size < t->limit) {
                size_t n = 0;

                if (is_white(*s)) {
                        t->space = true;
                        s++;
                        continue;
                }
                while (s[n] && !is_white(s[n]))
                        n++;
                if (t->space)
                        put(t, " ", 1);
                put(t, s, n);
                t->space = false;
                s += n;
        }
}

/* The depth of the tree is limited, and so is the recursion. */
static void add_node(Text *t, const xmlNode *node) {
        const xmlEntity *entity;
        bool boundary;

        switch (node->type) {
        case XML_TEXT_NODE:
        case XML_CDATA_SECTION_NODE:
                if (!t->drop || node->_private != &mark)
                        add_string(t, (const char *) node->content);
                return;
        case XML_ENTITY_REF_NODE:
                /* Its child is the declaration, which has the text. */
                entity = (const xmlEntity *) node->children;
                if (entity)
                        add_string(t, (const char *) entity->content);
                return;
        case XML_NAMESPACE_DECL:
                add_string(t, (const char *) ((const xmlNs *) node)->href);
                return;
        case XML_ELEMENT_NODE:
        case XML_ATTRIBUTE_NODE:
        case XML_DOCUMENT_NODE:
        case XML_HTML_DOCUMENT_NODE:
                break;
        default:
                return;
        }
        if (is_invisible(node))
                return;

        boundary = node->type == XML_ELEMENT_NODE && is_boundary(t, node);
        t->space |= boundary;
        if (!t->drop || node->_private != &mark)
                for (const xmlNode *child = node->children; child; child = child->next) {
                        if (t->out->size >= t->limit)
                                break;
                        add_node(t, child);
                }
        t->space |= boundary;
}

int content_text(const xmlNode *node, bool drop, Buffer *b) {
        Text text = {
                .out = b,
                .limit = b->size + MIN(CONTENT_MAX, b->max - b->size),
                .drop = drop,
        };

        if (node->type != XML_NAMESPACE_DECL)
                text.xml = node->doc && node->doc->type == XML_DOCUMENT_NODE;
        if (node->type != XML_NAMESPACE_DECL && content_is_hidden(node))
                return 0;
        add_node(&text, node);
        return buffer_error(b);
}

bool content_is_hidden(const xmlNode *node) {
        for (; node; node = node->type == XML_NAMESPACE_DECL ? NULL : node->parent)
                if (is_invisible(node))
                        return true;
        return false;
}

void content_mark(xmlNode *node, bool dropped) {
        if (node->type != XML_NAMESPACE_DECL) /* not a node but for its type */
                node->_private = dropped ? &mark : NULL;
}
