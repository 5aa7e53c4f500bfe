/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* When two texts are close: tables of pairs with the words they share, and the words themselves. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/unit-text.h"

/* Two texts, how many words they have in common, and how many the longer one has. */
typedef struct Closeness {
        const char *a, *b;
        size_t common, longer;
} Closeness;

/* clang-format off */
static const Closeness close_pairs[] = {
        { "Ferry service resumes", "Ferry service resumes", 3, 3 },
        { "Ferry service resumes", "FERRY service – resumes!", 3, 3 },
        { "3 rescued from lift in old tower", "5 rescued from lift in old tower", 6, 7 },
        { "Tower lift: 3 rescued", "3 rescued from lift in old tower", 4, 7 },
        { "Storm hits port", "Port hits storm", 3, 3 },
        { "Well-known singer retires", "Well known singer retires", 4, 4 },
        { "Tram strike over, says union", "Tram strike over, says mayor", 4, 5 },
        { "Straße am Hafen gesperrt", "STRASSE am Hafen wieder frei", 3, 5 },

        /* exactly one half */
        { "Tram line opens today", "Tram line closes tomorrow", 2, 4 },
        { "Port reopens", "Port reopens after storm", 2, 4 },
        { "Fire!", "Fire out", 1, 2 },
        { "one two three four five six", "one two three", 3, 6 },

        /* each word as often as both have it */
        { "Goal, goal, goal", "Goal, goal, miss", 2, 3 },
        { "Goal goal miss miss", "Goal goal save save", 2, 4 },
        { "Goal goal goal for Harbour", "Goal for Harbour", 3, 5 },

        /* question marks aside */
        { "Port closed?", "Port open", 1, 2 },
        { "Port closed?", "Port open?", 1, 2 },
        { "Port? Closed?", "Port closed", 2, 2 },

        /* scripts without spaces: each character is a word */
        { "北港大橋が再開", "北港大橋が閉鎖", 5, 7 },
        { "速報：大橋、再開", "大橋再開", 4, 6 },
        { "大橋再開", "大橋閉鎖", 2, 4 },
        { "フェリー再開", "フェリー欠航", 4, 6 },
        { "ｶﾞｽ漏れ", "ガス漏れ", 4, 4 },
        { "さくら開花", "さくら満開", 4, 5 },
        { "人々", "人人", 1, 2 },
        { "5人を救助", "3人を救助", 4, 5 },
        { "ABC駅再開", "ABC駅閉鎖", 2, 4 },        /* letters between them are a word as always */
        { "大桥恢复通车", "大桥今日恢复通车", 6, 8 },
        { "เปิดสะพานใหม่", "ปิดสะพานใหม่", 10, 11 }, /* Thai; vowels above and tone marks are dropped */
        { "ເປີດຂົວໃໝ່", "ປິດຂົວໃໝ່", 7, 8 },         /* Lao */
        { "បើកស្ពានថ្មី", "បិទស្ពានថ្មី", 7, 9 },       /* Khmer */
        { "တံတားဖွင့်သည်", "တံတားပိတ်သည်", 6, 8 },     /* Myanmar */

        /* scripts with spaces */
        { "افتتاح الجسر الجديد في الميناء", "إغلاق الجسر الجديد في المِيناء", 4, 5 },
        { "Мост через реку открыт", "Мост через реку закрыт", 3, 4 },
        { "הגשר החדש נפתח", "הגשר החדש נסגר", 2, 3 },
        { "Η γέφυρα ανοίγει", "Η γέφυρα κλείνει\u037e", 2, 3 },
        { "항구 다리 개통", "항구 다리 폐쇄", 2, 3 },
        { "नया पुल खुला", "नया पुल बंद", 2, 3 },
};

static const Closeness distant_pairs[] = {
        { "Ferry service resumes", "Lottery winner found", 0, 3 },
        { "Tram line opens", "Tram stop closes", 1, 3 },
        { "one two three four five", "one two six seven eight", 2, 5 },
        { "Port reopens", "Port reopens after long storm", 2, 5 },
        { "Rescued", "Rescue", 0, 1 },
        { "Самолёт", "Самолет", 0, 1 },
        { "Well-known", "Wellknown", 0, 2 },

        { "Goal, goal, goal", "Goal", 1, 3 },
        { "Goal goal goal for Harbour", "Goal Harbour", 2, 5 },
        { "Rain rain rain rain", "Rain sun wind snow", 1, 4 },

        { "Gone?", "Here?", 0, 1 },
        { "Port closed now?", "Port open again?", 1, 3 },
        { "?", "Fire", 0, 1 },

        { "大橋再開", "新駅開業", 1, 4 },
        { "橋再開", "橋閉鎖", 1, 3 },
        { "はし", "ハシ", 0, 2 },
        { "ABC駅", "ABD局", 0, 2 },
        { "大桥恢复通车", "大学今日开学", 1, 6 },
        { "สะพาน", "รถไฟ", 0, 5 },
        { "다리개통", "다리폐쇄", 0, 1 }, /* Hangul has spaces */
        { "افتتاح الجسر", "إغلاق الميناء", 0, 2 },
        { "إغلاق الجسر", "اغلاق جسر", 0, 2 },
};
/* clang-format on */

/* Within what a register that is wider than a double makes of it, as i386 has them. */
static bool same(double a, double b) {
        return a - b < 1e-9 && b - a < 1e-9;
}

static double closeness(const char *key_a, const char *key_b) {
        _cleanup_free_ uint64_t *a = NULL, *b = NULL;
        size_t n_a, n_b;
        double result;

        assert_int_equal(text_words(key_a, &a, &n_a), 0);
        assert_int_equal(text_words(key_b, &b, &n_b), 0);
        result = text_closeness(a, n_a, b, n_b);
        assert_true(same(result, text_closeness(b, n_b, a, n_a)));
        return result;
}

static size_t check_closeness(const Closeness *pairs, size_t n, bool expected) {
        size_t failures = 0;

        for (size_t i = 0; i < n; i++) {
                _cleanup_free_ char *a = key_of(pairs[i].a), *b = key_of(pairs[i].b);
                double found = closeness(a, b);

                if (same(found, (double) pairs[i].common / (double) pairs[i].longer) &&
                    (found >= TEXT_CLOSE) == expected)
                        continue;
                failures++;
                print_error("should be %s, %zu of %zu, but is %g: \"%s\" and \"%s\"\n",
                            expected ? "close" : "distant", pairs[i].common, pairs[i].longer, found,
                            a, b);
        }
        return failures;
}

static void test_close(void **state) {
        assert_int_equal(check_closeness(close_pairs, ELEMENTSOF(close_pairs), true), 0);
}

static void test_distant(void **state) {
        assert_int_equal(check_closeness(distant_pairs, ELEMENTSOF(distant_pairs), false), 0);
}

/* The words come sorted, each as often as it stands in the key. */
static void test_words(void **state) {
        _cleanup_free_ uint64_t *words = NULL, *none = NULL;
        size_t n;

        assert_int_equal(text_words("b a c ? a b a", &words, &n), 0);
        assert_int_equal(n, 6);
        for (size_t i = 1; i < n; i++)
                assert_true(words[i - 1] <= words[i]);

        assert_int_equal(text_words("? ", &none, &n), 0);
        assert_int_equal(n, 0);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_close),
                cmocka_unit_test(test_distant),
                cmocka_unit_test(test_words),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
