/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * An element is named by its id, a class, a data- attribute, the label before it, or, where nothing
 * else is left, by its number among others. Every name is worth points; the ways are tried on the
 * page from the best one on, and the first is taken that finds the list first and all of its
 * entries.
 */

#include <stdarg.h>

#include "suggest/locator.h"
#include "suggest/memory.h"

#define WAYS_MAX 48U
#define FRAMES_MAX 12U
#define LABEL_MAX 80U

/* One way to name the list, or what is around it. */
typedef struct Way {
        char *selector;
        const Element *element;
        int points;
        const char *doubt;
} Way;

typedef struct Ways {
        const Outline *outline;
        const Candidate *candidate;
        Query query;
        Way ways[WAYS_MAX];
        unsigned n;
        const Element *element; /* whose names are looked at */
        int cost;               /* points that it costs to be so far above the list */
} Ways;

void locator_done(Locator *locator) {
        free(locator->strip);
        free(locator->item);
        *locator = (Locator){};
}

static _printf_(4, 5) void add_way(Ways *ways, int points, const char *doubt, const char *format,
                                   ...) {
        char *selector;
        va_list arguments;

        if (ways->n == WAYS_MAX)
                return;
        va_start(arguments, format);
        if (vasprintf(&selector, format, arguments) < 0)
                memory_out();
        va_end(arguments);
        ways->ways[ways->n++] = (Way){
                .selector = selector,
                .element = ways->element,
                .points = points - ways->cost,
                .doubt = doubt,
        };
}

/* The value of an attribute, if it does not look made by a machine; to be freed. NULL: there is
 * none. */
static char *stable_name(const Element *element, const char *attribute) {
        char *value = element_name(element, attribute);

        if (value && words_generated(value))
                free(STEAL_POINTER(value));
        return value;
}

static void add_names(Ways *ways) {
        static const char *const attributes[] = { "data-testid",  "data-component", "data-module",
                                                  "data-section", "data-block",     "data-widget",
                                                  "data-name",    "aria-label",     "role" };
        const Element *element = ways->element;
        const char *tag = element->tag;
        _cleanup_free_ char *id = stable_name(element, "id");

        if (id)
                add_way(ways, words_name(id).score > 0 ? 14 : 9, NULL, "//*[@id='%s']", id);
        FOREACH_CLASS(class, element)
        if (!words_generated(class))
                add_way(ways,
                        words_name(class).score > 0 ? 12
                        : words_utility(class)      ? 1
                                                    : 6,
                        NULL, "//%s[has-class('%s')]", tag, class);
        for (size_t i = 0; i < ELEMENTSOF(attributes); i++) {
                _cleanup_free_ char *value = stable_name(element, attributes[i]);

                if (value && strlen(value) <= 60)
                        add_way(ways, words_name(value).score > 0 ? 11 : 4, NULL, "//%s[@%s='%s']",
                                tag, attributes[i], value);
        }
        if (streq(tag, "marquee") || strchr(tag, '-'))
                add_way(ways, 10, NULL, "//%s", tag);
}

/* The text of a label is what readers know the list by, and outlives most redesigns. */
static void add_label(Ways *ways) {
        const Element *label = ways->candidate->labelled, *box = ways->candidate->box;
        _cleanup_free_ char *text = NULL;

        if (!label || ways->candidate->label < 4)
                return;
        text = element_text(label, LABEL_MAX);
        if (!name_is_plain(text))
                return;
        if (label->parent == ways->element)
                add_way(ways, 7, NULL, "//%s[normalize-space()='%s']/..", label->tag, text);
        else if (element_contains(ways->element, label))
                add_way(ways, 7, NULL, "//%s[normalize-space()='%s']/ancestor::%s[1]", label->tag,
                        text, ways->element->tag);
        else if (ways->element == box)
                add_way(ways, 7, NULL, "//%s[normalize-space()='%s']/following::%s[1]", label->tag,
                        text, box->tag);
}

/* Its number among those of its tag, below the nearest element that has an id, or on the page. */
static void add_number(Ways *ways) {
        const Element *element = ways->element, *above = element->parent;
        _cleanup_free_ char *id = NULL;
        unsigned number = 1;

        for (; above; above = above->parent) {
                id = stable_name(above, "id");
                if (id)
                        break;
        }
        for (const Element *e = above ? above : ways->outline->elements; e < element; e++)
                number += e != above && element_is(e, element->tag);
        if (id && number == 1)
                add_way(ways, 3, NULL, "//*[@id='%s']//%s", id, element->tag);
        else if (id)
                add_way(ways, 2, "the place of the list is told by its number",
                        "(//*[@id='%s']//%s)[%u]", id, element->tag, number);
        else
                add_way(ways, 0, "the place of the list is told by its number on the whole page",
                        "(//body//%s)[%u]", element->tag, number);
}

