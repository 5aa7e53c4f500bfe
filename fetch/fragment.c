/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <ctype.h>
#include <strings.h>

#include "common/text.h"
#include "fetch/content.h"
#include "fetch/document.h"
#include "fetch/fragment.h"

int fragment_html(const char *s, char **ret) {
        _cleanup_(document_freep) xmlDoc *document = NULL;
        _cleanup_buffer_ Buffer b = BUFFER(CONTENT_MAX);
        const char *why;
        int r;

        r = document_parse(s, strlen(s), FORMAT_HTML, &document, &why);
        if (r == -ENOMEM)
                return r;

        /* What is nested too deep to be read stays as it is written. */
        if (!document)
                return text_clean(s, strlen(s), CONTENT_MAX, ret);
        r = content_text((const xmlNode *) document, false, &b);
        if (r < 0)
                return r;
        return text_clean(strnull(b.data), b.size, CONTENT_MAX, ret);
}

/* Those of the HTML Standard, and the old ones that are still written. */
static bool is_known(const char *name, size_t n) {
        static const char *const names[] = {
                "a",        "abbr",       "acronym", "address",  "area",     "article",
                "aside",    "audio",      "b",       "base",     "bdi",      "bdo",
                "big",      "blockquote", "body",    "br",       "button",   "canvas",
                "caption",  "center",     "cite",    "code",     "col",      "colgroup",
                "data",     "datalist",   "dd",      "del",      "details",  "dfn",
                "dialog",   "div",        "dl",      "dt",       "em",       "embed",
                "fieldset", "figcaption", "figure",  "font",     "footer",   "form",
                "h1",       "h2",         "h3",      "h4",       "h5",       "h6",
                "head",     "header",     "hgroup",  "hr",       "html",     "i",
                "iframe",   "img",        "input",   "ins",      "kbd",      "label",
                "legend",   "li",         "link",    "main",     "map",      "mark",
                "math",     "menu",       "meta",    "meter",    "nav",      "nobr",
                "noscript", "object",     "ol",      "optgroup", "option",   "output",
                "p",        "picture",    "pre",     "progress", "q",        "rp",
                "rt",       "ruby",       "s",       "samp",     "script",   "search",
                "section",  "select",     "slot",    "small",    "source",   "span",
                "strike",   "strong",     "style",   "sub",      "summary",  "sup",
                "svg",      "table",      "tbody",   "td",       "template", "textarea",
                "tfoot",    "th",         "thead",   "time",     "title",    "tr",
                "track",    "tt",         "u",       "ul",       "var",      "video",
                "wbr",
        };

        for (size_t i = 0; i < ELEMENTSOF(names); i++)
                if (strlen(names[i]) == n && strncasecmp(names[i], name, n) == 0)
                        return true;
        return false;
}

/* The length of the tag or the comment that s begins with; 0: none. */
static size_t tag_length(const char *s) {
        const char *name = s + 1 + (s[1] == '/'), *p = name;
        char quote = 0;

        if (strncmp(s, "<!--", 4) == 0) {
                const char *end = strstr(s + 4, "-->");

                return end ? (size_t) (end + 3 - s) : 0;
        }
        while (isalnum((unsigned char) *p))
                p++;
        if (!is_known(name, (size_t) (p - name)) || !*p || !strchr(" \t\r\n/>", *p))
                return 0;
        for (; *p; p++)
                if (quote)
                        quote = *p == quote ? 0 : quote;
                else if (*p == '>')
                        return (size_t) (p + 1 - s);
                else if (*p == '<')
                        return 0;
                else if ((*p == '"' || *p == '\'') && p[-1] == '=')
                        quote = *p;
        return 0;
}

/* "&eacute;", "&#233", and of those that need no semicolon the usual ones; not "R&D" and "&reggae".
 */
static bool is_reference(const char *s) {
        static const char *const bare[] = { "amp", "lt", "gt", "quot", "nbsp", "copy", "reg" };
        size_t n = 0;

        s++;
        if (*s == '#')
                return isdigit((unsigned char) s[1]) ||
                       ((s[1] | 0x20) == 'x' && isxdigit((unsigned char) s[2]));
        while (isalnum((unsigned char) s[n]))
                n++;
        if (n > 0 && s[n] == ';')
                return true;
        for (size_t i = 0; i < ELEMENTSOF(bare); i++)
                if (strlen(bare[i]) == n && strncmp(bare[i], s, n) == 0)
                        return s[n] != '=';
        return false;
}

int fragment_text(const char *s, char **ret) {
        _cleanup_buffer_ Buffer b = BUFFER(SIZE_MAX);
        bool markup = false;

        for (const char *p = s; *p;) {
                size_t n = *p == '<' ? tag_length(p) : *p == '&' ? is_reference(p) : 1;

                if (n == 0)
                        buffer_puts(&b, *p == '<' ? "&lt;" : "&amp;");
                else
                        buffer_append(&b, p, n);
                markup |= n > 0 && (*p == '<' || *p == '&');
                p += MAX(n, (size_t) 1);
        }
        if (!markup)
                return text_clean(s, strlen(s), CONTENT_MAX, ret);
        return buffer_error(&b) < 0 ? -ENOMEM : fragment_html(b.data, ret);
}
