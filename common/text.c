/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <utf8proc.h>

#include "common/text.h"
#include "common/utf8.h"

#define ELLIPSIS "\xe2\x80\xa6"
#define TATWEEL 0x0640 /* the line that stretches an Arabic word */

/* Unicode's White_Space property (PropList.txt). */
static bool is_space(uint32_t c) {
        return (c >= 0x09 && c <= 0x0d) || c == 0x20 || c == 0x85 || c == 0xa0 || c == 0x1680 ||
               (c >= 0x2000 && c <= 0x200a) || c == 0x2028 || c == 0x2029 || c == 0x202f ||
               c == 0x205f || c == 0x3000;
}

static bool is_variation_selector(uint32_t c) {
        return (c >= 0x180b && c <= 0x180d) || c == 0x180f || (c >= 0xfe00 && c <= 0xfe0f) ||
               (c >= 0xe0100 && c <= 0xe01ef);
}

/* Default_Ignorable_Code_Point; utf8proc does not know those that are not assigned yet. */
static bool is_ignorable(uint32_t c) {
        return utf8proc_get_property((utf8proc_int32_t) c)->ignorable || c == 0x2065 ||
               (c >= 0xfff0 && c <= 0xfff8) || (c >= 0xe0000 && c <= 0xe0fff);
}

/* Controls and what is no character for ever. They stand for nothing, but what was beside one was
 * no word. */
static bool is_control(uint32_t c) {
        return c < 0x20 || (c >= 0x7f && c < 0xa0) || (c >= 0xfdd0 && c <= 0xfdef) ||
               (c & 0xfffe) == 0xfffe;
}

static bool is_dropped(uint32_t c) {
        return c != 0x200c && c != 0x200d && !is_variation_selector(c) && is_ignorable(c);
}

/* Takes characters off the end until n bytes are left, or a few less, and no space at the end. */
static void cut(Buffer *b, size_t n) {
        if (b->size <= n)
                return;
        while (n > 0 && ((unsigned char) b->data[n] & 0xc0) == 0x80)
                n--;
        while (n > 0 && b->data[n - 1] == ' ')
                n--;
        b->size = n;
        b->data[n] = '\0';
}

int text_clean(const char *s, size_t n, size_t max, char **ret) {
        /* One character past the limit is enough to know that the text must be cut. */
        _cleanup_buffer_ Buffer b = BUFFER(max + 8);
        bool space = false;

        for (size_t i = 0; i < n && b.size <= max && buffer_error(&b) == 0;) {
                uint32_t c;

                i += utf8_next(s + i, n - i, &c);
                if (is_space(c) || is_control(c)) {
                        space = b.size > 0;
                        continue;
                }
                if (is_dropped(c))
                        continue;
                if (space)
                        buffer_puts(&b, " ");
                space = false;
                utf8_put(&b, c);
        }

        if (b.size > max) {
                cut(&b, max - MIN(max, strlen(ELLIPSIS)));
                buffer_puts(&b, ELLIPSIS);
        }
        return buffer_steal(&b, ret);
}

/*
 * Question marks of the scripts that have one of their own. U+FF1F and the like become '?' under
 * NFKC; the Greek one would become a semicolon, so this is asked before as well as after. The
 * inverted mark that opens a Spanish question is not here: the closing one says the same.
 */
static bool is_question_mark(uint32_t c) {
        static const uint32_t marks[] = {
                '?',    0x037e, 0x055e, 0x061f, 0x1367, 0x1945, 0x203d,  0x2cfa,
                0x2cfb, 0x2e2e, 0xa60f, 0xa6f7, 0xff1f, 0xfe56, 0x11143,
        };

        for (size_t i = 0; i < ELEMENTSOF(marks); i++)
                if (c == marks[i])
                        return true;
        return false;
}

