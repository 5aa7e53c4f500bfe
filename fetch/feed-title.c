/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <strings.h>

#include "common/text.h"
#include "common/utf8.h"
#include "fetch/content.h"
#include "fetch/feed-title.h"
#include "fetch/fragment.h"

static const char *name_of(const xmlNode *node) {
        const char *name = (const char *) node->name, *colon = strchr(name, ':');

        return colon ? colon + 1 : name;
}

Vocabulary vocabulary_of(const xmlNode *node) {
        static const struct {
                const char *part, *prefix; /* part: of the namespace */
                Vocabulary vocabulary;
        } known[] = {
                { "www.w3.org/2005/atom", "atom", VOCABULARY_ATOM },
                { "purl.org/atom/ns", "atom03", VOCABULARY_ATOM_03 },
                { "purl.org/atom", "atom10", VOCABULARY_ATOM },
                { "purl.org/dc/", "dc", VOCABULARY_DC },
                { "search.yahoo.com/mrss", "media", VOCABULARY_MEDIA },
                { "www.w3.org/1999/xhtml", "xhtml", VOCABULARY_XHTML },
                { "backend.userland.com", "rss", VOCABULARY_RSS },
                { "blogs.law.harvard.edu/tech/rss", "rss2", VOCABULARY_RSS },
                { "purl.org/rss/1.0/modules", "", VOCABULARY_OTHER },
                { "purl.org/rss/1.0", "rss1", VOCABULARY_RSS },
                { "purl.org/net/rss1.1", "rss11", VOCABULARY_RSS },
                { "netscape.com", "rss09", VOCABULARY_RSS },
        };
        const char *name = (const char *) node->name, *colon = strchr(name, ':');

        for (size_t i = 0; i < ELEMENTSOF(known); i++)
                if (node->ns ? strcasestr((const char *) node->ns->href, known[i].part) != NULL
                             : colon && (size_t) (colon - name) == strlen(known[i].prefix) &&
                                       strncmp(name, known[i].prefix, strlen(known[i].prefix)) == 0)
                        return known[i].vocabulary;
        return colon || (node->ns && node->ns->prefix) ? VOCABULARY_OTHER : VOCABULARY_RSS;
}

bool feed_is(const xmlNode *node, const char *name) {
        return node->type == XML_ELEMENT_NODE && strcasecmp(name_of(node), name) == 0;
}

xmlChar *feed_attribute(const xmlNode *node, const char *name) {
        for (const xmlAttr *a = node->properties; a; a = a->next)
                if (!a->ns && strcasecmp((const char *) a->name, name) == 0)
                        return xmlNodeGetContent((const xmlNode *) a);
        return NULL;
}

static bool has_elements(const xmlNode *node) {
        for (const xmlNode *child = node->children; child; child = child->next)
                if (child->type == XML_ELEMENT_NODE)
                        return true;
        return false;
}

/* In place; false: it is no base64 of a text, and is left alone. */
static bool decode_base64(char *s) {
        static const char digits[] =
                "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
        _cleanup_free_ char *text = malloc(strlen(s) + 1);
        uint32_t bits = 0;
        size_t n = 0;
        char *to = text;

        for (const char *p = s; text && *p; p++) {
                const char *digit = strchr(digits, *p);

                if (!digit && !strchr(" \t\r\n=", *p))
                        return false;
                if (!digit)
                        continue;
                bits = bits << 6 | (uint32_t) (digit - digits);
                if (++n % 4 != 1)
                        *to++ = (char) (bits >> (6 - 2 * ((n - 1) % 4)));
        }
        if (n == 0 || !utf8_valid(text, (size_t) (to - text)))
                return false;
        *to = '\0';
        strcpy(s, text);
        return true;
}

/* What RFC 4287 has in base64: all that is neither text nor XML. */
static bool is_binary(const char *type) {
        return strchr(type, '/') && strncasecmp(type, "text/", 5) != 0 &&
               !strcasestr(type, "xml") && !strcasestr(type, "html");
}

/* The elements of a title that has some, as XHTML or by mistake. */
static int text_of_elements(const xmlNode *node, char **ret) {
        _cleanup_buffer_ Buffer b = BUFFER(CONTENT_MAX);
        const xmlNode *child = node->children;
        xmlChar *text;
        int r;

        while (child->type != XML_ELEMENT_NODE)
                child = child->next;
        if (vocabulary_of(child) == VOCABULARY_XHTML) {
                r = content_text(node, false, &b);
                return r < 0 ? r : text_clean(strnull(b.data), b.size, CONTENT_MAX, ret);
        }
        text = xmlNodeGetContent(node);
        r = text ? text_clean((char *) text, strlen((char *) text), CONTENT_MAX, ret) : -ENOMEM;
        xmlFree(text);
        return r;
}

/* A construct of Atom: text, html, xhtml, or a type of MIME. */
static int text_construct(const xmlNode *node, char *text, bool old, char **ret) {
        xmlChar *type = feed_attribute(node, "type"), *mode = feed_attribute(node, "mode");
        const char *t = type ? (const char *) type : "", *m = mode ? (const char *) mode : "";
        bool html = strcasestr(t, "html") != NULL, decoded = false;
        int r;

        if (old ? strcasecmp(m, "base64") == 0 : is_binary(t))
                decoded = decode_base64(text);
        if (strcasestr(t, "xhtml") && strcasecmp(m, "escaped") != 0)
                html = false;
        if (!html && decoded && is_binary(t))
                r = fragment_text(text, ret); /* of a type that says nothing */
        else if (!html)
                r = text_clean(text, strlen(text), CONTENT_MAX, ret);
        else if (old && !*m)
                r = fragment_text(text, ret); /* inline by the letter, escaped in the wild */
        else
                r = fragment_html(text, ret);
        xmlFree(type);
        xmlFree(mode);
        return r;
}

/* "<![CDATA[...]]>" within CDATA: someone escaped twice. */
static char *strip_cdata(char *s) {
        static const char open[] = "<![CDATA[", close[] = "]]>";
        size_t n;

        s += strspn(s, " \t\r\n");
        n = strlen(s);
        while (n > 0 && strchr(" \t\r\n", s[n - 1]))
                n--;
        if (n < strlen(open) + strlen(close) || strncmp(s, open, strlen(open)) != 0 ||
            strncmp(s + n - strlen(close), close, strlen(close)) != 0)
                return s;
        s[n - strlen(close)] = '\0';
        return s + strlen(open);
}

int feed_decode(const xmlNode *node, char *text, char **ret) {
        Vocabulary vocabulary = vocabulary_of(node);

        if (has_elements(node))
                return text_clean(text, strlen(text), CONTENT_MAX, ret);
        if (vocabulary == VOCABULARY_ATOM || vocabulary == VOCABULARY_ATOM_03)
                return text_construct(node, text, vocabulary == VOCABULARY_ATOM_03, ret);
        return fragment_text(strip_cdata(text), ret);
}

int feed_title(const xmlNode *node, char **ret) {
        xmlChar *text;
        int r;

        if (has_elements(node))
                return text_of_elements(node, ret);
        text = xmlNodeGetContent(node);
        if (!text)
                return -ENOMEM;
        r = feed_decode(node, (char *) text, ret);
        xmlFree(text);
        return r;
}
