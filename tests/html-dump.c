/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The trees that html_parse() makes, for test_html.py. Reads pages from stdin, each after a line
 * "SIZE WHAT": WHAT is "tree" (in the notation of html5lib's tests), "scripted" (the same, as with
 * scripts), or "texts" (those of all li, tr, a and p, a line each). Behind each answer comes a NUL.
 */

#include <libxml/xpath.h>

#include "common/buffer.h"
#include "fetch/content.h"
#include "fetch/html.h"

static const char *space_of(const xmlNs *ns) {
        if (!ns)
                return "";
        if (strstr((const char *) ns->href, "svg"))
                return "svg ";
        if (strstr((const char *) ns->href, "MathML"))
                return "math ";
        if (strstr((const char *) ns->href, "xlink"))
                return "xlink ";
        return strstr((const char *) ns->href, "XML") ? "xml " : "xmlns ";
}

static int compare(const void *a, const void *b) {
        return strcmp(*(char *const *) a, *(char *const *) b);
}

/* Sorted, as html5lib has them. */
static void print_attributes(const xmlNode *node, int depth) {
        char *lines[1024];
        size_t n = 0;

        for (const xmlAttr *a = node->properties; a && n < ELEMENTSOF(lines); a = a->next) {
                const char *value = a->children ? (const char *) a->children->content : "";

                if (asprintf(lines + n, "%s%s=\"%s\"", space_of(a->ns), (const char *) a->name,
                             value) >= 0)
                        n++;
        }
        qsort(lines, n, sizeof(*lines), compare);
        for (size_t i = 0; i < n; i++) {
                (void) printf("| %*s%s\n", 2 * depth, "", lines[i]);
                free(lines[i]);
        }
}

static void print_node(const xmlNode *node, int depth) {
        const xmlDtd *dtd = (const xmlDtd *) node;

        (void) printf("| %*s", 2 * depth, "");
        switch (node->type) {
        case XML_DTD_NODE:
                (void) printf("<!DOCTYPE %s", dtd->name ? (const char *) dtd->name : "");
                if (dtd->ExternalID || dtd->SystemID)
                        (void) printf(" \"%s\" \"%s\"",
                                      dtd->ExternalID ? (const char *) dtd->ExternalID : "",
                                      dtd->SystemID ? (const char *) dtd->SystemID : "");
                (void) puts(">");
                break;
        case XML_COMMENT_NODE:
                (void) printf("<!-- %s -->\n", (const char *) node->content);
                break;
        case XML_TEXT_NODE:
                (void) printf("\"%s\"\n", (const char *) node->content);
                break;
        default:
                (void) printf("<%s%s>\n", space_of(node->ns), (const char *) node->name);
                print_attributes(node, depth + 1);
                if (!node->ns && strcmp((const char *) node->name, "template") == 0)
                        (void) printf("| %*scontent\n", 2 * ++depth, "");
                for (const xmlNode *child = node->children; child; child = child->next)
                        print_node(child, depth + 1);
        }
}

static void print_texts(xmlDoc *document) {
        static const char *const paths[] = { "//li", "//tr", "//a", "//p" };
        xmlXPathContext *context = xmlXPathNewContext(document);

        for (size_t i = 0; i < ELEMENTSOF(paths); i++) {
                xmlXPathObject *object = xmlXPathEval((const xmlChar *) paths[i], context);

                for (int k = 0; object->nodesetval && k < object->nodesetval->nodeNr; k++) {
                        const xmlNode *node = object->nodesetval->nodeTab[k];
                        _cleanup_buffer_ Buffer text = BUFFER(1 << 20);

                        (void) content_text(node, false, &text);
                        (void) printf("%s: %s\n", paths[i] + 2, strnull(text.data));
                }
                xmlXPathFreeObject(object);
        }
        xmlXPathFreeContext(context);
}

static int answer(const char *page, size_t size, const char *what) {
        const char *why = "";
        xmlDoc *document;
        int r;

        r = html_parse(page, size, strcmp(what, "scripted") == 0, &document, &why);
        if (r < 0)
                (void) printf("%s\n", why);
        else {
                if (strcmp(what, "texts") == 0)
                        print_texts(document);
                else
                        for (const xmlNode *node = document->children; node; node = node->next)
                                print_node(node, 0);
                xmlFreeDoc(document);
        }
        (void) putchar('\0');
        return r == -ENOMEM ? r : 0;
}

int main(void) {
        char what[16];
        size_t size;

        while (scanf("%zu %15s", &size, what) == 2 && getchar() == '\n') {
                _cleanup_free_ char *page = malloc(size + 1);

                if (!page || fread(page, 1, size, stdin) != size || answer(page, size, what) < 0)
                        return EXIT_FAILURE;
        }
        return EXIT_SUCCESS;
}
