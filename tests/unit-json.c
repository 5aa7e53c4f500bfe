/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* JSON and paths to entries: what golden pages do not show. */

#include "fetch/json-text.h"
#include "unit-page.h"

#define JSON "Format=json\n"

static void test_paths(void **state) {
        check(JSON "Strip=$", "[\"x\"]", "x");
        check(JSON "Strip=$[0]", "[[\"x\"], [\"y\"]]", "x");
        check(JSON "Strip=$[#-1]", "[[\"x\"], [\"y\"]]", "y");
        check(JSON "Strip=$.a.b", "{\"a\":{\"b\":[\"x\"]}}", "x");
        check(JSON "Strip=$.a-b", "{\"a-b\":[\"x\"]}", "x");
        check(JSON "Strip=$.a b", "{\"a b\":[\"x\"]}", "x");
        check(JSON "Strip=$.\"a.b\"[1].c", "{\"a.b\":[0,{\"c\":[\"x\"]}]}", "x");
        check(JSON "Strip=$.\xc3\xa9", "{\"\xc3\xa9\":[\"x\"]}", "x");
        check(JSON "Strip=$\nItem=$[1]", "[[\"x\", \"y\"], []]", "y");
        check(JSON "Strip=$\nItem=$.a\nHeadline=$.b[0]",
              "[{\"a\":{\"b\":[\"x\"]}}, {\"b\":[\"y\"]}]", "x");
        check(JSON "Strip=$\nItem=.//li\nHeadline=.\nLink=.//a/@href", "[\"x\"]", "x");
        check(JSON "Strip=$\nItem=\nHeadline=\nLink=", "[\"x\"]", "x");
}

static void test_bad_paths(void **state) {
        static const char *const bad[] = {
                "a",        "$a",   "$.",    "$..a",  "$[*]", "$['a']", "$[",
                "$[]",      "$[#]", "$[#-]", "$[-1]", "$[1",  "$.a[",   "$.\"a",
                "$.\"a\"b", "$.a.", "//ul",  ".",     "@.a",
        };
        static const char *const keys[] = { "Strip=$\nStrip",     "Strip=$\nItem",
                                            "Strip=$\nHeadline",  "Strip=$\nLink",
                                            "Strip=$\nPublished", "Strip=$\nWhen" };

        for (size_t i = 0; i < ELEMENTSOF(bad); i++) {
                char lines[128];

                (void) snprintf(lines, sizeof(lines), JSON "Strip=%s", bad[i]);
                check_bad(lines);
        }
        for (size_t i = 0; i < ELEMENTSOF(keys); i++) {
                char lines[128];

                (void) snprintf(lines, sizeof(lines), JSON "%s=$.a[x]", keys[i]);
                check_bad(lines);
                (void) snprintf(lines, sizeof(lines), "Script=//script\n%s=$.a[x]", keys[i]);
                check_bad(lines);
        }
        check_bad(JSON "Strip=$\nStrike=(");
        check_bad(JSON "Strip=$\nDrop=$.a");
        check_bad("Strip=$\nScript=//script[");
        check_bad("Strip=$\nScript=//script\nDrop=.//b");
}

/* What the strip may be. */
static void test_kinds_of_strips(void **state) {
        const char *lines = JSON "Strip=$.s\nHeadline=$.h";

        check(lines, "{\"s\":[{\"h\":\"x\"}]}", "x");
        check(lines, "{\"s\":{\"k\":{\"h\":\"x\"}}}", "x");
        check(lines, "{\"s\":{\"h\":\"x\"}}", "x");
        check(lines, "{\"s\":{\"h\":null,\"k\":{\"h\":\"x\"}}}", NULL);
        check(lines, "{\"s\":{\"h\":{\"h\":\"x\"}}}", "x");
        check(lines, "{\"s\":\"x\"}", NULL);
        check(JSON "Strip=$.s", "{\"s\":\"x\"}", "x");
        check(JSON "Strip=$.s", "{\"s\":{\"a\":\"x\"}}", "x");
        check(JSON "Strip=$", "\"x\"", "x");
        check(JSON "Strip=$", " [ \"x\" ]\r\n", "x");
}

static void test_when(void **state) {
        static const char *const yes[] = { "true", "1", "-0.5", "\"yes\"", "[0]", "{\"a\":null}" };
        static const char *const no[] = { "null",     "false", "0",        "-0",        "0.0",
                                          "0e5",      "\"\"",  "\" \\t\"", "\"false\"", "\"0\"",
                                          "\"null\"", "[]",    "[ ]",      "{}",        "{ }" };
        char page[128];

        for (size_t i = 0; i < ELEMENTSOF(yes); i++) {
                (void) snprintf(page, sizeof(page), "{\"w\":%s,\"s\":[\"x\"]}", yes[i]);
                check(JSON "Strip=$.s\nWhen=$.w", page, "x");
        }
        for (size_t i = 0; i < ELEMENTSOF(no); i++) {
                (void) snprintf(page, sizeof(page), "{\"w\":%s,\"s\":[\"x\"]}", no[i]);
                check(JSON "Strip=$.s\nWhen=$.w", page, NULL);
        }
        check(JSON "Strip=$.s\nWhen=$.w", "{\"s\":[\"x\"]}", NULL);
}

