/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * libxml2 makes 60 times its size of a page of tiny elements, and as much of attributes, comments
 * and the like, so they are counted as they come, and the parser is stopped. Declarations are kept
 * in lists that it searches from the start, and counted too. A text that is longer than it would
 * hold would pass for want of memory. Entities are the other way to grow: only short ones that use
 * no others are let in, and nothing is ever loaded.
 */

#include <libxml/parser.h>
#include <libxml/xmlerror.h>
#include <libxml/xpath.h>

#include "fetch/cpu-time.h"
#include "fetch/document.h"
#include "fetch/html.h"
#include "fetch/url.h"
#include "fetch/xml-mend.h"

#define DECLARATIONS_MAX 1000U
#define TEXT_MAX (8U * 1024U * 1024U) /* of one text; libxml2 takes 10 million bytes */
#define ENTITY_MAX 64                 /* bytes; a declared one is a sign or two: nbsp, hellip */

static const char not_well_formed[] = "the page is not well-formed XML";

typedef struct Limits {
        unsigned elements, others, declarations, depth;
        size_t text; /* since the last element began */
        int error;
        const char *why;
        startElementNsSAX2Func start_xml;
        endElementNsSAX2Func end_xml;
        entityDeclSAXFunc declare_entity;
        attributeDeclSAXFunc declare_attribute;
        elementDeclSAXFunc declare_element;
        notationDeclSAXFunc declare_notation;
        charactersSAXFunc characters, white;
        commentSAXFunc comment;
        processingInstructionSAXFunc instruction;
        referenceSAXFunc reference;
        cdataBlockSAXFunc cdata;
} Limits;

static void stop(xmlParserCtxt *parser, int error, const char *why) {
        Limits *limits = parser->_private;

        if (limits->error == 0) {
                limits->error = error;
                limits->why = why;
        }
        xmlStopParser(parser);
}

static bool count(xmlParserCtxt *parser) {
        Limits *limits = parser->_private;

        if (limits->error < 0)
                return false;
        limits->text = 0;
        if (limits->elements % 4096 == 4095 && cpu_time_is_up())
                stop(parser, -E2BIG, CPU_TIME_WHY);
        else if (++limits->elements > ELEMENTS_MAX)
                stop(parser, -E2BIG, "the page has more than 250000 elements");
        else if (++limits->depth > DEPTH_MAX)
                stop(parser, -EBADMSG, "the page's elements are nested more than 256 deep");
        return limits->error == 0;
}

/* Nodes that are no elements. */
static bool count_others(xmlParserCtxt *parser, unsigned n) {
        Limits *limits = parser->_private;

        if (limits->error < 0)
                return false;
        limits->others += n;
        if (limits->others > ELEMENTS_MAX)
                stop(parser, -E2BIG,
                     "the page has more than 250000 attributes, comments and the like");
        return limits->error == 0;
}

static bool count_declaration(xmlParserCtxt *parser) {
        Limits *limits = parser->_private;

        if (++limits->declarations > DECLARATIONS_MAX)
                stop(parser, -EBADMSG, "the page makes more than 1000 declarations");
        return limits->error == 0;
}

static bool count_text(xmlParserCtxt *parser, int n) {
        Limits *limits = parser->_private;

        limits->text += (size_t) n;
        if (limits->text > TEXT_MAX)
                stop(parser, -E2BIG, "the page has a text of more than 8 MiB in one piece");
        return limits->error == 0;
}

static void on_characters(void *userdata, const xmlChar *text, int n) {
        xmlParserCtxt *parser = userdata;
        const Limits *limits = parser->_private;

        if (count_text(parser, n))
                limits->characters(userdata, text, n);
}

static void on_white(void *userdata, const xmlChar *text, int n) {
        xmlParserCtxt *parser = userdata;
        const Limits *limits = parser->_private;

        if (count_text(parser, n))
                limits->white(userdata, text, n);
}

