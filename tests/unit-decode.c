/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Compressed bodies in pieces of any size, cut and changed at random. That they are read right is
 * tested with the programs. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <zlib.h>
#include <zstd.h>

#include "fetch/decode.h"

#define TEXT_SIZE 3000U
#define ROUNDS 20000U

static uint64_t seed = 1;

/* xorshift */
static unsigned random_below(unsigned n) {
        seed ^= seed << 13;
        seed ^= seed >> 7;
        seed ^= seed << 17;
        return (unsigned) (seed % n);
}

static size_t pack(const char *coding, const uint8_t *text, size_t n, uint8_t *packed,
                   size_t room) {
        z_stream stream = { .next_in = (Bytef *) text,
                            .avail_in = (uInt) n,
                            .next_out = packed,
                            .avail_out = (uInt) room };
        int bits = strcmp(coding, "gzip") == 0 ? 31 : 15;

        if (strcmp(coding, "zstd") == 0)
                return ZSTD_compress(packed, room, text, n, 1);
        assert_int_equal(deflateInit2(&stream, 6, Z_DEFLATED, bits, 8, Z_DEFAULT_STRATEGY), Z_OK);
        assert_int_equal(deflate(&stream, Z_FINISH), Z_STREAM_END);
        assert_int_equal(deflateEnd(&stream), Z_OK);
        return room - stream.avail_out;
}

/* Feeds it in pieces; returns the first error. */
static int feed(Decoder *decoder, const uint8_t *data, size_t n, unsigned piece_max, Buffer *page) {
        int r = 0;

        while (n > 0 && r >= 0) {
                size_t piece = 1 + random_below(piece_max);

                piece = MIN(piece, n);
                r = decoder_add(decoder, data, piece, page);
                data += piece;
                n -= piece;
        }
        return r;
}

static void check_coding(const char *coding) {
        uint8_t text[TEXT_SIZE], packed[2 * TEXT_SIZE + 100], changed[sizeof(packed)];
        size_t n, first;

        for (size_t i = 0; i < sizeof(text); i++)
                text[i] = (uint8_t) ("news of the day\n"[random_below(16)]);
        first = pack(coding, text, sizeof(text), packed, sizeof(packed));
        n = first;
        if (strcmp(coding, "deflate") != 0) /* two members */
                n += pack(coding, text, 10, packed + first, sizeof(packed) - first);

        for (unsigned round = 0; round < ROUNDS; round++) {
                _cleanup_(decoder_freep) Decoder *decoder = NULL;
                _cleanup_buffer_ Buffer page = BUFFER(TEXT_SIZE + random_below(1000));
                size_t cut = round % 2 ? n : random_below((unsigned) n);
                bool whole = round % 2;
                int r;

                memcpy(changed, packed, n);
                if (round % 4 == 3)
                        changed[random_below((unsigned) n)] ^= (uint8_t) (1U << random_below(8));
                assert_int_equal(decoder_new(coding, &decoder), 0);
                r = feed(decoder, changed, cut, 1 + random_below(500), &page);
                assert_true(page.size <= page.max);
                if (round % 4 == 3)
                        continue; /* anything, but not too much */
                if (n == first || page.max >= TEXT_SIZE + 10)
                        assert_int_equal(r, 0);
                if (r < 0) {
                        assert_int_equal(r, -ENOBUFS);
                        continue;
                }
                assert_int_equal(decoder_is_whole(decoder), whole || cut == 0 || cut == first);
                assert_memory_equal(strnull(page.data), text, MIN(page.size, (size_t) TEXT_SIZE));
        }
}

static void test_gzip(void **state) {
        check_coding("gzip");
}

static void test_deflate(void **state) {
        check_coding("deflate");
}

static void test_zstd(void **state) {
        check_coding("zstd");
}

/* Bytes of no coding are handed on as they are, within the limit. */
static void test_identity(void **state) {
        static const char *const none[] = { "", "identity", " , Identity ,", "none" };

        for (size_t i = 0; i < ELEMENTSOF(none); i++) {
                _cleanup_(decoder_freep) Decoder *decoder = NULL;
                _cleanup_buffer_ Buffer page = BUFFER(5);

                assert_int_equal(decoder_new(none[i], &decoder), 0);
                assert_int_equal(decoder_add(decoder, "12345", 5, &page), 0);
                assert_string_equal(page.data, "12345");
                assert_true(decoder_is_whole(decoder));
                assert_false(decoder_tells_end(decoder));
                assert_int_equal(decoder_add(decoder, "6", 1, &page), -ENOBUFS);
        }
}

static void test_names(void **state) {
        static const char *const bad[] = {
                "compress", "gzip, x", "gzi", "gzip gzip", "br;q=1", "gzip,gzip,gzip,gzip,gzip,gzip"
        };
        static const char *const good[] = { "GZIP", " br , zstd", "gzip,gzip,gzip,gzip,gzip" };

        for (size_t i = 0; i < ELEMENTSOF(bad); i++) {
                Decoder *decoder = NULL;

                assert_int_equal(decoder_new(bad[i], &decoder), -EPROTONOSUPPORT);
                assert_null(decoder);
        }
        for (size_t i = 0; i < ELEMENTSOF(good); i++) {
                _cleanup_(decoder_freep) Decoder *decoder = NULL;

                assert_int_equal(decoder_new(good[i], &decoder), 0);
        }
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_gzip),  cmocka_unit_test(test_deflate),
                cmocka_unit_test(test_zstd),  cmocka_unit_test(test_identity),
                cmocka_unit_test(test_names),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
