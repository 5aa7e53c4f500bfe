/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Digests: what differs in anything has another one. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "fetch/digest.h"

#define SIZE 200U

/* Each size, each bit: no two alike, and all of the digest changes. */
static void test_bits(void **state) {
        uint8_t data[SIZE] = {};
        uint64_t seen[SIZE * 9];
        size_t n = 0;
        unsigned changed = 0;

        (void) state;
        for (size_t size = 0; size < SIZE; size++) {
                uint64_t zeroes = digest_add(DIGEST_NOTHING, data, size);

                seen[n++] = zeroes;
                for (size_t bit = 0; size == SIZE - 1 && bit < 8 * size; bit++) {
                        data[bit / 8] ^= (uint8_t) (1U << bit % 8);
                        seen[n] = digest_add(DIGEST_NOTHING, data, size);
                        changed += (unsigned) __builtin_popcountll(seen[n++] ^ zeroes);
                        data[bit / 8] ^= (uint8_t) (1U << bit % 8);
                }
        }
        for (size_t i = 0; i < n; i++)
                for (size_t k = 0; k < i; k++)
                        assert_true(seen[i] != seen[k]);
        assert_true(changed / (8 * (SIZE - 1)) >= 30 && changed / (8 * (SIZE - 1)) <= 34);
}

/* Words in another order, and the same letters divided in another way. */
static void test_order(void **state) {
        uint64_t words[8] = { 1, 2, 3, 4, 5, 6, 7, 8 }, before;
        const uint64_t nothing = DIGEST_NOTHING;

        (void) state;
        before = digest_add(nothing, words, sizeof(words));
        for (size_t i = 0; i < 8; i++)
                for (size_t k = 0; k < i; k++) {
                        uint64_t other[8];

                        memcpy(other, words, sizeof(words));
                        other[i] = words[k];
                        other[k] = words[i];
                        assert_true(digest_add(nothing, other, sizeof(other)) != before);
                }
        assert_true(digest_add_text(digest_add_text(nothing, "ab"), "c") !=
                    digest_add_text(digest_add_text(nothing, "a"), "bc"));
        assert_true(digest_add_text(digest_add_text(nothing, "a"), "b") !=
                    digest_add_text(digest_add_text(nothing, "b"), "a"));
        assert_true(digest_add_text(nothing, NULL) != digest_add_text(nothing, ""));
        assert_true(digest_add_text(nothing, "") != nothing);
}

int main(void) {
        static const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_bits),
                cmocka_unit_test(test_order),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
