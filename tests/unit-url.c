/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Links against their page: the tables of RFC 3986, and what pages write. Addresses, too. */

#include <locale.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "common/text.h"
#include "fetch/address.h"
#include "fetch/url.h"

/* A result of NULL: no link. */
static void check(const char *base, const char *link, const char *expected) {
        _cleanup_free_ char *url = NULL;
        int r;

        r = url_resolve(base, link, &url);
        assert_int_equal(r, expected ? 1 : 0);
        if (expected)
                assert_string_equal(url, expected);
        else
                assert_null(url);
}

/* RFC 3986, 5.4. Schemes other than http are none of ours; "http:g" is relative, as browsers have
 * it. */
static void test_rfc3986(void **state) {
        static const char *const table[][2] = {
                { "g:h", NULL },
                { "g", "http://a/b/c/g" },
                { "./g", "http://a/b/c/g" },
                { "g/", "http://a/b/c/g/" },
                { "/g", "http://a/g" },
                { "//g", "http://g" },
                { "?y", "http://a/b/c/d;p?y" },
                { "g?y", "http://a/b/c/g?y" },
                { "#s", "http://a/b/c/d;p?q#s" },
                { "g#s", "http://a/b/c/g#s" },
                { "g?y#s", "http://a/b/c/g?y#s" },
                { ";x", "http://a/b/c/;x" },
                { "g;x", "http://a/b/c/g;x" },
                { "g;x?y#s", "http://a/b/c/g;x?y#s" },
                { "", "http://a/b/c/d;p?q" },
                { ".", "http://a/b/c/" },
                { "./", "http://a/b/c/" },
                { "..", "http://a/b/" },
                { "../", "http://a/b/" },
                { "../g", "http://a/b/g" },
                { "../..", "http://a/" },
                { "../../", "http://a/" },
                { "../../g", "http://a/g" },
                { "../../../g", "http://a/g" },
                { "../../../../g", "http://a/g" },
                { "/./g", "http://a/g" },
                { "/../g", "http://a/g" },
                { "g.", "http://a/b/c/g." },
                { ".g", "http://a/b/c/.g" },
                { "g..", "http://a/b/c/g.." },
                { "..g", "http://a/b/c/..g" },
                { "./../g", "http://a/b/g" },
                { "./g/.", "http://a/b/c/g/" },
                { "g/./h", "http://a/b/c/g/h" },
                { "g/../h", "http://a/b/c/h" },
                { "g;x=1/./y", "http://a/b/c/g;x=1/y" },
                { "g;x=1/../y", "http://a/b/c/y" },
                { "g?y/./x", "http://a/b/c/g?y/./x" },
                { "g?y/../x", "http://a/b/c/g?y/../x" },
                { "g#s/./x", "http://a/b/c/g#s/./x" },
                { "g#s/../x", "http://a/b/c/g#s/../x" },
                { "http:g", "http://a/b/c/g" },
        };

        for (size_t i = 0; i < ELEMENTSOF(table); i++)
                check("http://a/b/c/d;p?q", table[i][0], table[i][1]);
}

static void test_bases(void **state) {
        check("http://a", "g", "http://a/g");
        check("http://a?q", "g", "http://a/g");
        check("http://a#f", "", "http://a");
        check("http://a/b#f", "#g", "http://a/b#g");
        check("https://a:8443/b", "//c/d", "https://c/d");
        check("https://a:8443/b", "d", "https://a:8443/d");
        check("https://me:secret@a/b", "/d", "https://a/d");
        check("https://me:se@cret@a:81/b", "?c", "https://a:81/b?c");
        check("https://a/b\xc3\xa9?\xc3\xa9", "", "https://a/b%C3%A9?%C3%A9");
        check("http://a/b//c/", "../d", "http://a/b//d");
        check("http://a//", "..", "http://a/");
        check("http://a/b", "https:/c", NULL);
        check("nonsense", "c", NULL);
        check("ftp://a/", "c", NULL);
}

static void test_what_pages_write(void **state) {
        const char *base = "https://a/b/";

        check(base, " \t c d \n", "https://a/b/c%20d");
        check(base, "c\nd\te\rf", "https://a/b/cdef");
        check(base, "\"<>^`{|}", "https://a/b/%22%3C%3E%5E%60%7B%7C%7D");
        check(base, "c\\d?e\\f#g\\h", "https://a/b/c/d?e%5Cf#g%5Ch");
        check(base, "\\c", "https://a/c");
        check(base, "..\\c", "https://a/c");
        check(base, "\\\\c\\d", "https://c/d");
        check(base, "http:\\\\c\\..\\d", "http://c/d");
        check(base, "\xd8\xb9/?\xc3\xa9#\xe2\x82\xac", "https://a/b/%D8%B9/?%C3%A9#%E2%82%AC");
        check(base, "%d8%B9%20%zz%", "https://a/b/%d8%B9%20%zz%");
        check(base, "\x01\x7f", "https://a/b/%7F");
        check(base, "c\x01", "https://a/b/c");
        check(base,
              "c\x01"
              "d",
              "https://a/b/c%01d");
        check(base, "HtTpS://Host/Path", "https://Host/Path");
        check(base, "javascript:alert(1)", NULL);
        check(base, "mailto:a@b", NULL);
        check(base, "data:text/html,x", NULL);
        check(base, "tel:+1", NULL);
        check(base, "java\nscript:x", NULL);
        check(base, "?a=1&b=[2]#c#d", "https://a/b/?a=1&b=[2]#c#d");
        check(base, "1:2", "https://a/b/1:2");
}

