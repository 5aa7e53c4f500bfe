/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Items that are one have one identity, for ever; others have others. Subjects. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "relay/identity.h"
#include "relay/subject.h"

static const Item ferries = {
        .source = "harbour",
        .headline = "Ferries stop until Monday",
        .url = "https://x.example/1",
        .first_seen = "2026-11-23T07:00:12.345Z",
};

/* Any of the texts of an item. */
#define set(member, text) ((void) snprintf(member, sizeof(member), "%s", text))

static const char *identity(Item item) {
        static char texts[2][IDENTITY_SIZE];
        static unsigned next;
        char *text = texts[next++ % 2];

        assert_int_equal(identity_of(&item, text), 0);
        return text;
}

/* Made with another program. If these change, everything is published once more. */
static void test_identity_for_ever(void **state) {
        Item item = ferries;

        assert_string_equal(identity(item), "0dea1542def98432800e8dcfe155910f");
        *item.url = '\0';
        item.repeats = 1;
        assert_string_equal(identity(item), "8eb3bde1e3981208235c2b52e56955ed");
}

static void test_identity_same(void **state) {
        Item item = ferries;

        /* What is the same text to a store is so here, and what is only one store's word does not
         * count. */
        set(item.headline, "+++ FERRIES stop, until \u201cMonday\u201d +++");
        item.id = 7;
        set(item.cursor, "5f3c9a1e-7");
        set(item.language, "en");
        set(item.first_seen, "2026-11-24T07:00:12.345Z");
        assert_string_equal(identity(item), identity(ferries));

        item.repeats = 1;
        assert_string_not_equal(identity(item), identity(ferries));
        set(item.first_seen, "2026-11-24T23:59:59.999Z");
        assert_string_not_equal(identity(item), identity(ferries));
}

static void test_identity_other(void **state) {
        Item item = ferries, repeated = ferries;

        set(item.source, "harbou");
        assert_string_not_equal(identity(item), identity(ferries));
        item = ferries;
        set(item.url, "https://x.example/1#a");
        assert_string_not_equal(identity(item), identity(ferries));
        item = ferries;
        set(item.headline, "Ferries stop until Monday?");
        assert_string_not_equal(identity(item), identity(ferries));
        item = repeated;
        item.repeats = repeated.repeats = 1;
        set(item.first_seen, "2026-11-24T00:00:00.000Z");
        assert_string_not_equal(identity(item), identity(repeated));
}

static void test_identity_incomplete(void **state) {
        char text[IDENTITY_SIZE];
        Item item = ferries;

        set(item.first_seen, "2026");
        assert_int_equal(identity_of(&item, text), -EBADMSG);
        item = ferries;
        *item.headline = '\0';
        assert_int_equal(identity_of(&item, text), -EBADMSG);
}

static void test_subject(void **state) {
        static const char *const good[] = { "{item}", "a.{item}.b", "news.{source}.{item}",
                                            "{source}.{item}.{source}" };
        static const char *const bad[] = { "",
                                           "news",
                                           "{item}.{item}",
                                           ".{item}",
                                           "{item}.",
                                           "a..{item}",
                                           "*.{item}",
                                           "{item}.>",
                                           "a b.{item}",
                                           "x{item}",
                                           "{id}.{item}",
                                           "$a.{item}",
                                           "_INBOX.{item}" };
        char text[SUBJECT_MAX + 1], longest[SUBJECT_MAX + 1];

        for (size_t i = 0; i < ELEMENTSOF(good); i++)
                assert_null(subject_problem(good[i]));
        for (size_t i = 0; i < ELEMENTSOF(bad); i++)
                assert_non_null(subject_problem(bad[i]));

        assert_int_equal(
                subject_of("news.{source}.{item}.x", "harbour", "00ff", text, sizeof(text)), 0);
        assert_string_equal(text, "news.harbour.00ff.x");
        assert_int_equal(subject_of_all("news.{source}.{item}.x", text, sizeof(text)), 0);
        assert_string_equal(text, "news.*.*.x");
        assert_int_equal(subject_of("{source}.{item}", "harbour", "00ff", text, 13), 0);
        assert_int_equal(subject_of("{source}.{item}", "harbour", "00ff", text, 12), -ENOBUFS);

        memset(longest, 'x', sizeof(longest));
        memcpy(longest, "{item}.", 7);
        longest[SUBJECT_MAX] = '\0';
        assert_non_null(subject_problem(longest));
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_identity_for_ever),
                cmocka_unit_test(test_identity_same),
                cmocka_unit_test(test_identity_other),
                cmocka_unit_test(test_identity_incomplete),
                cmocka_unit_test(test_subject),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
