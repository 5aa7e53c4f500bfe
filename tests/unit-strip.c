/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Bytes and selectors to entries, without a process around it: what golden pages do not show. */

#include "unit-page.h"

static void test_strike(void **state) {
        static const char page[] = "<ul><li>aaa bbb \xc3\xbc\xc3\xbc aaa</li></ul>";

        check("Strip=//ul\nStrike=a", page, "bbb \xc3\xbc\xc3\xbc");
        check("Strip=//ul\nStrike=^a+", page, "bbb \xc3\xbc\xc3\xbc aaa");
        check("Strip=//ul\nStrike=^a", page, "aa bbb \xc3\xbc\xc3\xbc aaa");
        check("Strip=//ul\nStrike=a*$", page, "aaa bbb \xc3\xbc\xc3\xbc");
        check("Strip=//ul\nStrike=x*", page, "aaa bbb \xc3\xbc\xc3\xbc aaa");
        check("Strip=//ul\nStrike=^", page, "aaa bbb \xc3\xbc\xc3\xbc aaa");
        check("Strip=//ul\nStrike=$", page, "aaa bbb \xc3\xbc\xc3\xbc aaa");
        check("Strip=//ul\nStrike=b*", page, "aaa \xc3\xbc\xc3\xbc aaa");
        check("Strip=//ul\nStrike=\xc3\xbc. ", page, "aaa bbb aaa");
        check("Strip=//ul\nStrike=[^a]", page, "aaaaaa");
        check("Strip=//ul\nStrike=.*", page, NULL);
        check("Strip=//ul\nStrike=a\nStrike=b", page, "\xc3\xbc\xc3\xbc");
}

static void test_has_class(void **state) {
        static const char page[] = "<ul class='a b-c\td\n'><li>x</li></ul>";

        check("Strip=//ul[has-class('a')]", page, "x");
        check("Strip=//ul[has-class('b-c')]", page, "x");
        check("Strip=//ul[has-class('d')]", page, "x");
        check("Strip=//ul[not(has-class('b'))]", page, "x");
        check("Strip=//*[has-class('a') and self::ul]", page, "x");
        check("Strip=//ul[has-class('A')]", page, NULL);
        check("Strip=//ul[has-class('')]", page, NULL);
        check("Strip=//ul[has-class('a b-c')]", page, NULL);
        check("Strip=//@class[has-class('a')]", page, NULL);
}

/* Whatever a selector finds, it must not be taken for what it is not. */
static void test_kinds_of_nodes(void **state) {
        static const char page[] = "<ul title='t'><!-- c --><li>x</li></ul>";

        check("Strip=//ul\nItem=./@title", page, "t");
        check("Strip=//ul\nItem=.//text()", page, "x");
        check("Strip=//ul\nItem=./comment()", page, NULL);
        check("Strip=//ul\nHeadline=string(.)", page, "x");
        check("Strip=//ul\nHeadline=count(//li)", page, "1");
        check("Strip=//ul\nHeadline=true()", page, "true");
        check("Strip=/\nItem=/", page, "x");
        check("Strip=//ul/@title\nItem=..", page, "x");
        check("Format=xml\nStrip=/a\nItem=.\nHeadline=./namespace::p\nDrop=./namespace::*",
              "<a xmlns:p='urn:x'/>", "urn:x");
        check("Format=xml\nStrip=/a\nItem=./namespace::p", "<a xmlns:p='urn:x'/>", "urn:x");
        check("Strip=//ul\nDrop=.\n", page, NULL);
        check("Strip=//ul\nDrop=.//text()\n", page, NULL);
        check("Strip=//ul\nDrop=//ul\n", page, "x");
}

