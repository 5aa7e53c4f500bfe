/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "fetch/script.h"
#include "common/log.h"
#include "fetch/document.h"
#include "fetch/explain.h"
#include "fetch/json-text.h"
#include "fetch/json.h"
#include "fetch/page-end.h"
#include "fetch/selector.h"

struct Script {
        const Source *source;
        Selector selector;
        JsonStrip *json;
};

int script_new(const Source *source, Script **ret, const Value **ret_where) {
        _cleanup_(script_freep) Script *script = NULL;
        const Value *where = NULL;
        int r, error;

        script = calloc(1, sizeof(Script));
        if (!script)
                return log_oom();
        script->source = source;
        error = selector_compile("Script", &source->script, &script->selector);
        r = json_strip_new(source, &script->json, &where);
        if (error < 0 || r < 0) {
                *ret_where = error == -EINVAL ? &source->script : where;
                return error < 0 ? error : r;
        }
        *ret = STEAL_POINTER(script);
        return 0;
}

Script *script_free(Script *script) {
        if (!script)
                return NULL;
        selector_done(&script->selector);
        json_strip_free(script->json);
        free(script);
        return NULL;
}

/* Of several scripts the best counts. */
static int rank(State state) {
        switch (state) {
        case STATE_OK:
                return 6;
        case STATE_BAD_SOURCE:
                return 5;
        case STATE_TOO_LARGE:
                return 4;
        case STATE_EMPTY:
                return 3;
        case STATE_NO_STRIP:
                return 2;
        default:
                return 1;
        }
}

/* What a node of the page, or a string made of it, has to say. */
static int read_text(const Script *script, xmlChar *text, const char *base, Reply *reply) {
        size_t size;
        char *json;
        int r;

        if (!text)
                return -ENOMEM;
        size = strlen((char *) text);
        json = json_text_trim((char *) text, &size);
        r = json_strip_read(script->json, json, size, base, reply);
        xmlFree(text);
        return r;
}

static int read_scripts(const Script *script, xmlXPathObject *object, const char *base,
                        Reply *best) {
        bool nodes = object->type == XPATH_NODESET;
        size_t n = nodes ? nodes_count(object) : 1;

        if (object->type == XPATH_STRING && !*object->stringval)
                n = 0; /* cut out of what is not there */
        explain("Script= finds %zu node(s)", n);
        reply_set(best, STATE_NO_STRIP, "Script= finds nothing on the page");
        for (size_t i = 0; i < n && (i == 0 || best->state != STATE_OK); i++) {
                _cleanup_reply_ Reply reply = { .known = best->known };
                int r;

                r = read_text(script,
                              nodes ? xmlNodeGetContent(nodes_get(object, i))
                                    : xmlXPathCastToString(object),
                              base, &reply);
                if (r < 0)
                        return r;
                explain("node number %zu is %s: %s", i + 1, state_name(reply.state),
                        reply.detail ?: "that is the strip");
                if (i == 0 || rank(reply.state) > rank(best->state))
                        reply_take(best, &reply);
        }
        return 0;
}

int script_read(const Script *script, Buffer *page, const char *url, Reply *reply) {
        _cleanup_(document_freep) xmlDoc *document = NULL;
        _cleanup_(object_freep) xmlXPathObject *object = NULL;
        _cleanup_free_ char *base = NULL;
        _cleanup_reply_ Reply best = { .known = reply->known };
        const PageEnd end = page_end_look(page);
        Query query = {};
        int r;

        r = document_open(page, script->source->format, &document, reply);
        if (r == 0)
                page_end_check(&end, NULL, NULL, reply);
        if (r <= 0)
                return r;
        r = document_base(document, url, &base);
        if (r >= 0)
                r = query_init(&query, document);
        if (r >= 0)
                r = query_add_prefixes(&query, &script->selector);
        if (r >= 0)
                r = query_run(&query, &script->selector, (xmlNode *) document, &object);
        if (r >= 0)
                r = read_scripts(script, object, base, &best);
        if (r < 0)
                r = query_tell(&query, script->source, r, reply);
        else {
                reply_take(reply, &best);
                document_check_blank(document, reply);
                page_end_check(&end, document,
                               nodes_count(object) > 0 ? nodes_get(object, 0) : NULL, reply);
        }
        query_done(&query);
        return r;
}
