/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * What a text is: mostly tables of examples. Invisible characters are written as \u escapes. The
 * last tests are about every text: they take 100,000 random ones, the same at every run.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "common/text.h"
#include "common/utf8.h"

#define BYTES(literal) (literal), sizeof(literal) - 1
#define FFFD "\xef\xbf\xbd"

typedef struct Pair {
        const char *a, *b;
} Pair;

/* clang-format off */
static const Pair same[] = {
        /* letter case, punctuation, decoration */
        { "Ferry service resumes", "FERRY SERVICE RESUMES" },
        { "Ferry service resumes", "Ferry service resumes." },
        { "Ferry service resumes", "Ferry service resumes!" },
        { "Ferry service resumes", "+++ Ferry service resumes +++" },
        { "Ferry service resumes", "•Ferry service – resumes" },
        { "Ferry service resumes", "★ Ferry service resumes ★" },
        { "BREAKING: Tunnel closed", "Breaking | Tunnel closed" },
        { "“Tunnel safe”, says mayor", "\"Tunnel safe\" says mayor" },
        { "“Tunnel safe”, says mayor", "‘Tunnel safe’ says mayor" },
        { "Mayor’s office moves", "Mayor's office moves" },
        { "Port reopens — union", "Port reopens - union" },
        { "Port reopens – union", "Port reopens\u2011union" },
        { "Well-known singer retires", "Well known singer retires" },
        { "Talks go on…", "Talks go on..." },
        { "Talks go on…", "Talks go on" },
        { "Talks (again) go on", "Talks again go on" },
        { "1,000 march for trams", "1.000 march for trams" },
        { "Fares up 5%", "Fares up 5" },
        { "Lottery: $5 million unclaimed", "Lottery: €5 million unclaimed" },
        { "Night of -5 degrees", "Night of 5 degrees" },

        /* white space and what cannot be seen */
        { "Bridge\u00a0closed", "Bridge closed" },
        { "Bridge\u202fclosed", "Bridge closed" },
        { "Bridge\u3000closed", "Bridge closed" },
        { "Bridge\u2028closed", "Bridge closed" },
        { "  Bridge\t\r\n closed ", "Bridge closed" },
        { "Broad\u00adcaster founded", "Broadcaster founded" },
        { "Broad\u200bcaster founded", "Broadcaster founded" },
        { "\ufeffBroadcaster fou\u2060nded", "Broadcaster founded" },
        { "\u2067Broadcaster\u2069 founded\u200e", "Broadcaster founded" },

        /* compatibility characters and composition */
        { "\ufb01re in \ufb02at", "fire in flat" },
        { "10 m² flooded", "10 m2 flooded" },
        { "Stage ① cancelled", "Stage 1 cancelled" },
        { "Henry Ⅷ exhibition", "Henry VIII exhibition" },
        { "№ 5 wins the derby", "No 5 wins the derby" },
        { "ＭＥＴＲＯ　ｌｉｎｅ　２", "Metro line 2" },
        { "𝗠𝗲𝘁𝗿𝗼 line 𝟮", "Metro line 2" },
        { "300 \u212a measured", "300 K measured" },
        { "Cafe\u0301 saved", "Café saved" },
        { "Ha\u0300 Nô\u0323i opens zoo", "Hà Nội opens zoo" },
        { "x\u0301 found", "x found" }, /* no such letter composed: the mark is dropped */

        /* emoji are no letters, however they are spelt */
        { "❤\ufe0f for the rescuers", "❤ for the rescuers" },
        { "❤\ufe0f for the rescuers", "for the rescuers" },
        { "👩\u200d🚒 honoured", "👩🏽\u200d🚒 honoured" },
        { "🇱🇧 Harbour light lit", "Harbour light lit" },
        { "Harbour🚢light lit", "Harbour light lit" },

        /* question marks */
        { "Who owns the moon?", "Who owns the moon ?" },
        { "Who owns the moon?", "Who owns the moon???" },
        { "Who owns the moon?", "Who owns the moon?!" },
        { "Who owns the moon?", "“Who owns the moon?”" },
        { "Who owns the moon?", "Who owns the moon\u203d" },
        { "Who owns the moon?", "Who owns the moon\u2048" },
        { "Who owns the moon?", "Who owns the moon\ufe16" },

        /* Arabic */
        { "افتتاحُ المِيناءِ الجَدِيدِ", "افتتاح الميناء الجديد" },
        { "عـــاجل: افتتاح الميناء", "عاجل: افتتاح الميناء" },
        { "عاجل | افتتاح الميناء", "عاجل: افتتاح الميناء" },
        { "«عاجل» افتتاح الميناء، اليوم", "عاجل - افتتاح الميناء اليوم" },
        { "\u202bافتتاح الميناء\u202c\u200f", "افتتاح الميناء" },
        { "\u061cافتتاح الميناء", "افتتاح الميناء" },
        { "هل يفتح الميناء؟", "هل يفتح الميناء?" },
        { "\ufe8d\ufedf\ufea0\ufeb4\ufeae مغلق", "الجسر مغلق" }, /* presentation forms */
        { "ا\ufefbتفاق قريب", "الاتفاق قريب" },                /* a ligature, lam-alef */
        { "ا\u0654زمة الماء", "أزمة الماء" },                  /* alef and hamza in two characters */
        { "ه\u0670ذا الجسر", "هذا الجسر" },                    /* superscript alef */
        { "قطار می\u200cرود", "قطار میرود" },                  /* Persian */

        /* Spanish */
        { "¿Abre el túnel?", "Abre el túnel?" },
        { "¡Último momento! Abre el túnel", "Último momento: abre el túnel" },
        { "El an\u0303o del tu\u0301nel", "El año del túnel" },

        /* German */
        { "Straße gesperrt", "STRASSE GESPERRT" },
        { "STRAẞE gesperrt", "Strasse gesperrt" },
        { "„Nie mehr Stau“, sagt Bürgermeister", "»Nie mehr Stau« sagt Bürgermeister" },
        { "Fa\u0308hre legt ab", "Fähre legt ab" },

        /* Russian, Ukrainian */
        { "МОСТ ОТКРЫТ", "Мост открыт" },
        { "«Мост» открыт — мэр", "\"Мост\" открыт, мэр" },
        { "Самоле\u0308т приземлился", "Самолёт приземлился" },
        { "Музеи\u0306 закрыт", "Музей закрыт" },
        { "За\u0301мок закрыт", "Замок закрыт" }, /* the stress mark */
        { "П’ять мостів", "П'ять мостів" },

        /* Hebrew */
        { "שָׁלוֹם לַנָּמֵל", "שלום לנמל" },
        { "\ufb2aלום לנמל", "שלום לנמל" },
        { "בית\u05beספר נפתח", "בית-ספר נפתח" },
        { "בית\u05beספר נפתח", "בית ספר נפתח" },
        { "מנכ״ל הנמל", "מנכ\"ל הנמל" },

        /* Japanese, Chinese, Korean */
        { "ｶﾞｽ漏れ", "ガス漏れ" },
        { "ｽｰﾊﾟｰ開店", "スーパー開店" },
        { "か\u3099っこう開校", "がっこう開校" },
        { "５人を救助", "5人を救助" },
        { "「大橋」再開", "『大橋』再開" },
        { "大橋再開か？", "大橋再開か?" },
        { "大橋再開。", "大橋再開" },
        { "大橋・港が再開", "大橋　港が再開" },
        { "\uf900大橋", "\u8c48大橋" }, /* a compatibility ideograph */
        { "大桥，恢复通车！", "大桥 恢复通车" },
        { "\u1112\u1161\u11ab강 다리 개통", "한강 다리 개통" }, /* Hangul in jamo */

        /* Greek */
        { "Ανοίγει η γέφυρα\u037e", "Ανοίγει η γέφυρα?" },
        { "ΔΡΌΜΟΣ ΑΝΟΙΧΤΌΣ", "δρόμος ανοιχτός" },    /* final sigma */
        { "Δρ\u1f79μος ανοιχτός", "Δρόμος ανοιχτός" }, /* oxia and tonos */

        /* Turkish: case folding is Unicode's, for all languages alike */
        { "İZMİR KÖPRÜSÜ", "izmir köprüsü" },
        { "I\u0307zmir köprüsü", "İzmir köprüsü" },
        { "ISPARTA", "isparta" },

        /* Hindi */
        { "\u0958लम मिली", "\u0915\u093cलम मिली" },
};

