/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Four sums side by side, since a multiplication takes longer than the next may wait for it. */

#include "fetch/digest.h"

#define PRIME_1 0x9e3779b185ebca87U
#define PRIME_2 0xc2b2ae3d27d4eb4fU
#define PRIME_3 0x165667b19e3779f9U
#define LANES 4U

static uint64_t rotate(uint64_t x, unsigned n) {
        return x << n | x >> (64 - n);
}

static uint64_t read_word(const uint8_t *p) {
        uint64_t word;

        memcpy(&word, p, sizeof(word));
        return word;
}

static uint64_t mix(uint64_t sum, uint64_t word) {
        return rotate(sum + word * PRIME_2, 31) * PRIME_1;
}

/* Each bit of the sum changes half of the others. */
static uint64_t stir(uint64_t sum) {
        sum = (sum ^ sum >> 33) * PRIME_2;
        sum = (sum ^ sum >> 29) * PRIME_3;
        return sum ^ sum >> 32;
}

/* Of a long text: takes in what is there of whole rows of the lanes. */
static uint64_t add_rows(uint64_t digest, const uint8_t **p, size_t *left) {
        uint64_t lanes[LANES] = { digest + PRIME_1, digest ^ PRIME_2, digest, digest - PRIME_3 };

        for (; *left >= sizeof(lanes); *left -= sizeof(lanes), *p += sizeof(lanes))
                for (size_t i = 0; i < LANES; i++)
                        lanes[i] = mix(lanes[i], read_word(*p + i * sizeof(uint64_t)));
        for (size_t i = 0; i < LANES; i++)
                digest = mix(digest, lanes[i]);
        return digest;
}

uint64_t digest_add(uint64_t digest, const void *data, size_t n) {
        const uint8_t *p = data;
        uint64_t sum = mix(digest, n), last = 0;
        size_t left = n;

        if (left >= LANES * sizeof(uint64_t))
                sum = add_rows(sum, &p, &left);
        for (; left >= sizeof(uint64_t); left -= sizeof(uint64_t), p += sizeof(uint64_t))
                sum = mix(sum, read_word(p));
        if (left > 0)
                memcpy(&last, p, left);
        return stir(mix(sum, last));
}

uint64_t digest_add_text(uint64_t digest, const char *text) {
        return text ? digest_add(digest, text, strlen(text) + 1) : digest_add(digest, "\xff", 1);
}
