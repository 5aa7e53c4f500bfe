/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "suggest/fields.h"
#include "suggest/memory.h"
#include "suggest/parts.h"

void fields_done(Fields *fields) {
        free(fields->headline);
        free(fields->link);
        free(fields->published);
        free(fields->where);
        for (unsigned i = 0; i < fields->n_drops; i++)
                free(fields->drops[i]);
        strike_list_done(&fields->strikes);
        *fields = (Fields){};
}

/* Points for the part as the headline; negative: it cannot be the headline. */
static int judge_part(const Parts *parts, const Part *part) {
        unsigned n = parts->n_items, cover, average = part->weight / part->n;
        int points = 20;

        if (part_is_time(part) || part_is_badge(part, parts) || average < 8)
                return -1;
        cover = part->weight * 100 / MAX(parts->weight, 1U) * n / part->n;
        if (strlen(part->tag) == 2 && part->tag[0] == 'h' && strchr("123456", part->tag[1]))
                points += 6;
        if (part->role == ROLE_TITLE && part->depth > 0)
                points += 5;
        if (part->links * 10 >= part->n * 7)
                points += 3;
        points += cover >= 85 ? 4 : cover >= 50 ? 2 : cover >= 25 ? 0 : -4;
        points -= (int) ((n - part->n) * 16 / n);
        return points;
}

/* Has the part a time inside? */
static bool has_time(const Parts *parts, const Part *part) {
        for (unsigned i = 0; i < parts->n; i++) {
                const Part *inner = parts->parts + i;

                if (inner != part && element_contains(part->first, inner->first) &&
                    part_is_time(inner))
                        return true;
        }
        return false;
}

static const Part *choose_headline(const Parts *parts) {
        const Part *best = NULL;
        int best_points = 0;

        for (unsigned i = 0; i < parts->n; i++) {
                const Part *part = parts->parts + i;
                int points = judge_part(parts, part) - (has_time(parts, part) ? 2 : 0);

                if (points > best_points) {
                        best = part;
                        best_points = points;
                }
        }
        return best;
}

static void choose_published(const Parts *parts, Fields *fields) {
        const Part *best = NULL;
        _cleanup_free_ char *selector = NULL;

        for (unsigned i = 1; i < parts->n; i++) {
                const Part *part = parts->parts + i;

                if (!part_is_time(part) ||
                    strspn(part->texts[0], "0123456789. ") == strlen(part->texts[0]))
                        continue; /* a number alone is a rank or a count */
                best = part;
                break;
        }
        if (!best)
                return;
        selector = part_selector(best);
        fields->published = xasprintf(
                "%s%s", selector,
                xmlHasProp(best->first->node, (const xmlChar *) "datetime") ? "/@datetime" : "");
}

static void add_drop(Fields *fields, const Part *part) {
        Part all = *part;
        _cleanup_free_ char *selector = NULL;

        all.ordinal = part->class ? 0 : part->ordinal;
        all.empties = false;
        all.depth = 2; /* wherever it stands */
        selector = part_selector(&all);
        for (unsigned i = 0; i < fields->n_drops; i++)
                if (streq(fields->drops[i], selector))
                        return;
        if (fields->n_drops < DROPS_MAX)
                fields->drops[fields->n_drops++] = STEAL_POINTER(selector);
}

static void put_runs(Buffer *b, const TextRun *run, const TextRun *end) {
        for (; run < end; run++)
                buffer_printf(b, "%s ", run->text);
}

/* The part that the element is, if it does not belong to the headline: a time, a label, a button.
 * Else NULL. */
static const Part *find_dropped(const Parts *parts, const Element *item, const Element *element) {
        static const Part button = { .tag = "button", .depth = 1 };
        const Part *part;

        if (element_is(element, "button"))
                return &button; /* which may have no text but a cross */
        part = element->weight > 0 ? parts_find(parts, item, element) : NULL;
        return part && (part_is_time(part) || part_is_badge(part, parts)) ? part : NULL;
}

/* The text of a headline without the elements that are to be dropped. These are added to the
 * fields. */
static char *read_headline(const Parts *parts, const Element *item, const Element *headline,
                           Fields *fields) {
        _cleanup_buffer_ Buffer b = BUFFER(TEXT_MAX * 4);
        const TextRun *run = headline->runs;

        for (const Element *element = headline + 1; element < headline->end;) {
                const Part *dropped = find_dropped(parts, item, element);

                if (!dropped) {
                        element++;
                        continue;
                }
                add_drop(fields, dropped);
                put_runs(&b, run, element->runs);
                run = element->runs_end;
                element = element->end;
        }
        put_runs(&b, run, headline->runs_end);
        (void) memory_result(buffer_error(&b));
        return xtext_clean(strnull(b.data), b.size, TEXT_MAX);
}

static void clean_headlines(const Parts *parts, const Part *headline, Fields *fields) {
        char *texts[ENTRIES_SEEN];
        unsigned n = 0;

        for (unsigned i = 0; i < parts->n_items; i++) {
                const Element *element = part_in(headline, parts->items[i]);

                if (element)
                        texts[n++] = read_headline(parts, parts->items[i], element, fields);
        }
        strike_list_find(&fields->strikes, texts, n);
        while (n > 0)
                free(texts[--n]);
}

