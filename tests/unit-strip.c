/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Bytes and selectors to entries, without a process around it: what golden pages do not show. */

#include <locale.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "common/source.h"
#include "common/text.h"
#include "fetch/page.h"

typedef struct Fixture {
        Source *source;
        Reader *reader;
        Reply reply;
} Fixture;

/* A source with these lines in [Strip]. */
static Source *make_source(const char *lines) {
        char path[] = "unit-strip-XXXXXX";
        Source *source = NULL;
        FILE *file;
        int fd;

        fd = mkstemp(path);
        assert_true(fd >= 0);
        file = fdopen(fd, "w");
        assert_non_null(file);
        (void) fprintf(file, "[Source]\nURL=http://a.example/\n[Strip]\n%s\n", lines);
        assert_int_equal(fclose(file), 0);
        assert_return_code(source_load(path, "unit", &source), 0);
        assert_return_code(unlink(path), 0);
        return source;
}

static void open_fixture(Fixture *f, const char *lines) {
        *f = (Fixture){ .source = make_source(lines) };
        assert_return_code(reader_new(f->source, &f->reader, &f->reply), 0);
}

static void close_fixture(Fixture *f) {
        reply_done(&f->reply);
        f->reader = reader_free(f->reader);
        f->source = source_free(f->source);
}

static void read_text(Fixture *f, const char *text) {
        Buffer b = BUFFER(1 << 20);

        assert_return_code(buffer_puts(&b, text), 0);
        reply_done(&f->reply);
        reader_read(f->reader, &b, "http://a.example/", NULL, &f->reply);
        assert_null(b.data);
}

/* What a page of one entry has for its headline; NULL: no entry. */
static void check(const char *lines, const char *page, const char *headline) {
        Fixture f;

        open_fixture(&f, lines);
        read_text(&f, page);
        if (headline) {
                assert_int_equal(f.reply.state, STATE_OK);
                assert_int_equal(f.reply.n_entries, 1);
                assert_string_equal(f.reply.entries[0].headline, headline);
        } else {
                assert_int_not_equal(f.reply.state, STATE_OK);
                assert_int_equal(f.reply.n_entries, 0);
        }
        close_fixture(&f);
}

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
        check("Strip=//ul[has-class()]", page, NULL);
        check("Strip=//ul[has-class('a', 'b')]", page, NULL);
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
        check(keys, "<a><![CDATA[<b>&amp;]]></a>", "<b>&amp;");
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

static void test_does_not_compile(void **state) {
        static const char *const bad[] = {
                "Strip=//[",
                "Strip=//ul\nItem=.//li[",
                "Strip=//ul\nLink=contain(@href, 'x')",
                "Strip=//ul\nDrop=//a\nDrop=)",
                "Strip=//ul\nStrike=[",
                "Strip=$.data\nFormat=json",
                "Strip=$.data\nScript=//script",
        };

        for (size_t i = 0; i < ELEMENTSOF(bad); i++) {
                Source *source = make_source(bad[i]);
                _cleanup_reply_ Reply reply = {};
                Reader *reader = NULL;

                assert_true(reader_new(source, &reader, &reply) < 0);
                assert_null(reader);
                assert_int_equal(reply.state, STATE_BAD_SOURCE);
                assert_non_null(strstr(reply.detail, source->path));
                source_free(source);
        }
}

static int set_locale(void **state) {
        return setlocale(LC_CTYPE, "C.UTF-8") ? 0 : -1;
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_strike),           cmocka_unit_test(test_has_class),
                cmocka_unit_test(test_kinds_of_nodes),   cmocka_unit_test(test_entities),
                cmocka_unit_test(test_long_texts),       cmocka_unit_test(test_again),
                cmocka_unit_test(test_does_not_compile),
        };

        return cmocka_run_group_tests(tests, set_locale, NULL);
}
