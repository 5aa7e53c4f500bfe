/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Feeds are read by the names of their elements, with little regard to namespaces and to the kind
 * that the root says it is: that is how they are written. An entry is an item of RSS, or an entry
 * of Atom, wherever it stands.
 */

#include <ctype.h>
#include <strings.h>

#include "common/log.h"
#include "fetch/content.h"
#include "fetch/document.h"
#include "fetch/entry.h"
#include "fetch/feed-page.h"
#include "fetch/feed-title.h"
#include "fetch/fragment.h"
#include "fetch/json-text.h"
#include "fetch/selector.h"
#include "fetch/tree-digest.h"

struct FeedPage {
        const Source *source;
        Strikes strikes;
        Db *db;
};

/* One feed being read. */
typedef struct FeedReading {
        const FeedPage *feed;
        xmlDoc *document;
        const char *url;
        Account account;
        Reply *reply;
        const xmlNode *parent;  /* of the item at hand, */
        uint64_t parent_digest; /* and what it inherits */
        uint64_t origin;        /* of its entry, or 0 */
} FeedReading;

int feed_page_new(const Source *source, FeedPage **ret, const Value **ret_where) {
        _cleanup_(feed_page_freep) FeedPage *feed = NULL;
        int r;

        feed = calloc(1, sizeof(FeedPage));
        if (!feed)
                return log_oom();
        feed->source = source;
        r = strikes_compile(&source->strike, &feed->strikes, ret_where);
        if (r < 0)
                return r;
        r = json_db_open(&feed->db);
        if (r < 0) {
                log_error("cannot read JSON: %s", strerror(-r));
                return r;
        }
        *ret = STEAL_POINTER(feed);
        return 0;
}

FeedPage *feed_page_free(FeedPage *feed) {
        if (!feed)
                return NULL;
        strikes_done(&feed->strikes);
        json_db_close(feed->db);
        free(feed);
        return NULL;
}

static bool is_http(const char *s) {
        return strncasecmp(s, "http://", 7) == 0 || strncasecmp(s, "https://", 8) == 0;
}

static const xmlNode *next_child(const xmlNode *node, const char *name) {
        while (node && !feed_is(node, name))
                node = node->next;
        return node;
}

/* The title of an entry: its own, else one of Dublin Core or of Media RSS, which may group them. */
static int find_title(const xmlNode *item, int *best, char **ret) {
        static const int ranks[] = {
                [VOCABULARY_RSS] = 4, [VOCABULARY_ATOM] = 3,  [VOCABULARY_ATOM_03] = 3,
                [VOCABULARY_DC] = 2,  [VOCABULARY_MEDIA] = 1, [VOCABULARY_OTHER] = 0,
        };
        const xmlNode *node = item->children;
        int r = 0;

        for (; (node = next_child(node, "title")); node = node->next) {
                int rank = ranks[vocabulary_of(node)];
                char *title;

                if (rank <= *best)
                        continue;
                r = feed_title(node, &title);
                if (r < 0)
                        return r;
                if (*title) {
                        free(*ret);
                        *ret = title;
                        *best = rank;
                } else
                        free(title);
        }
        for (node = item->children; node && *best == 0 && r >= 0; node = node->next)
                if ((feed_is(node, "group") || feed_is(node, "content")) &&
                    vocabulary_of(node) == VOCABULARY_MEDIA)
                        r = find_title(node, best, ret);
        return r;
}

/* A link as it is meant: trimmed, and without the HTML that it was copied from. */
static void tidy_link(char *s) {
        char *to = s;

        for (s += strspn(s, " \t\r\n"); *s; s++) {
                if (*s == '\t' || *s == '\r' || *s == '\n')
                        continue;
                *to++ = *s;
                if (strncmp(s, "&amp;", 5) == 0)
                        s += 4;
                else if (strncmp(s, "&#38;", 5) == 0)
                        s += 4;
        }
        while (to[-1] == ' ')
                to--;
        *to = '\0';
}

/* Takes over a text that may be a link; true: it is one. */
static bool take_link(xmlChar *text, const xmlNode *node, xmlChar **link, const xmlNode **where) {
        if (!text)
                return false;
        if (text[strspn((char *) text, " \t\r\n")] == '\0') {
                xmlFree(text);
                return false;
        }
        tidy_link((char *) text);
        xmlFree(*link);
        *link = text;
        *where = node;
        return true;
}

static bool has_value(const xmlNode *node, const char *name, const char *value) {
        xmlChar *found = feed_attribute(node, name);
        bool same = found && strcasecmp((char *) found, value) == 0;

        xmlFree(found);
        return same;
}

