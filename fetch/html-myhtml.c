/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * MyHTML has no limits of its own, so it is given the page piece by piece, and looked at in
 * between: nodes as they are inserted, tokens, the stacks whose length makes each step dearer, the
 * attributes of a tag that has not ended. A piece ends in front of a tag where there is one. Its
 * tree is freed before anything is looked for in ours.
 */

#include <ctype.h>
#include <myhtml/callback.h>
#include <myhtml/myhtml.h>
#include <myhtml/tree.h>

#include "fetch/html-tree.h"
#include "fetch/reply.h"

#define PIECE_SIZE (32U * 1024U)
#define NO_TAG "</>"
#define REFERENCE_MAX 40    /* letters of the longest name, and more */
#define TOKENS_MAX 1000000U /* tags and texts; each takes 120 bytes, end tags too */
#define STACK_MAX                                                                                  \
        (2 * DEPTH_MAX) /* a table in a formatting element is two steps and one deeper             \
                         */

typedef struct MyHtml {
        myhtml_t *myhtml;
        myhtml_tree_t *tree;
        HtmlCount count;
        size_t tokens, steps;
        myhtml_token_node_t *last; /* the token before the one at hand */
        bool last_is_used;         /* a node has it */
        bool padded;               /* a space was put behind the page */
} MyHtml;

/* No node is made any more; what is left of the piece is only tokenized. */
static void stop(myhtml_tree_t *tree) {
        myhtml_tree_parse_flags_set(tree, MyHTML_TREE_PARSE_FLAGS_WITHOUT_PROCESS_TOKEN);
}

static bool is_text(const myhtml_tree_node_t *node) {
        return node && node->tag_id == MyHTML_TAG__TEXT && node->token;
}

static void on_node(myhtml_tree_t *tree, myhtml_tree_node_t *node, void *userdata) {
        MyHtml *parser = userdata;
        bool good = true;

        if (node->token == parser->last)
                parser->last_is_used = true;
        if (node->tag_id > MyHTML_TAG__DOCTYPE)
                good = html_count_element(&parser->count, tree->open_elements->length / 2);
        else if (node->tag_id == MyHTML_TAG__COMMENT)
                good = html_count_others(&parser->count, 1);
        if (!good)
                stop(tree);
}

/* Takes a token's attributes off, all but the first max of them. */
static size_t cut_attributes(myhtml_tree_t *tree, myhtml_token_node_t *token, size_t max) {
        myhtml_token_attr_t *attribute = token->attr_first, *last = NULL;
        size_t n = 0;

        for (; attribute && n < max; attribute = attribute->next) {
                last = attribute;
                n++;
        }
        if (last)
                last->next = NULL;
        else
                token->attr_first = NULL;
        token->attr_last = last;
        while (attribute) {
                myhtml_token_attr_t *next = attribute->next;

                if (attribute != tree->attr_current)
                        (void) mcobject_async_free(tree->token->attr_obj, attribute);
                attribute = next;
        }
        return n;
}

/* The last token, if no node has it: an end tag, a text that was added to another, a DOCTYPE in the
 * wrong place. */
static void recycle_last(MyHtml *parser) {
        myhtml_token_node_t *last = parser->last;

        if (!last || parser->last_is_used || parser->tree->token_list->length > 0)
                return;
        if (last->tag_id != MyHTML_TAG__TEXT && last->tag_id != MyHTML_TAG__DOCTYPE &&
            !(last->type & MyHTML_TOKEN_TYPE_CLOSE))
                return;
        (void) cut_attributes(parser->tree, last, 0);
        myhtml_token_delete(parser->tree->token, last);
        parser->tokens--;
}

/* MyHTML copies a text for each piece that is added to it, and keeps the copies: give it room. */
static void make_room(myhtml_tree_node_t *node, size_t n) {
        mycore_string_t *string = &node->token->str;

        if (string->data && string->length + n >= string->size)
                (void) mycore_string_realloc(string, 2 * (string->length + n));
}

