/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The configuration as a user writes it: every key, what is strange or wrong in it, drop-ins, and
 * the paths that the service manager says.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/unit-settings.h"
#include "version.h"

#define AT(member) offsetof(Config, member)

/* clang-format off */
static const Key config_keys[] = {
        { "Ticker", "Sources", LIST, AT(sources), "[almayadeen-english]", "harbour town", "[harbour][town]" },
        { "Ticker", "Database", TEXT, AT(database), "/var/lib/tickerd/ticker.db", "/srv/t.db" },
        { "Ticker", "Socket", TEXT, AT(socket), "/run/tickerd/tickerd.sock", "/srv/t.sock" },
        { "Ticker", "SocketMode", MODE, AT(socket_mode), "0660", "0600", NULL, "0999" },
        { "Ticker", "SocketMode", MODE, AT(socket_mode), "0660", "666", "0666", "rw-rw----" },
        { "Ticker", "SocketMode", MODE, AT(socket_mode), "0660", "0", "0000", "00660" },
        { "Ticker", "SocketMode", MODE, AT(socket_mode), "0660", "0777", "0777", "1777" },
        { "Ticker", "Journal", BOOLEAN, AT(journal), "yes", "no", NULL, "maybe" },
        { "Ticker", "Journal", BOOLEAN, AT(journal), "yes", "false", "no", "2" },
        { "Ticker", "Journal", BOOLEAN, AT(journal), "yes", "0", "no", "nope" },
        { "Ticker", "Journal", BOOLEAN, AT(journal), "yes", "Off", "no", "yes please" },
        { "Ticker", "Journal", BOOLEAN, AT(journal), "yes", "n", "no", "-" },
        { "Ticker", "Journal", BOOLEAN, AT(journal), "yes", "true", "yes", "offf" },
        { "Ticker", "Journal", BOOLEAN, AT(journal), "yes", "1", "yes", "01" },
        { "Ticker", "Journal", BOOLEAN, AT(journal), "yes", "on", "yes", "o" },
        { "Ticker", "Journal", BOOLEAN, AT(journal), "yes", "Y", "yes", "yesno" },
        { "Ticker", "MaxSubscribers", COUNT, AT(max_subscribers), "1024", "1", NULL, "0" },
        { "Ticker", "MaxSubscribers", COUNT, AT(max_subscribers), "1024", "5000", NULL, "many" },
        { "Ticker", "MaxSubscribers", COUNT, AT(max_subscribers), "1024", "7", NULL, "-1" },
        { "Ticker", "MaxSubscribers", COUNT, AT(max_subscribers), "1024", "7", NULL, "1K" },
        { "Ticker", "MaxSubscribers", COUNT, AT(max_subscribers), "1024", "7", NULL, "4294967297" },
        { "Ticker", "Reappear", SPAN, AT(reappear), "12h", "1h 30min", NULL, "half a day" },
        { "Ticker", "Reappear", SPAN, AT(reappear), "12h", "90", "1min 30s", "12 hrs" },
        { "Ticker", "Retain", SPAN, AT(retain), "infinity", "26w", "5M 4w", "26 wk" },
        { "Ticker", "Retain", SPAN, AT(retain), "infinity", "1y", NULL, "-1y" },
        { "Ticker", "UserAgent", TEXT, AT(user_agent), "tickerd/" TICKERD_VERSION, "harbour watch/2" },
};
/* clang-format on */

static void test_config_defaults(void **state) {
        _cleanup_(config_freep) Config *config = load_text("", "");

        for (size_t i = 0; i < ELEMENTSOF(config_keys); i++)
                assert_shown(config_keys + i, config, config_keys[i].fallback);
        assert_string_equal(config->path, conf);
}

static void test_config_keys(void **state) {
        for (size_t i = 0; i < ELEMENTSOF(config_keys); i++) {
                const Key *key = config_keys + i;
                _cleanup_(config_freep) Config *config = NULL;
                char text[512];

                (void) snprintf(text, sizeof(text), "[Ticker]\n%s=%s\n", key->key, key->good);
                config = load_text(text, "");
                assert_shown(key, config, key->shown ? key->shown : key->good);

                if (!key->bad)
                        continue;
                (void) snprintf(text, sizeof(text), "[Ticker]\n# x\n%s=%s\n", key->key, key->bad);
                assert_null(load_text(text, "tickerd.conf:3"));
        }
}

