/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Times and labels inside a headline's own text, where no element tells them apart. A time at its
 * beginning or end becomes an expression: figures stand for any figures, the word after them, a
 * unit, for any word, and all else for itself.
 */

#include <ctype.h>
#include <regex.h>

#include "suggest/memory.h"
#include "suggest/strikes.h"
#include "suggest/words.h"

#define WORDS_MAX 7U
#define MARKS "-–—|:•·/»›"

static bool has_digit(const char *s) {
        return strpbrk(s, "0123456789") != NULL;
}

/* The length of what text begins with (or ends with), in whole words; 0: it has not so many. */
static size_t take_words(const char *text, unsigned words, bool at_end) {
        size_t n = strlen(text), length = 0;

        while (words-- > 0) {
                if (length == n)
                        return 0;
                while (length < n && text[at_end ? n - 1 - length : length] == ' ')
                        length++;
                while (length < n && text[at_end ? n - 1 - length : length] != ' ')
                        length++;
        }
        return length < n ? length : 0;
}

/* Text for an expression that stands for itself. */
static void put_literal(Buffer *b, const char *s, size_t n) {
        for (size_t i = 0; i < n; i++)
                buffer_printf(b, strchr("\\.[]{}()*+?^$|", s[i]) ? "\\%c" : "%c", s[i]);
}

static bool has_word(const char *s, size_t n) {
        for (size_t i = 0; i < n; i++)
                if (isalpha((unsigned char) s[i]) || (unsigned char) s[i] >= 0x80)
                        return true;
        return false;
}

/*
 * May the word at i, behind figures, be any word? Only if something else is left to know the time
 * by: more figures, or a word before or after it. "10:45 Uhr" must not cut the word after 10:45.
 */
static bool is_unit(const char *time, size_t n, size_t i, size_t length) {
        size_t before = strcspn(time, "0123456789");

        return has_word(time, before) || i + length < n;
}

static void generalise(const char *time, size_t n, Buffer *b) {
        bool figures = false; /* come right before */

        for (size_t i = 0, length; i < n; i += length) {
                length = MIN(strspn(time + i, "0123456789"), n - i);
                if (length > 0) {
                        buffer_puts(b, "[0-9]+");
                        figures = i + length < n && time[i + length] == ' ';
                } else if (time[i] == ' ') {
                        length = 1;
                        buffer_puts(b, " ");
                } else {
                        length = MIN(strcspn(time + i, " 0123456789"), n - i);
                        if (figures && has_word(time + i, length) && is_unit(time, n, i, length))
                                buffer_puts(b, "[[:alpha:].]+");
                        else
                                put_literal(b, time + i, length);
                        figures = false;
                }
        }
}

void strike_list_done(StrikeList *strikes) {
        while (strikes->n > 0)
                free(strikes->expressions[--strikes->n]);
}

static void add(StrikeList *strikes, const char *expression) {
        for (unsigned i = 0; i < strikes->n; i++)
                if (streq(strikes->expressions[i], expression))
                        return;
        if (strikes->n < STRIKES_MAX)
                strikes->expressions[strikes->n++] = xstrdup(expression);
}

static void add_buffer(StrikeList *strikes, const Buffer *b) {
        if (memory_result(buffer_error(b)) == 0)
                add(strikes, b->data);
}

/* An expression for the first (the last) so many words, to be freed; NULL: they are no time. */
static char *time_pattern(const char *text, unsigned words, bool at_end) {
        size_t n = take_words(text, words, at_end), size = strlen(text);
        _cleanup_free_ char *part =
                n > 0 ? memory_check(strndup(at_end ? text + size - n : text, n)) : NULL;
        _cleanup_buffer_ Buffer b = BUFFER(512);
        const char *begin = part;
        char *expression = NULL;

        /* Figures alone may be how a headline begins. */
        if (!part || !has_digit(part) || strspn(part, "0123456789 ") == strlen(part) ||
            !words_time(part))
                return NULL;
        n = strlen(part);
        if (at_end) {
                while (*begin && (strchr(" -|:/", *begin) || (unsigned char) *begin == 0xe2))
                        begin++;
                n = strlen(begin);
        } else
                while (n > 0 && strchr(" -|:/", part[n - 1]))
                        n--;
        buffer_puts(&b, at_end ? "[" MARKS " ]*" : "^");
        generalise(begin, n, &b);
        buffer_puts(&b, at_end ? "$" : "[" MARKS " ]*");
        (void) memory_result(buffer_steal(&b, &expression));
        return expression;
}

