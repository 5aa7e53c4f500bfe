/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "fetch/alternatives.h"
#include "fetch/content.h"
#include "fetch/document.h"
#include "fetch/feed-title.h"
#include "fetch/page-end.h"
#include "fetch/strip-private.h"

#define _cleanup_object_ _cleanup_(object_freep)

/* One page being read. */
typedef struct StripPage {
        const Strip *strip;
        xmlDoc *document;
        Query query;
        char *base;
        Buffer headline, link, published; /* of the entry at hand, reused for all */
        char *decoded;                    /* its headline, if it is the title of a feed's item */
        const xmlNode *found; /* by the last selector; NULL: it found no node of the page */
        xmlNode *node;        /* the strip at hand */
        size_t number;        /* of the node at hand among those that a Strip= finds, from 1 */
        Account account;
        Reply *reply;
} StripPage;

/* libxml2 has 16 bits for it: 65535 and 0 tell nothing. */
static long line_of(const xmlNode *node) {
        long line = 0;

        if (node->type == XML_ATTRIBUTE_NODE)
                node = node->parent;
        if (node && node->type != XML_NAMESPACE_DECL)
                line = xmlGetLineNo(node);
        return line == UINT16_MAX ? 0 : MAX(line, 0L);
}

/* The text of what a selector finds: of its first node, or the string it makes. 0: it finds
 * nothing. */
static int read_text(StripPage *page, const Selector *selector, xmlNode *node, bool drop,
                     Buffer *b) {
        _cleanup_object_ xmlXPathObject *object = NULL;
        xmlNode *found;
        xmlChar *text;
        int r;

        buffer_clear(b);
        page->found = NULL;
        buffer_puts(b, ""); /* ends the text of the last entry, should nothing come here */
        r = query_run(&page->query, selector, node, &object);
        if (r < 0)
                return r;
        if (object->type == XPATH_NODESET) {
                if (nodes_count(object) == 0)
                        return 0;
                found = nodes_get(object, 0);
                if (found->type != XML_NAMESPACE_DECL) /* which lives as long as the object */
                        page->found = found;
                r = content_text(found, drop, b);
                return r < 0 ? r : 1;
        }
        text = xmlXPathCastToString(object);
        if (!text)
                return -ENOMEM;
        buffer_append(b, text, MIN((size_t) xmlStrlen(text), (size_t) CONTENT_MAX));
        xmlFree(text);
        r = buffer_error(b);
        return r < 0 ? r : 1;
}

/* Marks what Drop= names in an entry, or takes the marks away. */
static int mark_dropped(StripPage *page, xmlNode *item, xmlXPathObject **objects) {
        const Strip *strip = page->strip;

        for (size_t i = 0; i < strip->source->drop.n; i++) {
                int r;

                if (!strip->drops[i].compiled)
                        continue;
                r = query_nodes(&page->query, strip->drops + i, item, objects + i);
                if (r < 0)
                        return r;
                for (size_t k = 0; k < nodes_count(objects[i]); k++)
                        content_mark(nodes_get(objects[i], k), true);
        }
        return 0;
}

static void unmark_dropped(const StripPage *page, xmlXPathObject **objects) {
        for (size_t i = 0; objects && i < page->strip->source->drop.n; i++) {
                if (!objects[i])
                        continue;
                for (size_t k = 0; k < nodes_count(objects[i]); k++)
                        content_mark(nodes_get(objects[i], k), false);
                xmlXPathFreeObject(objects[i]);
        }
}

/* Link= may name the attribute or an element whose text is the address. */
static int read_parts(StripPage *page, xmlNode *item, RawEntry *ret) {
        const Strip *strip = page->strip;
        RawEntry raw = { .account = &page->account };
        int r;

        r = read_text(page, &strip->headline, item, true, &page->headline);
        if (r <= 0) {
                if (r == 0)
                        explain_item(&page->account, "dropped, Headline= finds nothing in it");
                return r;
        }
        raw.headline = page->headline.data;
        raw.n_headline = page->headline.size;
        if (strip->source->format == FORMAT_XML && page->found && feed_is(page->found, "title")) {
                free(page->decoded);
                page->decoded = NULL;
                r = feed_decode(page->found, page->headline.data, &page->decoded);
                if (r < 0)
                        return r;
                raw.headline = page->decoded;
                raw.n_headline = strlen(page->decoded);
        }
        if (strip->link.compiled) {
                r = read_text(page, &strip->link, item, false, &page->link);
                if (r < 0)
                        return r;
                raw.link = r > 0 ? page->link.data : NULL;
        }
        if (strip->published.compiled) {
                r = read_text(page, &strip->published, item, false, &page->published);
                if (r < 0)
                        return r;
                raw.published = r > 0 ? page->published.data : NULL;
        }
        *ret = raw;
        return 1;
}

