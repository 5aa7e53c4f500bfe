/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "common/utf8.h"

size_t utf8_next(const char *s, size_t n, uint32_t *ret_character) {
        const unsigned char *p = (const unsigned char *) s;
        unsigned char low = 0x80, high = 0xbf; /* what the second byte may be */
        uint32_t character;
        size_t length;

        if (p[0] < 0x80) {
                *ret_character = p[0];
                return 1;
        }
        if (p[0] >= 0xc2 && p[0] <= 0xdf) {
                length = 2;
                character = p[0] & 0x1fU;
        } else if (p[0] >= 0xe0 && p[0] <= 0xef) {
                length = 3;
                character = p[0] & 0x0fU;
                if (p[0] == 0xe0)
                        low = 0xa0;
                if (p[0] == 0xed)
                        high = 0x9f;
        } else if (p[0] >= 0xf0 && p[0] <= 0xf4) {
                length = 4;
                character = p[0] & 0x07U;
                if (p[0] == 0xf0)
                        low = 0x90;
                if (p[0] == 0xf4)
                        high = 0x8f;
        } else {
                *ret_character = 0xfffd;
                return 1;
        }

        for (size_t i = 1; i < length; i++) {
                if (i >= n || p[i] < low || p[i] > high) {
                        *ret_character = 0xfffd;
                        return i;
                }
                character = character << 6 | (p[i] & 0x3fU);
                low = 0x80;
                high = 0xbf;
        }
        *ret_character = character;
        return length;
}

/* U+FFFD itself is three well-formed bytes; as a sign of error it is not those. */
static bool is_error(const char *s, size_t length, uint32_t character) {
        return character == 0xfffd && (length != 3 || memcmp(s, "\xef\xbf\xbd", 3) != 0);
}

bool utf8_valid(const char *s, size_t n) {
        size_t i = 0;

        while (i < n) {
                uint32_t character;
                size_t length;

                if ((unsigned char) s[i] < 0x80) {
                        i++;
                        continue;
                }
                length = utf8_next(s + i, n - i, &character);
                if (is_error(s + i, length, character))
                        return false;
                i += length;
        }
        return true;
}

void utf8_put(Buffer *b, uint32_t character) {
        char bytes[4];
        size_t n;

        if (character < 0x80) {
                bytes[0] = (char) character;
                n = 1;
        } else if (character < 0x800) {
                bytes[0] = (char) (0xc0 | character >> 6);
                bytes[1] = (char) (0x80 | (character & 0x3f));
                n = 2;
        } else if (character < 0x10000) {
                bytes[0] = (char) (0xe0 | character >> 12);
                bytes[1] = (char) (0x80 | (character >> 6 & 0x3f));
                bytes[2] = (char) (0x80 | (character & 0x3f));
                n = 3;
        } else {
                bytes[0] = (char) (0xf0 | character >> 18);
                bytes[1] = (char) (0x80 | (character >> 12 & 0x3f));
                bytes[2] = (char) (0x80 | (character >> 6 & 0x3f));
                bytes[3] = (char) (0x80 | (character & 0x3f));
                n = 4;
        }
        buffer_append(b, bytes, n);
}

static bool steers_terminal(uint32_t c) {
        return c < 0x20 || (c >= 0x7f && c < 0xa0) || c == 0x061c || c == 0x200e || c == 0x200f ||
               (c >= 0x2028 && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069);
}

void utf8_mask(char *s, size_t n, const char *keep) {
        for (size_t i = 0, k; i < n; i += k) {
                uint32_t c;

                if (s[i] >= 0x20 && s[i] < 0x7f) { /* most of it */
                        k = 1;
                        continue;
                }
                k = utf8_next(s + i, n - i, &c);
                if ((c < 0x20 && c != 0 && strchr(keep, (int) c)) ||
                    (!steers_terminal(c) && !is_error(s + i, k, c)))
                        continue;
                memset(s + i, '?', k);
        }
}