/*
 * Among the entries there may be something else: a link to all, a label, an advertisement. It is
 * told from them by a part that all the others have; if it lacks the part of the headline, that is
 * enough. A text that is only a label is struck out as a whole, and what is empty is no entry.
 */
static void choose_where(const Parts *parts, const Part *headline, Fields *fields) {
        const Element *odd[8];
        unsigned n_odd = 0;

        for (unsigned i = 0; i < parts->n_items; i++) {
                const Element *element = part_in(headline, parts->items[i]);

                if (element && element->weight * parts->n_items * 3 < headline->weight &&
                    element->weight < 20 && n_odd < ELEMENTSOF(odd))
                        odd[n_odd++] = parts->items[i];
        }
        if (n_odd == 0 || n_odd * 4 > parts->n_items)
                return;
        for (unsigned i = 1; i < parts->n; i++) {
                const Part *part = parts->parts + i;
                bool tells = part->n == parts->n_items - n_odd && part->ordinal == 0;

                for (unsigned k = 0; k < n_odd && tells; k++)
                        tells = !part_in(part, odd[k]);
                if (tells) {
                        _cleanup_free_ char *selector = part_selector(part);

                        fields->where = xasprintf("[%s]", selector);
                        return;
                }
        }
        for (unsigned i = 0; i < n_odd; i++) {
                _cleanup_free_ char *text = element_text(odd[i], 100);

                if (words_label(text).score > 0 || words_badge(text))
                        strike_list_add_whole(&fields->strikes, text);
                else
                        fields->doubt = "a short text stands among the entries; is it one?";
        }
}

/* The link with the most text inside an element, the first if there are several; NULL: there is
 * none. */
static const Element *longest_link(const Element *outer) {
        const Element *best = NULL;

        for (const Element *element = outer; element < outer->end; element++)
                if (element_is_link(element) && (!best || element->weight > best->weight))
                        best = element;
        return best;
}

/* The link of an entry: the one around the headline, or else the longest. The link of a category, a
 * picture or an author may stand before it. */
static const Element *link_of(const Element *item, const Element *headline) {
        const Element *element = headline;

        while (element != item && !element_is_link(element))
                element = element->parent;
        if (element_is_link(element))
                return element;
        return longest_link(item);
}

typedef struct Links {
        const Element *items[ENTRIES_SEEN], *links[ENTRIES_SEEN]; /* of those that have one */
        unsigned n;
} Links;

/* Does the expression find the link of nearly all entries? */
static bool finds_links(Query *query, const Links *links, const char *expression) {
        unsigned right = 0;

        for (unsigned i = 0; i < links->n; i++) {
                _cleanup_(object_freep) xmlXPathObject *object =
                        outline_query(query, expression, links->items[i]->node);

                right += object && nodes_count(object) > 0 &&
                         nodes_get(object, 0)->parent == links->links[i]->node;
        }
        return right * 10 >= links->n * 9;
}

/* The ways to name a link, the plainest first; to be freed, NULL: there are no more. */
static char *link_way(const Parts *parts, const char *headline, unsigned i) {
        _cleanup_free_ char *selector = NULL;

        switch (i) {
        case 0:
                return xstrdup(".//a/@href");
        case 1:
                return xasprintf("%s/@href", headline);
        case 2:
                return xasprintf("%s/ancestor::a[1]/@href", headline);
        }
        if (i - 3 >= parts->n)
                return NULL;
        selector = part_selector(parts->parts + i - 3);
        return xasprintf("%s/@href", selector);
}

static void choose_link(const Outline *outline, const Parts *parts, const Part *headline,
                        Fields *fields) {
        unsigned items = 0;
        bool found = false;
        Links links = {};
        Query query = {};

        for (unsigned i = 0; i < parts->n_items; i++) {
                const Element *item = parts->items[i], *text = part_in(headline, item);
                const Element *link = text ? link_of(item, text) : NULL;

                items += text != NULL;
                if (!link)
                        continue;
                links.items[links.n] = item;
                links.links[links.n++] = link;
        }
        if (links.n * 5 < items) {
                fields->link = xstrdup("");
                return;
        }
        (void) memory_result(query_init(&query, outline->document));
        for (unsigned i = 0; !found; i++) {
                char *way = link_way(parts, fields->headline ? fields->headline : ".", i);

                if (!way)
                        break;
                found = finds_links(&query, &links, way);
                if (found && i > 0) /* the first is the default */
                        fields->link = way;
                else
                        free(way);
        }
        query_done(&query);
}

int fields_find(const Outline *outline, const Candidate *candidate, Fields *ret) {
        static Parts parts;
        const Part *headline;
        Fields fields = {};

        parts_make(candidate, &parts);
        headline = choose_headline(&parts);
        if (headline) {
                if (headline->depth > 0)
                        fields.headline = part_selector(headline);
                choose_link(outline, &parts, headline, &fields);
                choose_published(&parts, &fields);
                clean_headlines(&parts, headline, &fields);
                choose_where(&parts, headline, &fields);
                *ret = fields;
        }
        parts_done(&parts);
        return headline ? 0 : -ENODATA;
}