/* An empty value: back to the default, but a list gets empty. */
static void test_config_empty_values(void **state) {
        for (size_t i = 0; i < ELEMENTSOF(config_keys); i++) {
                const Key *key = config_keys + i;
                _cleanup_(config_freep) Config *config = NULL;
                char text[512];

                (void) snprintf(text, sizeof(text), "[Ticker]\n%s=%s\n%s=\n", key->key, key->good,
                                key->key);
                config = load_text(text, "");
                assert_shown(key, config, key->type == LIST ? "" : key->fallback);
        }
}

static void test_last_value_counts(void **state) {
        _cleanup_(config_freep) Config *config =
                load_text("[Ticker]\nReappear=1h\nReappear=2h\nDatabase=/a\nDatabase=/b\n", "");

        assert_int_equal(config->reappear, 2 * USEC_PER_HOUR);
        assert_string_equal(config->database.text, "/b");
        assert_int_equal(config->database.line, 5);
}

/* All that is strange is said, and nothing of it is an error. */
static void test_unknown_is_a_warning(void **state) {
        _cleanup_(config_freep) Config *config =
                load_text("Reappear=1h\n"
                          "[Ticker]\n"
                          "Colour=red\n"
                          "reappear=2h\n"
                          "Reappear=3h\n"
                          "[Harbour]\n"
                          "Reappear=4h\n"
                          "[Source]\n"
                          "[Ticker]\n"
                          "URL=x\n",
                          "tickerd.conf:1 tickerd.conf:3 tickerd.conf:4 "
                          "tickerd.conf:6 tickerd.conf:8 tickerd.conf:10");

        assert_non_null(config);
        assert_int_equal(config->reappear, 3 * USEC_PER_HOUR);
}

/* One run shows every problem: of the main file, of a drop-in, of a continued line. */
static void test_every_problem(void **state) {
        write_file("tickerd.conf.d/10-a.conf", "[Ticker]\nnonsense\nJournal=maybe\n");
        write_file("tickerd.conf.d/20-b.conf", "[Ticker]\nColour=red\nRetain=1 \\\n  wk\n");
        assert_null(load_text("[Ticker]\nReappear=x\nSocketMode=y\nJournal=no\nMaxSubscribers=z\n",
                              "tickerd.conf:2 tickerd.conf:3 tickerd.conf:5 "
                              "tickerd.conf.d/10-a.conf:2 tickerd.conf.d/10-a.conf:3 "
                              "tickerd.conf.d/20-b.conf:2 tickerd.conf.d/20-b.conf:3"));
}

static void test_drop_ins(void **state) {
        _cleanup_(config_freep) Config *config = NULL;

        /* By name as bytes, whatever the order they were made in; only what ends in ".conf". */
        write_file("tickerd.conf.d/9-last.conf", "[Ticker]\nDatabase=/9\nSources=d\n");
        write_file("tickerd.conf.d/10-first.conf",
                   "[Ticker]\nDatabase=/10\nReappear=10h\nSources=b\n");
        write_file("tickerd.conf.d/20-second.conf", "[Ticker]\nReappear=20h\nSources=c\n");
        write_file("tickerd.conf.d/z.conf.off", "nonsense");
        write_file("tickerd.conf.d/.hidden.conf", "nonsense");
        write_file("tickerd.conf.d/.conf", "nonsense");
        write_file("tickerd.conf.d/conf", "nonsense");
        write_file("tickerd.conf.d/z.confetti", "nonsense");
        write_file("other.conf.d/z.conf", "nonsense");
        config = load_text("[Ticker]\nDatabase=/main\nReappear=1h\nMaxSubscribers=7\nSources=a\n",
                           "");

        assert_string_equal(config->database.text, "/9");
        assert_string_equal(config->database.file, in_folder("tickerd.conf.d/9-last.conf"));
        assert_int_equal(config->database.line, 2);
        assert_int_equal(config->reappear, 20 * USEC_PER_HOUR);
        assert_int_equal(config->max_subscribers, 7);
        assert_shown(config_keys, config, "[a][b][c][d]");
}

