/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * An element is named by its id, a class, a data- attribute, the label before it, or, where nothing
 * else is left, by its number among others. Every name is worth points; the ways are tried on the
 * page from the best one on, and the first is taken that finds the list first and all of its
 * entries.
 */

#include "suggest/place.h"

#define WAYS_MAX 48U
#define FRAMES_MAX 12U
#define LABEL_MAX 80U
#define WAY_STEPS_MAX 10000000UL /* of one selector on this page; a good one takes far fewer */

typedef struct Way {
        char *selector;
        const Spot *spot;
        int points;
        const char *doubt;
} Way;

typedef struct Ways {
        const Survey *survey;
        const Candidate *candidate;
        Way ways[WAYS_MAX];
        unsigned n;
        const Spot *spot; /* whose names are looked at */
        int level;
} Ways;

void place_done(Place *place) {
        free(place->strip);
        free(place->item);
        *place = (Place){};
}

static int add_way(Ways *ways, char *selector, int points, const char *doubt) {
        if (!selector)
                return -ENOMEM;
        if (ways->n == WAYS_MAX || strlen(selector) > 1024) {
                free(selector);
                return 0;
        }
        ways->ways[ways->n++] = (Way){
                .selector = selector,
                .spot = ways->spot,
                .points = points - ways->level,
                .doubt = doubt,
        };
        return 0;
}

static _printf_(4, 5) int add_way_f(Ways *ways, int points, const char *doubt, const char *format,
                                    ...) {
        char *selector;
        va_list arguments;

        va_start(arguments, format);
        if (vasprintf(&selector, format, arguments) < 0)
                selector = NULL;
        va_end(arguments);
        return add_way(ways, selector, points, doubt);
}

static bool is_quotable(const char *name) {
        for (const char *p = name; *p; p++)
                if ((unsigned char) *p < ' ' || strchr("'\"\\", *p))
                        return false;
        return *name && strlen(name) <= 200;
}

static int add_class(const char *name, void *userdata) {
        Ways *ways = userdata;
        const char *tag = (const char *) ways->spot->node->name;
        Cue cue = words_name(name);

        if (!is_quotable(name))
                return 0;
        if (words_generated(name))
                return 0;
        return add_way_f(ways,
                         cue.score > 0         ? 12
                         : words_utility(name) ? 1
                                               : 6,
                         NULL, "//%s[has-class('%s')]", tag, name);
}

static int add_names(Ways *ways) {
        static const char *const attributes[] = { "data-testid",  "data-component", "data-module",
                                                  "data-section", "data-block",     "data-widget",
                                                  "data-name",    "aria-label",     "role" };
        const char *tag = (const char *) ways->spot->node->name;
        _cleanup_free_ char *id = spot_attribute(ways->spot, "id");
        int r = 0;

        if (id && is_quotable(id) && !words_generated(id))
                r = add_way_f(ways, words_name(id).score > 0 ? 14 : 9, NULL, "//*[@id='%s']", id);
        if (r >= 0)
                r = spot_classes(ways->spot, add_class, ways);
        for (size_t i = 0; r >= 0 && i < ELEMENTSOF(attributes); i++) {
                _cleanup_free_ char *value = spot_attribute(ways->spot, attributes[i]);

                if (value && is_quotable(value) && !words_generated(value) && strlen(value) <= 60)
                        r = add_way_f(ways, words_name(value).score > 0 ? 11 : 4, NULL,
                                      "//%s[@%s='%s']", tag, attributes[i], value);
        }
        if (r >= 0 && (streq(tag, "marquee") || strchr(tag, '-')))
                r = add_way_f(ways, 10, NULL, "//%s", tag);
        return r;
}

