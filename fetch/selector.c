/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <ctype.h>
#include <libxml/xpathInternals.h>

#include "common/log.h"
#include "fetch/document.h"
#include "fetch/selector.h"

/* A name in an expression, outside of quotes, and what stands behind it. */
typedef struct Name {
        const char *start;
        size_t n;
        enum {
                NAME_OTHER,
                NAME_FUNCTION,
                NAME_VARIABLE,
                NAME_PREFIX
        } role;
} Name;

static bool is_name_byte(char c) {
        return isalnum((unsigned char) c) || c == '_' || c == '-' || c == '.' ||
               (unsigned char) c >= 0x80;
}

/* Goes from name to name. */
static bool next_name(const char **s, Name *ret) {
        const char *p = *s, *behind;
        bool variable = false;

        while (*p && (!is_name_byte(*p) || isdigit((unsigned char) *p) || strchr("-.", *p))) {
                if (*p == '"' || *p == '\'') {
                        p = strchr(p + 1, *p);
                        if (!p)
                                return false;
                } else if (isdigit((unsigned char) *p))
                        while (is_name_byte(p[1]))
                                p++;
                variable = *p++ == '$';
        }
        if (!*p)
                return false;

        *ret = (Name){ .start = p };
        while (is_name_byte(p[ret->n]))
                ret->n++;
        p += ret->n;
        behind = p + strspn(p, " \t");
        if (variable)
                ret->role = NAME_VARIABLE;
        else if (*behind == '(')
                ret->role = NAME_FUNCTION;
        else if (*behind == ':' && behind[1] != ':')
                ret->role = NAME_PREFIX;
        *s = p;
        return true;
}

/* The functions of XPath 1.0 and ours, and how many arguments each takes. Node tests and operators
 * may stand before a parenthesis, too; libxml2 sees to these. */
static const struct Function {
        const char *name;
        unsigned min, max;
} functions[] = {
        { "last", 0, 0 },
        { "position", 0, 0 },
        { "count", 1, 1 },
        { "id", 1, 1 },
        { "local-name", 0, 1 },
        { "namespace-uri", 0, 1 },
        { "name", 0, 1 },
        { "string", 0, 1 },
        { "concat", 2, UINT_MAX },
        { "starts-with", 2, 2 },
        { "contains", 2, 2 },
        { "substring-before", 2, 2 },
        { "substring-after", 2, 2 },
        { "substring", 2, 3 },
        { "string-length", 0, 1 },
        { "normalize-space", 0, 1 },
        { "translate", 3, 3 },
        { "boolean", 1, 1 },
        { "not", 1, 1 },
        { "true", 0, 0 },
        { "false", 0, 0 },
        { "lang", 1, 1 },
        { "number", 0, 1 },
        { "sum", 1, 1 },
        { "floor", 1, 1 },
        { "ceiling", 1, 1 },
        { "round", 1, 1 },
        { "has-class", 1, 1 },
        { "comment", 0, UINT_MAX },
        { "text", 0, UINT_MAX },
        { "processing-instruction", 0, UINT_MAX },
        { "node", 0, UINT_MAX },
        { "and", 0, UINT_MAX },
        { "or", 0, UINT_MAX },
        { "div", 0, UINT_MAX },
        { "mod", 0, UINT_MAX },
};

static const struct Function *find_function(const Name *name) {
        for (size_t i = 0; i < ELEMENTSOF(functions); i++)
                if (strlen(functions[i].name) == name->n &&
                    strncmp(functions[i].name, name->start, name->n) == 0)
                        return functions + i;
        return NULL;
}

/* How many arguments stand in the parentheses that s comes to. */
static unsigned count_arguments(const char *s) {
        const char *p = strchr(s, '(') + 1;
        unsigned commas = 0, depth = 0;

        if (p[strspn(p, " \t")] == ')')
                return 0;
        for (; *p && (depth > 0 || *p != ')'); p++)
                if (*p == '"' || *p == '\'') {
                        const char *end = strchr(p + 1, *p);

                        if (!end)
                                break;
                        p = end;
                } else if (*p == '(' || *p == '[')
                        depth++;
                else if (*p == ')' || *p == ']')
                        depth -= depth > 0;
                else
                        commas += *p == ',' && depth == 0;
        return commas + 1;
}

/* libxml2 takes some errors for such only when it comes to them, on some page, some day; and an
 * expression that just stops for one that is complete. NULL: there is none of these. */
static const char *find_mistake(const char *expression, Name *ret) {
        size_t n = strlen(expression);

        while (n > 0 && strchr(" \t", expression[n - 1]))
                n--;
        if (n > 0 && strchr("|(,", expression[n - 1]))
                return "is not an XPath expression: something is missing at its end";
        while (next_name(&expression, ret)) {
                const struct Function *function;
                unsigned arguments;

                if (ret->role == NAME_VARIABLE)
                        return "uses a variable, and there are none: ";
                if (ret->role != NAME_FUNCTION)
                        continue;
                function = find_function(ret);
                if (!function)
                        return "uses a function that XPath 1.0 does not have: ";
                arguments = count_arguments(expression);
                if (arguments < function->min || arguments > function->max)
                        return "uses a function with the wrong number of arguments: ";
        }
        *ret = (Name){};
        return NULL;
}

/* Instead of what libxml2 would print itself. */
static void keep_quiet(_unused_ void *userdata, _unused_ XmlErrorArgument *error) {}

