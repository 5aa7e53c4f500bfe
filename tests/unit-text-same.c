/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * When two texts are the same: tables of pairs that have one key, and of pairs that have two.
 * Invisible characters are written as \u escapes.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/unit-text.h"

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

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_same),
                cmocka_unit_test(test_different),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