static unsigned count_matches(const char *expression, char *const *texts, unsigned n) {
        unsigned matches = 0;
        regex_t regex;

        if (regcomp(&regex, expression, REG_EXTENDED | REG_NOSUB) != 0)
                return 0;
        for (unsigned i = 0; i < n; i++)
                matches += regexec(&regex, texts[i], 0, NULL, 0) == 0;
        regfree(&regex);
        return matches;
}

/*
 * The time in a text, as an expression: the one that most texts have, and of these the longest.
 * "10:45 The" is a time too, if articles may stand in times, but others begin otherwise. NULL:
 * there is none.
 */
static char *find_time(const char *text, char *const *texts, unsigned n, bool at_end) {
        char *best = NULL;
        unsigned best_n = 0;

        for (unsigned words = 1; words <= WORDS_MAX; words++) {
                _cleanup_free_ char *expression = time_pattern(text, words, at_end);
                unsigned matches = expression ? count_matches(expression, texts, n) : 0;

                if (expression && matches >= best_n) {
                        free(best);
                        best = STEAL_POINTER(expression);
                        best_n = matches;
                }
        }
        return best;
}

/* Expressions for the times of the headlines. If only few headlines have one, it is news, not a
 * time: then there are none. */
static void strike_times(StrikeList *strikes, char *const *texts, unsigned n, bool at_end) {
        unsigned timed = 0, before = strikes->n;

        for (unsigned i = 0; i < n; i++) {
                _cleanup_free_ char *expression = find_time(texts[i], texts, n, at_end);

                if (expression)
                        add(strikes, expression);
                timed += expression != NULL;
        }
        while (timed * 2 < n && strikes->n > before)
                free(strikes->expressions[--strikes->n]);
}

static const char *const brackets[][2] = {
        { "[", "]" }, { "(", ")" }, { "【", "】" }, { "［", "］" }, { "<", ">" }, { "《", "》" },
};

/* The length of what a text begins with, up to the end of a label in brackets; 0: there is none. */
static size_t find_bracket(const char *text, size_t *ret_begin, size_t *ret_end) {
        for (size_t i = 0; i < ELEMENTSOF(brackets); i++) {
                const char *inside = startswith(text, brackets[i][0]), *end;

                end = inside ? strstr(inside, brackets[i][1]) : NULL;
                if (end && end - inside <= 40) {
                        *ret_begin = (size_t) (inside - text);
                        *ret_end = (size_t) (end - text);
                        return *ret_end + strlen(brackets[i][1]);
                }
        }
        return 0;
}

/* "BREAKING: ", "عاجل | ", "[속보] ", "+++ ". */
static void strike_label(StrikeList *strikes, const char *text) {
        static const char *const marks[] = { ":", "|", " - ", " – ", " — ", " » ", "：", "｜" };
        _cleanup_buffer_ Buffer b = BUFFER(512);
        _cleanup_free_ char *label = NULL;
        size_t n, begin = 0, end = SIZE_MAX;

        if (startswith(text, "+++")) {
                add(strikes, "\\+\\+\\+");
                return;
        }
        n = find_bracket(text, &begin, &end);
        for (size_t i = 0; n == 0 && i < ELEMENTSOF(marks); i++) {
                const char *mark = strstr(text, marks[i]);

                if (mark)
                        end = MIN(end, (size_t) (mark - text));
        }
        if (end > begin + 40 || end <= begin)
                return;
        label = memory_check(strndup(text + begin, end - begin));
        if (!words_badge(label))
                return;
        if (n == 0)
                for (n = end; n > 0 && text[n - 1] == ' ';)
                        n--;
        buffer_puts(&b, "^");
        put_literal(&b, text, n);
        buffer_puts(&b, "[" MARKS " ：｜]*");
        add_buffer(strikes, &b);
}

void strike_list_add_whole(StrikeList *strikes, const char *text) {
        _cleanup_buffer_ Buffer b = BUFFER(512);

        buffer_puts(&b, "^");
        put_literal(&b, text, strlen(text));
        buffer_puts(&b, "$");
        add_buffer(strikes, &b);
}

/* What stood between a headline and a time or label that is dropped. */
static void strike_marks(StrikeList *strikes, char *const *texts, unsigned n,
                         const char *expression) {
        if (count_matches(expression, texts, n) * 2 > n)
                add(strikes, expression);
}

void strike_list_find(StrikeList *strikes, char *const *headlines, unsigned n) {
        strike_times(strikes, headlines, n, false);
        strike_times(strikes, headlines, n, true);
        for (unsigned i = 0; i < n; i++)
                strike_label(strikes, headlines[i]);
        strike_marks(strikes, headlines, n, "^[" MARKS "]+ *");
        strike_marks(strikes, headlines, n, " *[" MARKS "]+$");
}