/* Where a text will be added to another: at the end of the element at hand, or, in a table but not
 * in a cell, in front of the table. */
static void make_room_for(myhtml_tree_t *tree, size_t n) {
        const myhtml_tree_list_t *open = tree->open_elements;
        myhtml_tree_node_t *node = open->length > 0 ? open->list[open->length - 1] : NULL;

        if (!node)
                return;
        if (is_text(node->last_child))
                make_room(node->last_child, n);
        switch (node->tag_id) {
        case MyHTML_TAG_TABLE:
        case MyHTML_TAG_TBODY:
        case MyHTML_TAG_TFOOT:
        case MyHTML_TAG_THEAD:
        case MyHTML_TAG_TR:
                for (size_t i = open->length; i-- > 0;)
                        if (open->list[i]->tag_id == MyHTML_TAG_TABLE) {
                                if (is_text(open->list[i]->prev))
                                        make_room(open->list[i]->prev, n);
                                break;
                        }
                break;
        default:
                break;
        }
}

/* A token has come, and nothing was done with it yet; the last one is done. */
static void *on_token(myhtml_tree_t *tree, myhtml_token_node_t *token, void *userdata) {
        MyHtml *parser = userdata;

        recycle_last(parser);
        parser->last = token;
        parser->last_is_used = false;
        if (token->tag_id == MyHTML_TAG__TEXT) {
                token->raw_length -= parser->padded;
                make_room_for(tree, token->raw_length);
        } else if (token->type & MyHTML_TOKEN_TYPE_CLOSE)
                (void) cut_attributes(tree, token, 0);
        else if (token->tag_id > MyHTML_TAG__DOCTYPE)
                (void) html_count_others(&parser->count,
                                         cut_attributes(tree, token, ATTRIBUTES_MAX));

        if (++parser->tokens > TOKENS_MAX)
                (void) html_count_others(&parser->count, ELEMENTS_MAX);
        if (tree->active_formatting->length > STACK_MAX)
                (void) html_count_element(&parser->count, SIZE_MAX);
        if (++parser->steps % 256 == 0)
                (void) html_count_time(&parser->count);
        if (parser->count.error < 0)
                stop(tree);
        return parser;
}

static bool is_space(char c) {
        return c == ' ' || (c >= '\t' && c <= '\r' && c != '\v');
}

/* From within a tag to its end, past attributes. quote: the value that s stands in has one. */
static const char *find_end_of_tag(const char *s, const char *end, char quote) {
        bool value = false; /* a value may begin here */

        for (; s < end; s++)
                if (quote)
                        quote = *s == quote ? 0 : quote;
                else if (*s == '>')
                        return s;
                else if (value && (*s == '"' || *s == '\''))
                        quote = *s, value = false;
                else if (*s == '=')
                        value = true;
                else if (!is_space(*s))
                        value = false;
        return end;
}

static bool feed_piece(MyHtml *parser, const char *s, size_t n) {
        bool good = myhtml_parse_chunk_single(parser->tree, s, n) == MyHTML_STATUS_OK;

        parser->tree->incoming_buf_first = parser->tree->incoming_buf; /* searched from here */
        return good;
}

/* Behind s, when the tag at hand has more attributes than count: its end. MyHTML is told of the end
 * of a value that is open. */
static const char *skip_attributes(MyHtml *parser, const char *s, const char *end) {
        const myhtml_token_attr_t *attribute = parser->tree->current_token_node->attr_first;
        int state = parser->tree->state;
        const char *next;
        char quote = 0;
        size_t n = 0;

        if (state < MyHTML_TOKENIZER_STATE_BEFORE_ATTRIBUTE_NAME ||
            state > MyHTML_TOKENIZER_STATE_SELF_CLOSING_START_TAG)
                return s;
        for (; attribute && n <= ATTRIBUTES_MAX; attribute = attribute->next)
                n++;
        if (n <= ATTRIBUTES_MAX)
                return s;

        (void) cut_attributes(parser->tree, parser->tree->current_token_node, ATTRIBUTES_MAX);
        if (state == MyHTML_TOKENIZER_STATE_ATTRIBUTE_VALUE_DOUBLE_QUOTED)
                quote = '"';
        else if (state == MyHTML_TOKENIZER_STATE_ATTRIBUTE_VALUE_SINGLE_QUOTED)
                quote = '\'';
        next = find_end_of_tag(s, end, quote);
        if (quote && next > s)
                (void) feed_piece(parser, quote == '"' ? "\"" : "'", 1);
        return next;
}