static const Pair different[] = {
        /* digits */
        { "3 rescued from lift", "5 rescued from lift" },
        { "3 rescued from lift", "33 rescued from lift" },
        { "Rescued from lift", "3 rescued from lift" },
        { "1,000 march for trams", "1000 march for trams" },
        { "Quake of 1.5 felt", "Quake of 15 felt" },
        { "Stage 1 cancelled", "Stage one cancelled" },
        { "Stage ➀ cancelled", "Stage ➁ cancelled" },
        { "二〇六年開業", "二六年開業" },
        { "١٢ قاربا في الميناء", "12 قاربا في الميناء" }, /* NFKC keeps the digits of a script */

        /* question marks */
        { "Tunnel safe", "Tunnel safe?" },
        { "Tunnel? Safe", "Tunnel safe?" },
        { "Tunnel? Safe?", "Tunnel safe?" },
        { "Tunnel safe!", "Tunnel safe?!" },
        { "هل يفتح الميناء", "هل يفتح الميناء؟" },
        { "¿Abre el túnel?", "Abre el túnel" },
        { "大橋再開か", "大橋再開か？" },
        { "Ανοίγει η γέφυρα", "Ανοίγει η γέφυρα\u037e" },
        { "Ինչու փակվեց կամուրջը", "Ինչո\u055eւ փակվեց կամուրջը" },

        /* words */
        { "Ferry service resumes", "Ferry service resumed" },
        { "Ferry service resumes", "Service ferry resumes" },
        { "Ferry service resumes", "Ferry service resumes today" },
        { "Well-known singer retires", "Wellknown singer retires" },
        { "Bridge closed", "Bridgeclosed" },
        { "Mayor's office moves", "Mayors office moves" },
        { "x y", "xy" },

        /* a letter composed with its mark is another letter */
        { "Café saved", "Cafe saved" },
        { "El año del túnel", "El ano del túnel" },
        { "Fähre legt ab", "Fahre legt ab" },
        { "Fähre legt ab", "Faehre legt ab" },
        { "Самолёт приземлился", "Самолет приземлился" },
        { "Музей закрыт", "Музеи закрыт" },
        { "Δρόμος ανοιχτός", "Δρομος ανοιχτος" },
        { "がっこう開校", "かっこう開校" },
        { "Ağrı yolu", "Agrı yolu" },

        /* Arabic and Persian letters that look alike */
        { "أزمة الماء", "ازمة الماء" },
        { "إغلاق الجسر", "اغلاق الجسر" },
        { "آلاف في الميناء", "الاف في الميناء" },
        { "\u0671لجسر مغلق", "الجسر مغلق" },
        { "مستشفى الميناء", "مستشفي الميناء" },
        { "أزمة الماء", "أزمه الماء" },
        { "\u06a9تاب جديد", "\u0643تاب جديد" },
        { "قطار می رود", "قطار میرود" },

        /* letters of other scripts */
        { "Мост открыт", "Moст открыт" }, /* two Latin letters in it */
        { "ilik su", "ılık su" },
        { "שלום לנמל", "שלומ לנמל" },
        { "בית\u05beספר נפתח", "ביתספר נפתח" },
        { "ビール工場", "ビル工場" },
        { "スーパー開店", "ス—パ—開店" }, /* dashes for the sign of length */
        { "はし開通", "ハシ開通" },
        { "三人を救助", "3人を救助" },
        { "国道開通", "國道開通" },
        { "क\u093fताब मेला", "कताब मेला" }, /* a vowel sign that is a spacing mark */
};
/* clang-format on */