/* Letters, numbers and the marks that are not non-spacing: what a text is made of. */
static bool counts(uint32_t c) {
        switch (utf8proc_category((utf8proc_int32_t) c)) {
        case UTF8PROC_CATEGORY_LU:
        case UTF8PROC_CATEGORY_LL:
        case UTF8PROC_CATEGORY_LT:
        case UTF8PROC_CATEGORY_LM:
        case UTF8PROC_CATEGORY_LO:
        case UTF8PROC_CATEGORY_ND:
        case UTF8PROC_CATEGORY_NL:
        case UTF8PROC_CATEGORY_NO:
        case UTF8PROC_CATEGORY_MC:
        case UTF8PROC_CATEGORY_ME:
                return true;
        default:
                return false;
        }
}

static utf8proc_int32_t question_marks_first(utf8proc_int32_t c, _unused_ void *userdata) {
        return is_question_mark((uint32_t) c) ? '?' : c;
}

/*
 * The words of a folded text. Says whether it has a mark that is dropped: what stood on both sides
 * of it may compose now.
 */
static bool put_words(Buffer *b, const char *s, size_t n) {
        bool space = false, dropped = false;

        for (size_t i = 0; i < n;) {
                bool question, after_question;
                uint32_t c;

                i += utf8_next(s + i, n - i, &c);
                if (c == TATWEEL ||
                    utf8proc_category((utf8proc_int32_t) c) == UTF8PROC_CATEGORY_MN) {
                        dropped = true;
                        continue;
                }
                question = is_question_mark(c);
                if (!question && !counts(c)) {
                        space = true;
                        continue;
                }

                after_question = b->size > 0 && b->data[b->size - 1] == '?';
                if (question && after_question)
                        continue;
                if (b->size > 0 && (space || question || after_question))
                        buffer_puts(b, " ");
                space = false;
                utf8_put(b, c);
        }
        return dropped;
}

/* A text that others wrote into the database: repaired, so that it has a key all the same. */
static int key_of_ill_formed(const char *s, char **ret) {
        _cleanup_buffer_ Buffer b = BUFFER(SIZE_MAX - 1);
        _cleanup_free_ char *repaired = NULL;
        size_t n = strlen(s);
        int r;

        for (size_t i = 0; i < n;) {
                uint32_t c;

                i += utf8_next(s + i, n - i, &c);
                utf8_put(&b, c);
        }
        r = buffer_steal(&b, &repaired);
        return r < 0 ? r : text_key(repaired, ret);
}

int text_key(const char *s, char **ret) {
        const utf8proc_option_t options = UTF8PROC_STABLE | UTF8PROC_COMPOSE | UTF8PROC_COMPAT |
                                          UTF8PROC_CASEFOLD | UTF8PROC_IGNORE;
        _cleanup_free_ utf8proc_uint8_t *folded = NULL;
        _cleanup_buffer_ Buffer b = BUFFER(SIZE_MAX - 1);
        utf8proc_ssize_t n;
        bool dropped;

        n = utf8proc_map_custom((const utf8proc_uint8_t *) s, (utf8proc_ssize_t) strlen(s), &folded,
                                options, question_marks_first, NULL);
        if (n == UTF8PROC_ERROR_INVALIDUTF8)
                return key_of_ill_formed(s, ret);
        if (n < 0)
                return -ENOMEM; /* or too long for utf8proc, which comes to the same */

        (void) buffer_reserve(&b, (size_t) n); /* most keys are as long as their text */
        dropped = put_words(&b, (const char *) folded, (size_t) n);
        if (dropped && buffer_error(&b) == 0)
                return text_key(b.data, ret); /* once: there is no mark left to drop */
        return buffer_steal(&b, ret);
}

/*
 * FNV-1a: each byte is put in by exclusive or, and the whole multiplied by the prime 2^88 + 0x13b,
 * modulo 2^128. In two halves of 64 bits, since 32-bit machines have no type of 128.
 */
Hash hash_bytes(Hash h, const void *data, size_t n) {
        const uint64_t prime = 0x13b; /* its lower half; 2^88 is a shift into the upper one */
        const uint8_t *p = data;
        uint64_t high = 0, low = 0;

        for (size_t i = 0; i < 8; i++) {
                high = high << 8 | h.bytes[i];
                low = low << 8 | h.bytes[8 + i];
        }
        for (size_t i = 0; i < n; i++) {
                uint64_t lower, upper; /* 32 bits of low each, multiplied */

                low ^= p[i];
                lower = (low & UINT32_MAX) * prime;
                upper = (low >> 32) * prime + (lower >> 32);
                high = high * prime + (low << 24) + (upper >> 32);
                low = upper << 32 | (lower & UINT32_MAX);
        }
        for (size_t i = 8; i-- > 0; high >>= 8, low >>= 8) {
                h.bytes[i] = (uint8_t) high;
                h.bytes[8 + i] = (uint8_t) low;
        }
        return h;
}

