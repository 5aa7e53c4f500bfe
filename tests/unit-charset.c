/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Which encoding a page is taken to have, and that its text is always valid UTF-8. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "common/utf8.h"
#include "fetch/charset.h"
#include "fetch/labels.h"

#define REPLACED "\xef\xbf\xbd"

static void check_bytes(const CharsetHints *hints, const char *page, size_t n, const char *name,
                        const char *expected) {
        _cleanup_buffer_ Buffer b = BUFFER(1 << 20);
        Charset charset;

        buffer_append(&b, page, n);
        assert_return_code(charset_decode(&b, hints, &charset), 0);
        assert_string_equal(charset.name, name);
        assert_non_null(charset.why);
        assert_string_equal(b.data, expected);
        assert_int_equal(b.size, strlen(expected));
        assert_true(utf8_valid(b.data, b.size));
}

static void check(const CharsetHints *hints, const char *page, const char *name,
                  const char *expected) {
        check_bytes(hints, page, strlen(page), name, expected);
}

static const CharsetHints none;

static void test_order(void **state) {
        const CharsetHints forced = { .forced = "iso-8859-2", .http = "koi8-r" };
        const CharsetHints http = { .http = "koi8-r" };
        const CharsetHints unknown = { .forced = "no-such", .http = "x-user-defined" };

        check(&forced, "\xef\xbb\xbf<meta charset=utf-8>\xbe", "ISO-8859-2",
              "\xc4\x8f\xc5\xa5\xc5\xbc<meta charset=utf-8>\xc5\xbe");
        check(&http, "<meta charset=utf-8>\xc1", "KOI8-R", "<meta charset=utf-8>\xd0\xb0");
        check(&unknown, "<meta charset=koi8-r>\xc1", "KOI8-R", "<meta charset=koi8-r>\xd0\xb0");
        check(&none, "\xef\xbb\xbf<meta charset=koi8-r>\xc3\xa9", "UTF-8",
              "<meta charset=koi8-r>\xc3\xa9");
        check(&http, "\xef\xbb\xbf\xc3\xa9", "UTF-8", "\xc3\xa9");
        check(&none, "\xc3\xa9", "UTF-8", "\xc3\xa9");
        check(&none, "\xe9", "CP1252", "\xc3\xa9");
        check(&none, "", "UTF-8", "");
}

static void test_meta(void **state) {
        static const char *const found[] = {
                "<meta charset=koi8-r>",
                "<META CharSet = 'KOI8-R' />",
                "<meta/charset=\"koi8-r\">",
                "<meta name=x content=y charset=koi8-r>",
                "<meta http-equiv=Content-Type content='text/html; charset=koi8-r'>",
                "<meta content=\"text/html;charset = koi8-r;x\" http-equiv=content-type>",
                "<!-- > <meta charset=iso-8859-5> --><meta charset=koi8-r>",
                "<!--><meta charset=koi8-r><meta charset=iso-8859-5>-->",
                "<!---><meta charset=koi8-r><meta charset=iso-8859-5>-->",
                "<script>'<meta charset=iso-8859-5>'</script><meta charset=koi8-r>",
                "<style><meta charset=iso-8859-5></style ><meta charset=koi8-r>",
                "<title><meta charset=iso-8859-5></title><meta charset=koi8-r>",
                "<meta charset=no-such><meta charset=koi8-r>",
                "<meta name='a>b' charset=koi8-r>",
                "<metadata charset=iso-8859-5><meta charset=koi8-r>",
                "<a title='<meta charset=iso-8859-5>'><meta charset=koi8-r>",
                "</a title='<meta charset=iso-8859-5>'><meta charset=koi8-r>",
                "<!DOCTYPE html PUBLIC '<meta charset=iso-8859-5'><meta charset=koi8-r>",
                "<?xml version='1.0' encoding='iso-8859-5'?><meta charset=koi8-r>",
                "<?xml version='1.0' encoding='koi8-r'?>",
        };
        static const char *const missing[] = {
                "<meta content='text/html; charset=koi8-r'>",
                "<meta name=charset content=koi8-r>",
                "<!--<meta charset=koi8-r>-->",
                "<!--<meta charset=koi8-r>",
                "<script><meta charset=koi8-r>",
                "<p charset=koi8-r>",
                "<meta charset=",
                "<meta",
        };

        for (size_t i = 0; i < ELEMENTSOF(found) + ELEMENTSOF(missing); i++) {
                bool is_found = i < ELEMENTSOF(found);
                const char *head = is_found ? found[i] : missing[i - ELEMENTSOF(found)];
                char page[256], expected[256];

                (void) snprintf(page, sizeof(page), "%s\xc1", head);
                (void) snprintf(expected, sizeof(expected), "%s%s", head,
                                is_found ? "\xd0\xb0" : "\xc3\x81");
                check(&none, page, is_found ? "KOI8-R" : "CP1252", expected);
        }
}