/* Texts and their whole key. */
/* clang-format off */
static const Pair keys[] = {
        { "", "" },
        { "…", "" },
        { "+++", "" },
        { " « - » ", "" },
        { "***", "" },
        { "$%&", "" },
        { "💥", "" },
        { "❤\ufe0f", "" },
        { "\u0640", "" },
        { "\u064e", "" },
        { "\u200d", "" },
        { "¿", "" },
        { FFFD, "" },
        { "5", "5" },
        { "?", "?" },
        { " ؟! ", "?" },
        { "Who owns the moon?", "who owns the moon ?" },
        { "? So what", "? so what" },
        { "Up?Down", "up ? down" },
        { "Up ? ! ? Down", "up ? down" },
        { "+++ 3 Boote frei +++", "3 boote frei" },
        { "«Мост» — открыт!", "мост открыт" },
        { "ＴＯＫＹＯ　２０２６", "tokyo 2026" },
        { "Straße", "strasse" },
        { "İzmir", "izmir" },
        { "Crème brûlée", "crème brûlée" },
        { "هل يُفتح الميناءُ؟", "هل يفتح الميناء ?" },
        { "ｽｰﾊﾟｰ", "スーパー" },
};
/* clang-format on */

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

static char *clean(const char *s, size_t n, size_t max) {
        char *text;

        assert_int_equal(text_clean(s, n, max, &text), 0);
        return text;
}

