/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <ctype.h>

#include "common/utf8.h"
#include "suggest/memory.h"
#include "suggest/words-tables.h"
#include "suggest/words.h"

#define NAME_SPLIT_MAX 256U
#define LABEL_MAX 160U /* bytes of a key; longer is no label */

/* The phrases of one table, sorted. Those that end in a star are in begins, too. */
typedef struct Phrases {
        const char *text;
        bool keys; /* phrases are compared as keys of texts */
        char **phrases;
        size_t n;
        char **begins;
        size_t n_begins;
} Phrases;

static Phrases names_strong = { .text = NAMES_STRONG };
static Phrases names_medium = { .text = NAMES_MEDIUM };
static Phrases names_weak = { .text = NAMES_WEAK };
static Phrases names_against = { .text = NAMES_AGAINST };
static Phrases names_denied = { .text = NAMES_DENIED };
static Phrases names_utility = { .text = NAMES_UTILITY };
static Phrases role_titles = { .text = ROLE_TITLES };
static Phrases role_times = { .text = ROLE_TIMES };
static Phrases role_badges = { .text = ROLE_BADGES };
static Phrases role_summaries = { .text = ROLE_SUMMARIES };
static Phrases labels_strong = { .text = LABELS_STRONG, .keys = true };
static Phrases labels_medium = { .text = LABELS_MEDIUM, .keys = true };
static Phrases labels_against = { .text = LABELS_AGAINST, .keys = true };
static Phrases labels_paid = { .text = LABELS_PAID, .keys = true };
static Phrases badges = { .text = BADGES, .keys = true };
static Phrases time_words = { .text = TIME_WORDS, .keys = true };

static int compare(const void *a, const void *b) {
        return strcmp(*(char *const *) a, *(char *const *) b);
}

static void add_phrase(Phrases *table, const char *s, size_t n) {
        bool begins = s[n - 1] == '*';
        char *phrase = memory_check(strndup(s, n - begins));

        if (table->keys) {
                char *key = xtext_key(phrase);

                free(phrase);
                phrase = key;
        }
        table->phrases[table->n++] = phrase;
        if (begins)
                table->begins[table->n_begins++] = phrase;
}

static void prepare(Phrases *table) {
        size_t n = 1;

        for (const char *p = table->text; *p; p++)
                n += *p == '|';
        table->phrases = xcalloc(n, sizeof(char *));
        table->begins = xcalloc(n, sizeof(char *));
        for (const char *p = table->text; *p;) {
                size_t length = strcspn(p, "|");

                add_phrase(table, p, length);
                p += length + (p[length] == '|');
        }
        qsort(table->phrases, table->n, sizeof(char *), compare);
}

void words_init(void) {
        Phrases *const tables[] = {
                &names_strong,   &names_medium,  &names_weak,    &names_against,
                &names_denied,   &names_utility, &labels_strong, &labels_medium,
                &labels_against, &labels_paid,   &badges,        &time_words,
                &role_titles,    &role_times,    &role_badges,   &role_summaries,
        };

        for (size_t i = 0; i < ELEMENTSOF(tables); i++)
                if (!tables[i]->phrases)
                        prepare(tables[i]);
}

static bool table_has(const Phrases *table, const char *phrase) {
        return bsearch(&phrase, table->phrases, table->n, sizeof(char *), compare) != NULL;
}

bool words_split(const char *name, char *buffer, size_t size) {
        size_t n = 0;
        int before = ' '; /* the kind of the last character: a, A, 0, space */

        if (size < 3)
                return false;
        buffer[n++] = ' ';
        for (const char *p = name; *p; p++) {
                unsigned char c = (unsigned char) *p;
                int kind = c >= 0x80 || islower(c) ? 'a'
                           : isupper(c)            ? 'A'
                           : isdigit(c)            ? '0'
                                                   : ' ';
                bool word = kind != ' ' && before != ' ' && kind != before &&
                            !(before == 'A' && kind == 'a');

                /* "HTMLParser": the last capital belongs to what follows. */
                if (kind == 'A' && before == 'A' && islower((unsigned char) p[1]))
                        word = true;
                if (n + 4 > size)
                        return false;
                if ((word || kind == ' ') && buffer[n - 1] != ' ')
                        buffer[n++] = ' ';
                if (kind != ' ')
                        buffer[n++] = (char) tolower(c);
                before = kind;
        }
        if (buffer[n - 1] != ' ')
                buffer[n++] = ' ';
        buffer[n] = '\0';
        return true;
}

/* Does the table know a phrase of up to three words of this " spaced text "? */
static bool mentions(const Phrases *table, const char *spaced) {
        char phrase[NAME_SPLIT_MAX + 1];

        for (const char *p = spaced; *p && p[1]; p = strchr(p + 1, ' ')) {
                const char *end = p;

                for (unsigned words = 0; words < 3 && end[1]; words++) {
                        size_t n;

                        end = strchr(end + 1, ' ');
                        n = (size_t) (end - p) - 1;
                        if (n > NAME_SPLIT_MAX)
                                break;
                        memcpy(phrase, p + 1, n);
                        phrase[n] = '\0';
                        if (table_has(table, phrase))
                                return true;
                }
                for (size_t i = 0; i < table->n_begins; i++)
                        if (startswith(p + 1, table->begins[i]))
                                return true;
        }
        return false;
}

