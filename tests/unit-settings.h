/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * What the tests of configuration and source files share: loading them from the test's folder, and
 * tables that have every key with its default, a good value, and a bad one if there is any.
 */

#include "common/config.h"
#include "common/source.h"
#include "tests/unit-folder.h"

/* The shortest good source. */
#define SOURCE "[Source]\nURL=http://harbour.example/\n[Strip]\nStrip=//ul\n"

/* Loads the configuration; the places of all messages are as expected. NULL: it is bad. */
static inline Config *load_text(const char *text, const char *expected_places) {
        Config *config = NULL;
        int r;

        write_file("tickerd.conf", text);
        capture_begin();
        r = config_load(conf, &config);
        capture_end_at(expected_places);
        assert_true((r < 0) == !config);
        return config;
}

/* The same for a source, which is called harbour. */
static inline Source *load_source(const char *text, const char *expected_places) {
        Source *source = NULL;
        int r;

        write_file("harbour.source", text);
        capture_begin();
        r = source_load(in_folder("harbour.source"), "harbour", &source);
        capture_end_at(expected_places);
        assert_true((r < 0) == !source);
        return source;
}

/* How a setting is shown in the tables. */
typedef enum Type {
        TEXT,
        LIST,
        SPAN,
        BOOLEAN,
        COUNT,
        SIZE,
        MODE,
        EXPECT,
        FORMAT
} Type;

static inline void show(Type type, const void *target, char *buffer, size_t size) {
        static const char *const formats[] = { "html", "xml", "json" };
        const Values *list = target;
        const Expect *expect = target;
        const Value *value = target;
        size_t used = 0;

        *buffer = '\0';
        switch (type) {
        case TEXT:
                (void) snprintf(buffer, size, "%s", value->text ? value->text : "(none)");
                break;
        case LIST:
                for (size_t i = 0; i < list->n; i++)
                        used += (size_t) snprintf(buffer + used, size - used, "[%s]",
                                                  list->items[i].text);
                break;
        case SPAN:
                (void) timespan_format(*(const usec_t *) target, buffer, size);
                break;
        case BOOLEAN:
                (void) snprintf(buffer, size, "%s", *(const bool *) target ? "yes" : "no");
                break;
        case COUNT:
                (void) snprintf(buffer, size, "%u", *(const unsigned *) target);
                break;
        case SIZE:
                (void) snprintf(buffer, size, "%llu",
                                (unsigned long long) *(const uint64_t *) target);
                break;
        case MODE:
                (void) snprintf(buffer, size, "%04o", (unsigned) *(const mode_t *) target);
                break;
        case EXPECT:
                if (expect->mode == EXPECT_MODE_WITHIN)
                        (void) timespan_format(expect->span, buffer, size);
                else
                        (void) snprintf(buffer, size, "%s",
                                        expect->mode == EXPECT_MODE_ALWAYS ? "always"
                                                                           : "sometimes");
                break;
        case FORMAT:
                (void) snprintf(buffer, size, "%s", formats[*(const Format *) target]);
                break;
        }
}

typedef struct Key {
        const char *section;
        const char *key;
        Type type;
        size_t offset;
        const char *fallback; /* shown */
        const char *good;     /* as written */
        const char *shown;    /* the same shown; NULL: as it is written */
        const char *bad;      /* NULL: there is no bad value */
} Key;

static inline void assert_shown(const Key *key, const void *object, const char *expected) {
        char buffer[512];

        show(key->type, (const char *) object + key->offset, buffer, sizeof(buffer));
        if (!streq(buffer, expected))
                fail_msg("%s= is \"%s\" instead of \"%s\"", key->key, buffer, expected);
}