/* The key as it is made of an entry: of the cleaned text. */
static char *key_of(const char *s) {
        _cleanup_free_ char *text = clean(s, strlen(s), HEADLINE_MAX);
        char *key;

        assert_int_equal(text_key(text, &key), 0);
        return key;
}

static size_t check_pairs(const Pair *pairs, size_t n, bool expected) {
        size_t failures = 0;

        for (size_t i = 0; i < n; i++) {
                _cleanup_free_ char *a = key_of(pairs[i].a), *b = key_of(pairs[i].b);

                if (streq(a, b) == expected)
                        continue;
                failures++;
                print_error("should be %s: \"%s\" (%s) and \"%s\" (%s)\n",
                            expected ? "the same" : "different", pairs[i].a, a, pairs[i].b, b);
        }
        return failures;
}

static void test_same(void **state) {
        assert_int_equal(check_pairs(same, ELEMENTSOF(same), true), 0);
}

static void test_different(void **state) {
        assert_int_equal(check_pairs(different, ELEMENTSOF(different), false), 0);
}

static void test_keys(void **state) {
        for (size_t i = 0; i < ELEMENTSOF(keys); i++) {
                _cleanup_free_ char *key = key_of(keys[i].a);

                assert_string_equal(key, keys[i].b);
        }
}

static double closeness(const char *key_a, const char *key_b) {
        _cleanup_free_ uint64_t *a = NULL, *b = NULL;
        size_t n_a, n_b;
        double result;

        assert_int_equal(text_words(key_a, &a, &n_a), 0);
        assert_int_equal(text_words(key_b, &b, &n_b), 0);
        result = text_closeness(a, n_a, b, n_b);
        assert_true(result == text_closeness(b, n_b, a, n_a));
        return result;
}

