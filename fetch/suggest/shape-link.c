/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Which link of an entry is its own: the one that the headline is in, or else the longest in it. A
 * category's, a picture's or an author's may come before it.
 */

#include "fetch/suggest/shape.h"

static const Spot *first_link(const Survey *survey, const Spot *item) {
        for (const Spot *spot = item; spot < survey->spots + item->end; spot++)
                if (spot_is(spot, "a") && xmlHasProp(spot->node, (const xmlChar *) "href"))
                        return spot;
        return NULL;
}

static bool leads_somewhere(const Spot *link) {
        _cleanup_free_ char *href = spot_attribute(link, "href");

        return href && *href && *href != '#' && strncasecmp(href, "javascript:", 11) != 0;
}

/* The link that the headline is in, or the one of most text in it: a category's is short. */
static const Spot *link_of(const Survey *survey, const Spot *item, const Spot *headline) {
        const Spot *best = NULL;

        for (const Spot *spot = headline;; spot = spot_parent(survey, spot)) {
                if (spot_is(spot, "a") && spot->links > 0)
                        return spot;
                if (spot == item || spot_is_root(survey, spot))
                        break;
        }
        for (const Spot *spot = headline; spot < survey->spots + headline->end; spot++)
                if (spot_is(spot, "a") && spot->links > 0 && (!best || spot->weight > best->weight))
                        best = spot;
        return best;
}

typedef struct Links {
        unsigned items;     /* with a headline */
        unsigned any, good; /* with links; with one that leads somewhere */
        unsigned self;      /* the entry is the link */
        unsigned first;     /* the right one is the first inside */
        unsigned above;     /* the headline is in it, or is it */
        unsigned below;     /* it is in the headline */
        unsigned other;     /* it is elsewhere */
} Links;

static void count_links(const Survey *survey, const Slots *slots, const Slot *slot, Links *l) {
        for (unsigned i = 0; i < slots->n_items; i++) {
                const Spot *item = slots->items[i], *headline = slot_in(survey, slot, item);
                const Spot *link, *first;

                if (!headline)
                        continue;
                l->items++;
                first = first_link(survey, item);
                link = link_of(survey, item, headline);
                l->other += !link && first;
                if (!link)
                        link = first;
                if (!link)
                        continue;
                l->any++;
                l->good += leads_somewhere(link);
                l->self += link == item;
                l->first += link == first;
                l->above += spot_contains(survey, link, headline);
                l->below += link != headline && link == first_link(survey, headline);
        }
}

/* The slot that is the link of most entries. */
static const Slot *link_slot(const Survey *survey, const Slots *slots, const Slot *headline) {
        for (unsigned i = 1; i < slots->n; i++) {
                const Slot *slot = slots->slots + i;
                unsigned right = 0, links = 0;

                if (!streq(slot->tag, "a"))
                        continue;
                for (unsigned k = 0; k < slots->n_items; k++) {
                        const Spot *item = slots->items[k];
                        const Spot *spot = slot_in(survey, headline, item), *link;

                        link = spot ? link_of(survey, item, spot) : NULL;
                        links += link != NULL;
                        right += link && slot_in(survey, slot, item) == link;
                }
                if (links > 0 && right * 10 >= links * 9)
                        return slot;
        }
        return NULL;
}

int shape_choose_link(const Survey *survey, const Slots *slots, const Slot *headline,
                      Shape *shape) {
        const char *where = shape->headline ? shape->headline : ".";
        Links links = {};
        int n = 0;

        count_links(survey, slots, headline, &links);
        if (links.good * 5 < links.items) {
                shape->unlinked = true;
                shape->link = strdup("");
                return shape->link ? 0 : -ENOMEM;
        }
        if (links.self * 10 >= links.any * 9)
                n = asprintf(&shape->link, "./@href");
        else if (links.first == links.any && links.other < links.any)
                return 0;
        else if (links.above * 10 >= links.any * 9)
                n = asprintf(&shape->link, "%s/%s@href", where,
                             streq(headline->tag, "a") ? "" : "ancestor::a[1]/");
        else if (links.below * 10 >= links.any * 5)
                n = asprintf(&shape->link, "%s//a/@href", streq(where, ".") ? "." : where);
        else {
                const Slot *slot = link_slot(survey, slots, headline);
                _cleanup_free_ char *selector = slot ? slot_selector(slot) : NULL;

                n = selector ? asprintf(&shape->link, "%s/@href", selector) : 0;
        }
        if (n < 0)
                shape->link = NULL;
        return n < 0 ? -ENOMEM : 0;
}