static int compare(const void *a, const void *b) {
        const Way *x = a, *y = b;

        if (x->points != y->points)
                return x->points < y->points ? 1 : -1;
        return strcmp(x->selector, y->selector);
}

/* Does the selector find the entries, and nothing else that has text? */
static bool finds_items(Ways *ways, const char *item, xmlNode *node, const Element **items,
                        unsigned n) {
        _cleanup_(object_freep) xmlXPathObject *object = outline_query(&ways->query, item, node);
        size_t nodes = object ? nodes_count(object) : 0;
        unsigned k = 0;

        for (size_t i = 0; i < nodes; i++) {
                const Element *element = element_of(nodes_get(object, i));

                if (!element || element->weight == 0)
                        continue;
                if (k == n || element != items[k])
                        return false;
                k++;
        }
        return k == n;
}

/* "li", or "li[has-class('news')]" after the class, or after the first of the element's that says
 * something. NULL: it has none. */
static char *make_step(const Element *element, bool with_class, const char *class) {
        if (!with_class)
                return xstrdup(element->tag);
        FOREACH_CLASS(own, element)
        if (!class && !words_generated(own) && !words_utility(own))
                class = own;
        return class ? xasprintf("%s[has-class('%s')]", element->tag, class) : NULL;
}

/*
 * Finds a way to name the entries from a strip's element, the shortest first: by tag or class, with
 * or without what they stand in, at any depth or right below. NULL: there is none.
 */
static char *find_item_way(Ways *ways, xmlNode *node, const Element **items, unsigned n) {
        static const struct {
                bool class, parent, parent_class;
        } kinds[] = {
                { false, false, false }, { true, false, false }, { false, true, true },
                { false, true, false },  { true, true, true },   { true, true, false },
        };
        const Element *item = items[0];

        for (size_t i = 0; i < 2 * ELEMENTSOF(kinds); i++) {
                const bool with_parent = kinds[i / 2].parent;
                /* What else than a list's own element would be a <li>? */
                bool deep = element_is(item, "li") == (i % 2 == 0);
                _cleanup_free_ char *step =
                        make_step(item, kinds[i / 2].class, ways->candidate->class);
                _cleanup_free_ char *above =
                        with_parent ? make_step(item->parent, kinds[i / 2].parent_class, NULL)
                                    : NULL;
                char *way;

                if (!step || (with_parent && !above))
                        continue;
                way = xasprintf("%s%s%s%s", deep ? ".//" : "./", strnull(above), above ? "/" : "",
                                step);
                if (finds_items(ways, way, node, items, n))
                        return way;
                free(way);
        }
        return NULL;
}

/* The selector of the entries, if the way finds what it names; else NULL. */
static char *try_way(Ways *ways, const Way *way, const Element **items, unsigned n) {
        _cleanup_(object_freep) xmlXPathObject *object =
                outline_query(&ways->query, way->selector, (xmlNode *) ways->outline->document);
        xmlNode *node;

        if (!object || nodes_count(object) == 0)
                return NULL;
        node = nodes_get(object, 0);
        if (element_of(node) != way->element)
                return NULL;
        if (!ways->candidate->tag && way->element == ways->candidate->box)
                return xstrdup(".");
        return find_item_way(ways, node, items, n);
}

static void collect(Ways *ways) {
        const Candidate *candidate = ways->candidate;

        ways->element = candidate->box;
        for (unsigned level = 0; level < FRAMES_MAX; level++) {
                ways->cost = (int) (level + 1) / 2;
                add_names(ways);
                add_label(ways);
                if (level == 0)
                        add_number(ways);
                ways->element = ways->element->parent;
                if (!ways->element || element_is_page(ways->element) ||
                    !element_is_frame(ways->element, candidate->weight))
                        break;
        }
}

int locator_make(const Outline *outline, const Candidate *candidate, Locator *ret) {
        static const Element *items[ITEMS_MAX];
        unsigned n = candidate_items(candidate, items, ITEMS_MAX);
        Ways ways = { .outline = outline, .candidate = candidate };
        bool found = false;

        collect(&ways);
        (void) memory_result(query_init(&ways.query, outline->document));
        qsort(ways.ways, ways.n, sizeof(Way), compare);
        for (unsigned i = 0; i < ways.n && !found; i++) {
                Way *way = ways.ways + i;
                char *item = try_way(&ways, way, items, n);

                found = item != NULL;
                if (found)
                        *ret = (Locator){ STEAL_POINTER(way->selector), item, way->doubt };
        }
        query_done(&ways.query);
        for (unsigned i = 0; i < ways.n; i++)
                free(ways.ways[i].selector);
        return found ? 0 : -ENODATA;
}
