/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * What a text is, for the question "is this new?": how it is cleaned, when two are the same, and
 * when one is close to another. Pure functions; Unicode data from utf8proc.
 */

#include "common/buffer.h"

#define HEADLINE_MAX 2048U /* bytes, the ellipsis of a cut one counted */
#define PUBLISHED_MAX 128U
#define DETAIL_MAX 256U
#define URL_MAX 4096U

/*
 * Cleans a text for storing and showing: white space (White_Space) folds to single spaces and is
 * trimmed, and so do control characters and noncharacters, so that they join nothing; invisible
 * ones (Default_Ignorable_Code_Point) are dropped, except U+200C, U+200D and variation selectors,
 * which are spelling; ill-formed UTF-8 becomes U+FFFD.
 * Longer than max bytes: cut at a character so that it fits with the "…" that is added. Doing it
 * twice changes nothing. -ENOMEM.
 */
int text_clean(const char *s, size_t n, size_t max, char **ret);

/*
 * The key of a clean text: two texts are the same when their keys are equal. NFKC, case folded;
 * invisible characters, non-spacing marks and tatweel dropped; of the rest letters, numbers and
 * combining marks count, whatever stands between them is one space; question marks in a row are one
 * word "?" of their own.
 * "" when nothing counts. A text that is not clean has a key, too; ill-formed UTF-8 counts as
 * U+FFFD. -ENOMEM.
 */
int text_key(const char *s, char **ret);

/* A 128-bit FNV-1a hash; for telling texts apart in the store, where their bytes are not kept for
 * ever. */
typedef struct Hash {
        uint8_t bytes[16];
} Hash;

#define HASH_INIT                                                                                  \
        ((Hash){ { 0x6c, 0x62, 0x27, 0x2e, 0x07, 0xbb, 0x01, 0x42, 0x62, 0xb8, 0x21, 0x75, 0x62,   \
                   0x95, 0xc5, 0x8d } })

/* Hash of what was hashed into h, followed by these bytes. */
Hash hash_bytes(Hash h, const void *data, size_t n);

/*
 * The words of a key as sorted 64-bit hashes, each as often as it stands there, question marks
 * aside. In scripts written without spaces (Han, kana, Thai, Lao, Khmer, Myanmar) each character is
 * a word. Caller frees ret. -ENOMEM.
 */
int text_words(const char *key, uint64_t **ret, size_t *ret_n);

/* What two texts share, 0 to 1: common words (each as often as both have it) by the words of the
 * longer. */
double text_closeness(const uint64_t *a, size_t n_a, const uint64_t *b, size_t n_b);

/* The least closeness of an edit. */
#define TEXT_CLOSE 0.5
