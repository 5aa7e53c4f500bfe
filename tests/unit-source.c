/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* A source file as a user writes it: every key, what it must have, its lists, and its name. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/unit-settings.h"

#define LETTERS_64 "a123456789012345678901234567890123456789012345678901234567890123"

#define AT(member) offsetof(Source, member)

/* clang-format off */
static const Key source_keys[] = {
        { "Source", "Description", TEXT, AT(description), "(none)", "Harbour news, in brief" },
        { "Source", "URL", TEXT, AT(url), "http://harbour.example/", "https://harbour.example/a?b#c", NULL,
          "ftp://harbour.example/" },
        { "Source", "URL", TEXT, AT(url), "http://harbour.example/", "http://[::1]:8080/", NULL, "harbour.example" },
        { "Source", "URL", TEXT, AT(url), "http://harbour.example/", "http://h", NULL, "http://" },
        { "Source", "URL", TEXT, AT(url), "http://harbour.example/", "http://h?x", NULL, "https:///path" },
        { "Source", "URL", TEXT, AT(url), "http://harbour.example/", "http://h/%C3%A9", NULL, "http://h/a b" },
        { "Source", "URL", TEXT, AT(url), "http://harbour.example/", "http://h/", NULL, "file:///etc/passwd" },
        { "Source", "Interval", SPAN, AT(interval), "30s", "1s", NULL, "999ms" },
        { "Source", "Interval", SPAN, AT(interval), "30s", "5min", NULL, "0" },
        { "Source", "Interval", SPAN, AT(interval), "30s", "1h 30min", NULL, "often" },
        { "Source", "Interval", SPAN, AT(interval), "30s", "10s..2min", "2min", "10s.." },
        { "Source", "Interval", SPAN, AT(interval_min), "30s", "10s .. 2min", "10s", "2min..10s" },
        { "Source", "Interval", SPAN, AT(interval_min), "30s", "1min", NULL, "500ms..1min" },
        { "Source", "Timeout", SPAN, AT(timeout), "20s", "1min", NULL, "never" },
        { "Source", "Timeout", SPAN, AT(timeout), "20s", "500ms", NULL, "0s" },
        { "Source", "MaxSize", SIZE, AT(max_size), "8388608", "64K", "65536", "64KB" },
        { "Source", "MaxSize", SIZE, AT(max_size), "8388608", "1G", "1073741824", "0" },
        { "Source", "MaxSize", SIZE, AT(max_size), "8388608", "100000", NULL, "big" },
        { "Source", "Language", TEXT, AT(language), "(none)", "en", NULL, "e n" },
        { "Source", "Language", TEXT, AT(language), "(none)", "pt-BR", NULL, "pt_BR" },
        { "Source", "Language", TEXT, AT(language), "(none)", "zh-Hant-HK", NULL, "zh-" },
        { "Source", "Language", TEXT, AT(language), "(none)", "sr-Latn", NULL, "portuguese" },
        { "Source", "Language", TEXT, AT(language), "(none)", "x-harbour", NULL, "français" },
        { "Source", "Expect", EXPECT, AT(expect), "always", "always", NULL, "Always" },
        { "Source", "Expect", EXPECT, AT(expect), "always", "sometimes", NULL, "rarely" },
        { "Source", "Expect", EXPECT, AT(expect), "always", "6h", NULL, "6 hrs" },
        { "Source", "Header", LIST, AT(headers), "", "Accept: text/html", "[Accept: text/html]", "Accept" },
        { "Source", "Header", LIST, AT(headers), "", "X-A:b:c", "[X-A:b:c]", ": text/html" },
        { "Source", "Header", LIST, AT(headers), "", "Cookie: a=b; c=\"d\"", "[Cookie: a=b; c=\"d\"]", "X A: b" },
        { "Source", "Header", LIST, AT(headers), "", "@harbour-1.key", "[@harbour-1.key]", "@" },
        { "Source", "Header", LIST, AT(headers), "", "@_", "[@_]", "@../tickerd.conf" },
        { "Source", "Charset", TEXT, AT(charset), "(none)", "windows-1256", NULL, "windows 1256" },
        { "Source", "Charset", TEXT, AT(charset), "(none)", "ISO_8859-6:1987", NULL, "кои8" },
        { "Source", "Reappear", SPAN, AT(reappear), "0s", "2d", NULL, "later" },
        { "Strip", "Format", FORMAT, AT(format), "html", "html", NULL, "text" },
        { "Strip", "Format", FORMAT, AT(format), "html", "xml", NULL, "XML" },
        { "Strip", "Format", FORMAT, AT(format), "html", "json", NULL, "html json" },
        { "Strip", "Strip", LIST, AT(strip), "[//ul]", "//ol[has-class('x')]", "[//ul][//ol[has-class('x')]]" },
        { "Strip", "When", TEXT, AT(when), "(none)", "//div/@data-on" },
        { "Strip", "Item", TEXT, AT(item), ".//li", "./p" },
        { "Strip", "Headline", TEXT, AT(headline), ".", ".//b" },
        { "Strip", "Link", TEXT, AT(link), ".//a/@href", "@data-url" },
        { "Strip", "Published", TEXT, AT(published), "(none)", ".//time/@datetime" },
        { "Strip", "Drop", LIST, AT(drop), "", ".//time", "[.//time]" },
        { "Strip", "Strike", LIST, AT(strike), "", "^LIVE *: *", "[^LIVE *: *]" },
        { "Strip", "Order", BOOLEAN, AT(oldest_first), "no", "oldest-first", "yes", "oldest" },
        { "Strip", "Order", BOOLEAN, AT(oldest_first), "no", "newest-first", "no", "Newest-first" },
        { "Strip", "Script", TEXT, AT(script), "(none)", "//script[@id='data']" },
};
/* clang-format on */

