/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <ctype.h>

#include "fetch/content.h"
#include "suggest/memory.h"
#include "suggest/outline.h"

#define WHITE " \t\n\f\r"
#define NAME_LENGTH_MAX 200U
#define STEPS_OF_ONE 10000000UL /* a good expression takes far fewer */
#define CLASSES_MAX 64U         /* of an element */

/* Elements that have no entries, or whose text does not count. */
static bool is_skipped(const xmlNode *node) {
        static const char *const names[] = {
                "head",   "script", "style",    "template", "noscript", "svg",    "select",
                "iframe", "object", "textarea", "audio",    "video",    "canvas", "datalist",
        };

        for (size_t i = 0; i < ELEMENTSOF(names); i++)
                if (streq((const char *) node->name, names[i]))
                        return true;
        return false;
}

static bool is_text(const xmlNode *node) {
        return node->type == XML_TEXT_NODE || node->type == XML_CDATA_SECTION_NODE;
}

/* The depth of the tree is limited, and so is the recursion. */
static void count(const xmlNode *node, size_t *elements, size_t *runs) {
        ++*elements;
        for (const xmlNode *child = node->children; child; child = child->next)
                if (is_text(child))
                        ++*runs;
                else if (child->type == XML_ELEMENT_NODE && !is_skipped(child))
                        count(child, elements, runs);
}

bool name_is_plain(const char *name) {
        size_t n = strlen(name);

        return n > 0 && n <= NAME_LENGTH_MAX && !strpbrk(name, "'\"\\") && words_clean(name);
}

/* The plain classes of an element, each with its NUL, and one more NUL at the end. */
static char *make_classes(const xmlNode *node) {
        _cleanup_free_ char *value =
                (char *) xmlGetNoNsProp((xmlNode *) node, (const xmlChar *) "class");
        char *classes = xcalloc((value ? strlen(value) : 0) + 2, 1), *to = classes, *saved = NULL;
        unsigned n = 0;

        for (char *name = value ? strtok_r(value, WHITE, &saved) : NULL; name && n < CLASSES_MAX;
             name = strtok_r(NULL, WHITE, &saved), n++)
                if (name_is_plain(name))
                        to = stpcpy(to, name) + 1;
        return classes;
}

/* The name of the element for a selector; "*" if the name may not stand there. */
static const char *make_tag(const xmlNode *node) {
        const char *tag = (const char *) node->name;

        for (const char *p = tag; *p; p++)
                if (!isalpha((unsigned char) *p) &&
                    (p == tag || (!isdigit((unsigned char) *p) && !strchr("-_", *p))))
                        return "*";
        return tag;
}

static void add_run(Outline *outline, const char *text, Element *owner) {
        unsigned weight = words_weight(text, strlen(text));

        if (weight == 0)
                return;
        *(TextRun *) outline->runs_end++ = (TextRun){ text, owner, weight };
        owner->weight += weight;
}

static const Element *add_element(Outline *outline, xmlNode *node, const Element *parent) {
        Element *element = (Element *) outline->end++;

        *element = (Element){
                .node = node,
                .tag = make_tag(node),
                .classes = make_classes(node),
                .parent = parent,
                .runs = outline->runs_end,
                .links = streq((const char *) node->name, "a") &&
                         xmlHasProp(node, (const xmlChar *) "href"),
        };
        node->_private = element;
        for (xmlNode *child = node->children; child; child = child->next)
                if (is_text(child))
                        add_run(outline, (const char *) child->content, element);
                else if (child->type == XML_ELEMENT_NODE && !is_skipped(child)) {
                        const Element *inner = add_element(outline, child, element);

                        element->weight += inner->weight;
                        element->links += inner->links;
                }
        element->end = outline->end;
        element->runs_end = outline->runs_end;
        return element;
}

int outline_make(xmlDoc *document, Outline *ret) {
        xmlNode *root = xmlDocGetRootElement(document);
        size_t elements = 0, runs = 0;

        if (!root || is_skipped(root))
                return -ENODATA;
        count(root, &elements, &runs);
        *ret = (Outline){
                .document = document,
                .elements = xcalloc(elements, sizeof(Element)),
                .runs = xcalloc(runs, sizeof(TextRun)),
        };
        ret->end = ret->elements;
        ret->runs_end = ret->runs;
        (void) add_element(ret, root, NULL);
        return 0;
}

void outline_done(Outline *outline) {
        for (Element *element = outline->elements; element < outline->end; element++)
                free(element->classes);
        free(outline->elements);
        free(outline->runs);
        *outline = (Outline){};
}

xmlXPathObject *outline_query(Query *query, const char *expression, xmlNode *node) {
        Value value = { .text = (char *) expression };
        xmlXPathObject *object = NULL;
        Selector selector = {};
        int r;

        query->context->opCount = 0;
        query->context->opLimit = STEPS_OF_ONE;
        r = selector_compile("Strip", &value, &selector);
        if (r >= 0)
                r = query_nodes(query, &selector, node, &object);
        selector_done(&selector);
        return memory_result(r) < 0 ? NULL : object;
}

void outline_find(const Outline *outline, const char *expression, outline_fn fn, void *userdata) {
        _cleanup_(object_freep) xmlXPathObject *found = NULL;
        Query query = {};

        (void) memory_result(query_init(&query, outline->document));
        found = outline_query(&query, expression, (xmlNode *) outline->document);
        query_done(&query);
        for (size_t i = 0; found && i < nodes_count(found); i++) {
                xmlNode *node = nodes_get(found, i);
                _cleanup_free_ char *text = memory_check(xmlNodeGetContent(node));

                fn(node, text, userdata);
        }
}

bool element_has_class(const Element *element, const char *name) {
        FOREACH_CLASS(class, element)
        if (streq(class, name))
                return true;
        return false;
}

bool element_is_one_of_many(const Element *element) {
        unsigned alike = 0;

        if (!element->parent)
                return false;
        FOREACH_CHILD(child, element->parent)
        alike += element_is(child, element->tag) && child->weight * 3 >= element->weight &&
                 child->weight <= element->weight * 3;
        return alike >= 4;
}

char *element_attribute(const Element *element, const char *name) {
        return (char *) xmlGetNoNsProp(element->node, (const xmlChar *) name);
}

char *element_name(const Element *element, const char *attribute) {
        char *value = element_attribute(element, attribute);

        if (value && !name_is_plain(value))
                free(STEAL_POINTER(value));
        return value;
}

char *element_text(const Element *element, size_t max) {
        _cleanup_buffer_ Buffer b = BUFFER(MIN(max * 2, (size_t) CONTENT_MAX));

        (void) memory_result(content_text(element->node, false, &b));
        return xtext_clean(strnull(b.data), b.size, max);
}
