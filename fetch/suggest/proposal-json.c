/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "fetch/suggest/json-find.h"
#include "fetch/suggest/proposal.h"

#define SCRIPT_MAX (8U * 1024U * 1024U)

/* The part of a path that is called like a strip; false: there is none that can be quoted. */
static bool telling_key(const char *path, char *key, size_t size) {
        bool found = false;

        for (const char *p = strchr(path, '.'); p; p = strchr(p + 1, '.')) {
                size_t n = strcspn(p + 1, ".[");
                char part[JSON_TEXT_MAX];

                if (n == 0 || n >= size || n >= sizeof(part) || strcspn(p + 1, "\"'\\") < n)
                        continue;
                memcpy(part, p + 1, n);
                part[n] = '\0';
                if (words_name(part).score < CUE_STRONG)
                        continue;
                memcpy(key, part, n + 1);
                found = true;
        }
        return found;
}

/* A selector of a script by its id, or by what is in it. NULL: neither will do, or out of memory.
 */
static char *script_selector(const xmlNode *script, const JsonFound *found) {
        _cleanup_free_ char *id = (char *) xmlGetNoNsProp(script, (const xmlChar *) "id");
        char key[JSON_TEXT_MAX], *selector = NULL;
        int n = -1;

        if (id && *id && !strpbrk(id, "'\"\\\n\r\t") && strlen(id) < 100 && !words_generated(id))
                n = asprintf(&selector, "//script[@id='%s']", id);
        else if (telling_key(found->strip, key, sizeof(key)))
                n = asprintf(&selector, "//script[contains(., '\"%s\"')]", key);
        return n < 0 ? NULL : selector;
}

static int add_path(Buffer *b, const char *key, const char *path) {
        return *path ? buffer_printf(b, "%s=%s\n", key, path) : 0;
}

static int make(const xmlNode *script, const JsonFound *found, const Hints *hints, Proposal *ret) {
        const Candidate candidate = { .tag = "script" };
        Proposal proposal = { .source = BUFFER(SOURCE_FILE_MAX) };
        _cleanup_free_ char *selector = script_selector(script, found);
        Buffer *b = &proposal.source;
        int r = selector ? 0 : -ENODATA;

        if (r >= 0)
                r = proposal_write_head(b, hints, &candidate);
        if (r >= 0)
                r = buffer_printf(b, "\n[Strip]\nScript=%s\nStrip=%s\n", selector, found->strip);
        if (r >= 0)
                r = add_path(b, "When", found->when);
        if (r >= 0)
                r = add_path(b, "Headline", found->headline);
        if (r >= 0)
                r = buffer_printf(b, "Link=%s\n", found->link);
        if (r >= 0)
                r = add_path(b, "Published", found->published);
        if (r >= 0 && asprintf(&proposal.words, "%u texts in a script, in a list called %s",
                               found->n, found->strip) < 0) {
                proposal.words = NULL;
                r = -ENOMEM;
        }
        if (r < 0) {
                proposal_done(&proposal);
                return r == -ENOBUFS ? -ENODATA : r;
        }
        proposal.selector = STEAL_POINTER(selector);
        proposal.total = found->score + (found->n >= 3 ? 4 : 2);
        proposal.wanted = found->n;
        proposal.order = UINT32_MAX;
        proposal.doubts[proposal.n_doubts++] =
                "it is data of a script, which may hold old news while the strip is not shown";
        *ret = proposal;
        return 0;
}

static int read_script(const xmlNode *script, Hints *hints, Proposal *items, unsigned *n,
                       unsigned max) {
        _cleanup_free_ char *text = (char *) xmlNodeGetContent(script);
        JsonFound found[JSON_FOUND_MAX];
        unsigned n_found = text && strlen(text) <= SCRIPT_MAX ? json_find(text, found) : 0;

        for (unsigned i = 0; i < n_found && *n < max; i++) {
                int r;

                if (found[i].off) {
                        char *sentence;

                        if (asprintf(&sentence,
                                     "a script holds a list called %s, which a flag switches off",
                                     found[i].strip) < 0)
                                return -ENOMEM;
                        r = hints_add(hints, sentence);
                } else {
                        r = make(script, found + i, hints, items + *n);
                        *n += r >= 0;
                }
                if (r < 0 && r != -ENODATA)
                        return r;
        }
        return 0;
}

/* The depth of the tree is limited, and so is the recursion. */
int proposals_add_scripts(const xmlNode *node, Hints *hints, Proposal *items, unsigned *n,
                          unsigned max) {
        int r = 0;

        for (; node && r >= 0 && *n < max; node = node->next) {
                if (node->type != XML_ELEMENT_NODE)
                        continue;
                if (streq((const char *) node->name, "script"))
                        r = read_script(node, hints, items, n, max);
                else
                        r = proposals_add_scripts(node->children, hints, items, n, max);
        }
        return r;
}