/* The text of a label is what readers know the list by, and outlives most redesigns. */
static int add_label(Ways *ways) {
        const Spot *label = ways->candidate->labelled, *box = ways->candidate->box, *spot = label;
        const char *tag;
        _cleanup_free_ char *text = NULL;

        if (!label || ways->candidate->label < 4)
                return 0;
        text = spot_text(label, LABEL_MAX);
        if (!text)
                return -ENOMEM;
        tag = (const char *) label->node->name;
        if (!is_quotable(text))
                return 0;
        while (spot != ways->spot && !spot_is_root(ways->survey, spot))
                spot = spot_parent(ways->survey, spot);
        if (spot == ways->spot && spot_parent(ways->survey, label) == spot)
                return add_way_f(ways, 7, NULL, "//%s[normalize-space()='%s']/..", tag, text);
        if (spot == ways->spot)
                return add_way_f(ways, 7, NULL, "//%s[normalize-space()='%s']/ancestor::%s[1]", tag,
                                 text, (const char *) spot->node->name);
        if (ways->spot == box)
                return add_way_f(ways, 7, NULL, "//%s[normalize-space()='%s']/following::%s[1]",
                                 tag, text, (const char *) box->node->name);
        return 0;
}

/* Its number among those of its tag, below the nearest element that has an id, or on the page. */
static int add_number(Ways *ways) {
        const Survey *survey = ways->survey;
        const Spot *above = ways->spot, *spot;
        const char *tag = (const char *) ways->spot->node->name;
        _cleanup_free_ char *id = NULL;
        unsigned number = 1;

        while (!spot_is_root(survey, above)) {
                above = spot_parent(survey, above);
                id = spot_attribute(above, "id");
                if (id && is_quotable(id) && !words_generated(id))
                        break;
                free(STEAL_POINTER(id));
        }
        for (spot = above + 1; spot < ways->spot; spot++)
                number += spot_is(spot, tag);
        if (id && number == 1)
                return add_way_f(ways, 3, NULL, "//*[@id='%s']//%s", id, tag);
        if (id)
                return add_way_f(ways, 2, "the place of the list is told by its number",
                                 "(//*[@id='%s']//%s)[%u]", id, tag, number);
        return add_way_f(ways, 0, "the place of the list is told by its number on the whole page",
                         "(//body//%s)[%u]", tag, number);
}

static int compare(const void *a, const void *b) {
        const Way *x = a, *y = b;

        if (x->points != y->points)
                return x->points < y->points ? 1 : -1;
        return strcmp(x->selector, y->selector);
}

int place_find(Query *query, const char *expression, xmlNode *node, xmlXPathObject **ret) {
        Value value = { .text = (char *) expression };
        Selector selector = {};
        int r;

        query->context->opCount = 0;
        query->context->opLimit = WAY_STEPS_MAX;
        r = selector_compile("Strip", &value, &selector);
        if (r >= 0)
                r = query_nodes(query, &selector, node, ret);
        selector_done(&selector);
        return r;
}

/* Does the selector, at a node, find the entries and nothing else that has text? */
static int finds_items(const Ways *ways, Query *query, const char *item, xmlNode *node,
                       const Spot **items, unsigned n) {
        _cleanup_(object_freep) xmlXPathObject *object = NULL;
        unsigned k = 0;
        int r;

        r = place_find(query, item, node, &object);
        if (r < 0)
                return r == -ENOMEM ? r : 0;
        for (size_t i = 0; i < nodes_count(object); i++) {
                const Spot *spot = spot_of(nodes_get(object, i));

                if (!spot || spot->weight == 0)
                        continue;
                if (k == n || spot != items[k])
                        return 0;
                k++;
        }
        return k == n;
}

static int take_class(const char *name, void *userdata) {
        char **best = userdata;

        if (!is_quotable(name) || words_generated(name) || words_utility(name) || *best)
                return 0;
        *best = strdup(name);
        return *best ? 1 : -ENOMEM;
}

/* "li", or "li[has-class('news')]" after the first class of the element that says something; NULL:
 * out of memory. */
static char *make_step(const Spot *spot, const char *class, bool with_class) {
        _cleanup_free_ char *found = class ? strdup(class) : NULL;
        const char *tag = (const char *) spot->node->name;
        char *step = NULL;
        int n;

        if (with_class && !found)
                (void) spot_classes(spot, take_class, &found);
        n = with_class ? asprintf(&step, "%s[has-class('%s')]", tag, strnull(found))
                       : asprintf(&step, "%s", tag);
        return n < 0 ? NULL : step;
}

