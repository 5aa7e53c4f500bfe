/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "suggest/survey.h"
#include "common/text.h"
#include "fetch/content.h"

#define WHITE " \t\n\f\r"

/* What has no entries, or none that are read. */
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

typedef struct Counts {
        unsigned spots, runs;
} Counts;

/* The depth of the tree is limited, and so is the recursion. */
static void count(const xmlNode *node, Counts *counts) {
        counts->spots++;
        for (const xmlNode *child = node->children; child; child = child->next)
                if (child->type == XML_TEXT_NODE || child->type == XML_CDATA_SECTION_NODE)
                        counts->runs++;
                else if (child->type == XML_ELEMENT_NODE && !is_skipped(child))
                        count(child, counts);
}

static void add_run(Survey *survey, const xmlNode *text, Spot *spot) {
        const char *s = (const char *) text->content;
        unsigned weight = words_weight(s, strlen(s));

        if (weight == 0)
                return;
        survey->runs[survey->n_runs++] = (Run){
                .text = text,
                .owner = (unsigned) (spot - survey->spots),
                .weight = weight,
        };
        spot->weight += weight;
}

static Spot *add_spot(Survey *survey, xmlNode *node, unsigned parent) {
        Spot *spot = survey->spots + survey->n;

        *spot = (Spot){
                .node = node,
                .parent = parent,
                .run = survey->n_runs,
                .links = streq((const char *) node->name, "a") &&
                         xmlHasProp(node, (const xmlChar *) "href"),
        };
        node->_private = spot;
        survey->n++;
        for (xmlNode *child = node->children; child; child = child->next)
                if (child->type == XML_TEXT_NODE || child->type == XML_CDATA_SECTION_NODE)
                        add_run(survey, child, spot);
                else if (child->type == XML_ELEMENT_NODE && !is_skipped(child)) {
                        const Spot *inner =
                                add_spot(survey, child, (unsigned) (spot - survey->spots));

                        spot->weight += inner->weight;
                        spot->links += inner->links;
                }
        spot->end = survey->n;
        return spot;
}

int survey_make(xmlDoc *document, Survey *ret) {
        Survey survey = { .document = document };
        xmlNode *root = xmlDocGetRootElement(document);
        Counts counts = {};

        if (!root || is_skipped(root))
                return -ENODATA;
        count(root, &counts);
        survey.spots = calloc(counts.spots, sizeof(Spot));
        survey.runs = calloc(counts.runs + 1, sizeof(Run));
        if (!survey.spots || !survey.runs) {
                survey_done(&survey);
                return -ENOMEM;
        }
        (void) add_spot(&survey, root, 0);
        *ret = survey;
        return 0;
}

void survey_done(Survey *survey) {
        free(survey->spots);
        free(survey->runs);
        *survey = (Survey){};
}

char *spot_attribute(const Spot *spot, const char *name) {
        return (char *) xmlGetNoNsProp(spot->node, (const xmlChar *) name);
}

char *spot_text(const Spot *spot, size_t max) {
        _cleanup_buffer_ Buffer b = BUFFER(MIN(max * 2, (size_t) CONTENT_MAX));
        char *text = NULL;

        if (buffer_reserve(&b, 0) >= 0 && content_text(spot->node, false, &b) >= 0 &&
            text_clean(strnull(b.data), b.size, max, &text) >= 0)
                return text;
        return NULL;
}

int spot_classes(const Spot *spot, class_fn fn, void *userdata) {
        _cleanup_free_ char *classes = spot_attribute(spot, "class");
        char *saved = NULL;
        int r = 0;

        if (!classes)
                return 0;
        for (char *name = strtok_r(classes, WHITE, &saved); name && r == 0;
             name = strtok_r(NULL, WHITE, &saved))
                r = fn(name, userdata);
        return r;
}

static int is_same(const char *name, void *userdata) {
        return streq(name, userdata);
}

bool spot_has_class(const Spot *spot, const char *name) {
        return spot_classes(spot, is_same, (void *) name) > 0;
}