static void test_late_meta(void **state) {
        static const char meta[] = "<meta charset=koi8-r>\xc1",
                          decoded[] = "<meta charset=koi8-r>\xd0\xb0";
        _cleanup_free_ char *page = NULL, *expected = NULL;

        assert_return_code(asprintf(&page, "%*s%s", 100000, "", meta), 0);
        assert_return_code(asprintf(&expected, "%*s%s", 100000, "", decoded), 0);
        check(&none, page, "KOI8-R", expected);
}

static void test_contradictions(void **state) {
        const CharsetHints http = { .http = "utf-8" };

        check(&none, "<meta charset=iso-8859-1>\xc3\xa9", "UTF-8",
              "<meta charset=iso-8859-1>\xc3\xa9");
        check(&none, "<meta charset=utf-8>caf\xe9 \xfc", "CP1252",
              "<meta charset=utf-8>caf\xc3\xa9 \xc3\xbc");
        check(&none, "<meta charset=utf-8>\xc3\xa9 \xc3\xa9 \xe9!", "UTF-8",
              "<meta charset=utf-8>\xc3\xa9 \xc3\xa9 " REPLACED "!");
        check(&none, "<meta charset=utf-16>\xc3\xa9", "UTF-8", "<meta charset=utf-16>\xc3\xa9");
        /* HTTP is believed, whatever comes of it. */
        check(&http, "caf\xe9!", "UTF-8", "caf" REPLACED "!");
}

static void test_xml(void **state) {
        const CharsetHints xml = { .xml = true };

        check(&xml, "<?xml version='1.0' encoding='koi8-r'?>\xc1", "KOI8-R",
              "<?xml version='1.0' encoding='koi8-r'?>\xd0\xb0");
        check(&xml, "<?xml version='1.0'?><meta charset=koi8-r>\xc3\xa9", "UTF-8",
              "<?xml version='1.0'?><meta charset=koi8-r>\xc3\xa9");
        check(&xml, " \n<?xml version='1.0' encoding='koi8-r'?>\xc1", "KOI8-R",
              " \n<?xml version='1.0' encoding='koi8-r'?>\xd0\xb0");
        check(&xml, "<a/>", "UTF-8", "<a/>");
}

static void test_json(void **state) {
        const CharsetHints json = { .json = true, .http = "koi8-r" }, bare = { .json = true };

        check(&json, "[\"\xc3\xa9\"]", "UTF-8", "[\"\xc3\xa9\"]");
        check(&json, "[\"\xc1\"]", "KOI8-R", "[\"\xd0\xb0\"]");
        check(&bare, "[\"\xe9\"]", "UTF-8", "[\"" REPLACED "\"]");
}

static void test_utf16(void **state) {
        const CharsetHints http = { .http = "utf-16" }, big = { .http = "utf-16be" };
        const CharsetHints xml = { .xml = true };

        check_bytes(&none, "\xff\xfe<\0\x27\x06", 6, "UTF-16LE", "<\xd8\xa7");
        check_bytes(&none, "\xfe\xff\0<\x06\x27", 6, "UTF-16BE", "<\xd8\xa7");
        check_bytes(&http, "<\0\x27\x06", 4, "UTF-16LE", "<\xd8\xa7");
        check_bytes(&http, "\xfe\xff\0<", 4, "UTF-16BE", "<");
        /* Appendix F of XML 1.0. */
        check_bytes(&xml, "<\0?\0x\0", 6, "UTF-16LE", "<?x");
        check_bytes(&xml, "\0<\0?", 4, "UTF-16BE", "<?");
        check_bytes(&none, "<\0?\0", 4, "UTF-8", "<\x01?\x01");
        check_bytes(&big, "\x06\x27", 2, "UTF-16BE", "\xd8\xa7");
        /* A lone surrogate, and half a unit at the end. */
        check_bytes(&big, "\xd8\x00\0<\0", 5, "UTF-16BE", REPLACED "<" REPLACED);
}

