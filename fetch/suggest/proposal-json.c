/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "fetch/suggest/json-lists.h"
#include "fetch/suggest/proposal.h"

#define SCRIPT_MAX (8U * 1024U * 1024U)

/* A selector of a script by its id, or by what is in it. -ENODATA: neither will do. -ENOMEM. */
static int select_script(const xmlNode *script, const JsonList *list, char **ret) {
        _cleanup_free_ char *id = (char *) xmlGetNoNsProp(script, (const xmlChar *) "id");
        int n;

        if (id && *id && !strpbrk(id, "'\"\\\n\r\t") && strlen(id) < 100 && !words_generated(id))
                n = asprintf(ret, "//script[@id='%s']", id);
        else if (*list->key)
                n = asprintf(ret, "//script[contains(., '\"%s\"')]", list->key);
        else
                return -ENODATA;
        if (n < 0)
                *ret = NULL;
        return n < 0 ? -ENOMEM : 0;
}

static int write_strip(Buffer *b, const char *script, const JsonList *list) {
        const char *const keys[][2] = {
                { "Script", script },
                { "Strip", list->strip },
                { "When", list->when },
                { "Headline", list->headline },
                { "Published", list->published },
        };
        int r;

        r = buffer_printf(b, "\n[Strip]\nLink=%s\n", list->link);
        for (size_t i = 0; r >= 0 && i < ELEMENTSOF(keys); i++)
                if (*keys[i][1])
                        r = buffer_printf(b, "%s=%s\n", keys[i][0], keys[i][1]);
        return r;
}

static int make(const xmlNode *script, const JsonList *list, const Hints *hints, Proposal *ret) {
        Proposal proposal = {
                .source = BUFFER(SOURCE_FILE_MAX),
                .total = list->score + (list->n >= 3 ? 4 : 2),
                .wanted = list->n,
                .order = UINT32_MAX,
                .doubts = { "it is data of a script, which may hold old news while the strip is not "
                            "shown" },
                .n_doubts = 1,
        };
        int r;

        r = select_script(script, list, &proposal.selector);
        if (r >= 0)
                r = proposal_write_head(&proposal.source, hints, true);
        if (r >= 0)
                r = write_strip(&proposal.source, proposal.selector, list);
        if (r >= 0 && asprintf(&proposal.words, "%u texts in a script, in a list called %s",
                               list->n, list->strip) < 0) {
                proposal.words = NULL;
                r = -ENOMEM;
        }
        if (r >= 0)
                *ret = proposal;
        else
                proposal_done(&proposal);
        return r == -ENOBUFS ? -ENODATA : r;
}

static int read_script(Db *db, const xmlNode *script, Hints *hints, Proposals *proposals) {
        _cleanup_free_ char *text = (char *) xmlNodeGetContent(script);
        JsonList lists[JSON_LISTS_MAX];
        unsigned n = text && strlen(text) <= SCRIPT_MAX ? json_lists_find(db, text, lists) : 0;
        int r = 0;

        for (unsigned i = 0; i < n && r >= 0 && proposals->n < ELEMENTSOF(proposals->items); i++)
                if (lists[i].off) {
                        r = hints_add(hints,
                                      "a script holds a list called %s, which a flag switches off",
                                      lists[i].strip);
                } else {
                        r = make(script, lists + i, hints, proposals->items + proposals->n);
                        proposals->n += r >= 0;
                        r = r == -ENODATA ? 0 : r;
                }
        return r;
}

/* The depth of the tree is limited, and so is the recursion. */
static int walk(Db *db, const xmlNode *node, Hints *hints, Proposals *proposals) {
        int r = 0;

        for (; node && r >= 0; node = node->next) {
                if (node->type != XML_ELEMENT_NODE)
                        continue;
                if (streq((const char *) node->name, "script"))
                        r = read_script(db, node, hints, proposals);
                else
                        r = walk(db, node->children, hints, proposals);
        }
        return r;
}

int proposals_add_scripts(const xmlNode *node, Proposals *proposals) {
        _cleanup_(db_freep) Db *db = NULL;
        int r;

        r = db_open(":memory:", false, &db);
        return r < 0 ? r : walk(db, node, &proposals->hints, proposals);
}
