/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <ctype.h>
#include <stdarg.h>

#include "common/text.h"
#include "fetch/url.h"
#include "suggest/candidate.h"
#include "suggest/hints.h"

#define NOWHERE "https://www.example.com/"

void hints_done(Hints *hints) {
        free(hints->title);
        free(hints->language);
        free(hints->url);
        for (unsigned i = 0; i < hints->n_feeds; i++)
                free(hints->feeds[i]);
        for (unsigned i = 0; i < hints->n_elsewhere; i++)
                free(hints->elsewhere[i]);
        *hints = (Hints){};
}

int hints_add(Hints *hints, const char *format, ...) {
        va_list arguments;
        char *sentence;
        int n;

        va_start(arguments, format);
        n = vasprintf(&sentence, format, arguments);
        va_end(arguments);
        if (n < 0)
                return -ENOMEM;
        for (unsigned i = 0; sentence && i < hints->n_elsewhere; i++)
                if (streq(hints->elsewhere[i], sentence))
                        free(STEAL_POINTER(sentence));
        if (sentence && hints->n_elsewhere < HINTS_MAX)
                hints->elsewhere[hints->n_elsewhere++] = STEAL_POINTER(sentence);
        free(sentence);
        return 0;
}

static char *attribute(const xmlNode *node, const char *name) {
        return (char *) xmlGetNoNsProp((xmlNode *) node, (const xmlChar *) name);
}

static int take_url(Hints *hints, const char *found) {
        char *url;
        int r;

        if (!hints->guessed || !found)
                return 0;
        r = url_resolve(hints->url, found, &url);
        if (r <= 0)
                return r;
        free(hints->url);
        hints->url = url;
        hints->guessed = false;
        return 0;
}

static int take_feed(Hints *hints, const char *href) {
        char *url;
        int r;

        if (!href || hints->n_feeds == HINTS_MAX)
                return 0;
        r = url_resolve(hints->url, href, &url);
        if (r > 0)
                hints->feeds[hints->n_feeds++] = url;
        return MIN(r, 0);
}

static int read_link(const xmlNode *node, Hints *hints, bool feeds) {
        _cleanup_free_ char *rel = attribute(node, "rel"), *type = attribute(node, "type"),
                            *href = attribute(node, "href");

        if (!rel)
                return 0;
        if (!feeds && strcasecmp(rel, "canonical") == 0)
                return take_url(hints, href);
        if (feeds && strcasestr(rel, "alternate") && type &&
            (strcasestr(type, "rss+xml") || strcasestr(type, "atom+xml")))
                return take_feed(hints, href);
        return 0;
}

static int read_head(const xmlNode *head, Hints *hints, bool feeds) {
        int r = 0;

        for (const xmlNode *node = head->children; node && r >= 0; node = node->next) {
                const char *name = (const char *) node->name;

                if (node->type != XML_ELEMENT_NODE)
                        continue;
                if (streq(name, "link"))
                        r = read_link(node, hints, feeds);
                else if (streq(name, "meta")) {
                        _cleanup_free_ char *property = attribute(node, "property"),
                                            *content = attribute(node, "content");

                        if (property && streq(property, "og:url") && !feeds)
                                r = take_url(hints, content);
                } else if (streq(name, "title") && !hints->title) {
                        _cleanup_free_ char *title = (char *) xmlNodeGetContent(node);

                        if (title)
                                r = text_clean(title, strlen(title), 120, &hints->title);
                }
        }
        return r;
}

/* As Language= takes it. */
static bool is_language(const char *tag) {
        unsigned subtag = 0;

        for (;; tag++) {
                if (isalnum((unsigned char) *tag) && ++subtag <= 8)
                        continue;
                if (subtag < 2 || subtag > 8 || (*tag && *tag != '-'))
                        return false;
                if (!*tag)
                        return true;
                subtag = 0;
        }
}