static void on_comment(void *userdata, const xmlChar *text) {
        xmlParserCtxt *parser = userdata;
        const Limits *limits = parser->_private;

        if (count_others(parser, 1))
                limits->comment(userdata, text);
}

static void on_instruction(void *userdata, const xmlChar *target, const xmlChar *text) {
        xmlParserCtxt *parser = userdata;
        const Limits *limits = parser->_private;

        if (count_others(parser, 1))
                limits->instruction(userdata, target, text);
}

static void on_reference(void *userdata, const xmlChar *name) {
        xmlParserCtxt *parser = userdata;
        const Limits *limits = parser->_private;

        if (count_others(parser, 1))
                limits->reference(userdata, name);
}

static void on_cdata(void *userdata, const xmlChar *text, int n) {
        xmlParserCtxt *parser = userdata;
        const Limits *limits = parser->_private;

        if (count_others(parser, 1) && count_text(parser, n))
                limits->cdata(userdata, text, n);
}

static void on_attribute(void *userdata, const xmlChar *element, const xmlChar *name, int type,
                         int mode, const xmlChar *value, xmlEnumeration *tree) {
        xmlParserCtxt *parser = userdata;
        const Limits *limits = parser->_private;

        if (count_declaration(parser))
                limits->declare_attribute(userdata, element, name, type, mode, value, tree);
        else
                xmlFreeEnumeration(tree); /* it would have been taken over */
}

static void on_element(void *userdata, const xmlChar *name, int type, xmlElementContent *content) {
        xmlParserCtxt *parser = userdata;
        const Limits *limits = parser->_private;

        if (count_declaration(parser))
                limits->declare_element(userdata, name, type, content);
}

static void on_notation(void *userdata, const xmlChar *name, const xmlChar *public_id,
                        const xmlChar *system_id) {
        xmlParserCtxt *parser = userdata;
        const Limits *limits = parser->_private;

        if (count_declaration(parser))
                limits->declare_notation(userdata, name, public_id, system_id);
}

/* References in a value become nodes, too. */
static unsigned count_xml_attributes(const xmlChar **attributes, int n) {
        unsigned sum = (unsigned) n;

        for (int i = 0; i < n; i++) {
                const xmlChar *value = attributes[5 * i + 3], *end = attributes[5 * i + 4];

                while ((value = memchr(value, '&', (size_t) (end - value)))) {
                        value++;
                        sum++;
                }
        }
        return sum;
}

static void on_xml_element(void *userdata, const xmlChar *name, const xmlChar *prefix,
                           const xmlChar *uri, int n_namespaces, const xmlChar **namespaces,
                           int n_attributes, int n_defaulted, const xmlChar **attributes) {
        xmlParserCtxt *parser = userdata;
        const Limits *limits = parser->_private;

        if (n_defaulted > 0)
                stop(parser, -EBADMSG, "the page declares attributes of its own");
        else if (count(parser) &&
                 count_others(parser, (unsigned) n_namespaces +
                                              count_xml_attributes(attributes, n_attributes)))
                limits->start_xml(userdata, name, prefix, uri, n_namespaces, namespaces,
                                  n_attributes, n_defaulted, attributes);
}

static void on_xml_end(void *userdata, const xmlChar *name, const xmlChar *prefix,
                       const xmlChar *uri) {
        xmlParserCtxt *parser = userdata;
        Limits *limits = parser->_private;

        limits->depth--;
        limits->end_xml(userdata, name, prefix, uri);
}

/* A reference to a character is no use of another entity. */
static bool would_grow(const xmlChar *content) {
        const char *s = (const char *) content;

        if (strlen(s) > ENTITY_MAX || strchr(s, '<'))
                return true;
        while ((s = strchr(s, '&')))
                if (*++s != '#')
                        return true;
        return false;
}

