/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Proposals for what is no markup: feeds, JSON, and the lists in the scripts of a page. */

#include "suggest/json-lists.h"
#include "suggest/proposal.h"

#define SCRIPT_MAX (8U * 1024U * 1024U)
#define FEED_HEAD 2000 /* bytes in which a feed says that it is one */

/* Adds a file whose section [Strip] begins as given, and goes on with the keys of list, if any. */
static int add(Proposals *proposals, const char *head, const JsonList *list, Proposal *proposal) {
        const char *const keys[][2] = {
                { "Strip", list ? list->strip : "" },
                { "When", list ? list->when : "" },
                { "Headline", list ? list->headline : "" },
                { "Published", list ? list->published : "" },
        };
        Buffer *b = &proposal->source;
        int r;

        *b = BUFFER(SOURCE_FILE_MAX);
        r = proposal_write_head(b, &proposals->hints, true);
        if (r >= 0)
                r = buffer_printf(b, "\n[Strip]\n%s", head);
        for (size_t i = 0; r >= 0 && i < ELEMENTSOF(keys); i++)
                if (*keys[i][1])
                        r = buffer_printf(b, "%s=%s\n", keys[i][0], keys[i][1]);
        if (r >= 0 && list)
                r = buffer_printf(b, "Link=%s\n", list->link);
        proposal->order = UINT32_MAX;
        if (r >= 0 && proposal->selector && proposal->words &&
            proposals->n < ELEMENTSOF(proposals->items))
                proposals->items[proposals->n++] = *proposal;
        else {
                r = r >= 0 && !(proposal->selector && proposal->words) ? -ENOMEM : r;
                proposal_done(proposal);
        }
        return r == -ENOBUFS ? 0 : r;
}

/* A selector of a script by its id, or by what is in it; NULL: neither will do, or no memory. */
static char *select_script(const xmlNode *script, const JsonList *list) {
        _cleanup_free_ char *id = (char *) xmlGetNoNsProp(script, (const xmlChar *) "id");
        char *selector = NULL;
        int n = 0;

        if (id && *id && !strpbrk(id, "'\"\\\n\r\t") && strlen(id) < 100 && !words_generated(id))
                n = asprintf(&selector, "//script[@id='%s']", id);
        else if (*list->key)
                n = asprintf(&selector, "//script[contains(., '\"%s\"')]", list->key);
        return n < 0 ? NULL : selector;
}

/* script: NULL where the whole page is JSON. */
static int add_list(Proposals *proposals, const xmlNode *script, const JsonList *list) {
        Proposal proposal = {
                .total = list->score + (list->n >= 3 ? 4 : 2),
                .wanted = list->n,
                .selector = script ? select_script(script, list) : strdup(list->strip),
        };
        char head[JSON_PATH_MAX * 2];

        if (script && !proposal.selector)
                return 0;
        (void) snprintf(head, sizeof(head), script ? "Script=%s\n" : "Format=json\n",
                        strnull(proposal.selector));
        if (script)
                proposal.doubts[proposal.n_doubts++] =
                        "it is data of a script, which may hold old news while the strip is not "
                        "shown";
        if (asprintf(&proposal.words, "%u texts in JSON, in a list called %s", list->n,
                     list->strip) < 0)
                proposal.words = NULL;
        return add(proposals, head, list, &proposal);
}

/* A text that may be JSON, and is changed. */
static int read_json(Db *db, const xmlNode *script, char *text, Proposals *proposals) {
        JsonList lists[JSON_LISTS_MAX];
        unsigned n = text && strlen(text) <= SCRIPT_MAX ? json_lists_find(db, text, lists) : 0;
        int r = 0;

        for (unsigned i = 0; i < n && r >= 0; i++)
                if (lists[i].off)
                        r = hints_add(&proposals->hints,
                                      "a script holds a list called %s, which a flag switches off",
                                      lists[i].strip);
                else
                        r = add_list(proposals, script, lists + i);
        return r;
}

/* The depth of the tree is limited, and so is the recursion. */
static int walk(Db *db, const xmlNode *node, Proposals *proposals) {
        int r = 0;

        for (; node && r >= 0; node = node->next) {
                _cleanup_free_ char *text = NULL;

                if (node->type != XML_ELEMENT_NODE)
                        continue;
                if (!streq((const char *) node->name, "script")) {
                        r = walk(db, node->children, proposals);
                        continue;
                }
                text = (char *) xmlNodeGetContent(node);
                r = read_json(db, node, text, proposals);
        }
        return r;
}

int proposals_add_scripts(const xmlNode *node, Proposals *proposals) {
        _cleanup_(db_freep) Db *db = NULL;
        int r;

        r = db_open(":memory:", false, &db);
        return r < 0 ? r : walk(db, node, proposals);
}

static int add_feed(const char *text, Proposals *proposals) {
        static const struct {
                const char *mark, *strip, *keys;
        } feeds[] = {
                { "<rss", "/rss/channel",
                  "Item=item\nHeadline=title\nLink=link\nPublished=pubDate\n" },
                { "<feed", "/d:feed",
                  "Item=d:entry\nHeadline=d:title\n"
                  "Link=d:link[not(@rel) or @rel='alternate']/@href\nPublished=d:updated\n" },
                { "<rdf:RDF", "/rdf:RDF",
                  "Item=d:item\nHeadline=d:title\nLink=d:link\nPublished=dc:date\n" },
        };
        _cleanup_free_ char *begin = strndup(text, FEED_HEAD);
        int r = begin ? 0 : -ENOMEM;

        for (size_t i = 0; begin && r >= 0 && i < ELEMENTSOF(feeds); i++) {
                Proposal proposal = { .total = 20, .wanted = 1 };
                char head[512];

                if (!strstr(begin, feeds[i].mark) || strcasestr(begin, "<html"))
                        continue;
                (void) snprintf(head, sizeof(head), "Format=xml\nStrip=%s\n%s", feeds[i].strip,
                                feeds[i].keys);
                proposal.selector = strdup(feeds[i].strip);
                proposal.words = strdup("this is a feed");
                r = add(proposals, head, NULL, &proposal);
        }
        return r;
}

int proposals_add_page(const char *text, Proposals *proposals) {
        _cleanup_free_ char *copy = NULL;
        _cleanup_(db_freep) Db *db = NULL;
        int r;

        text += strspn(text, " \t\r\n");
        if (*text == '<')
                return add_feed(text, proposals);
        if (*text != '{' && *text != '[')
                return 0;
        copy = strdup(text);
        r = copy ? db_open(":memory:", false, &db) : -ENOMEM;
        return r < 0 ? r : read_json(db, NULL, copy, proposals);
}
