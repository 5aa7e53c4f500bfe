/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * lexbor is given a page piece by piece, and asked at each token whether that is still within the
 * limits, as MyHTML is; no token is what stops it. Its tree is freed before ours is made.
 */

#include <lexbor/dom/dom.h>
#include <lexbor/html/html.h>

#include "fetch/html-tree.h"
#include "fetch/reply.h"

#define PIECE_SIZE (32U * 1024U)
#define MEMORY_MAX ((size_t) 112 << 20) /* bytes of its tree; 250,000 elements take fewer */
#define STACK_MAX (2 * DEPTH_MAX)

typedef struct Lexbor {
        lxb_html_parser_t *parser;
        lxb_html_document_t *document;
        lxb_html_tokenizer_token_f build; /* lexbor's own */
        void *userdata;
        const char *text;
        HtmlCount count;
        size_t steps, memory;
        const lexbor_mem_chunk_t *nodes, *texts; /* the last ones that memory has counted */
} Lexbor;

/* Keeps the first attributes of a tag, those that count, and the one that is being read. */
static void cut_attributes(lxb_html_tokenizer_t *tokenizer, lxb_html_token_t *token) {
        lxb_html_token_attr_t *kept = token->attr_first, *attribute;

        for (size_t n = 1; kept && n < ATTRIBUTES_MAX; n++)
                kept = kept->next;
        if (!kept || !kept->next)
                return;
        for (attribute = kept->next; attribute != token->attr_last;) {
                lxb_html_token_attr_t *next = attribute->next;

                (void) lexbor_dobject_free(tokenizer->dobj_token_attr, attribute);
                attribute = next;
        }
        kept->next = token->attr_last;
        token->attr_last->prev = kept;
}

/* The element that a tag has made, if it has: where it stands, for its line. */
static void note_offset(Lexbor *parser, const lxb_char_t *begin) {
        const lexbor_array_t *open = lxb_html_parser_tree(parser->parser)->open_elements;
        lxb_dom_node_t *node = open->length > 0 ? open->list[open->length - 1] : NULL;

        if (node && node->user && node->last_child)
                node = node->last_child;
        if (node && !node->user)
                node->user = (void *) ((uintptr_t) begin - (uintptr_t) parser->text + 1);
}

/* Adds up the chunks of memory that are new. */
static void count_memory(Lexbor *parser, const lexbor_mraw_t *from,
                         const lexbor_mem_chunk_t **counted) {
        const lexbor_mem_chunk_t *last = from->mem->chunk;

        if (!*counted)
                *counted = from->mem->chunk_first;
        for (; *counted != last; *counted = (*counted)->next)
                parser->memory += (*counted)->next->size;
}

static lxb_html_token_t *on_token(lxb_html_tokenizer_t *tokenizer, lxb_html_token_t *token,
                                  void *userdata) {
        Lexbor *parser = userdata;
        lxb_html_tree_t *tree = lxb_html_parser_tree(parser->parser);
        lxb_dom_document_t *document = lxb_dom_interface_document(parser->document);
        const lxb_char_t *begin = token->begin;

        cut_attributes(tokenizer, token);
        if (lexbor_array_length(tree->open_elements) > STACK_MAX ||
            lexbor_array_length(tree->active_formatting) > STACK_MAX)
                (void) html_count_element(&parser->count, SIZE_MAX);
        count_memory(parser, document->mraw, &parser->nodes);
        count_memory(parser, document->text, &parser->texts);
        if (parser->memory > MEMORY_MAX)
                (void) html_count_others(&parser->count, ELEMENTS_MAX + 1);
        if (++parser->steps % 256 == 0)
                (void) html_count_time(&parser->count);
        if (parser->count.error < 0) {
                tokenizer->status = LXB_STATUS_STOPPED;
                return NULL;
        }
        token = parser->build(tokenizer, token, parser->userdata);
        note_offset(parser, begin);
        return token;
}

static int feed(Lexbor *parser, const char *text, size_t size) {
        lxb_html_tokenizer_t *tokenizer = lxb_html_parser_tokenizer(parser->parser);
        const char *end = text + size;

        while (text < end && html_count_time(&parser->count) && parser->count.error == 0) {
                size_t n = MIN((size_t) (end - text), (size_t) PIECE_SIZE);

                if (lxb_html_parse_chunk_process(parser->parser, (const lxb_char_t *) text, n) !=
                            LXB_STATUS_OK &&
                    parser->count.error == 0)
                        return -ENOMEM;
                if (parser->count.error == 0 && tokenizer->token)
                        cut_attributes(tokenizer, tokenizer->token);
                text += n;
        }
        if (parser->count.error == 0 && lxb_html_parse_chunk_end(parser->parser) != LXB_STATUS_OK &&
            parser->count.error == 0)
                return -ENOMEM;
        return parser->count.error;
}