/* Where a piece that has no tag to end at may end: not in a reference, which MyHTML would misread.
 */
static size_t cut_tag(const char *s, size_t n) {
        const char *reference;

        for (size_t i = 0; i < 64; i++) {
                reference = memrchr(s + n - 64, '&', 64);
                if (!reference)
                        break;
                n = (size_t) (reference - s);
        }
        return n;
}

/* The reference, such as "&amp", that ends in front of end without a semicolon; NULL: none does. */
static const char *find_reference(const char *s, const char *end) {
        const char *p = end;

        while (p > s && end - p < REFERENCE_MAX && (isalnum((unsigned char) p[-1]) || p[-1] == '#'))
                p--;
        return p > s && p[-1] == '&' ? p - 1 : NULL;
}

/* How much of the page comes next: whole tags and texts, unless a tag is longer than a piece. None
 * ends in a reference, which MyHTML would misread. */
static size_t piece_size(const char *s, size_t left) {
        const char *tag, *reference, *end = s + left, *limit = s + MIN(left, PIECE_SIZE);

        tag = find_word(s + 1, limit, NO_TAG);
        reference = tag ? find_reference(s, tag) : NULL;
        if (reference && reference > s)
                return (size_t) (reference - s);
        if (reference)
                tag = memchr(tag + 1, '<', (size_t) (limit - tag) - 1);
        if (!tag && left <= PIECE_SIZE)
                return left;
        if (!tag)
                tag = memrchr(s + 1, '<', PIECE_SIZE - 1);
        if (!tag && isalpha((unsigned char) s[1]) && find_end_of_tag(s, limit, 0) == limit)
                return cut_tag(s, PIECE_SIZE);
        if (!tag)
                tag = memchr(limit, '<', (size_t) (end - limit));
        return tag ? (size_t) (tag - s) : left;
}

/* Behind s, if an end tag without a name stands there, or a reference and one, which MyHTML would
 * take for a text: an end tag of nothing is told instead. */
static const char *skip_no_tag(MyHtml *parser, const char *s, const char *end) {
        static const char nothing[] = "</x->";
        char piece[REFERENCE_MAX + 1 + sizeof(nothing)];
        size_t n = strlen(NO_TAG), before = 0;
        int state = parser->tree->state;

        if (state != MyHTML_TOKENIZER_STATE_DATA && state != MyHTML_TOKENIZER_STATE_TAG_OPEN)
                return s;
        if (*s == '&' && state == MyHTML_TOKENIZER_STATE_DATA) {
                const char *tag =
                        find_word(s, s + MIN((size_t) (end - s), REFERENCE_MAX + 1 + n), NO_TAG);

                if (!tag || find_reference(s, tag) != s)
                        return s;
                before = (size_t) (tag - s);
        }
        if ((size_t) (end - s) < before + n || memcmp(s + before, NO_TAG, n) != 0)
                return s;
        memcpy(piece, s, before);
        memcpy(piece + before, nothing, strlen(nothing));
        (void) feed_piece(parser, piece, before + strlen(nothing));
        for (s += before; (size_t) (end - s) >= n && memcmp(s, NO_TAG, n) == 0;)
                s += n;
        return s;
}

/* The tag that is being read; what comes next is a text. */
static void forget_tag(myhtml_tree_t *tree) {
        myhtml_token_node_t *token = tree->current_token_node;

        myhtml_token_node_clean(token);
        token->raw_begin = token->element_begin = tree->global_offset;
        tree->state = MyHTML_TOKENIZER_STATE_DATA;
}

