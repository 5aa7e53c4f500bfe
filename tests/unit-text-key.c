/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The key of a text, as a whole, and the hash that stands for it in the store. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/unit-text.h"

/* Texts and their whole key. */
/* clang-format off */
static const struct {
        const char *text, *key;
} keys[] = {
        { "", "" },
        { "…", "" },
        { "+++", "" },
        { " « - » ", "" },
        { "***", "" },
        { "$%&", "" },
        { "💥", "" },
        { "❤\ufe0f", "" },
        { "\u0640", "" },
        { "\u064e", "" },
        { "\u200d", "" },
        { "¿", "" },
        { FFFD, "" },
        { "5", "5" },
        { "?", "?" },
        { " ؟! ", "?" },
        { "Who owns the moon?", "who owns the moon ?" },
        { "? So what", "? so what" },
        { "Up?Down", "up ? down" },
        { "Up ? ! ? Down", "up ? down" },
        { "+++ 3 Boote frei +++", "3 boote frei" },
        { "«Мост» — открыт!", "мост открыт" },
        { "ＴＯＫＹＯ　２０２６", "tokyo 2026" },
        { "Straße", "strasse" },
        { "İzmir", "izmir" },
        { "Crème brûlée", "crème brûlée" },
        { "هل يُفتح الميناءُ؟", "هل يفتح الميناء ?" },
        { "ｽｰﾊﾟｰ", "スーパー" },
};
/* clang-format on */

static void test_keys(void **state) {
        for (size_t i = 0; i < ELEMENTSOF(keys); i++) {
                _cleanup_free_ char *key = key_of(keys[i].text);

                assert_string_equal(key, keys[i].key);
        }
}

/* Texts that are not clean, as only a database that others wrote to has them. */
static void test_ill_formed(_unused_ void **state) {
        static const char *const texts[][2] = {
                { "Fo\xffg", "fo g" }, { "\xff", "" },        { "A\xed\xa0\x80?", "a ?" },
                { "\xe2\x82", "" },    { "A\nB\x01", "a b" },
        };

        for (size_t i = 0; i < ELEMENTSOF(texts); i++) {
                _cleanup_free_ char *key = NULL;

                assert_int_equal(text_key(texts[i][0], &key), 0);
                assert_string_equal(key, texts[i][1]);
        }
}

/* FNV-1a, 128 bits; the values are from an implementation in another language. */
/* clang-format off */
static const struct {
        const char *data;
        size_t size;
        const char *hash;
} hashes[] = {
        { BYTES(""), "6c62272e07bb014262b821756295c58d" },
        { BYTES("a"), "d228cb696f1a8caf78912b704e4a8964" },
        { BYTES("b"), "d228cb69721a8caf78912b704e4a8d15" },
        { BYTES("\0"), "d228cb69101a8caf78912b704e4a147f" },
        { BYTES("\xff"), "d228cb68f51a8caf78912b704e49f346" },
        { BYTES("foobar"), "343e1662793c64bf6f0d3597ba446f18" },
        { BYTES("\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff"
                "\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff"),
          "ff09570ad8fe958d0decbc1bcc2c7f25" },
        { BYTES("The ferry of nine o'clock does not sail today"), "84cc377826cf515274a5c542e4c1fed7" },
        { BYTES("hello"), "e3e1efd54283d94f7081314b599d31b3" },
        { BYTES("تجربة"), "9fdeb28f61cec45c35251711db87c2fb" },
};
/* clang-format on */

static void test_hash(void **state) {
        for (size_t i = 0; i < ELEMENTSOF(hashes); i++) {
                Hash h = hash_bytes(HASH_INIT, hashes[i].data, hashes[i].size), parts = HASH_INIT;
                char hex[2 * sizeof(h.bytes) + 1];

                for (size_t j = 0; j < sizeof(h.bytes); j++)
                        (void) snprintf(hex + 2 * j, 3, "%02x", h.bytes[j]);
                assert_string_equal(hex, hashes[i].hash);

                for (size_t j = 0; j < hashes[i].size; j++)
                        parts = hash_bytes(parts, hashes[i].data + j, 1);
                assert_memory_equal(parts.bytes, h.bytes, sizeof(h.bytes));
        }
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_keys),
                cmocka_unit_test(test_ill_formed),
                cmocka_unit_test(test_hash),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
