/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <ctype.h>

#include "common/text.h"
#include "suggest/words-private.h"
#include "suggest/words-tables.h"

static Table names_strong = { .text = NAMES_STRONG };
static Table names_medium = { .text = NAMES_MEDIUM };
static Table names_weak = { .text = NAMES_WEAK };
static Table names_against = { .text = NAMES_AGAINST };
static Table names_denied = { .text = NAMES_DENIED };
static Table names_utility = { .text = NAMES_UTILITY };
static Table role_titles = { .text = ROLE_TITLES };
static Table role_times = { .text = ROLE_TIMES };
static Table role_badges = { .text = ROLE_BADGES };
static Table role_summaries = { .text = ROLE_SUMMARIES };
Table labels_strong = { .text = LABELS_STRONG, .keys = true };
Table labels_medium = { .text = LABELS_MEDIUM, .keys = true };
Table labels_against = { .text = LABELS_AGAINST, .keys = true };
Table labels_paid = { .text = LABELS_PAID, .keys = true };
Table badges = { .text = BADGES, .keys = true };
Table time_words = { .text = TIME_WORDS, .keys = true };

static int compare(const void *a, const void *b) {
        return strcmp(*(char *const *) a, *(char *const *) b);
}

static int add_phrase(Table *table, const char *s, size_t n) {
        bool begins = s[n - 1] == '*';
        char *phrase;
        int r;

        n -= begins;
        phrase = strndup(s, n);
        if (!phrase)
                return -ENOMEM;
        if (table->keys) {
                char *key;

                r = text_key(phrase, &key);
                free(phrase);
                if (r < 0)
                        return r;
                phrase = key;
        }
        table->phrases[table->n++] = phrase;
        if (begins)
                table->begins[table->n_begins++] = phrase;
        return 0;
}

static int prepare(Table *table) {
        size_t n = 1;
        int r = 0;

        for (const char *p = table->text; *p; p++)
                n += *p == '|';
        table->phrases = calloc(n, sizeof(char *));
        table->begins = calloc(n, sizeof(char *));
        if (!table->phrases || !table->begins)
                return -ENOMEM;
        for (const char *p = table->text; r >= 0 && *p;) {
                size_t length = strcspn(p, "|");

                r = add_phrase(table, p, length);
                p += length + (p[length] == '|');
        }
        qsort(table->phrases, table->n, sizeof(char *), compare);
        return r;
}

int words_init(void) {
        Table *const tables[] = {
                &names_strong,   &names_medium,  &names_weak,    &names_against,
                &names_denied,   &names_utility, &labels_strong, &labels_medium,
                &labels_against, &labels_paid,   &badges,        &time_words,
                &role_titles,    &role_times,    &role_badges,   &role_summaries,
        };
        int r = 0;

        for (size_t i = 0; r >= 0 && i < ELEMENTSOF(tables); i++)
                if (!tables[i]->phrases)
                        r = prepare(tables[i]);
        return r;
}

bool table_has(const Table *table, const char *phrase) {
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
static bool mentions(const Table *table, const char *spaced) {
        char phrase[NAME_MAX_SPLIT + 1];

        for (const char *p = spaced; *p && p[1]; p = strchr(p + 1, ' ')) {
                const char *end = p;

                for (unsigned words = 0; words < 3 && end[1]; words++) {
                        size_t n;

                        end = strchr(end + 1, ' ');
                        n = (size_t) (end - p) - 1;
                        if (n > NAME_MAX_SPLIT)
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
        char spaced[NAME_MAX_SPLIT];
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
        char spaced[NAME_MAX_SPLIT], word[NAME_MAX_SPLIT];
        const char *p = spaced;
        Role role = ROLE_NONE;

        if (!words_split(name, spaced, sizeof(spaced)))
                return ROLE_NONE;
        while (next_word(&p, word)) {
                bool text = streq(word, "text") || streq(word, "txt");

                if (table_has(&role_times, word))
                        role = ROLE_TIME;
                else if (table_has(&role_summaries, word))
                        role = ROLE_SUMMARY;
                else if (table_has(&role_badges, word))
                        role = ROLE_BADGE;
                else if (table_has(&role_titles, word) && !(text && role != ROLE_NONE))
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
        char spaced[NAME_MAX_SPLIT], word[NAME_MAX_SPLIT];
        const char *p = spaced;

        if (!words_split(name, spaced, sizeof(spaced)) || strpbrk(name, ":[]/!"))
                return true;
        while (next_word(&p, word))
                if (word[1] && !table_has(&names_utility, word) && !isdigit((unsigned char) *word))
                        return false;
        return true;
}