static void test_ill_formed(void **state) {
        const CharsetHints utf8 = { .forced = "utf-8" }, japanese = { .forced = "shift_jis" };
        const CharsetHints latin = { .forced = "latin1" };

        check(&utf8, "\xf0\x9f\x98", "UTF-8", REPLACED);
        check(&utf8, "a\xed\xa0\x80z", "UTF-8", "a" REPLACED REPLACED REPLACED "z");
        check(&utf8, "\xc0\xaf\xff", "UTF-8", REPLACED REPLACED REPLACED);
        check(&utf8, REPLACED, "UTF-8", REPLACED);
        check_bytes(&utf8, "a\0b", 3, "UTF-8",
                    "a\x01"
                    "b");
        check(&japanese, "\x93\xfa\x96{ \x93", "CP932", "\xe6\x97\xa5\xe6\x9c\xac " REPLACED);
        check(&japanese, "\x87\x40", "CP932", "\xe2\x91\xa0");
        check(&latin, "\x80\x81", "CP1252", "\xe2\x82\xac\xc2\x81");
}

static void test_random_bytes(void **state) {
        static const char *const labels[] = {
                "utf-8",  "koi8-r", "gbk",       "big5",   "euc-jp",      "iso-2022-jp",
                "euc-kr", "utf-16", "shift_jis", "cp1252", "windows-874", "macintosh"
        };
        uint32_t seed = 1;

        for (size_t round = 0; round < 600; round++) {
                const CharsetHints hints = { .forced = labels[round % ELEMENTSOF(labels)] };
                _cleanup_buffer_ Buffer b = BUFFER(1 << 20);
                Charset charset;

                for (size_t i = 0; i < round * 7; i++) {
                        char byte;

                        seed = seed * 1103515245 + 12345;
                        byte = (char) (seed >> 16);
                        buffer_append(&b, &byte, 1);
                }
                assert_return_code(charset_decode(&b, &hints, &charset), 0);
                assert_string_equal(charset.name,
                                    charset_by_label(hints.forced, strlen(hints.forced)));
                assert_true(utf8_valid(b.data, b.size));
                assert_null(memchr(b.data, '\0', b.size));
        }
}

static void test_labels(void **state) {
        static const char *const table[][2] = {
                { "utf8", "UTF-8" },
                { " UTF-8 ", "UTF-8" },
                { "latin1", "CP1252" },
                { "us-ascii", "CP1252" },
                { "iso-8859-9", "CP1254" },
                { "gb2312", "GB18030" },
                { "GBK", "GB18030" },
                { "x-sjis", "CP932" },
                { "ks_c_5601-1987", "UHC" },
                { "euc-kr", "UHC" },
                { "Windows-1256", "CP1256" },
                { "csISOLatin2", "ISO-8859-2" },
                { "ISO_8859-6:1987", "ISO-8859-6" },
                { "utf-16", "UTF-16LE" },
                { "x-user-defined", NULL },
                { "utf-7", NULL },
                { "", NULL },
                { "hz-gb-2312", NULL },
                { "utf-8 utf8", NULL },
        };

        for (size_t i = 0; i < ELEMENTSOF(table); i++) {
                const char *name = charset_by_label(table[i][0], strlen(table[i][0]));

                if (table[i][1])
                        assert_string_equal(name, table[i][1]);
                else
                        assert_null(name);
        }
        assert_true(label_is_single_byte("KOI8-R"));
        assert_false(label_is_single_byte("UTF-8"));
        assert_false(label_is_single_byte("GB18030"));
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_order),        cmocka_unit_test(test_meta),
                cmocka_unit_test(test_late_meta),    cmocka_unit_test(test_contradictions),
                cmocka_unit_test(test_xml),          cmocka_unit_test(test_json),
                cmocka_unit_test(test_utf16),        cmocka_unit_test(test_ill_formed),
                cmocka_unit_test(test_random_bytes), cmocka_unit_test(test_labels),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