/* Not a label or a logo, which are called after the strip that they belong to. */
static bool is_box(const Spot *spot) {
        static const char *const tags[] = { "div", "section", "aside", "ul", "ol", "marquee" };

        for (size_t i = 0; i < ELEMENTSOF(tags); i++)
                if (spot_is(spot, tags[i]))
                        return true;
        return strchr((const char *) spot->node->name, '-') != NULL;
}

/* An element that is called as a strip is, with little or nothing in it. */
static int check_empty(const Spot *spot, Hints *hints) {
        _cleanup_free_ char *id = NULL, *class = NULL;
        Cue cue;

        if (spot->weight > 30 || spot->links > 1 || !is_box(spot))
                return 0;
        cue = spot_cue(spot);
        if (cue.score < CUE_STRONG - 1 || cue.against)
                return 0;
        id = spot_attribute(spot, "id");
        class = spot_attribute(spot, "class");
        return hints_add(hints, "<%s%s%.80s%s%.80s> has no entries; a script fills it",
                         (const char *) spot->node->name, id ? " id=" : "", strnull(id),
                         class ? " class=" : "", strnull(class));
}

/* Attributes that hold the address of what an element is filled with. */
static int check_attributes(const xmlNode *node, const Spot *spot, Hints *hints) {
        int r = 0;

        for (const xmlAttr *a = node->properties; a && r >= 0; a = a->next) {
                const char *name = (const char *) a->name;
                _cleanup_free_ char *value = NULL, *url = NULL;

                if (!startswith(name, "data-") && !startswith(name, "hx-") && !streq(name, "src"))
                        continue;
                if (!strstr(name, "url") && !strstr(name, "src") && !strstr(name, "endpoint") &&
                    !strstr(name, "href") && !strstr(name, "get") && !strstr(name, "feed") &&
                    !strstr(name, "poll") && !strstr(name, "api") && !strstr(name, "source"))
                        continue;
                value = attribute(node, name);
                if (!value || !strchr(value, '/') || strchr(value, ' '))
                        continue;
                if ((streq(name, "src") || words_name(value).score < CUE_STRONG) &&
                    (!spot || spot_cue(spot).score < CUE_STRONG - 1))
                        continue;
                r = url_resolve(hints->url, value, &url);
                if (r <= 0)
                        continue;
                r = hints_add(hints, "%s= of <%s> names %.300s", name, (const char *) node->name,
                              hints->guessed ? value : url);
        }
        return MIN(r, 0);
}

/* The depth of the tree is limited, and so is the recursion. */
static int walk(const xmlNode *node, Hints *hints) {
        int r = 0;

        for (; node && r >= 0 && hints->n_elsewhere < HINTS_MAX; node = node->next) {
                const Spot *spot;

                if (node->type != XML_ELEMENT_NODE)
                        continue;
                if (streq((const char *) node->name, "script")) {
                        _cleanup_free_ char *text = (char *) xmlNodeGetContent(node);

                        r = text ? hints_add_script(hints, text) : 0;
                        continue;
                }
                spot = spot_of(node);
                if (!streq((const char *) node->name, "img"))
                        r = check_attributes(node, spot, hints);
                if (spot && r >= 0)
                        r = check_empty(spot, hints);
                if (r >= 0)
                        r = walk(node->children, hints);
        }
        return r;
}

int hints_make(const Survey *survey, const char *url, Hints *ret) {
        const xmlNode *root = survey->spots->node;
        Hints hints = { .guessed = !url };
        int r = 0;

        hints.url = strdup(url ? url : NOWHERE);
        hints.language = spot_attribute(survey->spots, "lang");
        if (!hints.url)
                return -ENOMEM;
        if (hints.language && !is_language(hints.language)) {
                free(hints.language);
                hints.language = NULL;
        }
        for (int pass = 0; pass < 2; pass++)
                for (const xmlNode *node = root->children; node && r >= 0; node = node->next)
                        if (node->type == XML_ELEMENT_NODE &&
                            streq((const char *) node->name, "head"))
                                r = read_head(node, &hints, pass > 0);
        if (r >= 0)
                r = walk(root->children, &hints);
        if (r < 0)
                hints_done(&hints);
        else
                *ret = hints;
        return r;
}
