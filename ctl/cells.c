/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <utf8proc.h>

#include "common/utf8.h"
#include "ctl/cells.h"

#define ELLIPSIS "\xe2\x80\xa6"
#define VARIATION_EMOJI 0xfe0f

size_t cells_next(const char *s, size_t n, unsigned *ret_width) {
        unsigned width = 0;
        int32_t state = 0;
        uint32_t before;
        size_t size;

        size = utf8_next(s, n, &before);
        width = (unsigned) MAX(utf8proc_charwidth((int32_t) before), 0);
        while (size < n) {
                uint32_t c;
                size_t k = utf8_next(s + size, n - size, &c);

                if (utf8proc_grapheme_break_stateful((int32_t) before, (int32_t) c, &state))
                        break;
                width = c == VARIATION_EMOJI
                                ? 2
                                : MAX(width, (unsigned) MAX(utf8proc_charwidth((int32_t) c), 0));
                before = c;
                size += k;
        }
        *ret_width = width;
        return size;
}

size_t cells_fit(const char *s, size_t n, unsigned width) {
        unsigned used = 0, w;

        for (size_t i = 0, k; i < n; i += k) {
                k = cells_next(s + i, n - i, &w);
                used += w;
                if (used > width)
                        return i;
        }
        return n;
}

unsigned cells_width(const char *s, size_t n) {
        unsigned width = 0, w;

        for (size_t i = 0; i < n; i += cells_next(s + i, n - i, &w), width += w)
                ;
        return width;
}

size_t cells_break(const char *s, size_t n, unsigned width, size_t *ret_skip) {
        size_t fit = cells_fit(s, n, width), space;
        unsigned ignored;

        if (fit < n) {
                for (space = fit; space > 0 && s[space] != ' '; space--)
                        ;
                if (space > 0)
                        fit = space;
                else if (fit == 0)
                        fit = cells_next(s, n, &ignored);
        }
        *ret_skip = fit + strspn(s + fit, " ");
        return fit;
}

void cells_cut(Buffer *b, const char *s, unsigned width) {
        size_t n = strlen(s);

        if (width == 0 || cells_width(s, n) <= width) {
                buffer_append(b, s, n);
                return;
        }
        n = cells_fit(s, n, width - 1);
        while (n > 0 && s[n - 1] == ' ')
                n--;
        buffer_append(b, s, n);
        buffer_puts(b, ELLIPSIS);
}

/* 1: right to left; -1: left to right; 0: neither. */
static int direction(uint32_t c) {
        switch (utf8proc_get_property((int32_t) c)->bidi_class) {
        case UTF8PROC_BIDI_CLASS_R:
        case UTF8PROC_BIDI_CLASS_AL:
                return 1;
        case UTF8PROC_BIDI_CLASS_L:
                return -1;
        default:
                return 0;
        }
}

static bool has_rtl(const char *s, bool first) {
        size_t n = strlen(s);

        for (size_t i = 0; i < n;) {
                uint32_t c;
                int d;

                i += utf8_next(s + i, n - i, &c);
                d = direction(c);
                if (d > 0)
                        return true;
                if (d < 0 && first)
                        return false;
        }
        return false;
}

bool cells_rtl(const char *s) {
        return has_rtl(s, true);
}

bool cells_bidi(const char *s) {
        return has_rtl(s, false);
}