/* At the end of a page MyHTML forgets a "<", and the text that stands before it in a title or a
 * script, unless something follows; and takes a tag that breaks off for a whole one, and
 * "<!--" for an element. */
static void feed_end(MyHtml *parser) {
        switch ((int) parser->tree->state) {
        case MyHTML_TOKENIZER_STATE_TAG_OPEN:
        case MyHTML_TOKENIZER_STATE_RCDATA_LESS_THAN_SIGN:
        case MyHTML_TOKENIZER_STATE_RCDATA_END_TAG_OPEN:
        case MyHTML_TOKENIZER_STATE_RAWTEXT_LESS_THAN_SIGN:
        case MyHTML_TOKENIZER_STATE_RAWTEXT_END_TAG_OPEN:
        case MyHTML_TOKENIZER_STATE_SCRIPT_DATA_LESS_THAN_SIGN:
        case MyHTML_TOKENIZER_STATE_SCRIPT_DATA_END_TAG_OPEN:
        case MyHTML_TOKENIZER_STATE_RCDATA_END_TAG_NAME:
        case MyHTML_TOKENIZER_STATE_RAWTEXT_END_TAG_NAME:
        case MyHTML_TOKENIZER_STATE_SCRIPT_DATA_END_TAG_NAME:
                (void) feed_piece(parser, "=", 1); /* in no name */
                parser->padded = true;
                break;
        case MyHTML_TOKENIZER_STATE_TAG_NAME:
        case MyHTML_TOKENIZER_STATE_BEFORE_ATTRIBUTE_NAME:
        case MyHTML_TOKENIZER_STATE_ATTRIBUTE_NAME:
        case MyHTML_TOKENIZER_STATE_AFTER_ATTRIBUTE_NAME:
        case MyHTML_TOKENIZER_STATE_BEFORE_ATTRIBUTE_VALUE:
        case MyHTML_TOKENIZER_STATE_ATTRIBUTE_VALUE_DOUBLE_QUOTED:
        case MyHTML_TOKENIZER_STATE_ATTRIBUTE_VALUE_SINGLE_QUOTED:
        case MyHTML_TOKENIZER_STATE_ATTRIBUTE_VALUE_UNQUOTED:
        case MyHTML_TOKENIZER_STATE_AFTER_ATTRIBUTE_VALUE_QUOTED:
        case MyHTML_TOKENIZER_STATE_SELF_CLOSING_START_TAG:
        case MyHTML_TOKENIZER_STATE_COMMENT_START:
                forget_tag(parser->tree);
                break;
        default:
                break;
        }
}

static int feed(MyHtml *parser, const char *text, size_t size) {
        const char *end = text + size;

        if (!feed_piece(parser, text, 0))
                return -ENOMEM;
        while (text < end && html_count_time(&parser->count) && parser->count.error == 0) {
                const char *next = skip_no_tag(parser, text, end);

                if (next == text) {
                        size_t n = piece_size(text, (size_t) (end - text));

                        if (!feed_piece(parser, text, n))
                                return -ENOMEM;
                        next = skip_attributes(parser, text + n, end);
                }
                text = next;
        }
        if (parser->count.error == 0) {
                feed_end(parser);
                if (myhtml_parse_chunk_end(parser->tree) != MyHTML_STATUS_OK)
                        return -ENOMEM;
        }
        return parser->count.error;
}

static HtmlSpace space_of(enum myhtml_namespace ns) {
        switch (ns) {
        case MyHTML_NAMESPACE_SVG:
                return SPACE_SVG;
        case MyHTML_NAMESPACE_MATHML:
                return SPACE_MATHML;
        case MyHTML_NAMESPACE_XLINK:
                return SPACE_XLINK;
        case MyHTML_NAMESPACE_XML:
                return SPACE_XML;
        case MyHTML_NAMESPACE_XMLNS:
                return SPACE_XMLNS;
        default:
                return SPACE_HTML;
        }
}

