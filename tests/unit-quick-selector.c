/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Selectors that are found without libxml2 find what it would find. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "fetch/document.h"
#include "fetch/selector.h"

static const char page[] =
        "<!DOCTYPE html><html id=x class='a b'><head><base target=_top><base href='/sub/'>"
        "<title id=t>x</title></head><body class=\"\ta\n\">"
        "<ul id=x class=news><li class='news  b'>one<li class>two<LI ID='' CLASS='NEWS'>three</ul>"
        "<ul class='news-b'></ul><p id='a&amp;b' class='a&amp;b c'>four</p><p ID=X>five"
        "<svg id=x class=news xlink:href='#x'><a id=x href='#y' class='b'></a><ul id=x></ul></svg>"
        "<math class=a><mi id=x></mi></math><template class=news><ul id=x></ul></template>"
        "<a href='/x' data-id='7'>six</a><a xlink:href='/x'>seven</a>"
        "<!-- <ul id=x> --><noscript><ul id=x></ul></noscript><table id=x><tr class='news'></table>";

static xmlDoc *parse(void) {
        const char *why;
        xmlDoc *document = NULL;

        assert_return_code(document_parse(page, strlen(page), FORMAT_HTML, &document, &why), 0);
        return document;
}

static xmlXPathObject *find(xmlDoc *document, const char *expression, bool quick) {
        const Value value = { .text = (char *) expression, .line = 1 };
        xmlXPathObject *found = NULL;
        Selector selector;
        Query query;

        assert_return_code(selector_compile("Strip", &value, &selector), 0);
        assert_int_equal(selector.quick.attribute != NULL, quick);
        assert_return_code(query_init(&query, document), 0);
        assert_return_code(query_nodes(&query, &selector, (xmlNode *) document, &found), 0);
        query_done(&query);
        selector_done(&selector);
        return found;
}

static size_t compare(const char *expression) {
        xmlDoc *document = parse();
        char slow[256];
        xmlXPathObject *a, *b;
        size_t n;

        (void) snprintf(slow, sizeof(slow), "(%s)", expression);
        a = find(document, expression, true);
        b = find(document, slow, false);
        n = nodes_count(a);
        assert_int_equal(n, nodes_count(b));
        for (size_t i = 0; i < n; i++)
                assert_ptr_equal(nodes_get(a, i), nodes_get(b, i));
        xmlXPathFreeObject(a);
        xmlXPathFreeObject(b);
        xmlFreeDoc(document);
        return n;
}

static void test_same(void **state) {
        static const char *const elements[] = { "*", "ul", "li", "p",    "LI",     "svg",
                                                "a", "tr", "mi", "html", "nothing" };
        static const char *const tests[] = {
                "@id='x'",
                "@id='X'",
                "@id=''",
                "@class='news'",
                "@class='a b'",
                "@class=\"\ta\n\"",
                "@class=''",
                "@id='a&b'",
                "@href='/x'",
                "@data-id='7'",
                "@nothing='x'",
                "has-class('news')",
                "has-class('a')",
                "has-class('b')",
                "has-class('NEWS')",
                "has-class(\"news-b\")",
                "has-class('a&b')",
                " @id = 'x' ",
                "has-class( 'b' )",
                "@ID='x'",
        };
        size_t n = 0;

        (void) state;
        for (size_t i = 0; i < ELEMENTSOF(elements); i++)
                for (size_t k = 0; k < ELEMENTSOF(tests); k++) {
                        char expression[128];

                        (void) snprintf(expression, sizeof(expression), "//%s[%s]", elements[i],
                                        tests[k]);
                        n += compare(expression);
                }
        assert_true(n > 50);
}

/* What only looks like one. */
static void test_others(void **state) {
        static const char *const expressions[] = {
                "//li[1]",
                "//a[@href]",
                "//*[@id='x' or @id='t']",
                "//*[@id='x']/li",
                "//*[@id='x'][1]",
                "//*[has-class('')]",
                "/html[@id='x']",
                "//*[@*='x']",
                ".//*[@id='x']",
                "//*[@xlink:href='x']",
                "//*[@id!='x']",
                "//*[not(@id='x')]",
                "//svg:a[@id='x']",
                "//*[@id='x'] | //p",
                "//ul[@id=@class]",
                "//ul[@id=7]",
        };
        xmlDoc *document = parse();

        (void) state;
        for (size_t i = 0; i < ELEMENTSOF(expressions); i++) {
                const Value value = { .text = (char *) expressions[i], .line = 1 };
                Selector selector;

                assert_return_code(selector_compile("Strip", &value, &selector), 0);
                assert_null(selector.quick.attribute);
                selector_done(&selector);
        }
        xmlFreeDoc(document);
}

static void test_base(void **state) {
        _cleanup_free_ char *base = NULL;
        xmlDoc *document = parse();

        (void) state;
        assert_return_code(document_base(document, "http://x.example/page", &base), 0);
        assert_string_equal(base, "http://x.example/sub/");
        xmlFreeDoc(document);
}

int main(void) {
        static const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_same),
                cmocka_unit_test(test_others),
                cmocka_unit_test(test_base),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