/*
 * The ways to name the entries from a strip's element, the shortest first: by tag or class, with or
 * without what they stand in, at any depth or right below. NULL: there are no more, or no memory.
 */
static char *item_way(const Ways *ways, const Spot *item, unsigned i) {
        static const struct {
                bool class, parent, parent_class;
        } kinds[] = {
                { false, false, false }, { true, false, false }, { false, true, true },
                { false, true, false },  { true, true, true },   { true, true, false },
        };
        const Spot *parent = spot_parent(ways->survey, item);
        _cleanup_free_ char *step = NULL, *above = NULL;
        /* What else than a list's own element would be a <li>? */
        bool deep = spot_is(item, "li") == (i % 2 == 0);
        char *way = NULL;

        if (i / 2 >= ELEMENTSOF(kinds))
                return NULL;
        step = make_step(item, ways->candidate->class, kinds[i / 2].class);
        above = kinds[i / 2].parent ? make_step(parent, NULL, kinds[i / 2].parent_class) : NULL;
        if (step && asprintf(&way, "%s%s%s%s", deep ? ".//" : "./", above ? above : "",
                             above ? "/" : "", step) < 0)
                return NULL;
        return way;
}

static int try_way(const Ways *ways, Query *query, const Way *way, const Spot **items, unsigned n,
                   char **ret_item) {
        _cleanup_(object_freep) xmlXPathObject *object = NULL;
        xmlNode *node;
        int r;

        r = place_find(query, way->selector, (xmlNode *) ways->survey->document, &object);
        if (r < 0)
                return r == -ENOMEM ? r : 0;
        if (nodes_count(object) == 0)
                return 0;
        node = nodes_get(object, 0);
        if (spot_of(node) != way->spot)
                return 0;
        if (!ways->candidate->tag && way->spot == ways->candidate->box) {
                *ret_item = strdup(".");
                return *ret_item ? 1 : -ENOMEM;
        }
        for (unsigned i = 0;; i++) {
                _cleanup_free_ char *item = item_way(ways, items[0], i);

                if (!item)
                        return 0;
                r = finds_items(ways, query, item, node, items, n);
                if (r > 0)
                        *ret_item = STEAL_POINTER(item);
                if (r != 0)
                        return r;
        }
}

static int collect(Ways *ways) {
        const Candidate *candidate = ways->candidate;
        int r = 0;

        ways->spot = candidate->box;
        for (unsigned level = 0; r >= 0 && level < FRAMES_MAX; level++) {
                ways->level = (int) (level + 1) / 2;
                r = add_names(ways);
                if (r >= 0)
                        r = add_label(ways);
                if (r >= 0 && level == 0)
                        r = add_number(ways);
                ways->spot = spot_parent(ways->survey, ways->spot);
                if (spot_is_root(ways->survey, ways->spot) || spot_is(ways->spot, "body") ||
                    !spot_is_frame(ways->spot, candidate->weight))
                        break;
        }
        return r;
}

int place_make(const Survey *survey, const Candidate *candidate, Place *ret) {
        static const Spot *items[ITEMS_MAX];
        unsigned n = candidate_items(survey, candidate, items, ITEMS_MAX);
        Ways ways = { .survey = survey, .candidate = candidate };
        Query query = {};
        char *item = NULL;
        int r, found = 0;

        r = collect(&ways);
        if (r >= 0)
                r = query_init(&query, survey->document);
        qsort(ways.ways, ways.n, sizeof(Way), compare);
        for (unsigned i = 0; i < ways.n && r >= 0 && found == 0; i++) {
                found = try_way(&ways, &query, ways.ways + i, items, n, &item);
                if (found > 0)
                        *ret = (Place){
                                .strip = STEAL_POINTER(ways.ways[i].selector),
                                .item = item,
                                .doubt = ways.ways[i].doubt,
                        };
        }
        query_done(&query);
        for (unsigned i = 0; i < ways.n; i++)
                free(ways.ways[i].selector);
        if (r < 0 || found < 0)
                return -ENOMEM;
        return found > 0 ? 0 : -ENODATA;
}