/* A main file that was named and is not there is an error that names it. */
static void test_config_unreadable(void **state) {
        static const char *const names[] = { "missing.conf", "nowhere/tickerd.conf",
                                             "file/tickerd.conf", "loop" };

        write_file("file", "");
        assert_int_equal(symlink("loop", in_folder("loop")), 0);
        for (size_t i = 0; i < ELEMENTSOF(names); i++) {
                _cleanup_buffer_ Buffer messages = {};
                Config *config = NULL;
                int r;

                capture_begin();
                r = config_load(in_folder(names[i]), &config);
                messages = capture_end();
                assert_true(r < 0);
                assert_null(config);
                if (!strstr(messages.data, in_folder(names[i])))
                        fail_msg("%s: nothing is said", names[i]);
        }
}

/* A drop-in that leads nowhere is an error, too: the user thinks it is read. */
static void test_drop_in_unreadable(void **state) {
        _cleanup_buffer_ Buffer messages = {};
        Config *config = NULL;
        int r;

        write_file("tickerd.conf", "");
        write_file("tickerd.conf.d/a.conf", "");
        assert_int_equal(symlink("nowhere", in_folder("tickerd.conf.d/b.conf")), 0);
        capture_begin();
        r = config_load(conf, &config);
        messages = capture_end();
        assert_true(r < 0);
        assert_null(config);
        assert_non_null(strstr(messages.data, in_folder("tickerd.conf.d/b.conf")));
}

/* What the service manager says, and what the file says, which comes first. */
/* clang-format off */
static const struct {
        const char *state_directory;
        const char *runtime_directory;
        const char *text;
        const char *database;
        const char *socket;
} paths[] = {
        { NULL, NULL, "", "/var/lib/tickerd/ticker.db", "/run/tickerd/tickerd.sock" },
        { "", "", "", "/var/lib/tickerd/ticker.db", "/run/tickerd/tickerd.sock" },
        { "/srv/state", "/srv/run", "", "/srv/state/ticker.db", "/srv/run/tickerd.sock" },
        { "/srv/a:/srv/b", "/srv/c:/srv/d:/srv/e", "", "/srv/a/ticker.db", "/srv/c/tickerd.sock" },
        { "/srv/state", "/srv/run", "[Ticker]\nDatabase=/d\nSocket=/s\n", "/d", "/s" },
        { "/srv/state", "/srv/run", "[Ticker]\nDatabase=/d\nSocket=/s\nDatabase=\nSocket=\n",
          "/srv/state/ticker.db", "/srv/run/tickerd.sock" },
        { NULL, "/srv/run", "", "/var/lib/tickerd/ticker.db", "/srv/run/tickerd.sock" },
};
/* clang-format on */

static void set_variable(const char *name, const char *value) {
        assert_int_equal(value ? setenv(name, value, 1) : unsetenv(name), 0);
}

static void test_default_paths(void **state) {
        for (size_t i = 0; i < ELEMENTSOF(paths); i++) {
                _cleanup_(config_freep) Config *config = NULL;

                set_variable("STATE_DIRECTORY", paths[i].state_directory);
                set_variable("RUNTIME_DIRECTORY", paths[i].runtime_directory);
                config = load_text(paths[i].text, "");
                assert_string_equal(config->database.text, paths[i].database);
                assert_string_equal(config->socket.text, paths[i].socket);
        }
}

/* What a message repeats of a file does nothing to a terminal, and makes no second line. */
static void test_messages_are_harmless(void **state) {
        _cleanup_buffer_ Buffer messages = {};
        Config *config = NULL;

        write_file("tickerd.conf", "[Ticker]\nJournal=a\xc2\x9b[2Jb\n");
        capture_begin();
        assert_true(config_load(conf, &config) < 0);
        messages = capture_end();
        for (const char *p = messages.data; p < messages.data + messages.size - 1; p++)
                assert_true((unsigned char) *p >= 0x20 && *p != 0x7f);
        assert_null(strstr(messages.data, "\xc2\x9b"));
        assert_non_null(strstr(messages.data, "2Jb"));
        assert_int_equal(messages.data[messages.size - 1], '\n');
}

int main(void) {
        const struct CMUnitTest tests[] = {
                IN_FOLDER(test_config_defaults),
                IN_FOLDER(test_config_keys),
                IN_FOLDER(test_config_empty_values),
                IN_FOLDER(test_last_value_counts),
                IN_FOLDER(test_unknown_is_a_warning),
                IN_FOLDER(test_every_problem),
                IN_FOLDER(test_drop_ins),
                IN_FOLDER(test_config_unreadable),
                IN_FOLDER(test_drop_in_unreadable),
                IN_FOLDER(test_default_paths),
                IN_FOLDER(test_messages_are_harmless),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
