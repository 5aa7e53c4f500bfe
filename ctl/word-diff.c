/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ctl/word-diff.h"
#include "ctl/cells.h"

#define WORDS_MAX 300U

typedef struct Word {
        const char *s;
        size_t n;
} Word;

/* Divided by spaces; a wide character is a word, since scripts that have those have no spaces. */
static size_t split(const char *s, Word words[static WORDS_MAX]) {
        size_t size = strlen(s), n = 0;
        bool open = false;

        for (size_t i = 0, k; i < size; i += k) {
                unsigned width;

                k = cells_next(s + i, size - i, &width);
                if (s[i] == ' ') {
                        open = false;
                        continue;
                }
                if (open && width < 2) {
                        words[n - 1].n += k;
                        continue;
                }
                if (n == WORDS_MAX)
                        return 0;
                words[n++] = (Word){ s + i, k };
                open = width < 2;
        }
        return n;
}

/* Its length without the punctuation at its end, which moves when words are added. */
static size_t letters(const Word *word) {
        size_t n = word->n;

        while (n > 1 && strchr(",.;:!?", word->s[n - 1]))
                n--;
        return n;
}

static bool same(const Word *a, const Word *b) {
        return letters(a) == letters(b) && memcmp(a->s, b->s, letters(a)) == 0;
}

void word_diff(const char *before, const char *text, bool changed[static HEADLINE_MAX]) {
        /* common[i][j]: how many words old[i…] and new[j…] have in common, in the same order */
        static uint16_t common[WORDS_MAX + 1][WORDS_MAX + 1];
        Word old[WORDS_MAX], new[WORDS_MAX];
        size_t n_old = split(before, old), n_new = split(text, new), i = 0, j = 0;

        memset(changed, 0, HEADLINE_MAX * sizeof(bool));
        if (n_old == 0 || n_new == 0)
                return;
        for (size_t k = 0; k <= n_new; k++)
                common[n_old][k] = 0;
        for (i = n_old; i-- > 0;) {
                common[i][n_new] = 0;
                for (j = n_new; j-- > 0;)
                        common[i][j] = same(old + i, new + j)
                                               ? common[i + 1][j + 1] + 1
                                               : MAX(common[i + 1][j], common[i][j + 1]);
        }

        for (i = j = 0; j < n_new;) {
                size_t begin = (size_t) (new[j].s - text);

                if (i < n_old && same(old + i, new + j)) {
                        i++;
                        j++;
                        continue;
                }
                if (i < n_old && common[i + 1][j] >= common[i][j + 1]) {
                        i++;
                        continue;
                }
                if (begin > 1 && changed[begin - 2])
                        changed[begin - 1] = true;
                memset(changed + begin, true, new[j].n);
                j++;
        }
}