/* 3: an alternate that is a page; 2: one of another type; 0: something else. */
static int rank_atom_link(const xmlNode *node) {
        xmlChar *rel = feed_attribute(node, "rel"), *type = feed_attribute(node, "type");
        const char *r = rel ? (const char *) rel : "";
        int rank = 0;

        r = strrchr(r, '/') ? strrchr(r, '/') + 1 : r;
        if (!*r || strcasecmp(r, "alternate") == 0)
                rank = !type || strcasestr((const char *) type, "html") ? 3 : 2;
        xmlFree(rel);
        xmlFree(type);
        return rank;
}

/* <link>: the address as its text, or Atom's href. */
static void find_link_elements(const xmlNode *item, xmlChar **link, const xmlNode **where) {
        const xmlNode *node = item->children;
        int best = 0;

        for (; (node = next_child(node, "link")); node = node->next) {
                Vocabulary vocabulary = vocabulary_of(node);
                xmlChar *href = feed_attribute(node, "href");
                int rank;

                if (vocabulary > VOCABULARY_ATOM_03)
                        rank = 0;
                else if (href)
                        rank = rank_atom_link(node);
                else
                        rank = vocabulary == VOCABULARY_RSS ? 4 : 1;
                if (rank > best && take_link(href ?: xmlNodeGetContent(node), node, link, where))
                        best = rank;
                else if (rank <= best)
                        xmlFree(href);
        }
}

/* What stands for a link that is not there. */
static void find_other_link(const xmlNode *item, xmlChar **link, const xmlNode **where) {
        const xmlNode *guid = next_child(item->children, "guid");
        xmlChar *text;

        if (guid && vocabulary_of(guid) == VOCABULARY_RSS &&
            !has_value(guid, "isPermaLink", "false")) {
                text = xmlNodeGetContent(guid);
                if (text && (is_http((char *) text + strspn((char *) text, " \t\r\n")) ||
                             has_value(guid, "isPermaLink", "true"))) {
                        if (take_link(text, guid, link, where))
                                return;
                } else
                        xmlFree(text);
        }
        text = xmlGetNsProp(item, (const xmlChar *) "about",
                            (const xmlChar *) "http://www.w3.org/1999/02/22-rdf-syntax-ns#");
        if (!text)
                text = feed_attribute(item, "href"); /* the Channel Definition Format */
        if (text && is_http((char *) text))
                (void) take_link(text, item, link, where);
        else
                xmlFree(text);
}

static xmlChar *find_published(const xmlNode *item) {
        static const char *const names[] = { "pubDate", "published", "issued", "date",
                                             "updated", "modified",  "created" };

        for (size_t i = 0; i < ELEMENTSOF(names); i++) {
                const xmlNode *node = next_child(item->children, names[i]);
                xmlChar *text = node ? xmlNodeGetContent(node) : NULL;

                if (text && text[strspn((char *) text, " \t\r\n")])
                        return text;
                xmlFree(text);
        }
        return NULL;
}

/* All that read_item() makes an entry of; xml:base may stand further outside. */
static uint64_t digest_item(FeedReading *reading, const xmlNode *item) {
        if (item->parent != reading->parent) {
                xmlChar *base = xmlNodeGetBase(reading->document, item->parent);

                reading->parent = item->parent;
                reading->parent_digest = digest_add_text(DIGEST_NOTHING, reading->url);
                reading->parent_digest = digest_add_text(reading->parent_digest, (char *) base);
                xmlFree(base);
        }
        return tree_digest(reading->parent_digest, item);
}

/* An entry with these texts. */
static int add_entry(FeedReading *reading, const char *title, const char *link,
                     const char *published, const char *base) {
        const RawEntry raw = {
                .headline = title,
                .n_headline = strlen(title),
                .link = isempty(link) ? NULL : link,
                .published = published,
                .account = &reading->account,
        };
        Entry entry;
        int r;

        r = entry_make(&raw, &reading->feed->strikes, base,
                       reading->origin != 0 ? NULL : reading->reply->known, &entry);
        if (r <= 0)
                return r;
        if (reading->origin != 0)
                entry.origin = reading->origin;
        return reply_add(reading->reply, &entry);
}

static int read_item(FeedReading *reading, const xmlNode *item) {
        xmlChar *link = NULL, *published, *base = NULL;
        _cleanup_free_ char *title = NULL;
        const xmlNode *where = NULL;
        int best = 0, r;
        Entry entry;

        reading->account.number++;
        reading->account.line = xmlGetLineNo(item);
        if (reading->reply->known) {
                reading->origin = digest_item(reading, item);
                if (entry_cache_take(reading->reply->known, reading->origin, &entry))
                        return reply_add(reading->reply, &entry);
        }
        r = find_title(item, &best, &title);
        if (r < 0)
                return r;
        if (!title) {
                explain_item(&reading->account, "dropped, it has no title");
                return 0;
        }
        find_link_elements(item, &link, &where);
        if (!link)
                find_other_link(item, &link, &where);
        if (where)
                base = xmlNodeGetBase(reading->document, where);
        if (base && !is_http((char *) base)) {
                xmlFree(base); /* "urn:...", which resolves nothing */
                base = NULL;
        }
        published = find_published(item);
        r = add_entry(reading, title, (char *) link, (char *) published,
                      base ? (char *) base : reading->url);
        xmlFree(link);
        xmlFree(published);
        xmlFree(base);
        return r;
}