static void test_hosts(void **state) {
        const char *base = "http://a/";

        check(base, "http://", NULL);
        check(base, "http:///x", NULL);
        check(base, "http://b c/", NULL);
        check(base, "http://b<c/", NULL);
        check(base, "//b|c/", NULL);
        check(base, "http://b:80/", "http://b:80/");
        check(base, "http://b:/", "http://b/");
        check(base, "http://b:65536/", NULL);
        check(base, "http://b:123456/", NULL);
        check(base, "http://b:x/", NULL);
        check(base, "http://[::1]:80/", "http://[::1]:80/");
        check(base, "http://[::1]/", "http://[::1]/");
        check(base, "http://[x]/", NULL);
        check(base, "http://[]/", NULL);
        check(base, "http://u ser@b/", "http://b/");
        check(base, "//u:p@b@c/d@e", "http://c/d@e");
        check(base, "http://u@/", NULL);
        check(base, "http://b?c", "http://b?c");
        check(base, "//b#c", "http://b#c");
        check(base,
              "http://b\xc3\xbc"
              "cher.example/\xc3\xbc",
              "http://xn--bcher-kva.example/%C3%BC");
        check(base, "http://\xff/", NULL);
}

static void test_length(void **state) {
        char link[URL_MAX + 2] = "http://a/";
        size_t n = strlen(link);

        memset(link + n, 'x', sizeof(link) - n - 1);
        check("http://a/", link, NULL);
        link[URL_MAX] = '\0';
        check("http://a/", link, link);
        /* What grows by encoding counts as it has grown. */
        link[URL_MAX - 2] = ' ';
        check("http://a/", link, NULL);
}

static void test_same_origin(void **state) {
        static const struct {
                const char *a, *b;
                bool same;
        } table[] = {
                { "http://a/", "http://a/b?c", true },
                { "http://a", "HTTP://A:80/", true },
                { "https://a:/x", "https://a:443", true },
                { "https://a", "https://me@a/", true },
                { "http://a/", "https://a/", false },
                { "http://a:81/", "http://a/", false },
                { "http://a/", "http://a.b/", false },
                { "http://a/", "http://a@b/", false },
                { "http://[::1]/", "http://[::1]:80/", true },
                { "http://[::1]/", "http://[::2]/", false },
        };

        for (size_t i = 0; i < ELEMENTSOF(table); i++)
                assert_int_equal(url_same_origin(table[i].a, table[i].b), table[i].same);
}

static void test_addresses(void **state) {
        static const char *const inside[] = {
                "0.0.0.0",
                "0.1.2.3",
                "10.0.0.1",
                "100.64.0.1",
                "100.127.255.255",
                "127.0.0.1",
                "127.255.0.1",
                "169.254.169.254",
                "172.16.0.1",
                "172.31.255.255",
                "192.168.1.1",
                "198.18.0.1",
                "224.0.0.1",
                "255.255.255.255",
                "::",
                "::1",
                "::ffff:127.0.0.1",
                "::ffff:10.1.1.1",
                "64:ff9b::7f00:1",
                "2002:7f00:1::",
                "fe80::1",
                "fec0::1",
                "fc00::1",
                "fd12:3456::1",
                "ff02::1",
                "2001:db8::1",
                "192.88.99.1",
                "2001::1",
                "2001:0:ffff::1",
                "2001:2::1",
                "2001:2:0:ffff::1",
                "2001:10::1",
                "2001:1f:ffff::1",
                "3fff::1",
                "3fff:fff::1",
                "::127.0.0.1",
                "",
                "a.b.c.d",
        };
        static const char *const outside[] = {
                "1.1.1.1",      "9.255.255.255",   "11.0.0.1",         "100.63.255.255",
                "100.128.0.0",  "126.255.255.255", "128.0.0.1",        "172.15.0.1",
                "172.32.0.1",   "192.167.0.1",     "223.255.255.254",  "2600::1",
                "2a00:1450::1", "::ffff:8.8.8.8",  "64:ff9b::808:808", "192.88.98.255",
                "192.88.100.1", "2001:20::1",      "2001:4860::1",     "3fff:1000::1",
                "3ffe::1",      "2001:2:1::1",
        };

        for (size_t i = 0; i < ELEMENTSOF(inside); i++)
                assert_false(address_text_is_public(inside[i]));
        for (size_t i = 0; i < ELEMENTSOF(outside); i++)
                assert_true(address_text_is_public(outside[i]));
}

/* libidn2 reads names as the locale has them. */
static int set_locale(void **state) {
        return setlocale(LC_CTYPE, "C.UTF-8") ? 0 : -1;
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_rfc3986),          cmocka_unit_test(test_bases),
                cmocka_unit_test(test_what_pages_write), cmocka_unit_test(test_hosts),
                cmocka_unit_test(test_length),           cmocka_unit_test(test_same_origin),
                cmocka_unit_test(test_addresses),
        };

        return cmocka_run_group_tests(tests, set_locale, NULL);
}