static int read_item(StripPage *page, xmlNode *item) {
        _cleanup_free_ xmlXPathObject **dropped = NULL;
        Entry entry;
        RawEntry raw;
        int r = 0;

        if (content_is_hidden(item)) {
                explain_item(&page->account,
                             "dropped, it is a template, script or the like, or stands in one");
                return 0;
        }
        if (page->strip->source->drop.n > 0) {
                dropped = calloc(page->strip->source->drop.n, sizeof(xmlXPathObject *));
                if (!dropped)
                        return -ENOMEM;
                r = mark_dropped(page, item, dropped);
        }
        if (r >= 0)
                r = read_parts(page, item, &raw);
        unmark_dropped(page, dropped);
        if (r <= 0)
                return r;

        r = entry_make(&raw, &page->strip->strikes, page->base, page->reply->known, &entry);
        return r > 0 ? reply_add(page->reply, &entry) : r;
}

/* Of the node at hand, before its items are read. */
static void explain_node(StripPage *page, const xmlNode *node, size_t n) {
        char line[LINE_TEXT_MAX];

        account_clear(&page->account);
        explain("its node number %zu%s: Item= finds %zu node(s)", page->number,
                explain_line(line_of(node), line), n);
}

/* The entries of one strip; reply->n_entries tells whether there are any. */
static int read_strip(StripPage *page, xmlNode *node) {
        _cleanup_object_ xmlXPathObject *items = NULL;
        int r;

        r = query_nodes(&page->query, &page->strip->item, node, &items);
        if (r < 0)
                return r;
        if (explain_enabled)
                explain_node(page, node, nodes_count(items));
        for (size_t i = 0; r >= 0 && i < nodes_count(items); i++) {
                page->account.number = i + 1;
                if (explain_enabled)
                        page->account.line = line_of(nodes_get(items, i));
                r = read_item(page, nodes_get(items, i));
        }
        return r;
}

static int read_alternative(void *userdata, size_t i) {
        _cleanup_object_ xmlXPathObject *nodes = NULL;
        StripPage *page = userdata;
        int r;

        if (!page->strip->strips[i].compiled)
                return 0;
        r = query_nodes(&page->query, page->strip->strips + i, (xmlNode *) page->document, &nodes);
        if (r < 0)
                return r;
        if (i == 0)
                page->reply->has_first = nodes_count(nodes) > 0;
        if (nodes_count(nodes) == 0)
                explain("Strip= number %zu finds nothing", i + 1);
        else
                explain("Strip= number %zu finds %zu node(s)", i + 1, nodes_count(nodes));
        for (size_t k = 0; k < nodes_count(nodes); k++) {
                page->number = k + 1;
                page->node = nodes_get(nodes, k);
                r = read_strip(page, nodes_get(nodes, k));
                if (r >= 0)
                        r = alternatives_took(i, &page->account, page->reply);
                if (r != 0)
                        return r;
        }
        return 0;
}

static int is_shown(StripPage *page) {
        int r;

        if (!page->strip->when.compiled)
                return true;
        r = read_text(page, &page->strip->when, (xmlNode *) page->document, false, &page->headline);
        page->reply->has_when = r > 0;
        return r <= 0 ? r : entry_says_yes(page->headline.data);
}

static int prepare(StripPage *page, const char *url) {
        const Strip *strip = page->strip;
        const Selector *const single[] = {
                &strip->when, &strip->item, &strip->headline, &strip->link, &strip->published,
        };
        int r;

        r = document_base(page->document, url, &page->base);
        if (r >= 0)
                r = query_init(&page->query, page->document);
        for (size_t i = 0; r >= 0 && i < ELEMENTSOF(single); i++)
                r = query_add_prefixes(&page->query, single[i]);
        for (size_t i = 0; r >= 0 && i < strip->source->strip.n; i++)
                r = query_add_prefixes(&page->query, strip->strips + i);
        for (size_t i = 0; r >= 0 && i < strip->source->drop.n; i++)
                r = query_add_prefixes(&page->query, strip->drops + i);
        return r;
}

int strip_read(const Strip *strip, Buffer *text, const char *url, Reply *reply) {
        _cleanup_(document_freep) xmlDoc *document = NULL;
        StripPage page = {
                .strip = strip,
                .headline = BUFFER(CONTENT_MAX),
                .link = BUFFER(CONTENT_MAX),
                .published = BUFFER(CONTENT_MAX),
                .reply = reply,
        };
        const PageEnd end = page_end_look(text);
        int r;

        r = document_open(text, strip->source->format, &document, reply);
        if (r == 0)
                page_end_check(&end, NULL, NULL, reply);
        if (r <= 0)
                return r;

        page.document = document;
        r = prepare(&page, url);
        if (r >= 0)
                r = alternatives_read(strip->source, is_shown(&page), read_alternative, &page,
                                      "on the page", reply);
        if (r >= 0) {
                document_check_blank(document, reply);
                page_end_check(&end, document, page.node, reply);
        } else
                r = query_tell(&page.query, strip->source, r, reply);

        account_clear(&page.account);
        query_done(&page.query);
        free(page.base);
        free(page.decoded);
        buffer_done(&page.headline);
        buffer_done(&page.link);
        buffer_done(&page.published);
        return MIN(r, 0);
}
