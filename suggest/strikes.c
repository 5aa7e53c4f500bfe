/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Times and labels inside a headline's own text, where no element tells them apart. A time at its
 * beginning or end becomes an expression: figures stand for any figures, the word after them, a
 * unit, for any word, and all else for itself.
 */

#include <ctype.h>
#include <regex.h>

#include "common/buffer.h"
#include "suggest/shape.h"

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

static int put_literal(Buffer *b, const char *s, size_t n) {
        int r = 0;

        for (size_t i = 0; r >= 0 && i < n; i++)
                r = strchr("\\.[]{}()*+?^$|", s[i]) ? buffer_printf(b, "\\%c", s[i])
                                                    : buffer_append(b, s + i, 1);
        return r;
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

static int generalise(const char *time, size_t n, Buffer *b) {
        bool figures = false; /* come right before */
        int r = 0;

        for (size_t i = 0, length; r >= 0 && i < n; i += length) {
                length = strspn(time + i, "0123456789");
                if (length > 0) {
                        r = buffer_puts(b, "[0-9]+");
                        figures = i + length < n && time[i + length] == ' ';
                } else if (time[i] == ' ') {
                        length = 1;
                        r = buffer_puts(b, " ");
                } else {
                        length = MIN(strcspn(time + i, " 0123456789"), n - i);
                        if (figures && has_word(time + i, length) && is_unit(time, n, i, length))
                                r = buffer_puts(b, "[[:alpha:].]+");
                        else
                                r = put_literal(b, time + i, length);
                        figures = false;
                }
                length = MIN(length, n - i);
        }
        return r;
}

static int add_strike(Shape *shape, const char *expression) {
        for (unsigned i = 0; i < shape->n_strikes; i++)
                if (streq(shape->strikes[i], expression))
                        return 0;
        if (shape->n_strikes == STRIKES_MAX)
                return 0;
        shape->strikes[shape->n_strikes] = strdup(expression);
        if (!shape->strikes[shape->n_strikes])
                return -ENOMEM;
        shape->n_strikes++;
        return 0;
}

/* An expression for the first (the last) so many words, if they are a time; NULL: they are none. */
static int time_pattern(const char *text, unsigned words, bool at_end, char **ret) {
        size_t n = take_words(text, words, at_end), size = strlen(text);
        _cleanup_free_ char *part = n > 0 ? strndup(at_end ? text + size - n : text, n) : NULL;
        _cleanup_buffer_ Buffer b = BUFFER(512);
        const char *begin = part;
        int r;

        *ret = NULL;
        /* Figures alone may be how a headline begins. */
        if (!part || !has_digit(part) || strspn(part, "0123456789 ") == strlen(part) ||
            words_time(part) <= 0)
                return 0;
        n = strlen(part);
        while (!at_end && n > 0 && strchr(" -|:/", part[n - 1]))
                n--;
        for (; at_end && *begin && (strchr(" -|:/", *begin) || (unsigned char) *begin == 0xe2); n--)
                begin++;
        if (at_end)
                n = strlen(begin);
        r = buffer_puts(&b, at_end ? "[" MARKS " ]*" : "^");
        if (r >= 0)
                r = generalise(begin, n, &b);
        if (r >= 0)
                r = buffer_puts(&b, at_end ? "$" : "[" MARKS " ]*");
        if (r >= 0)
                *ret = STEAL_POINTER(b.data);
        return r == -ENOBUFS ? 0 : r;
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
 * "10:45 The" is a time too, if articles may stand in times, but others begin otherwise. NULL in
 * *ret: there is none.
 */
static int find_time(const char *text, char *const *texts, unsigned n, bool at_end, char **ret) {
        _cleanup_free_ char *best = NULL;
        unsigned best_n = 0;

        for (unsigned words = 1; words <= WORDS_MAX; words++) {
                _cleanup_free_ char *expression = NULL;
                unsigned matches;
                int r = time_pattern(text, words, at_end, &expression);

                if (r < 0)
                        return r;
                matches = expression ? count_matches(expression, texts, n) : 0;
                if (expression && matches >= best_n) {
                        free(best);
                        best = STEAL_POINTER(expression);
                        best_n = matches;
                }
        }
        *ret = STEAL_POINTER(best);
        return 0;
}

/* A number at the end of one headline or two is news. */
static int strike_times(Shape *shape, char *const *texts, unsigned n, bool at_end) {
        unsigned timed = 0, before = shape->n_strikes;

        for (unsigned i = 0; i < n; i++) {
                _cleanup_free_ char *expression = NULL;
                int r = find_time(texts[i], texts, n, at_end, &expression);

                if (r >= 0 && expression)
                        r = add_strike(shape, expression);
                if (r < 0)
                        return r;
                timed += expression != NULL;
        }
        while (timed * 2 < n && shape->n_strikes > before)
                free(shape->strikes[--shape->n_strikes]);
        return 0;
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
static int strike_label(Shape *shape, const char *text) {
        static const char *const marks[] = { ":", "|", " - ", " – ", " — ", " » ", "：", "｜" };
        _cleanup_buffer_ Buffer b = BUFFER(512);
        _cleanup_free_ char *label = NULL;
        size_t n, begin = 0, end = SIZE_MAX;
        int r;

        if (startswith(text, "+++"))
                return add_strike(shape, "\\+\\+\\+");
        n = find_bracket(text, &begin, &end);
        for (size_t i = 0; n == 0 && i < ELEMENTSOF(marks); i++) {
                const char *mark = strstr(text, marks[i]);

                if (mark && (size_t) (mark - text) < end)
                        end = (size_t) (mark - text);
        }
        if (end > begin + 40 || end <= begin)
                return 0;
        label = strndup(text + begin, end - begin);
        if (!label)
                return -ENOMEM;
        r = words_badge(label);
        if (r <= 0)
                return r;
        if (n == 0)
                for (n = end; n > 0 && text[n - 1] == ' ';)
                        n--;
        r = buffer_puts(&b, "^");
        if (r >= 0)
                r = put_literal(&b, text, n);
        if (r >= 0)
                r = buffer_puts(&b, "[" MARKS " ：｜]*");
        return r == -ENOBUFS ? 0 : r < 0 ? r : add_strike(shape, b.data);
}

int strikes_add_whole(Shape *shape, const char *text) {
        _cleanup_buffer_ Buffer b = BUFFER(512);
        int r;

        r = buffer_puts(&b, "^");
        if (r >= 0)
                r = put_literal(&b, text, strlen(text));
        if (r >= 0)
                r = buffer_puts(&b, "$");
        return r == -ENOBUFS ? 0 : r < 0 ? r : add_strike(shape, b.data);
}

/* What stood between a headline and a time or label that is dropped. */
static int strike_marks(Shape *shape, char *const *texts, unsigned n, const char *expression) {
        return count_matches(expression, texts, n) * 2 > n ? add_strike(shape, expression) : 0;
}

int strikes_make(char *const *texts, unsigned n, Shape *shape) {
        int r;

        r = strike_times(shape, texts, n, false);
        if (r >= 0)
                r = strike_times(shape, texts, n, true);
        for (unsigned i = 0; i < n && r >= 0; i++)
                r = strike_label(shape, texts[i]);
        if (r >= 0)
                r = strike_marks(shape, texts, n, "^[" MARKS "]+ *");
        if (r >= 0)
                r = strike_marks(shape, texts, n, " *[" MARKS "]+$");
        return r;
}