static size_t check_closeness(const Closeness *pairs, size_t n, bool expected) {
        size_t failures = 0;

        for (size_t i = 0; i < n; i++) {
                _cleanup_free_ char *a = key_of(pairs[i].a), *b = key_of(pairs[i].b);
                double found = closeness(a, b);

                if (found == (double) pairs[i].common / (double) pairs[i].longer &&
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

/* clang-format off */
static const struct {
        const char *data;
        size_t size;
        const char *cleaned;
} cleanings[] = {
        { BYTES(""), "" },
        { BYTES("Bridge closed"), "Bridge closed" },
        { BYTES("  Bridge \t\r\n  closed\n"), "Bridge closed" },
        { BYTES(" \t\n\u00a0\u3000"), "" },
        { BYTES("“Bridge” closed… +++?"), "“Bridge” closed… +++?" }, /* nothing else is changed */
        { BYTES("e\u0301 é ﬁ ①"), "e\u0301 é ﬁ ①" },
        { BYTES("Bridge \u200b closed"), "Bridge closed" }, /* what is invisible parts no spaces */
        { BYTES("\u200b Bridge closed \u200b"), "Bridge closed" },
        { BYTES("\u202eBridge\u202c"), "Bridge" },
        { BYTES("\u2066Bridge\u2069"), "Bridge" },
        { BYTES("\ufeffBridge"), "Bridge" },
        { BYTES("Bro\u00adad\u2060cast"), "Broadcast" },
        { BYTES("\x1b[31mred\x1b[0m\a"), "[31mred[0m" }, /* no escape sequence */
        { BYTES("a\0b"), "ab" },
        { BYTES("a\xc2\x85" "b"), "a b" }, /* a control character that is white space */
        { BYTES("a\xc2\x9b" "b"), "ab" }, /* one that is not */
        { BYTES("می\u200cرود"), "می\u200cرود" },
        { BYTES("👩\u200d🚒"), "👩\u200d🚒" },
        { BYTES("❤\ufe0f ❤\ufe0e"), "❤\ufe0f ❤\ufe0e" },
        { BYTES("葛\U000e0100飾"), "葛\U000e0100飾" },
        { BYTES("عـاجل"), "عـاجل" }, /* tatweel is seen */
        { BYTES("\ufff9a\ufffab\ufffb"), "\ufff9a\ufffab\ufffb" }, /* not of Default_Ignorable_Code_Point */
        { BYTES("\ue000\uffff"), "\ue000\uffff" },

        /* ill-formed: one U+FFFD for each maximal part that could have begun a character */
        { BYTES("\x80"), FFFD },
        { BYTES("a\xff" "b"), "a" FFFD "b" },
        { BYTES("Gr\xf6\xdf" "e"), "Gr" FFFD FFFD "e" },
        { BYTES("\xc3"), FFFD },
        { BYTES("\xe2\x82"), FFFD },
        { BYTES("\xf0\x9f\x8c"), FFFD },
        { BYTES("\xe2\x82" "a"), FFFD "a" },
        { BYTES("\xc3 \xc3"), FFFD " " FFFD },
        { BYTES("\xc0\x80"), FFFD FFFD },
        { BYTES("\xe0\x80\xaf"), FFFD FFFD FFFD },
        { BYTES("\xed\xa0\xbc\xed\xbc\x89"), FFFD FFFD FFFD FFFD FFFD FFFD },
        { BYTES("\xf4\x90\x80\x80"), FFFD FFFD FFFD FFFD },
        { BYTES("\xf8\x88\x80\x80\x80"), FFFD FFFD FFFD FFFD FFFD },
        { BYTES("\xe1\x80\xe2\xf0\x91\x92\xf1\xbf" "A"), FFFD FFFD FFFD FFFD "A" },
        { BYTES(FFFD), FFFD },
};
/* clang-format on */

static void test_clean(void **state) {
        for (size_t i = 0; i < ELEMENTSOF(cleanings); i++) {
                _cleanup_free_ char *text =
                        clean(cleanings[i].data, cleanings[i].size, HEADLINE_MAX);
                _cleanup_free_ char *again = clean(text, strlen(text), HEADLINE_MAX);

                assert_string_equal(text, cleanings[i].cleaned);
                assert_string_equal(again, text);
        }
}

typedef struct Range {
        uint32_t first, last;
} Range;

static bool is_in(uint32_t c, const Range *ranges, size_t n) {
        for (size_t i = 0; i < n; i++)
                if (c >= ranges[i].first && c <= ranges[i].last)
                        return true;
        return false;
}

/*
 * Every character between two letters: a space, nothing, or itself. The ranges are those of
 * Unicode's PropList.txt (White_Space, Variation_Selector) and DerivedCoreProperties.txt.
 */
static void test_clean_every_character(void **state) {
        static const Range spaces[] = {
                { 0x09, 0x0d },     { 0x20, 0x20 },     { 0x85, 0x85 },     { 0xa0, 0xa0 },
                { 0x1680, 0x1680 }, { 0x2000, 0x200a }, { 0x2028, 0x2029 }, { 0x202f, 0x202f },
                { 0x205f, 0x205f }, { 0x3000, 0x3000 },
        };
        static const Range controls[] = { { 0x00, 0x1f }, { 0x7f, 0x9f } };
        static const Range spelling[] = {
                { 0x180b, 0x180d }, { 0x180f, 0x180f },   { 0x200c, 0x200d },
                { 0xfe00, 0xfe0f }, { 0xe0100, 0xe01ef },
        };
        static const Range ignorable[] = {
                { 0xad, 0xad },       { 0x34f, 0x34f },     { 0x61c, 0x61c },
                { 0x115f, 0x1160 },   { 0x17b4, 0x17b5 },   { 0x180b, 0x180f },
                { 0x200b, 0x200f },   { 0x202a, 0x202e },   { 0x2060, 0x206f },
                { 0x3164, 0x3164 },   { 0xfe00, 0xfe0f },   { 0xfeff, 0xfeff },
                { 0xffa0, 0xffa0 },   { 0xfff0, 0xfff8 },   { 0x1bca0, 0x1bca3 },
                { 0x1d173, 0x1d17a }, { 0xe0000, 0xe0fff },
        };

        for (uint32_t c = 0; c <= 0x10ffff; c++) {
                _cleanup_buffer_ Buffer b = BUFFER(16), expected = BUFFER(16);
                _cleanup_free_ char *text = NULL;

                if (c >= 0xd800 && c <= 0xdfff)
                        continue;
                assert_int_equal(buffer_puts(&b, "a"), 0);
                assert_int_equal(utf8_put(&b, c), 0);
                assert_int_equal(buffer_puts(&b, "b"), 0);

                assert_int_equal(buffer_puts(&expected, "a"), 0);
                if (is_in(c, spaces, ELEMENTSOF(spaces)))
                        assert_int_equal(buffer_puts(&expected, " "), 0);
                else if (is_in(c, spelling, ELEMENTSOF(spelling)) ||
                         (!is_in(c, controls, ELEMENTSOF(controls)) &&
                          !is_in(c, ignorable, ELEMENTSOF(ignorable))))
                        assert_int_equal(utf8_put(&expected, c), 0);
                assert_int_equal(buffer_puts(&expected, "b"), 0);

                text = clean(b.data, b.size, HEADLINE_MAX);
                if (!streq(text, expected.data))
                        fail_msg("U+%04X: \"%s\" instead of \"%s\"", (unsigned) c, text,
                                 expected.data);
        }
}

/* Letters of one to four bytes, at every alignment, around the limit. */
static void test_cut(void **state) {
        static const char *const letters[] = { "x", "ж", "橋", "🌉" };
        static const size_t limits[] = { DETAIL_MAX, PUBLISHED_MAX, HEADLINE_MAX, 3, 4, 7, 8 };
        const char *ellipsis = "…";

        for (size_t i = 0; i < ELEMENTSOF(limits) * ELEMENTSOF(letters) * 8; i++) {
                size_t max = limits[i / 8 / ELEMENTSOF(letters)];
                const char *letter = letters[i / 8 % ELEMENTSOF(letters)];
                _cleanup_buffer_ Buffer b = BUFFER(HEADLINE_MAX * 2);

                assert_int_equal(buffer_append(&b, "abcdefg", i % 8), 0);
                while (b.size <= max + 8) {
                        _cleanup_free_ char *text = clean(b.data, b.size, max), *again = NULL;
                        size_t n = strlen(text);

                        if (b.size <= max)
                                assert_string_equal(text, b.data);
                        else {
                                assert_true(n <= max);
                                assert_true(n + strlen(letter) > max); /* as little as can be */
                                assert_true(utf8_valid(text, n));
                                assert_string_equal(text + n - 3, ellipsis);
                                assert_memory_equal(text, b.data, n - 3);
                        }
                        again = clean(text, n, max);
                        assert_string_equal(again, text);
                        assert_int_equal(buffer_puts(&b, letter), 0);
                }
        }
}

/* clang-format off */
static const struct {
        const char *text;
        size_t max;
        const char *cleaned;
} cuts[] = {
        { "Bridge closed", 13, "Bridge closed" },
        { "Bridge closed", 12, "Bridge cl…" },
        { "Bridge closed  ", 13, "Bridge closed" },  /* spaces at the end need no cut */
        { " \u200b Bridge closed", 13, "Bridge closed" },
        { "Bridge closed", 10, "Bridge…" },          /* no space before the ellipsis */
        { "Bridge closed", 9, "Bridge…" },
        { "Bridge closed", 8, "Bridg…" },
        { "Bridge …", 10, "Bridge …" },
        { "Brücke zu", 6, "Br…" },
        { "Brücke zu", 7, "Brü…" },
        { "abcdef", 3, "…" },
};
/* clang-format on */

static void test_cut_examples(void **state) {
        for (size_t i = 0; i < ELEMENTSOF(cuts); i++) {
                _cleanup_free_ char *text = clean(cuts[i].text, strlen(cuts[i].text), cuts[i].max);

                assert_string_equal(text, cuts[i].cleaned);
        }
}

/* FNV-1a, 128 bits; the values are from an implementation in another language. */
/* clang-format off */
static const struct {
        const char *data;
        size_t size;
        const char *hash;
} hashes[] = {
        { BYTES(""), "6c62272e07bb014262b821756295c58d" },
        { BYTES("a"), "d228cb696f1a8caf78912b704e4a8964" },
        { BYTES("b"), "d228cb69721a8caf78912b704e4a8d15" },
        { BYTES("\0"), "d228cb69101a8caf78912b704e4a147f" },
        { BYTES("\xff"), "d228cb68f51a8caf78912b704e49f346" },
        { BYTES("foobar"), "343e1662793c64bf6f0d3597ba446f18" },
        { BYTES("hello"), "e3e1efd54283d94f7081314b599d31b3" },
        { BYTES("تجربة"), "9fdeb28f61cec45c35251711db87c2fb" },
};
/* clang-format on */

static void test_hash(void **state) {
        for (size_t i = 0; i < ELEMENTSOF(hashes); i++) {
                Hash h = hash_bytes(HASH_INIT, hashes[i].data, hashes[i].size), parts = HASH_INIT;
                char hex[2 * sizeof(h.bytes) + 1];

                for (size_t j = 0; j < sizeof(h.bytes); j++)
                        (void) snprintf(hex + 2 * j, 3, "%02x", h.bytes[j]);
                assert_string_equal(hex, hashes[i].hash);

                for (size_t j = 0; j < hashes[i].size; j++)
                        parts = hash_bytes(parts, hashes[i].data + j, 1);
                assert_memory_equal(parts.bytes, h.bytes, sizeof(h.bytes));
        }
}

/* xorshift64: good enough, and the same everywhere. */
static uint64_t random_next(uint64_t *seed) {
        *seed ^= *seed << 13;
        *seed ^= *seed >> 7;
        *seed ^= *seed << 17;
        return *seed;
}

static uint32_t random_below(uint64_t *seed, uint32_t n) {
        return (uint32_t) ((random_next(seed) >> 32) * n >> 32);
}

/* A character from one of the places where something special happens. */
static uint32_t random_character(uint64_t *seed) {
        static const Range places[] = {
                { 0x00, 0x7f },       { 0x80, 0xff },       { 0x100, 0x24f },
                { 0x2b0, 0x36f },     { 0x370, 0x52f },     { 0x531, 0x5f4 },
                { 0x600, 0x6ff },     { 0x900, 0xdff },     { 0xe00, 0x109f },
                { 0x1100, 0x11ff },   { 0x1780, 0x18af },   { 0x1ab0, 0x1cff },
                { 0x1d00, 0x1fff },   { 0x2000, 0x206f },   { 0x2070, 0x218f },
                { 0x20d0, 0x20f0 },   { 0x2c00, 0x2fff },   { 0x3000, 0x33ff },
                { 0x4e00, 0x4e2f },   { 0xa640, 0xabff },   { 0xac00, 0xac4f },
                { 0xf900, 0xfaff },   { 0xfb00, 0xfdff },   { 0xfe00, 0xffff },
                { 0x10400, 0x105ff }, { 0x11000, 0x119ff }, { 0x16fe0, 0x16ff1 },
                { 0x1d100, 0x1d7ff }, { 0x1e000, 0x1e95f }, { 0x1f000, 0x1faff },
                { 0x2f800, 0x2fa1d }, { 0xe0000, 0xe01ff }, { 0x300, 0x301 },
                { 0x640, 0x652 },     { 0x20, 0x20 },       { 0x3f, 0x3f },
                { 0x1100, 0x1175 },   { 0x1161, 0x11c2 },   { 0x9be, 0x9d7 },
                { 0x0, 0x10ffff },
        };
        const Range *r = places + random_below(seed, ELEMENTSOF(places));

        return r->first + random_below(seed, r->last - r->first + 1);
}

static void random_text(uint64_t *seed, Buffer *b) {
        uint32_t kind = random_below(seed, 4), n = random_below(seed, 40);

        if (random_below(seed, 500) == 0)
                n *= 100;
        for (uint32_t i = 0; i < n; i++) {
                char byte = (char) random_next(seed);

                if (kind == 0) /* bytes */
                        assert_int_equal(buffer_append(b, &byte, 1), 0);
                else if (kind == 1) { /* bytes that are likely to be UTF-8 or nearly */
                        byte = (char) (0x80 | ((unsigned char) byte &
                                               (random_below(seed, 3) == 0 ? 0x7f : 0x3f)));
                        assert_int_equal(buffer_append(b, &byte, 1), 0);
                } else
                        assert_int_equal(utf8_put(b, random_character(seed)), 0);
        }
}

static void check_random_text(const Buffer *b, size_t max) {
        _cleanup_free_ char *text = clean(b->data, b->size, max), *text_again = NULL;
        _cleanup_free_ char *key = NULL, *key_again = NULL;
        _cleanup_free_ uint64_t *words = NULL;
        size_t n = strlen(text), n_words;

        assert_true(n <= max);
        assert_true(utf8_valid(text, n));
        assert_null(strstr(text, "  "));
        assert_false(text[0] == ' ' || (n > 0 && text[n - 1] == ' '));
        text_again = clean(text, n, max);
        assert_string_equal(text_again, text);

        assert_int_equal(text_key(text, &key), 0);
        n = strlen(key);
        assert_true(utf8_valid(key, n));
        assert_null(strstr(key, "  "));
        assert_null(strstr(key, "? ?"));
        assert_false(key[0] == ' ' || (n > 0 && key[n - 1] == ' '));
        assert_int_equal(text_key(key, &key_again), 0);
        assert_string_equal(key_again, key);

        assert_int_equal(text_words(key, &words, &n_words), 0);
        assert_true(text_closeness(words, n_words, words, n_words) == (n_words > 0));
}

static void test_random_texts(void **state) {
        uint64_t seed = 20261123;

        for (size_t i = 0; i < 100000; i++) {
                _cleanup_buffer_ Buffer b = BUFFER(32768);

                random_text(&seed, &b);
                check_random_text(&b, i % 2 == 0 ? HEADLINE_MAX : 3 + random_below(&seed, 60));
        }
}

/* The other functions take what is not clean, too: an error is fine, a crash is not. */
static void test_random_bytes(void **state) {
        uint64_t seed = 42;

        for (size_t i = 0; i < 100000; i++) {
                _cleanup_buffer_ Buffer b = BUFFER(32768);
                _cleanup_free_ uint64_t *words = NULL;
                _cleanup_free_ char *key = NULL;
                size_t n;

                random_text(&seed, &b);
                assert_int_equal(buffer_reserve(&b, 0), 0);
                if (text_key(b.data, &key) < 0)
                        assert_false(utf8_valid(b.data, strlen(b.data)));
                assert_int_equal(text_words(b.data, &words, &n), 0);
        }
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_same),         cmocka_unit_test(test_different),
                cmocka_unit_test(test_keys),         cmocka_unit_test(test_close),
                cmocka_unit_test(test_distant),      cmocka_unit_test(test_words),
                cmocka_unit_test(test_clean),        cmocka_unit_test(test_clean_every_character),
                cmocka_unit_test(test_cut),          cmocka_unit_test(test_cut_examples),
                cmocka_unit_test(test_hash),         cmocka_unit_test(test_random_texts),
                cmocka_unit_test(test_random_bytes),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