static void check_published(const char *value, const char *expected) {
        char page[128];
        Fixture f;

        open_fixture(&f, JSON "Strip=$\nHeadline=$.h\nPublished=$.p");
        (void) snprintf(page, sizeof(page), "[{\"h\":\"x\",\"p\":%s}]", value);
        read_text(&f, page);
        assert_int_equal(f.reply.n_entries, 1);
        if (expected)
                assert_string_equal(f.reply.entries[0].published, expected);
        else
                assert_null(f.reply.entries[0].published);
        close_fixture(&f);
}

static void test_published(void **state) {
        check_published("\"12:04 \\u0000 \"", "12:04");
        check_published("1795417200", "1795417200");
        check_published("1795417200.50", "1795417200.50");
        check_published("17954172000000000000000", "17954172000000000000000");
        check_published("1e400", "1e400");
        check_published("-1", "-1");
        check_published("true", NULL);
        check_published("null", NULL);
        check_published("\"\"", NULL);
        check_published("[1]", NULL);
}

static void test_headlines(void **state) {
        const char *lines = JSON "Strip=$";

        check(lines, "[\"a\\/b \\\"c\\\" \\\\ \\n d\"]", "a/b \"c\" \\ d");
        check(lines, "[\"a < b & c\"]", "a < b & c");
        check(lines, "[\"S&P <b>500</b> <5\"]", "S&P 500 <5");
        check(lines, "[\"a<p>b</p>c<!-- d -->\"]", "a b c");
        check(lines, "[\"&amp;amp;\"]", "&amp;");
        check(lines, "[\"<style>a</style>\"]", NULL);
        check(lines, "[\"\\ud800\\udbff\\udc00x\\udfff\"]",
              "\xef\xbf\xbd\xf4\x8f\xb0\x80x\xef\xbf\xbd");
        check(lines, "[\"\\u0000\\u0000x\"]", "x");
        check(lines, "[\"\\\\u0000\"]", "\\u0000");
        check(lines, "[1, 1.5, true, null, [\"x\"], {\"x\":\"x\"}]", NULL);
        check(JSON "Strip=$\nStrike=&", "[\"a &amp; b\"]", "a b");
}

/* As long as they are, and deeper than any page may be. */
static void test_long_headlines(void **state) {
        _cleanup_free_ char *page = NULL, *deep = NULL;
        Fixture f;

        assert_return_code(asprintf(&page, "[\"%*s\"]", 200000, "x"), 0);
        check(JSON "Strip=$", page, "x");
        free(page);
        deep = calloc(1, 900 * 3 + 1);
        assert_non_null(deep);
        for (size_t i = 0; i < 900; i++)
                memcpy(deep + i * 3, "<b>", 3);
        assert_return_code(asprintf(&page, "[\"%s\"]", deep), 0);
        open_fixture(&f, JSON "Strip=$");
        read_text(&f, page);
        assert_int_equal(f.reply.n_entries, 1);
        assert_int_equal(strlen(f.reply.entries[0].headline), HEADLINE_MAX);
        close_fixture(&f);
}

static void check_state(const char *lines, const char *page, State state) {
        Fixture f;

        open_fixture(&f, lines);
        read_text(&f, page);
        assert_int_equal(f.reply.state, state);
        close_fixture(&f);
}

static void test_not_json(void **state) {
        static const char *const bad[] = {
                "",
                " ",
                "x",
                "[\"x\",]",
                "{a:\"x\"}",
                "['x']",
                "[\"x\"",
                "[\"x\"]]",
                "[\"x\"] y",
                "[\"\\\"]",
                "[\"\\u12\"]",
                "[\"\\",
                "[\"\\ud800\\u",
                "[+1]",
                "[.5]",
                "[01]",
                "[0x1]",
                "[\"x\"] // y",
                "[\"a\tb\"]",
                "]",
                "}{",
                "[NaN]",
                "[Infinity]",
                "[\"a\\\nb\"]",
                "{\"a\":1,}",
        };

        for (size_t i = 0; i < ELEMENTSOF(bad); i++) {
                check_state(JSON "Strip=$", bad[i], STATE_BAD_PAGE);
        }
}