int selector_compile(const char *key, const Value *value, Selector *ret) {
        Selector selector = { .key = key, .value = value };
        const char *file = value->file ? value->file : "built-in", *mistake;
        xmlXPathContext *context;
        Name name = {};

        if (!isempty(value->text)) {
                mistake = find_mistake(value->text, &name);
                if (mistake) {
                        log_file(LOG_ERR, file, value->line, "%s=%.200s %s%.*s", key, value->text,
                                 mistake, (int) MIN(name.n, 40U), strnull(name.start));
                        return -EINVAL;
                }
                context = xmlXPathNewContext(NULL);
                if (!context)
                        return log_oom();
                context->error = keep_quiet;
                selector.compiled = xmlXPathCtxtCompile(context, (const xmlChar *) value->text);
                xmlXPathFreeContext(context);
                if (!selector.compiled) {
                        log_file(LOG_ERR, file, value->line, "%s=%.200s is not an XPath expression",
                                 key, value->text);
                        return -EINVAL;
                }
                quick_compile(value->text, &selector.quick);
        }
        *ret = selector;
        return 0;
}

void selector_done(Selector *selector) {
        if (selector->compiled)
                xmlXPathFreeCompExpr(selector->compiled);
        quick_done(&selector->quick);
        *selector = (Selector){};
}

/* has-class('name'); libxml2's macro wants these names of the parameters. */
static void has_class(xmlXPathParserContext *ctxt, int nargs) {
        xmlNode *node = ctxt->context->node;
        xmlChar *name, *classes = NULL;
        bool result = false;

        CHECK_ARITY(1);
        name = xmlXPathPopString(ctxt);
        if (xmlXPathCheckError(ctxt)) {
                xmlFree(name);
                return;
        }
        if (node && node->type == XML_ELEMENT_NODE)
                classes = xmlGetNoNsProp(node, (const xmlChar *) "class");
        if (name && *name && classes)
                result = quick_has_word((const char *) classes, (const char *) name);
        xmlFree(classes);
        xmlFree(name);
        xmlXPathReturnBoolean(ctxt, result);
}

int query_init(Query *query, xmlDoc *document) {
        const xmlNode *root = xmlDocGetRootElement(document);
        xmlXPathContext *context;
        int r;

        context = xmlXPathNewContext(document);
        if (!context)
                return -ENOMEM;
        context->opLimit = STEPS_MAX;
        context->error = keep_quiet;
        r = xmlXPathRegisterFunc(context, (const xmlChar *) "has-class", has_class);
        for (const xmlNs *ns = root ? root->nsDef : NULL; ns && r == 0; ns = ns->next) {
                const xmlChar *prefix = ns->prefix ? ns->prefix : (const xmlChar *) "d";

                if (ns->href)
                        r = xmlXPathRegisterNs(context, prefix, ns->href);
        }
        *query = (Query){ .context = context };
        if (r != 0) {
                query_done(query);
                return -ENOMEM;
        }
        return 0;
}

void query_done(Query *query) {
        if (query->context)
                xmlXPathFreeContext(query->context);
        query->context = NULL;
}

int query_add_prefixes(Query *query, const Selector *selector) {
        const char *s = selector->compiled ? selector->value->text : "";
        Name name;

        while (next_name(&s, &name)) {
                _cleanup_free_ char *prefix = NULL;

                if (name.role != NAME_PREFIX)
                        continue;
                prefix = strndup(name.start, name.n);
                if (!prefix)
                        return -ENOMEM;
                if (!xmlXPathNsLookup(query->context, (xmlChar *) prefix) &&
                    xmlXPathRegisterNs(query->context, (xmlChar *) prefix,
                                       (xmlChar *) "tickerd:undeclared") != 0)
                        return -ENOMEM;
        }
        return 0;
}

static int fail(Query *query, const Selector *selector, const char *why) {
        if (!query->failed) {
                query->failed = selector;
                (void) snprintf(query->why, sizeof(query->why), "%s", why);
        }
        return -EINVAL;
}

int query_run(Query *query, const Selector *selector, xmlNode *node, xmlXPathObject **ret) {
        xmlXPathContext *context = query->context;
        xmlXPathObject *object;

        context->node = node;
        xmlResetError(&context->lastError);
        if (selector->quick.attribute && context->doc->type == XML_HTML_DOCUMENT_NODE) {
                *ret = quick_run(&selector->quick, context->doc);
                return *ret ? 0 : -ENOMEM;
        }
        object = xmlXPathCompiledEval(selector->compiled, context);
        if (!object) {
                if (context->opCount >= context->opLimit) {
                        (void) fail(query, selector, "takes too many steps on this page");
                        return -ENOBUFS;
                }
                if (context->lastError.code == XML_ERR_NO_MEMORY)
                        return -ENOMEM;
                return fail(query, selector, "cannot be evaluated");
        }
        if (object->nodesetval)
                xmlXPathNodeSetSort(object->nodesetval);
        *ret = object;
        return 0;
}

int query_nodes(Query *query, const Selector *selector, xmlNode *node, xmlXPathObject **ret) {
        xmlXPathObject *object;
        int r;

        r = query_run(query, selector, node, &object);
        if (r < 0)
                return r;
        if (object->type != XPATH_NODESET) {
                xmlXPathFreeObject(object);
                return fail(query, selector, "does not select nodes");
        }
        *ret = object;
        return 0;
}

int query_tell(const Query *query, const Source *source, int error, Reply *reply) {
        const Selector *failed = query->failed;

        if (error == -E2BIG)
                reply_set(reply, STATE_TOO_LARGE, "the strip has more than %u entries",
                          ENTRIES_MAX);
        else if (failed && error == -ENOBUFS)
                reply_set(reply, STATE_BAD_PAGE, "%s= %s", failed->key, query->why);
        else if (failed)
                reply_set(reply, STATE_BAD_SOURCE, "%s:%u: %s= %s",
                          failed->value->file ? failed->value->file : source->path,
                          failed->value->line, failed->key, query->why);
        else
                return error;
        return 0;
}
