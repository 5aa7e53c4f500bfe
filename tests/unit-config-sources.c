/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Which sources a configuration enables, and where their files are found. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/unit-settings.h"
#include "version.h"

static void assert_sources(const Config *config, const char *expected) {
        static const Key key = {
                .key = "Sources",
                .type = LIST,
                .offset = offsetof(Config, sources),
        };

        assert_shown(&key, config, expected);
}

/* Each row is what stands under [Ticker], and the list of sources that comes of it. */
/* clang-format off */
static const struct {
        const char *text;
        const char *sources;
} source_lists[] = {
        { "", "[almayadeen-english]" },
        { "Sources=a\n", "[a]" },               /* instead of the default */
        { "Sources=a b\n", "[a][b]" },
        { "Sources=a\nSources=b c\n", "[a][b][c]" },
        { "Sources=  a \t b  \n", "[a][b]" },
        { "Sources=a \\\n  b \\\n# c\n  d\n", "[a][b][d]" },
        { "Sources=a\nSources=\n", "" },
        { "Sources=\n", "" },
        { "Sources=a\nSources=\nSources=b\n", "[b]" },
        { "Sources=\nSources=b\n", "[b]" },
        { "Sources=a b a\nSources=b c\n", "[a][b][c]" }, /* one named twice is polled once */
        { "Sources=almayadeen-english a\n", "[almayadeen-english][a]" },
};
/* clang-format on */

static void test_sources(void **state) {
        for (size_t i = 0; i < ELEMENTSOF(source_lists); i++) {
                _cleanup_(config_freep) Config *config = NULL;
                char text[256];

                (void) snprintf(text, sizeof(text), "[Ticker]\n%s", source_lists[i].text);
                config = load_text(text, "");
                assert_sources(config, source_lists[i].sources);
        }
}

/* Sources in a drop-in replace the default, add to what the main file says, or reset it. */
static void test_drop_in_sources(void **state) {
        _cleanup_(config_freep) Config *replaced = NULL, *added = NULL, *reset = NULL;

        write_file("tickerd.conf.d/a.conf", "[Ticker]\nSources=b\n");
        replaced = load_text("", "");
        assert_sources(replaced, "[b]");
        added = load_text("[Ticker]\nSources=a\n", "");
        assert_sources(added, "[a][b]");
        write_file("tickerd.conf.d/a.conf", "[Ticker]\nSources=\nSources=b\n");
        reset = load_text("[Ticker]\nSources=a\n", "");
        assert_sources(reset, "[b]");
}

/* Loads the enabled sources and compares where the messages point. Returns how many were loaded. */
static size_t load_sources(const Config *config, const char *expected_places) {
        Source **sources = NULL;
        int r;

        capture_begin();
        r = config_load_sources(config, &sources);
        capture_end_at(expected_places);
        assert_true((r < 0) == !sources);
        if (r < 0)
                return 0;
        for (size_t i = 0; i < config->sources.n; i++)
                assert_string_equal(sources[i]->name, config->sources.items[i].text);
        sources_free(sources, config->sources.n);
        return config->sources.n;
}

static void test_load_sources(void **state) {
        _cleanup_(config_freep) Config *config = NULL, *none = NULL;

        write_file("sources/harbour.source", SOURCE);
        write_file("sources/town.source", SOURCE);
        config = load_text("[Ticker]\nSources=town harbour\n", "");
        assert_int_equal(load_sources(config, ""), 2);
        none = load_text("[Ticker]\nSources=\n", "");
        assert_int_equal(load_sources(none, ""), 0);
}

/* A missing source is named where it is enabled; so is a name that is none. */
static void test_load_sources_bad(void **state) {
        _cleanup_(config_freep) Config *config = NULL, *fallback = NULL;

        write_file("sources/harbour.source", SOURCE);
        write_file("sources/town.source", SOURCE "Order=random\n");
        write_file("tickerd.conf.d/a.conf", "\n[Ticker]\n\nSources=lake Harbour\n");
        config = load_text("[Ticker]\nSources=harbour\nSources=river \\\n  sea \\\n  town\n", "");
        assert_int_equal(load_sources(config, "tickerd.conf:3 tickerd.conf:3 sources/town.source:5 "
                                              "tickerd.conf.d/a.conf:4 tickerd.conf.d/a.conf:4"),
                         0);

        /* The default is named nowhere: then it is the file itself. */
        assert_int_equal(unlink(in_folder("tickerd.conf.d/a.conf")), 0);
        fallback = load_text("# nothing\n", "");
        if (access(TICKERD_DATADIR "/sources/almayadeen-english.source", F_OK) < 0)
                assert_int_equal(load_sources(fallback, "tickerd.conf:1"), 0);
}

static void test_load_source(void **state) {
        _cleanup_(config_freep) Config *config = load_text("", "");
        _cleanup_(source_freep) Source *source = NULL;

        write_file("sources/harbour.source", SOURCE);
        write_file("outside.source", SOURCE);
        assert_int_equal(config_load_source(config, "harbour", &source), 0);
        assert_string_equal(source->path, in_folder("sources/harbour.source"));
        source = source_free(source);

        capture_begin(); /* so that a message would be lost, not shown */
        assert_int_equal(config_load_source(config, "lake", &source), -ENOENT);
        assert_int_equal(config_load_source(config, "../outside", &source), -ENOENT);
        assert_int_equal(config_load_source(config, "", &source), -ENOENT);
        {
                _cleanup_buffer_ Buffer messages = capture_end();

                assert_string_equal(messages.data, "");
        }
        assert_null(source);
}

/* Sources are looked up beside the configuration, also when its path has no folder. */
static void test_relative_path(void **state) {
        _cleanup_free_ char *before = getcwd(NULL, 0);
        _cleanup_(config_freep) Config *config = NULL;
        _cleanup_(source_freep) Source *source = NULL;

        write_file("tickerd.conf", "[Ticker]\nSources=harbour\n");
        write_file("tickerd.conf.d/a.conf", "[Ticker]\nSources=town\n");
        write_file("sources/harbour.source", SOURCE);
        assert_non_null(before);
        assert_int_equal(chdir(folder), 0);
        assert_int_equal(config_load("tickerd.conf", &config), 0);
        assert_int_equal(config_load_source(config, "harbour", &source), 0);
        assert_int_equal(chdir(before), 0);
        assert_sources(config, "[harbour][town]");
        assert_string_equal(source->path, "sources/harbour.source");
}

int main(void) {
        const struct CMUnitTest tests[] = {
                IN_FOLDER(test_sources),      IN_FOLDER(test_drop_in_sources),
                IN_FOLDER(test_load_sources), IN_FOLDER(test_load_sources_bad),
                IN_FOLDER(test_load_source),  IN_FOLDER(test_relative_path),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