Cue words_name(const char *name) {
        char spaced[NAME_SPLIT_MAX];
        Cue cue = {};

        if (!words_split(name, spaced, sizeof(spaced)) || !spaced[1])
                return cue;
        if (mentions(&names_denied, spaced))
                return cue;
        cue.against = mentions(&names_against, spaced);
        if (mentions(&names_strong, spaced))
                cue.score = CUE_STRONG;
        else if (mentions(&names_medium, spaced))
                cue.score = CUE_MEDIUM;
        else if (mentions(&names_weak, spaced))
                cue.score = CUE_WEAK;
        return cue;
}

/* The next of the words that words_split() made. */
static bool next_word(const char **spaced, char *word) {
        size_t n = strcspn(*spaced + 1, " ");

        if (n == 0)
                return false;
        memcpy(word, *spaced + 1, n);
        word[n] = '\0';
        *spaced += n + 1;
        return true;
}

Role words_role(const char *name) {
        char spaced[NAME_SPLIT_MAX], word[NAME_SPLIT_MAX];
        const char *p = spaced;
        Role role = ROLE_NONE;

        if (!words_split(name, spaced, sizeof(spaced)))
                return ROLE_NONE;
        while (next_word(&p, word)) {
                if (table_has(&role_times, word))
                        role = ROLE_TIME;
                else if (table_has(&role_summaries, word))
                        role = ROLE_SUMMARY;
                else if (table_has(&role_badges, word))
                        role = ROLE_BADGE;
                else if (table_has(&role_titles, word))
                        role = ROLE_TITLE;
        }
        return role;
}

bool words_generated(const char *name) {
        static const char *const heads[] = { "css-",    "sc-",      "jsx-",       "jss",
                                             "svelte-", "emotion-", "makeStyles", "ng-",
                                             "ember",   "yui_",     "ext-gen",    "gen-" };
        unsigned changes = 0, vowels = 0, letters = 0, digits = 0, tail = 0;
        int before = 0;

        for (size_t i = 0; i < ELEMENTSOF(heads); i++)
                if (startswith(name, heads[i]))
                        return true;
        for (const char *p = name; *p; p++) {
                unsigned char c = (unsigned char) *p;
                int kind = isdigit(c) ? '0' : isupper(c) ? 'A' : islower(c) ? 'a' : 0;

                if (kind == 0) {
                        changes = vowels = letters = 0;
                        tail = 0;
                        before = 0;
                        continue;
                }
                tail++;
                digits += kind == '0';
                letters += kind != '0';
                vowels += strchr("aeiouyAEIOUY", c) != NULL;
                /* a capital begins a word, figures end one; any other change looks like chance */
                changes += (before == '0' && kind != '0') || (before == 'A' && kind == '0') ||
                           (before == 'a' && kind == '0' && tail <= 4 && p[1] &&
                            !isdigit((unsigned char) p[1]) && isalnum((unsigned char) p[1]));
                if ((changes > 0 && tail >= 4) || (letters >= 5 && vowels == 0 && tail >= 5))
                        return true;
                before = kind;
        }
        /* "post-1179855": a number that belongs to one entry; "aXbYc": capitals in short turns */
        if (digits >= 4)
                return true;
        changes = 0;
        for (const char *p = name; p[0] && p[1] && p[2]; p++)
                changes += islower((unsigned char) p[0]) && isupper((unsigned char) p[1]) &&
                           !islower((unsigned char) p[2]);
        return changes > 0 && strlen(name) <= 8;
}

bool words_utility(const char *name) {
        char spaced[NAME_SPLIT_MAX], word[NAME_SPLIT_MAX];
        const char *p = spaced;

        if (!words_split(name, spaced, sizeof(spaced)) || strpbrk(name, ":[]/!"))
                return true;
        while (next_word(&p, word))
                if (word[1] && !table_has(&names_utility, word) && !isdigit((unsigned char) *word))
                        return false;
        return true;
}

/* How well a key matches a table: 3: it is a phrase of it; 2: it begins or ends with one; 1: it has
 * one inside; 0: not at all. */
static int match_label(const Phrases *table, const char *key) {
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
                if (!at)
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

Cue words_label(const char *text) {
        _cleanup_free_ char *key = xtext_key(text);
        Cue cue = {};
        int how;

        if (strlen(key) > LABEL_MAX)
                return cue;
        how = match_label(&labels_strong, key);
        if (how > 0)
                cue.score = CUE_STRONG - (3 - how) * 2;
        how = match_label(&labels_medium, key);
        if (how > 1)
                cue.score = MAX(cue.score, CUE_MEDIUM - (3 - how) * 2);
        cue.against = match_label(&labels_against, key) > 1;
        cue.paid = match_label(&labels_paid, key) > 1;
        return cue;
}

bool words_badge(const char *text) {
        _cleanup_free_ char *key = xtext_key(text);

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

bool words_time(const char *text) {
        _cleanup_free_ char *key = NULL;
        unsigned words = 0, figures = 0;

        if (strlen(text) > LABEL_MAX)
                return false;
        key = xtext_key(text);
        for (char *p = key; *p;) {
                size_t n = strcspn(p, " ");
                char kept = p[n];
                bool figure = is_figure(p, n);

                p[n] = '\0';
                if (!figure && !table_has(&time_words, p))
                        return false;
                figures += figure;
                words++;
                p[n] = kept;
                p += n + (kept == ' ');
        }
        /* "21" alone may be a rank or a count, but it is no headline either. */
        return words > 0 && words <= 14 && (figures > 0 || words <= 3);
}

bool words_clean(const char *text) {
        size_t n = strlen(text);
        _cleanup_free_ char *clean = xtext_clean(text, n, n + 1);

        return streq(clean, text);
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