/* Scripts whose words are not divided by spaces: ranges of Unicode's Blocks.txt. */
static bool is_word_by_itself(uint32_t c) {
        static const uint32_t ranges[][2] = {
                { 0x0e00, 0x0e7f },   /* Thai */
                { 0x0e80, 0x0eff },   /* Lao */
                { 0x1000, 0x109f },   /* Myanmar */
                { 0x1780, 0x17ff },   /* Khmer */
                { 0x19e0, 0x19ff },   /* Khmer symbols */
                { 0x2e80, 0x2fdf },   /* Han radicals */
                { 0x3005, 0x3007 },   /* Han iteration mark, zero */
                { 0x3021, 0x3029 },   /* Han numerals */
                { 0x3031, 0x303b },   /* kana repeat marks, Han numerals */
                { 0x3041, 0x30ff },   /* hiragana, katakana */
                { 0x31f0, 0x31ff },   /* katakana extensions */
                { 0x3400, 0x4dbf },   /* Han extension A */
                { 0x4e00, 0x9fff },   /* Han */
                { 0xa9e0, 0xa9ff },   /* Myanmar extended B */
                { 0xaa60, 0xaa7f },   /* Myanmar extended A */
                { 0xf900, 0xfaff },   /* Han compatibility */
                { 0x1aff0, 0x1b16f }, /* kana supplement and extensions */
                { 0x20000, 0x323af }, /* Han extensions B to H */
        };

        for (size_t i = 0; i < ELEMENTSOF(ranges); i++)
                if (c >= ranges[i][0] && c <= ranges[i][1])
                        return true;
        return false;
}

static int compare_words(const void *a, const void *b) {
        uint64_t x = *(const uint64_t *) a, y = *(const uint64_t *) b;

        return (x > y) - (x < y);
}

/* 64 bits of FNV-1a: two words of two short texts that collide would only make an edit look closer.
 */
static uint64_t word_hash(const char *s, size_t n) {
        uint64_t h = 0xcbf29ce484222325;

        for (size_t i = 0; i < n; i++)
                h = (h ^ (unsigned char) s[i]) * 0x100000001b3;
        return h;
}

int text_words(const char *key, uint64_t **ret, size_t *ret_n) {
        size_t size = strlen(key), begin = 0, n = 0;
        _cleanup_free_ uint64_t *words = NULL;

        words = malloc((size + 1) * sizeof(uint64_t)); /* never more words than bytes */
        if (!words)
                return -ENOMEM;

        for (size_t i = 0; i < size;) {
                uint32_t c;
                size_t length = utf8_next(key + i, size - i, &c);
                bool alone = is_word_by_itself(c);

                if (alone || c == ' ' || c == '?') {
                        if (i > begin)
                                words[n++] = word_hash(key + begin, i - begin);
                        if (alone)
                                words[n++] = word_hash(key + i, length);
                        begin = i + length;
                }
                i += length;
        }
        if (size > begin)
                words[n++] = word_hash(key + begin, size - begin);

        qsort(words, n, sizeof(uint64_t), compare_words);
        *ret = STEAL_POINTER(words);
        *ret_n = n;
        return 0;
}

double text_closeness(const uint64_t *a, size_t n_a, const uint64_t *b, size_t n_b) {
        size_t longer = MAX(n_a, n_b), common = 0, i = 0, j = 0;

        while (i < n_a && j < n_b) {
                if (a[i] == b[j]) {
                        common++;
                        i++;
                        j++;
                } else if (a[i] < b[j])
                        i++;
                else
                        j++;
        }
        return longer > 0 ? (double) common / (double) longer : 0;
}