static const char *text_of(const mycore_string_t *string) {
        return string->data ?: "";
}

static bool copy_element(const MyHtml *parser, HtmlTree *to, const myhtml_tree_node_t *node) {
        const myhtml_token_attr_t *attribute = node->token ? node->token->attr_first : NULL;
        const myhtml_tag_context_t *tag = myhtml_tag_get_by_id(parser->tree->tags, node->tag_id);

        if (!html_tree_element(to, tag->name, tag->name_length, space_of(node->ns),
                               node->token ? node->token->element_begin : 0))
                return false;
        for (; attribute; attribute = attribute->next)
                if (attribute->key.length > 0 &&
                    !html_tree_attribute(to, text_of(&attribute->key), attribute->key.length,
                                         space_of(attribute->ns), text_of(&attribute->value),
                                         attribute->value.length))
                        return false;
        return true;
}

static bool copy_node(const MyHtml *parser, HtmlTree *to, const myhtml_tree_node_t *node) {
        const myhtml_tree_doctype_t *doctype = &parser->tree->doctype;

        switch (node->tag_id) {
        case MyHTML_TAG__TEXT:
                return html_tree_text(to, text_of(&node->token->str), node->token->str.length);
        case MyHTML_TAG__COMMENT:
                return html_tree_comment(to, text_of(&node->token->str), node->token->str.length);
        case MyHTML_TAG__DOCTYPE:
                return html_tree_doctype(to, doctype->attr_name, doctype->attr_public,
                                         doctype->attr_system);
        default:
                return copy_element(parser, to, node);
        }
}

/* Nodes in the order of the document. */
static bool copy_tree(const MyHtml *parser, HtmlTree *to) {
        const myhtml_tree_node_t *root = parser->tree->document, *node = root->child;
        size_t n = 0;

        while (node) {
                if (!copy_node(parser, to, node))
                        return false;
                if (++n % 4096 == 0 && !html_count_time(&to->count))
                        return false;
                if (node->child) {
                        node = node->child;
                        continue;
                }
                if (node->tag_id > MyHTML_TAG__DOCTYPE)
                        html_tree_leave(to);
                while (!node->next && node->parent != root) {
                        node = node->parent;
                        html_tree_leave(to);
                }
                node = node->next;
        }
        return true;
}

static bool open_parser(MyHtml *parser, bool scripting) {
        parser->myhtml = myhtml_create();
        parser->tree = myhtml_tree_create();
        if (!parser->myhtml || !parser->tree ||
            myhtml_init(parser->myhtml, MyHTML_OPTIONS_PARSE_MODE_SINGLE, 1, 0) !=
                    MyHTML_STATUS_OK ||
            myhtml_tree_init(parser->tree, parser->myhtml) != MyHTML_STATUS_OK)
                return false;
        if (scripting)
                parser->tree->flags |= MyHTML_TREE_FLAGS_SCRIPT;
        myhtml_callback_before_token_done_set(parser->tree, on_token, parser);
        myhtml_callback_tree_node_insert_set(parser->tree, on_node, parser);
        return true;
}

static void close_parser(MyHtml *parser) {
        if (parser->tree)
                (void) myhtml_tree_destroy(parser->tree);
        if (parser->myhtml)
                (void) myhtml_destroy(parser->myhtml);
}

int html_parse(const char *text, size_t size, bool scripting, xmlDoc **ret, const char **ret_why) {
        MyHtml parser = {};
        HtmlTree tree;
        int r;

        if (size > UINT32_MAX)
                return -E2BIG;
        r = open_parser(&parser, scripting) ? feed(&parser, text, size) : -ENOMEM;
        if (r == 0 && html_tree_begin(&tree))
                (void) copy_tree(&parser, &tree);
        close_parser(&parser);
        if (r == 0)
                return html_tree_end(&tree, text, size, ret, ret_why);
        *ret_why = parser.count.why ?: "out of memory";
        return r;
}