static void test_source_defaults(void **state) {
        _cleanup_(source_freep) Source *source = load_source(SOURCE, "");

        for (size_t i = 0; i < ELEMENTSOF(source_keys); i++)
                assert_shown(source_keys + i, source, source_keys[i].fallback);
        assert_string_equal(source->name, "harbour");
        assert_string_equal(source->path, in_folder("harbour.source"));
}

static void test_source_keys(void **state) {
        for (size_t i = 0; i < ELEMENTSOF(source_keys); i++) {
                const Key *key = source_keys + i;
                _cleanup_(source_freep) Source *source = NULL;
                char text[512];

                (void) snprintf(text, sizeof(text), SOURCE "[%s]\n%s=%s\n", key->section, key->key,
                                key->good);
                source = load_source(text, "");
                assert_shown(key, source, key->shown ? key->shown : key->good);

                if (!key->bad)
                        continue;
                (void) snprintf(text, sizeof(text), SOURCE "[%s]\n%s=%s\n", key->section, key->key,
                                key->bad);
                assert_null(load_source(text, "harbour.source:6"));
        }
}

/* An empty value: back to the default, but a list gets empty, and an empty Link= means no links. */
static void test_source_empty_values(void **state) {
        for (size_t i = 0; i < ELEMENTSOF(source_keys); i++) {
                const Key *key = source_keys + i;
                _cleanup_(source_freep) Source *source = NULL;
                bool required = streq(key->key, "URL") || streq(key->key, "Strip");
                char text[512];

                (void) snprintf(text, sizeof(text), SOURCE "[%s]\n%s=%s\n%s=\n", key->section,
                                key->key, key->good, key->key);
                source = load_source(text, required ? "harbour.source:1" : "");
                if (required)
                        assert_null(source);
                else if (streq(key->key, "Link"))
                        assert_shown(key, source, "");
                else
                        assert_shown(key, source, key->type == LIST ? "" : key->fallback);
        }
}

static void test_source_lists(void **state) {
        _cleanup_(source_freep) Source *source = load_source(
                SOURCE "Strip=//ol with spaces\nDrop=a\nDrop=b\nDrop=\nDrop=c\nStrike=x\nStrike=y\n"
                       "[Source]\nHeader=A: 1\nHeader=B: 2\n",
                "");

        assert_int_equal(source->strip.n, 2);
        assert_string_equal(source->strip.items[0].text, "//ul");
        assert_string_equal(source->strip.items[1].text, "//ol with spaces");
        assert_int_equal(source->strip.items[1].line, 5); /* so that a bad selector can be named */
        assert_string_equal(source->strip.items[1].file, in_folder("harbour.source"));
        assert_int_equal(source->drop.n, 1);
        assert_string_equal(source->drop.items[0].text, "c");
        assert_int_equal(source->strike.n, 2);
        assert_int_equal(source->headers.n, 2);
        assert_string_equal(source->headers.items[1].text, "B: 2");
}

