/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "common/log.h"
#include "fetch/strip-private.h"

/* Keeps the first error and its place; goes on, so that one run shows every problem. */
typedef struct Problems {
        int error;
        const Value *where;
} Problems;

static void note(Problems *problems, int r, const Value *where) {
        if (r < 0 && problems->error == 0)
                *problems = (Problems){ r, where };
}

static Selector *compile_list(const char *key, const Values *values, Problems *problems) {
        Selector *list;

        list = calloc(values->n + 1, sizeof(Selector));
        if (!list)
                note(problems, log_oom(), NULL);
        for (size_t i = 0; list && i < values->n; i++)
                note(problems, selector_compile(key, values->items + i, list + i),
                     values->items + i);
        return list;
}

static Problems compile(Strip *strip) {
        const Source *source = strip->source;
        const struct {
                const char *key;
                const Value *value;
                Selector *selector;
        } single[] = {
                { "When", &source->when, &strip->when },
                { "Item", &source->item, &strip->item },
                { "Headline", &source->headline, &strip->headline },
                { "Link", &source->link, &strip->link },
                { "Published", &source->published, &strip->published },
        };
        const Value *strike = NULL;
        Problems problems = {};
        int r;

        strip->strips = compile_list("Strip", &source->strip, &problems);
        for (size_t i = 0; i < ELEMENTSOF(single); i++)
                note(&problems,
                     selector_compile(single[i].key, single[i].value, single[i].selector),
                     single[i].value);
        strip->drops = compile_list("Drop", &source->drop, &problems);
        r = strikes_compile(&source->strike, &strip->strikes, &strike);
        note(&problems, r, strike);
        return problems;
}

int strip_new(const Source *source, Strip **ret, const Value **ret_where) {
        _cleanup_(strip_freep) Strip *strip = NULL;
        Problems problems;

        strip = calloc(1, sizeof(Strip));
        if (!strip)
                return log_oom();
        strip->source = source;
        problems = compile(strip);
        if (problems.error < 0) {
                *ret_where = problems.where;
                return problems.error;
        }
        *ret = STEAL_POINTER(strip);
        return 0;
}

static void free_list(Selector *list, size_t n) {
        for (size_t i = 0; list && i < n; i++)
                selector_done(list + i);
        free(list);
}

Strip *strip_free(Strip *strip) {
        if (!strip)
                return NULL;
        free_list(strip->strips, strip->source->strip.n);
        free_list(strip->drops, strip->source->drop.n);
        selector_done(&strip->when);
        selector_done(&strip->item);
        selector_done(&strip->headline);
        selector_done(&strip->link);
        selector_done(&strip->published);
        strikes_done(&strip->strikes);
        free(strip);
        return NULL;
}
