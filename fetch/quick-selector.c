/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <ctype.h>
#include <libxml/xpathInternals.h>

#include "fetch/quick-selector.h"

static bool take(const char **s, const char *text) {
        size_t n = strlen(text);

        if (strncmp(*s, text, n) != 0)
                return false;
        *s += n;
        *s += strspn(*s, " \t");
        return true;
}

static char *take_name(const char **s) {
        const char *begin = *s;

        while (isalnum((unsigned char) **s) || (*s > begin && (**s == '-' || **s == '_')))
                ++*s;
        return strndup(begin, (size_t) (*s - begin));
}

/* In its quotes. NULL: there is none, or no memory. */
static char *take_literal(const char **s) {
        char quote = **s;
        const char *begin = *s + 1, *end;
        char *text;

        if (quote != '\'' && quote != '"')
                return NULL;
        end = strchr(begin, quote);
        if (!end)
                return NULL;
        text = strndup(begin, (size_t) (end - begin));
        *s = end;
        (void) take(s, (char[]){ quote, '\0' });
        return text;
}

/* False: it is not such an expression, or there is no memory. */
static bool parse(const char *s, QuickSelector *quick) {
        s += strspn(s, " \t");
        if (!take(&s, "//"))
                return false;
        if (!take(&s, "*")) {
                quick->element = take_name(&s);
                if (isempty(quick->element))
                        return false;
                (void) take(&s, "");
        }
        if (!take(&s, "["))
                return false;
        quick->word = take(&s, "has-class");
        if (quick->word) {
                if (!take(&s, "("))
                        return false;
                quick->attribute = strdup("class");
        } else {
                if (!take(&s, "@"))
                        return false;
                quick->attribute = take_name(&s);
                if (isempty(quick->attribute) || !take(&s, "") || !take(&s, "="))
                        return false;
        }
        quick->value = take_literal(&s);
        return quick->value && (!quick->word || (*quick->value && take(&s, ")"))) &&
               take(&s, "]") && !*s;
}

void quick_compile(const char *expression, QuickSelector *ret) {
        QuickSelector quick = {};

        if (!parse(expression, &quick))
                quick_done(&quick);
        *ret = quick;
}

void quick_done(QuickSelector *quick) {
        free(quick->element);
        free(quick->attribute);
        free(quick->value);
        *quick = (QuickSelector){};
}

bool quick_has_word(const char *s, const char *word) {
        const char *const white = " \t\n\f\r";
        size_t n = strlen(word);

        for (s += strspn(s, white); *s; s += strspn(s, white)) {
                size_t length = strcspn(s, white);

                if (length == n && memcmp(s, word, n) == 0)
                        return true;
                s += length;
        }
        return false;
}

/* In HTML the names are in the document's dictionary, and equal only if they are the
 * same; a value is one text, or none. */
static bool matches(const QuickSelector *quick, const xmlNode *node, const xmlChar *element,
                    const xmlChar *name) {
        if (quick->element && (node->name != element || node->ns))
                return false;
        for (const xmlAttr *attribute = node->properties; attribute; attribute = attribute->next) {
                const char *value;

                if (attribute->name != name || attribute->ns)
                        continue;
                value = attribute->children ? (const char *) attribute->children->content : "";
                return quick->word ? quick_has_word(value, quick->value)
                                   : streq(value, quick->value);
        }
        return false;
}

/* The next element in the order of the page. */
static xmlNode *next_element(xmlNode *node) {
        do {
                if (node->type == XML_ELEMENT_NODE && node->children)
                        node = node->children;
                else {
                        while (node && !node->next)
                                node = node->parent;
                        node = node ? node->next : NULL;
                }
        } while (node && node->type != XML_ELEMENT_NODE);
        return node;
}

xmlXPathObject *quick_run(const QuickSelector *quick, const xmlDoc *document) {
        xmlDict *names = document->dict;
        const xmlChar *element = NULL, *name;
        xmlXPathObject *found = xmlXPathNewNodeSet(NULL);

        if (!found)
                return NULL;
        /* What was never looked up stands nowhere on the page. */
        name = xmlDictExists(names, (const xmlChar *) quick->attribute, -1);
        if (quick->element)
                element = xmlDictExists(names, (const xmlChar *) quick->element, -1);
        if (!name || (quick->element && !element))
                return found;
        for (xmlNode *node = xmlDocGetRootElement(document); node; node = next_element(node))
                if (matches(quick, node, element, name) &&
                    xmlXPathNodeSetAddUnique(found->nodesetval, node) < 0) {
                        xmlXPathFreeObject(found);
                        return NULL;
                }
        return found;
}
