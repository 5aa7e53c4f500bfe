/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "suggest/parts.h"
#include "suggest/memory.h"

#define ELEMENTS_SEEN 120U /* of an entry */

/* The class that says most about an element: one that names a part of an entry, or else the first
 * that looks stable. */
static const char *best_class(const Element *element) {
        const char *best = NULL;

        FOREACH_CLASS(class, element) {
                if (words_generated(class))
                        continue;
                if (words_role(class) != ROLE_NONE)
                        return class;
                if (!best && !words_utility(class))
                        best = class;
        }
        return best;
}

static bool is_like(const Element *element, const char *tag, const char *class) {
        return element_is(element, tag) && (!class || element_has_class(element, class));
}

/* How many of its kind with text stand before it in the entry; and is there one without text? */
static unsigned ordinal_of(const Element *item, const Element *element, const char *class,
                           bool *ret_empties) {
        unsigned n = 0;

        *ret_empties = false;
        for (const Element *e = item + 1; e < element; e++)
                if (is_like(e, element->tag, class)) {
                        n += e->weight > 0;
                        *ret_empties |= e->weight == 0;
                }
        return n;
}

static const Part *find(const Parts *parts, const char *tag, const char *class, unsigned ordinal) {
        for (unsigned i = 1; i < parts->n; i++) {
                const Part *part = parts->parts + i;

                if (part->ordinal == ordinal && streq(part->tag, tag) &&
                    streq(strnull(part->class), strnull(class)))
                        return part;
        }
        return NULL;
}

const Part *parts_find(const Parts *parts, const Element *item, const Element *element) {
        const char *class = best_class(element);
        bool ignored;

        if (element == item)
                return parts->parts;
        return find(parts, element->tag, class, ordinal_of(item, element, class, &ignored));
}

/* Is it a link, or inside of one? */
static bool has_link(const Element *item, const Element *element) {
        for (; element != item; element = element->parent)
                if (element_is_link(element))
                        return true;
        return element_is_link(item);
}

static void count_text(Part *part, char *text) {
        part->times += words_time(text);
        part->badges += words_badge(text);
        for (unsigned i = 0; i < part->n; i++)
                if (streq(part->texts[i], text)) {
                        part->repeats++;
                        break;
                }
        part->texts[part->n++] = text;
}

static void add(Parts *parts, const Element *item, const Element *element) {
        const char *class = best_class(element);
        bool empties;
        unsigned ordinal = ordinal_of(item, element, class, &empties);
        Part *part = element == item && parts->n > 0
                             ? parts->parts
                             : (Part *) find(parts, element->tag, class, ordinal);

        if (!part && parts->n == PARTS_MAX)
                return;
        if (!part) {
                part = parts->parts + parts->n++;
                *part = (Part){
                        .tag = element->tag,
                        .class = class,
                        .ordinal = ordinal,
                        .first = element,
                        .role = class ? words_role(class) : ROLE_NONE,
                };
                for (const Element *e = element; e != item; e = e->parent)
                        part->depth++;
        }
        part->weight += element->weight;
        part->links += has_link(item, element);
        part->empties |= empties;
        count_text(part, element_text(element, TEXT_MAX));
}

void parts_make(const Candidate *candidate, Parts *ret) {
        static const Element *items[ITEMS_MAX];
        unsigned n = candidate_items(candidate, items, ITEMS_MAX);
        unsigned step = MAX(n / ENTRIES_SEEN, 1U);

        *ret = (Parts){};
        for (unsigned i = 0; i < n && ret->n_items < ENTRIES_SEEN; i += step) {
                const Element *item = items[i];

                ret->items[ret->n_items++] = item;
                ret->weight += item->weight;
                for (const Element *element = item;
                     element < item->end && element < item + ELEMENTS_SEEN; element++)
                        if (element->weight > 0)
                                add(ret, item, element);
        }
}

void parts_done(Parts *parts) {
        for (unsigned i = 0; i < parts->n; i++)
                for (unsigned k = 0; k < parts->parts[i].n; k++)
                        free(parts->parts[i].texts[k]);
        parts->n = 0;
}

bool part_is_time(const Part *part) {
        if (part->depth == 0)
                return false;
        return part->times * 10 >= part->n * 6;
}

bool part_is_badge(const Part *part, const Parts *parts) {
        if (part->depth == 0 || part_is_time(part))
                return false;
        if (part->badges * 10 >= part->n * 6)
                return true;
        if (part->role == ROLE_BADGE && part->weight <= part->n * 30)
                return true;
        if (parts->n_items < 3 || part->n < 3)
                return false;
        /* a few words that come again and again: categories */
        return part->repeats * 2 >= part->n && part->weight <= part->n * 16;
}

const Element *part_in(const Part *part, const Element *item) {
        unsigned ordinal = 0;

        if (part->depth == 0)
                return item;
        for (const Element *element = item + 1; element < item->end; element++)
                if (element->weight > 0 && is_like(element, part->tag, part->class) &&
                    ordinal++ == part->ordinal)
                        return element;
        return NULL;
}

char *part_selector(const Part *part) {
        const char *text = part->empties ? "[normalize-space()]" : "";
        _cleanup_free_ char *step = NULL;

        if (part->depth == 0)
                return xstrdup(".");
        step = part->class ? xasprintf("%s[has-class('%s')]", part->tag, part->class)
                           : xstrdup(part->tag);
        if (part->ordinal > 0)
                return xasprintf("(.//%s%s)[%u]", step, text, part->ordinal + 1);
        return xasprintf("%s%s%s", part->depth == 1 && !part->class ? "./" : ".//", step, text);
}