static void on_entity(void *userdata, const xmlChar *name, int type, const xmlChar *public_id,
                      const xmlChar *system_id, xmlChar *content) {
        xmlParserCtxt *parser = userdata;
        const Limits *limits = parser->_private;

        /* Those of a DTD elsewhere are never loaded. */
        if (type == XML_INTERNAL_PARAMETER_ENTITY || (content && would_grow(content)))
                stop(parser, -EBADMSG, "the page declares entities that would make it grow");
        else if (count_declaration(parser))
                limits->declare_entity(userdata, name, type, public_id, system_id, content);
}

static xmlParserInput *load_nothing(_unused_ const char *url, _unused_ const char *id,
                                    _unused_ xmlParserCtxt *parser) {
        return NULL;
}

static void say_nothing(_unused_ void *userdata, _unused_ XmlErrorArgument *error) {}

static void init_once(void) {
        static bool done;

        if (done)
                return;
        xmlInitParser();
        xmlSetExternalEntityLoader(load_nothing);
        xmlSetStructuredErrorFunc(NULL, say_nothing);
        done = true;
}

/* What HTML and XML have both. */
static void limit_others(xmlParserCtxt *parser, Limits *limits) {
        limits->characters = parser->sax->characters;
        limits->white = parser->sax->ignorableWhitespace;
        limits->comment = parser->sax->comment;
        limits->instruction = parser->sax->processingInstruction;
        limits->cdata = parser->sax->cdataBlock;
        parser->sax->characters = on_characters;
        parser->sax->ignorableWhitespace = on_white;
        parser->sax->comment = on_comment;
        parser->sax->processingInstruction = on_instruction;
        parser->sax->cdataBlock = on_cdata;
}

static void limit_declarations(xmlParserCtxt *parser, Limits *limits) {
        limits->declare_entity = parser->sax->entityDecl;
        limits->declare_attribute = parser->sax->attributeDecl;
        limits->declare_element = parser->sax->elementDecl;
        limits->declare_notation = parser->sax->notationDecl;
        parser->sax->entityDecl = on_entity;
        parser->sax->attributeDecl = on_attribute;
        parser->sax->elementDecl = on_element;
        parser->sax->notationDecl = on_notation;
}

static xmlDoc *parse_xml(xmlParserCtxt *parser, Limits *limits, const char *text, int size,
                         bool recover) {
        const int options = XML_PARSE_NOERROR | XML_PARSE_NOWARNING | XML_PARSE_NONET |
                            XML_PARSE_COMPACT | XML_PARSE_IGNORE_ENC | XML_PARSE_BIG_LINES |
                            (recover ? XML_PARSE_RECOVER : 0);

        parser->_private = limits;
        limits->start_xml = parser->sax->startElementNs;
        limits->reference = parser->sax->reference;
        limits->end_xml = parser->sax->endElementNs;
        parser->sax->startElementNs = on_xml_element;
        parser->sax->endElementNs = on_xml_end;
        parser->sax->reference = on_reference;
        limit_others(parser, limits);
        limit_declarations(parser, limits);
        return xmlCtxtReadMemory(parser, text, size, NULL, "UTF-8", options);
}

/* recover: what is not well-formed is mended somehow. */
static int parse_within_limits(const Buffer *text, bool recover, xmlDoc **ret,
                               const char **ret_why) {
        xmlParserCtxt *parser;
        Limits limits = {};
        xmlDoc *document;

        if (text->size > INT32_MAX)
                return -E2BIG;
        parser = xmlNewParserCtxt();
        if (!parser)
                return -ENOMEM;
        document = parse_xml(parser, &limits, text->data, (int) text->size, recover);
        if (limits.error == 0 && parser->errNo == XML_ERR_NO_MEMORY)
                limits.error = -ENOMEM;
        if (limits.error == 0 && (recover ? !document : !parser->wellFormed)) {
                limits.error = -EBADMSG;
                limits.why = not_well_formed;
        }
        xmlFreeParserCtxt(parser);
        if (limits.error < 0) {
                if (document)
                        xmlFreeDoc(document);
                *ret_why = limits.why ? limits.why : "out of memory";
                return limits.error;
        }
        *ret = document;
        return 0;
}