/* The next element that is none of an entry's insides. */
static const xmlNode *next_element(const xmlNode *node, const xmlNode *root, bool inside) {
        do {
                if (inside && node->children && node->type == XML_ELEMENT_NODE)
                        node = node->children;
                else {
                        while (node != root && !node->next)
                                node = node->parent;
                        if (node == root)
                                return NULL;
                        node = node->next;
                }
                inside = true;
        } while (node->type != XML_ELEMENT_NODE);
        return node;
}

static bool is_feed(const xmlNode *root) {
        static const char *const names[] = { "rss", "rdf", "feed", "channel" };

        for (size_t i = 0; i < ELEMENTSOF(names); i++)
                if (feed_is(root, names[i]))
                        return true;
        return false;
}

static int read_items(FeedReading *reading) {
        const xmlNode *root = xmlDocGetRootElement(reading->document);
        bool item = false;
        int r;

        if (!root || !is_feed(root)) {
                reply_set(reading->reply, STATE_BAD_PAGE,
                          "the page is no feed: neither RSS, Atom nor JSON Feed");
                return 0;
        }
        for (const xmlNode *node = root; (node = next_element(node, root, !item));) {
                item = (feed_is(node, "item") || feed_is(node, "entry")) &&
                       vocabulary_of(node) <= VOCABULARY_ATOM_03;
                if (!item)
                        continue;
                r = read_item(reading, node);
                if (r < 0)
                        return r;
        }
        return 0;
}

static int read_xml(FeedReading *reading, Buffer *text) {
        _cleanup_(document_freep) xmlDoc *document = NULL;
        int r;

        r = document_open(text, FORMAT_FEED, &document, reading->reply);
        if (r <= 0)
                return r;
        document->URL = xmlStrdup((const xmlChar *) reading->url);
        if (!document->URL)
                return -ENOMEM;
        reading->document = document;
        return read_items(reading);
}

static int read_json(FeedReading *reading, Buffer *text) {
        _cleanup_rows_ Rows *rows = NULL;
        const char *why;
        bool feed = false;
        int r;

        r = json_text_check(text->data, text->size, &why);
        if (r < 0) {
                reply_set(reading->reply, r == -E2BIG ? STATE_TOO_LARGE : STATE_BAD_PAGE, "%s",
                          why);
                return 0;
        }
        r = db_query(reading->feed->db, SQL_JSON_FEED, &rows, "t", text->data, text->size);
        while (r >= 0 && (r = rows_next(rows)) > 0) {
                _cleanup_free_ char *title = NULL;

                feed = true;
                if (rows_null(rows, 0))
                        continue; /* the feed itself, or an item without a title */
                reading->account.number++;
                r = fragment_text(strnull(rows_text(rows, 0)), &title);
                if (r >= 0)
                        r = add_entry(reading, title, rows_text(rows, 1), rows_text(rows, 2),
                                      reading->url);
        }
        if (r >= 0 && !feed)
                reply_set(reading->reply, STATE_BAD_PAGE,
                          "the page is no feed: it is JSON, but no JSON Feed");
        return r;
}

int feed_page_read(const FeedPage *feed, Buffer *text, const char *url, Reply *reply) {
        FeedReading reading = { .feed = feed, .url = url, .reply = reply };
        const char *start;
        int r;

        start = strnull(text->data);
        start += strspn(start, " \t\r\n");
        reply_set(reply, STATE_EMPTY, "the feed has no entry with a title");
        r = *start == '{' ? read_json(&reading, text) : read_xml(&reading, text);
        account_clear(&reading.account);
        if (r == -E2BIG) {
                reply_set(reply, STATE_TOO_LARGE, "the feed has more than %u entries", ENTRIES_MAX);
                return 0;
        }
        if (r == -ENOMEM)
                return r;
        if (r < 0)
                reply_set(reply, STATE_BAD_PAGE, "the feed cannot be read: %s", strerror(-r));
        else if (reply->n_entries > 0) {
                reply->state = STATE_OK;
                reply->strip = 1;
                free(reply->detail);
                reply->detail = NULL;
        }
        return 0;
}
