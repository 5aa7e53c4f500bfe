/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <ctype.h>

#include "common/text.h"
#include "common/utf8.h"
#include "suggest/words-private.h"
#include "suggest/words-tables.h"

#define LABEL_MAX 160U /* bytes of a key; longer is no label */

/* How a key holds a phrase of a table: 3 it is one, 2 it begins or ends with one, 1 it has one. */
static int match_label(const Table *table, const char *key) {
        size_t n = strlen(key);
        int best = 0;

        for (size_t i = 0; i < table->n && best < 3; i++) {
                const char *phrase = table->phrases[i], *at;
                size_t length = strlen(phrase);
                bool wide = (unsigned char) *phrase >= 0xe3; /* written without spaces */

                if (length > n || length < 3)
                        continue;
                if (length == n) {
                        if (streq(phrase, key))
                                best = 3;
                        continue;
                }
                at = strstr(key, phrase);
                if (!at || (length < 8 && !wide && best > 0))
                        continue;
                if (at == key && (wide || key[length] == ' '))
                        best = MAX(best, 2);
                else if (at + length == key + n && (wide || at[-1] == ' '))
                        best = MAX(best, 2);
                else if (at > key && (wide || (at[-1] == ' ' && at[length] == ' ')))
                        best = MAX(best, 1);
        }
        return best;
}

static unsigned count_words(const char *key) {
        unsigned n = *key ? 1 : 0;

        for (; *key; key++)
                n += *key == ' ';
        return n;
}

int words_label(const char *text, Cue *ret) {
        _cleanup_free_ char *key = NULL;
        Cue cue = {};
        int r, how;

        r = text_key(text, &key);
        if (r < 0)
                return r;
        if (strlen(key) <= LABEL_MAX && count_words(key) <= 7 &&
            words_weight(key, strlen(key)) <= 48) {
                how = match_label(&labels_strong, key);
                if (how > 0)
                        cue.score = CUE_STRONG - (3 - how) * 2;
                how = match_label(&labels_medium, key);
                if (how > 1)
                        cue.score = MAX(cue.score, CUE_MEDIUM - (3 - how) * 2);
                cue.against = match_label(&labels_against, key) > 1;
                cue.paid = match_label(&labels_paid, key) > 1;
        }
        *ret = cue;
        return 0;
}

int words_badge(const char *text) {
        _cleanup_free_ char *key = NULL;
        int r;

        r = text_key(text, &key);
        if (r < 0)
                return r;
        return table_has(&labels_strong, key) || table_has(&labels_medium, key) ||
               table_has(&labels_against, key) || table_has(&badges, key);
}

/* Figures with the signs and units that belong to them: "10", "10分前", "5min", "10h30". */
static bool is_figure(const char *word, size_t n) {
        bool figure = false;

        for (size_t i = 0; i < n;) {
                char sign[5] = {};
                uint32_t character;
                size_t length = utf8_next(word + i, n - i, &character);

                if (length == 1 && isdigit((unsigned char) word[i]))
                        figure = true;
                else if (length == 1) {
                        size_t unit = strcspn(word + i, "0123456789");
                        char letters[8] = {};

                        unit = MIN(unit, n - i);
                        if (!figure || unit >= sizeof(letters))
                                return false;
                        memcpy(letters, word + i, unit);
                        if (!table_has(&time_words, letters))
                                return false;
                        length = unit;
                } else {
                        memcpy(sign, word + i, MIN(length, sizeof(sign) - 1));
                        if (!strstr(TIME_SIGNS, sign) &&
                            !(character >= 0x660 && character <= 0x6f9))
                                return false;
                        figure |= character >= 0x660 && character <= 0x6f9;
                }
                i += length;
        }
        return figure;
}

int words_time(const char *text) {
        _cleanup_free_ char *key = NULL;
        unsigned words = 0, figures = 0;
        int r;

        if (strlen(text) > LABEL_MAX)
                return 0;
        r = text_key(text, &key);
        if (r < 0)
                return r;
        for (char *p = key; *p;) {
                size_t n = strcspn(p, " ");
                char kept = p[n];
                bool figure = is_figure(p, n);

                p[n] = '\0';
                if (!figure && !table_has(&time_words, p))
                        return 0;
                figures += figure;
                words++;
                p[n] = kept;
                p += n + (kept == ' ');
        }
        /* "21" alone may be a rank or a count, but it is no headline either. */
        return words > 0 && words <= 14 && (figures > 0 || words <= 3);
}

unsigned words_weight(const char *text, size_t n) {
        unsigned weight = 0;

        for (size_t i = 0; i < n;) {
                uint32_t c;

                i += utf8_next(text + i, n - i, &c);
                if (c < 0x80)
                        weight += isalnum((int) c) ? 1 : 0;
                else if ((c >= 0x3040 && c <= 0x9fff) || (c >= 0xac00 && c <= 0xd7a3) ||
                         c >= 0x20000)
                        weight += 2;
                else if (c >= 0xa1 && !(c >= 0x2000 && c <= 0x206f) &&
                         !(c >= 0x3000 && c <= 0x303f) && c != 0xfeff)
                        weight++;
        }
        return weight;
}
