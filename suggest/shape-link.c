/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Which link of an entry is its own: the one that the headline is in, or else the longest. A
 * category's, a picture's or an author's may come before it. The ways to name it are tried on the
 * page, the plainest first.
 */

#include "suggest/place.h"
#include "suggest/shape.h"

static bool is_link(const Spot *spot) {
        return spot->links > 0 && spot_is(spot, "a");
}

/* The one with most text, the first of equals; NULL: there is none inside. */
static const Spot *longest_link(const Survey *survey, const Spot *outer) {
        const Spot *best = NULL;

        for (const Spot *spot = outer; spot < survey->spots + outer->end; spot++)
                if (is_link(spot) && (!best || spot->weight > best->weight))
                        best = spot;
        return best;
}

static const Spot *link_of(const Survey *survey, const Spot *item, const Spot *headline) {
        const Spot *spot = headline;

        while (spot != item && !is_link(spot))
                spot = spot_parent(survey, spot);
        if (is_link(spot))
                return spot;
        spot = longest_link(survey, headline);
        return spot ? spot : longest_link(survey, item);
}

static bool leads_somewhere(const Spot *link) {
        _cleanup_free_ char *href = spot_attribute(link, "href");

        return href && *href && *href != '#' && strncasecmp(href, "javascript:", 11) != 0;
}

typedef struct Links {
        const Spot *items[ENTRIES_SEEN], *links[ENTRIES_SEEN]; /* of those that have one */
        unsigned n;
} Links;

/* Of how many entries the expression finds the link. */
static int count_right(Query *query, const Links *links, const char *expression) {
        int right = 0;

        for (unsigned i = 0; i < links->n; i++) {
                _cleanup_(object_freep) xmlXPathObject *object = NULL;
                int r = place_find(query, expression, links->items[i]->node, &object);

                if (r == -ENOMEM)
                        return r;
                right += r >= 0 && nodes_count(object) > 0 &&
                         nodes_get(object, 0)->parent == links->links[i]->node;
        }
        return right;
}

/* Way number i, to be freed; *ret is NULL if there is none of that number. */
static int make_way(const Slots *slots, const char *headline, unsigned i, char **ret) {
        static const char *const ways[] = { ".//a/@href", "./@href", "%s/@href",
                                            "%s/ancestor::a[1]/@href", "%s//a/@href" };
        _cleanup_free_ char *selector = NULL;
        int n;

        if (i < ELEMENTSOF(ways)) {
                const char *rest = startswith(ways[i], "%s");

                n = rest ? asprintf(ret, "%s%s", headline, rest) : asprintf(ret, "%s", ways[i]);
                return n < 0 ? -ENOMEM : 0;
        }
        i -= ELEMENTSOF(ways);
        if (i >= slots->n)
                return 0;
        selector = slot_selector(slots->slots + i);
        return selector && asprintf(ret, "%s/@href", selector) >= 0 ? 0 : -ENOMEM;
}

static int try_ways(Query *query, const Slots *slots, const Links *links, Shape *shape) {
        for (unsigned i = 0;; i++) {
                _cleanup_free_ char *way = NULL;
                int r = make_way(slots, shape->headline ? shape->headline : ".", i, &way);

                if (r < 0 || !way)
                        return r;
                r = count_right(query, links, way);
                if (r < 0)
                        return r;
                if ((unsigned) r * 10 < links->n * 9)
                        continue;
                if (i > 0) /* the first is the default */
                        shape->link = STEAL_POINTER(way);
                return 0;
        }
}

int shape_choose_link(const Survey *survey, const Slots *slots, const Slot *headline,
                      Shape *shape) {
        unsigned items = 0, good = 0;
        Links links = {};
        Query query = {};
        int r;

        for (unsigned i = 0; i < slots->n_items; i++) {
                const Spot *item = slots->items[i], *text = slot_in(survey, headline, item);
                const Spot *link = text ? link_of(survey, item, text) : NULL;

                items += text != NULL;
                if (!link)
                        continue;
                good += leads_somewhere(link);
                links.items[links.n] = item;
                links.links[links.n++] = link;
        }
        if (good * 5 < items) {
                shape->link = strdup("");
                return shape->link ? 0 : -ENOMEM;
        }
        r = query_init(&query, survey->document);
        if (r < 0)
                return r;
        r = try_ways(&query, slots, &links, shape);
        query_done(&query);
        return r;
}