/* Of several scripts the first that is JSON with entries in the strip. */
static void test_scripts(void **state) {
        static const char lines[] = "Script=//script\nStrip=$.s\nWhen=$.w";
        static const struct {
                const char *page;
                State state;
        } cases[] = {
                { "<p>x", STATE_NO_STRIP },
                { "", STATE_BAD_PAGE },
                { "<script>x()</script>", STATE_BAD_PAGE },
                { "<script></script>", STATE_BAD_PAGE },
                { "<script>{\"w\":1}</script>", STATE_NO_STRIP },
                { "<script>x()</script><script>{\"w\":1}</script>", STATE_NO_STRIP },
                { "<script>{\"w\":1,\"s\":[]}</script><script>{\"w\":1}</script>", STATE_EMPTY },
                { "<script>{\"w\":0,\"s\":[\"x\"]}</script>", STATE_EMPTY },
                { "<script>{\"w\":0,\"s\":[\"x\"]}</script><script>{\"w\":1,\"s\":[\"x\"]}</script>",
                  STATE_OK },
                { "<script>{\"w\":1,\"s\":[\"x\"]}</script><script>x()</script>", STATE_OK },
        };

        for (size_t i = 0; i < ELEMENTSOF(cases); i++)
                check_state(lines, cases[i].page, cases[i].state);
        check_state("Format=xml\nScript=/a/b\nStrip=$", "<a><b><![CDATA[[\"x\"]]]></b></a>",
                    STATE_OK);
        check_state("Script=//script[count('x')]\nStrip=$", "<script>[\"x\"]</script>",
                    STATE_BAD_SOURCE);
        check_state("Script=substring-after(//script, 'f(')\nStrip=$", "<script>g([1])</script>",
                    STATE_NO_STRIP);
        check_state("Script=count(//script)\nStrip=$", "<script>[\"x\"]</script>", STATE_EMPTY);
}

static void check_trim(const char *text, const char *expected) {
        _cleanup_free_ char *copy = strdup(text);
        size_t size = strlen(text);

        assert_non_null(copy);
        assert_string_equal(json_text_trim(copy, &size), expected);
        assert_int_equal(size, strlen(expected));
}

static void test_trim(void **state) {
        check_trim("", "");
        check_trim(" \n", "");
        check_trim("=", "=");
        check_trim("a=", "");
        check_trim(";", "");
        check_trim(" [1] ", "[1]");
        check_trim("<!--[1]-->", "[1]");
        check_trim("\n<!--\n[1]\n-->\n", "[1]");
        check_trim("<!-->", "<!-->");
        check_trim("<!---->", "");
        check_trim("[1]-->", "[1]-->");
        check_trim("var a = [1];", "[1]");
        check_trim("window['a'].b[\"c\"]\n=\n{\"a\":1} ; ;\n", "{\"a\":1}");
        check_trim("$_1={}", "{}");
        check_trim("a={\"x\":[\"};\\\"\"]}\n; (function () { b(); })();", "{\"x\":[\"};\\\"\"]}");
        check_trim("[1] 2; 3", "[1] 2; 3");
        check_trim("[1;", "[1");
        check_trim("];[1];", "];[1]");
        check_trim("\"a=b\"", "\"a=b\"");
        check_trim("[1]=2", "[1]=2");
        check_trim("f(a=1)", "f(a=1)");
        check_trim("true", "true");
}

/* A reader is used for thousands of pages, and many share what is below. */
static void test_again(void **state) {
        Fixture a, b;

        open_fixture(&a, JSON "Strip=$.s");
        open_fixture(&b, JSON "Strip=$\nHeadline=$.h");
        for (int i = 0; i < 100; i++) {
                read_text(&a, i % 2 ? "{\"s\":[\"x\"]}" : "{\"s\"");
                assert_int_equal(a.reply.state, i % 2 ? STATE_OK : STATE_BAD_PAGE);
                read_text(&b, "[{\"h\":\"y\"}]");
                assert_int_equal(b.reply.state, STATE_OK);
        }
        close_fixture(&a);
        read_text(&b, "[]");
        assert_int_equal(b.reply.state, STATE_EMPTY);
        close_fixture(&b);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_paths),           cmocka_unit_test(test_bad_paths),
                cmocka_unit_test(test_kinds_of_strips), cmocka_unit_test(test_when),
                cmocka_unit_test(test_published),       cmocka_unit_test(test_headlines),
                cmocka_unit_test(test_long_headlines),  cmocka_unit_test(test_not_json),
                cmocka_unit_test(test_scripts),         cmocka_unit_test(test_trim),
                cmocka_unit_test(test_again),
        };

        return cmocka_run_group_tests(tests, set_locale, NULL);
}