/* More than 64 lines of one list are refused, at the first that is too many. */
static void test_source_long_lists(void **state) {
        _cleanup_buffer_ Buffer text = BUFFER(1 << 16);
        _cleanup_(source_freep) Source *source = NULL;

        buffer_puts(&text, SOURCE);
        for (size_t i = 0; i < 64; i++)
                buffer_puts(&text, "Drop=.//i\n");
        source = load_source(text.data, "");
        assert_int_equal(source->drop.n, 64);
        buffer_puts(&text, "Drop=.//b\nDrop=.//u\n");
        assert_null(load_source(text.data, "harbour.source:69"));
}

/* All that is strange is said, and nothing of it is an error. */
static void test_unknown_is_a_warning(void **state) {
        _cleanup_(source_freep) Source *source = load_source(SOURCE "URL=x\n[Ticker]\nSources=a\n",
                                                             "harbour.source:5 harbour.source:6");

        assert_non_null(source);
        assert_string_equal(source->url.text, "http://harbour.example/");
}

/* One run shows every problem. */
static void test_every_problem(void **state) {
        assert_null(load_source(
                "[Source]\nURL=http://h/\nInterval=x\n[Strip]\nFormat=y\nStrip=z\nOrder=w\n",
                "harbour.source:3 harbour.source:5 harbour.source:7"));
}

static void test_source_requires(void **state) {
        assert_null(load_source("", "harbour.source:1 harbour.source:1"));
        assert_null(load_source("[Source]\nURL=http://h/\n", "harbour.source:1"));
        assert_null(load_source("[Strip]\nStrip=//ul\n", "harbour.source:1"));
        /* A bad one is not missing. */
        assert_null(load_source("[Source]\nURL=h\n[Strip]\nStrip=//ul\n", "harbour.source:2"));
}

/* Each other key of [Strip], once; not one that an empty value has reset. */
static void test_source_feed(void **state) {
        _cleanup_(source_freep) Source *source = NULL;

        source = load_source("[Source]\nURL=http://h/\n[Strip]\nFormat=feed\nOrder=oldest-first\n"
                             "Strike=a\nItem=x\nItem=\nDrop=x\nDrop=\nWhen=\n",
                             "");
        assert_int_equal(source->format, FORMAT_FEED);
        assert_null(
                load_source("[Source]\nURL=http://h/\n[Strip]\nStrip=a\nWhen=a\nItem=a\n"
                            "Headline=a\nLink=\nPublished=a\nDrop=a\nScript=a\nFormat=feed\n",
                            "harbour.source:4 harbour.source:5 harbour.source:6 harbour.source:7 "
                            "harbour.source:8 harbour.source:9 harbour.source:10 "
                            "harbour.source:11"));
}

/* The longest URL has 4,096 bytes, which a line does not hold with its key: it is continued. */
static void test_source_longest_url(void **state) {
        _cleanup_(source_freep) Source *source = NULL;
        char text[8192];

        (void) snprintf(text, sizeof(text),
                        "[Source]\nURL=\\\nhttp://h/%04087d\n[Strip]\nStrip=//ul\n", 0);
        source = load_source(text, "");
        assert_int_equal(strlen(source->url.text), 4096);
}

static void test_source_names(void **state) {
        static const char *const good[] = { "a",  "0",    "harbour", "harbour-town-2",
                                            "a-", "a--b", LETTERS_64 };
        static const char *const bad[] = { "",    "-",   "-a",          "A",   "Harbour",
                                           "a_b", "a.b", "a b",         "a/b", "../a",
                                           "é",   "a\n", LETTERS_64 "a" };

        for (size_t i = 0; i < ELEMENTSOF(good); i++)
                assert_true(source_name_valid(good[i]));
        for (size_t i = 0; i < ELEMENTSOF(bad); i++)
                assert_false(source_name_valid(bad[i]));
}

int main(void) {
        const struct CMUnitTest tests[] = {
                IN_FOLDER(test_source_defaults),     IN_FOLDER(test_source_keys),
                IN_FOLDER(test_source_empty_values), IN_FOLDER(test_source_lists),
                IN_FOLDER(test_source_long_lists),   IN_FOLDER(test_unknown_is_a_warning),
                IN_FOLDER(test_every_problem),       IN_FOLDER(test_source_requires),
                IN_FOLDER(test_source_feed),         IN_FOLDER(test_source_longest_url),
                IN_FOLDER(test_source_names),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