static void test_entities(void **state) {
        const char *keys = "Format=xml\nStrip=/a\nItem=.";

        check(keys, "<!DOCTYPE a [<!ENTITY e 'word'>]><a>a&e;z</a>", "awordz");
        check(keys, "<!DOCTYPE a [<!ENTITY e 'word'>]><a>&amp;&#65;&lt;</a>", "&A<");
        check(keys, "<!DOCTYPE a [<!ENTITY % p 'x'>]><a>x</a>", NULL);
        check(keys, "<!DOCTYPE a [<!ENTITY e '<b/>'>]><a>&e;x</a>", NULL);
        check(keys, "<!DOCTYPE a [<!ATTLIST a b CDATA 'x'>]><a>x</a>", NULL);
        check(keys, "<!DOCTYPE a SYSTEM 'http://127.0.0.1:1/a.dtd'><a>x</a>", "x");
        check(keys, "<a>&nbsp;</a>", NULL);
        check(keys, "<a>caf&eacute;</a>", "caf\xc3\xa9");
        check(keys, " <?xml version='1.0'?><a>b & c &#1;\x02 < d</a>", "b & c < d");
        check(keys, "<a><![CDATA[<b>&amp;]]></a>", "<b>&amp;");
        check("Format=xml\nStrip=/a\nItem=.\nHeadline=title",
              "<a><title><![CDATA[<b>Ferry</b> &amp; boats]]></title></a>", "Ferry & boats");
}

static void test_long_texts(void **state) {
        _cleanup_free_ char *page = NULL, *keyed = NULL;
        Fixture f;

        /* White space is no part of the length. */
        assert_return_code(asprintf(&page, "<ul><li>%*s</li></ul>", 200000, "x"), 0);
        check("Strip=//ul", page, "x");

        open_fixture(&f, "Strip=//ul\nStrike=^z+");
        keyed = malloc(60001);
        assert_non_null(keyed);
        memset(keyed, 'z', 5000);
        memset(keyed + 5000, 'y', 55000);
        keyed[60000] = '\0';
        free(page);
        assert_return_code(asprintf(&page, "<ul><li>%s</li></ul>", keyed), 0);
        read_text(&f, page);
        assert_int_equal(f.reply.n_entries, 1);
        assert_int_equal(strlen(f.reply.entries[0].headline), HEADLINE_MAX);
        assert_int_equal(f.reply.entries[0].headline[0], 'y');
        close_fixture(&f);
}

/* A reader is used for thousands of pages. */
static void test_again(void **state) {
        Fixture f;

        open_fixture(&f, "Strip=//ul\nDrop=.//b\nPublished=./i");
        for (int i = 0; i < 100; i++) {
                read_text(&f, i % 2 ? "<ul><li><b>drop</b><i>1</i>x</ul>" : "<ol><li>x</ol>");
                assert_int_equal(f.reply.state, i % 2 ? STATE_OK : STATE_NO_STRIP);
                assert_int_equal(f.reply.strip, i % 2);
        }
        assert_string_equal(f.reply.entries[0].headline, "1x");
        assert_string_equal(f.reply.entries[0].published, "1");
        close_fixture(&f);
}

/* A link that is empty is that of the page, not that of the entry before. */
static void test_empty_link(void **state) {
        Fixture f;

        open_fixture(&f, "Strip=//ul");
        read_text(&f, "<ul><li><a href='/1'>x</a><li><a href=''>y</a></ul>");
        assert_int_equal(f.reply.n_entries, 2);
        assert_string_equal(f.reply.entries[0].url, "http://a.example/1");
        assert_string_equal(f.reply.entries[1].url, "http://a.example/");
        close_fixture(&f);
}

static void test_does_not_compile(void **state) {
        static const char *const bad[] = {
                "Strip=//[",
                "Strip=//ul\nItem=.//li[",
                "Strip=//ul\nLink=contain(@href, 'x')",
                "Strip=//ul\nDrop=//a\nDrop=)",
                "Strip=//ul\nStrike=[",
                "Strip=$.data\nFormat=json\nScript=//script",
        };

        for (size_t i = 0; i < ELEMENTSOF(bad); i++)
                check_bad(bad[i]);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_strike),         cmocka_unit_test(test_has_class),
                cmocka_unit_test(test_kinds_of_nodes), cmocka_unit_test(test_entities),
                cmocka_unit_test(test_long_texts),     cmocka_unit_test(test_again),
                cmocka_unit_test(test_empty_link),     cmocka_unit_test(test_does_not_compile),
        };

        return cmocka_run_group_tests(tests, set_locale, NULL);
}
