/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "fetch/page-end.h"

#define MARK "tickerd: the end of the page"
#define COMMENT "<!--" MARK "-->"

void page_end_mark(Buffer *text) {
        /* After a last "<" the mark would be a comment all the same. */
        if (text->size > 0 && text->data[text->size - 1] == '<')
                buffer_puts(text, "a");
        buffer_puts(text, COMMENT);
}

PageEnd page_end_look(const Buffer *text) {
        const size_t n = strlen(COMMENT);
        PageEnd end = {};

        end.marked = text->size >= n && memcmp(text->data + text->size - n, COMMENT, n) == 0;
        end.has_html = end.marked && strcasestr(text->data, "</html");
        return end;
}

/* The node after this one in the order of the page. */
static const xmlNode *next_node(const xmlNode *node) {
        if (node->type == XML_ELEMENT_NODE && node->children)
                return node->children;
        while (node && !node->next)
                node = node->parent;
        return node ? node->next : NULL;
}

static const xmlNode *find_mark(const xmlDoc *document) {
        const xmlNode *found = NULL;

        for (const xmlNode *node = document->children; node; node = next_node(node))
                if (node->type == XML_COMMENT_NODE && streq((const char *) node->content, MARK))
                        found = node;
        return found;
}

static bool is_inside(const xmlNode *node, const xmlNode *outer) {
        while (node && node != outer)
                node = node->parent;
        return node;
}

/* Outside of <html>, and behind it. */
static bool is_after_root(const xmlNode *mark) {
        const xmlNode *before = mark->prev;

        while (before && before->type != XML_ELEMENT_NODE)
                before = before->prev;
        return before && mark->parent->type != XML_ELEMENT_NODE;
}

void page_end_check(const PageEnd *end, const xmlDoc *document, const xmlNode *strip,
                    Reply *reply) {
        const xmlNode *mark;

        if (!end->marked ||
            (reply->state != STATE_OK && reply->state != STATE_EMPTY &&
             reply->state != STATE_NO_STRIP && (reply->state != STATE_BAD_PAGE || !document)))
                return;
        mark = document ? find_mark(document) : NULL;
        if (!mark)
                reply_set(reply, STATE_NETWORK_ERROR,
                          "the page ends before its end, inside a tag or the like");
        else if (is_after_root(mark))
                return;
        else if (strip ? is_inside(mark, strip) : !end->has_html)
                reply_set(reply, STATE_NETWORK_ERROR, "the page ends before the end of its strip");
}