static HtmlSpace space_of(uintptr_t ns) {
        switch (ns) {
        case LXB_NS_SVG:
                return SPACE_SVG;
        case LXB_NS_MATH:
                return SPACE_MATHML;
        case LXB_NS_XLINK:
                return SPACE_XLINK;
        case LXB_NS_XML:
                return SPACE_XML;
        case LXB_NS_XMLNS:
                return SPACE_XMLNS;
        default:
                return SPACE_HTML;
        }
}

static bool copy_attribute(HtmlTree *to, const lxb_dom_attr_t *attribute) {
        HtmlSpace space =
                attribute->node.ns >= LXB_NS_XLINK ? space_of(attribute->node.ns) : SPACE_HTML;
        const char *name, *colon, *value = "";
        size_t n, n_value = 0;

        name = (const char *) lxb_dom_attr_qualified_name(attribute, &n);
        colon = space >= SPACE_XLINK ? memchr(name, ':', n) : NULL;
        if (colon) {
                n -= (size_t) (colon + 1 - name);
                name = colon + 1;
        }
        if (attribute->value) {
                value = (const char *) attribute->value->data;
                n_value = attribute->value->length;
        }
        return html_tree_attribute(to, name, n, space, value, n_value);
}

static bool copy_element(HtmlTree *to, lxb_dom_node_t *node) {
        const lxb_dom_element_t *element = lxb_dom_interface_element(node);
        const char *name;
        size_t n;

        name = (const char *) lxb_dom_element_qualified_name(element, &n);
        if (!html_tree_element(to, name, n, space_of(node->ns),
                               node->user ? (size_t) node->user - 1 : 0))
                return false;
        for (const lxb_dom_attr_t *a = element->first_attr; a; a = a->next)
                if (!copy_attribute(to, a))
                        return false;
        return true;
}

static bool copy_doctype(HtmlTree *to, lxb_dom_node_t *node) {
        const lxb_dom_document_type_t *type = lxb_dom_interface_document_type(node);
        bool bare = type->public_id.length == 0 && type->system_id.length == 0;
        size_t n;

        return html_tree_doctype(to, (const char *) lxb_dom_document_type_name(type, &n),
                                 bare ? NULL : (const char *) type->public_id.data,
                                 bare ? NULL : (const char *) type->system_id.data);
}

/* Whatever stands in a node; the depth is limited by the element that is too deep. */
static bool copy_children(HtmlTree *to, const lxb_dom_node_t *parent) {
        for (lxb_dom_node_t *node = parent->first_child; node; node = node->next) {
                const lxb_dom_character_data_t *data = lxb_dom_interface_character_data(node);
                const lxb_dom_node_t *inside = node;
                bool good = true;

                switch (node->type) {
                case LXB_DOM_NODE_TYPE_ELEMENT:
                        if (node->ns == LXB_NS_HTML && node->local_name == LXB_TAG_TEMPLATE)
                                inside = &lxb_html_interface_template(node)->content->node;
                        good = copy_element(to, node) && copy_children(to, inside);
                        html_tree_leave(to);
                        break;
                case LXB_DOM_NODE_TYPE_TEXT:
                        good = html_tree_text(to, (const char *) data->data.data,
                                              data->data.length);
                        break;
                case LXB_DOM_NODE_TYPE_COMMENT:
                        good = html_tree_comment(to, (const char *) data->data.data,
                                                 data->data.length);
                        break;
                case LXB_DOM_NODE_TYPE_DOCUMENT_TYPE:
                        good = copy_doctype(to, node);
                        break;
                default:
                        break;
                }
                if (!good)
                        return false;
        }
        return html_count_time(&to->count);
}

static bool open_parser(Lexbor *parser, bool scripting) {
        lxb_html_tokenizer_t *tokenizer;

        parser->parser = lxb_html_parser_create();
        if (!parser->parser || lxb_html_parser_init(parser->parser) != LXB_STATUS_OK)
                return false;
        lxb_html_parser_scripting_set(parser->parser, scripting);
        parser->document = lxb_html_parse_chunk_begin(parser->parser);
        if (!parser->document)
                return false;
        tokenizer = lxb_html_parser_tokenizer(parser->parser);
        parser->build = tokenizer->callback_token_done;
        parser->userdata = tokenizer->callback_token_ctx;
        lxb_html_tokenizer_callback_token_done_set(tokenizer, on_token, parser);
        return true;
}

static void close_parser(Lexbor *parser) {
        if (parser->document)
                (void) lxb_html_document_destroy(parser->document);
        if (parser->parser)
                (void) lxb_html_parser_destroy(parser->parser);
}

int html_parse(const char *text, size_t size, bool scripting, xmlDoc **ret, const char **ret_why) {
        Lexbor parser = { .text = text };
        HtmlTree tree;
        int r;

        if (size > UINT32_MAX)
                return -E2BIG;
        r = open_parser(&parser, scripting) ? feed(&parser, text, size) : -ENOMEM;
        if (r == 0 && html_tree_begin(&tree))
                (void) copy_children(&tree, lxb_dom_interface_node(parser.document));
        close_parser(&parser);
        if (r == 0)
                return html_tree_end(&tree, text, size, ret, ret_why);
        *ret_why = parser.count.why ?: "out of memory";
        return r;
}