/* A feed is read even where it nests wrongly, if only it is whole. */
static int parse_mended(const char *text, size_t size, bool feed, xmlDoc **ret,
                        const char **ret_why) {
        int r = -EBADMSG;

        if (xml_is_plain(text, size)) {
                const Buffer plain = { .data = (char *) text, .size = size };

                r = parse_within_limits(&plain, false, ret, ret_why);
                if (r != -EBADMSG || *ret_why != not_well_formed)
                        return r;
        }
        for (int nest = 0; nest <= feed && r == -EBADMSG; nest++) {
                _cleanup_buffer_ Buffer mended = BUFFER(0);

                *ret_why = not_well_formed;
                r = xml_mend(text, size, nest, &mended);
                if (r >= 0)
                        r = parse_within_limits(&mended, nest, ret, ret_why);
                if (*ret_why != not_well_formed)
                        break;
        }
        return r;
}

int document_parse(const char *text, size_t size, Format format, xmlDoc **ret,
                   const char **ret_why) {
        xmlDoc *document = NULL;
        int r = 0;

        init_once();
        if (format != FORMAT_HTML)
                r = parse_mended(text, size, format == FORMAT_FEED, &document, ret_why);
        else if (size > 0)
                r = html_parse(text, size, true, &document, ret_why);
        if (r < 0)
                return r;

        /* Numbers the elements: sorting what a selector finds would take quadratic time without.
         * Those of HTML have their numbers. */
        if (document && document->type != XML_HTML_DOCUMENT_NODE)
                (void) xmlXPathOrderDocElems(document);
        *ret = document;
        return 0;
}

/* Of HTML, the elements that every page has, and nothing in them. */
static bool is_blank(const xmlNode *node) {
        static const char *const common[] = { "html", "head", "body" };
        bool blank = true;

        for (; node && blank; node = node->next) {
                if (node->type == XML_TEXT_NODE)
                        blank = xmlIsBlankNode(node);
                if (node->type != XML_ELEMENT_NODE)
                        continue;
                blank = false;
                for (size_t i = 0; i < ELEMENTSOF(common) && !blank; i++)
                        blank = streq((const char *) node->name, common[i]);
                blank = blank && is_blank(node->children);
        }
        return blank;
}

void document_check_blank(const xmlDoc *document, Reply *reply) {
        if ((reply->state == STATE_NO_STRIP || reply->state == STATE_EMPTY) &&
            document->type == XML_HTML_DOCUMENT_NODE && is_blank(document->children))
                reply_set(reply, STATE_BAD_PAGE, PAGE_IS_EMPTY);
}

int document_open(Buffer *text, Format format, xmlDoc **ret, Reply *reply) {
        xmlDoc *document;
        const char *why;
        int r;

        r = document_parse(text->data, text->size, format, &document, &why);
        buffer_done(text);
        if (r == -E2BIG || r == -EBADMSG) {
                reply_set(reply, r == -E2BIG ? STATE_TOO_LARGE : STATE_BAD_PAGE, "%s", why);
                return 0;
        }
        if (r < 0)
                return r;
        if (!document) {
                reply_set(reply, STATE_BAD_PAGE, PAGE_IS_EMPTY);
                return 0;
        }
        *ret = document;
        return 1;
}

int document_base(const xmlDoc *document, const char *url, char **ret) {
        const bool html = document->type == XML_HTML_DOCUMENT_NODE;
        xmlNode *node = html ? document->_private : NULL; /* html-tree.c has noted it */
        xmlChar *href = NULL;
        char *base = NULL;
        int r = 0;

        if (node)
                href = xmlGetNoNsProp(node, (const xmlChar *) "href");
        if (href)
                r = url_resolve(url, (const char *) href, &base);
        xmlFree(href);
        if (r == 0)
                base = strdup(url);
        if (r < 0 || !base)
                return -ENOMEM;
        *ret = base;
        return 0;
}
