/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The configuration and source files as a user writes them: real files, in a folder of each test's
 * own. The tables have every key with its default, a good value, and a bad one if there is any.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <fcntl.h>
#include <ftw.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "common/buffer.h"
#include "common/config.h"
#include "common/source.h"
#include "version.h"

#define LETTERS_64 "a123456789012345678901234567890123456789012345678901234567890123"

/* The test's folder, and where in it the configuration is. */
static char folder[] = "/tmp/unit-settings-XXXXXX";
static char conf[sizeof(folder) + sizeof("/tickerd.conf")];

static int set_up(void **state) {
        memcpy(folder + sizeof(folder) - 7, "XXXXXX", 6);
        if (!mkdtemp(folder))
                return -1;
        (void) snprintf(conf, sizeof(conf), "%s/tickerd.conf", folder);
        (void) unsetenv("STATE_DIRECTORY");
        (void) unsetenv("RUNTIME_DIRECTORY");
        return 0;
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw) {
        return remove(path);
}

static int tear_down(void **state) {
        return nftw(folder, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

/* The path in the test's folder; valid until the next but three. */
static const char *in_folder(const char *name) {
        static char paths[4][512];
        static unsigned next;
        char *path = paths[next++ % ELEMENTSOF(paths)];

        (void) snprintf(path, sizeof(paths[0]), "%s/%s", folder, name);
        return path;
}

static void write_file(const char *name, const char *text) {
        _cleanup_fclose_ FILE *file = NULL;
        char path[512];

        (void) snprintf(path, sizeof(path), "%s", in_folder(name));
        for (char *slash = strchr(path + sizeof(folder), '/'); slash;
             slash = strchr(slash + 1, '/')) {
                *slash = '\0';
                assert_true(mkdir(path, 0700) == 0 || errno == EEXIST);
                *slash = '/';
        }
        file = fopen(path, "we");
        assert_non_null(file);
        assert_true(fputs(text, file) >= 0);
}

/* What was on stderr between capture_begin() and capture_end(). */
static int captured, stderr_before;

static void capture_begin(void) {
        captured = memfd_create("stderr", MFD_CLOEXEC);
        stderr_before = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 3);
        assert_true(captured >= 0 && stderr_before >= 0);
        assert_true(dup2(captured, STDERR_FILENO) >= 0);
}

static Buffer capture_end(void) {
        Buffer b = BUFFER(0);

        assert_true(dup2(stderr_before, STDERR_FILENO) >= 0);
        assert_int_equal(lseek(captured, 0, SEEK_SET), 0);
        assert_int_equal(buffer_read_file(captured, 1 << 20, &b), 0);
        (void) safe_close(stderr_before);
        (void) safe_close(captured);
        return b;
}

/* Messages, each "FILE:LINE: what is wrong", as "NAME:LINE NAME:LINE": without the folder. */
static char *places_of(const Buffer *messages) {
        Buffer b = BUFFER(1 << 20);

        assert_int_equal(buffer_puts(&b, ""), 0);
        for (const char *line = messages->data; *line; line = strchr(line, '\n') + 1) {
                const char *name = startswith(line, folder),
                           *colon = name ? strchr(name, ':') : NULL;
                size_t digits;

                if (!colon || *name != '/')
                        fail_msg("not about a file: %s", line);
                digits = strspn(colon + 1, "0123456789");
                if (digits == 0 || strncmp(colon + 1 + digits, ": ", 2) != 0)
                        fail_msg("without a line: %s", line);
                assert_int_equal(buffer_printf(&b, "%s%.*s", b.size > 0 ? " " : "",
                                               (int) (colon + digits - name), name + 1),
                                 0);
        }
        return b.data;
}

/* Loads the configuration; the places of all messages are as expected. NULL: it is bad. */
static Config *load(const char *expected_places) {
        _cleanup_buffer_ Buffer messages = {};
        _cleanup_free_ char *places = NULL;
        Config *config = NULL;
        int r;

        capture_begin();
        r = config_load(conf, &config);
        messages = capture_end();
        places = places_of(&messages);
        assert_string_equal(places, expected_places);
        assert_true((r < 0) == !config);
        return config;
}

static Config *load_text(const char *text, const char *expected_places) {
        write_file("tickerd.conf", text);
        return load(expected_places);
}

static Source *load_source(const char *text, const char *expected_places) {
        _cleanup_buffer_ Buffer messages = {};
        _cleanup_free_ char *places = NULL;
        Source *source = NULL;
        int r;

        write_file("harbour.source", text);
        capture_begin();
        r = source_load(in_folder("harbour.source"), "harbour", &source);
        messages = capture_end();
        places = places_of(&messages);
        assert_string_equal(places, expected_places);
        assert_true((r < 0) == !source);
        return source;
}

/* How a setting is shown in the tables. */
typedef enum Type {
        TEXT,
        LIST,
        SPAN,
        BOOLEAN,
        COUNT,
        SIZE,
        MODE,
        EXPECT,
        FORMAT
} Type;

static void show(Type type, const void *target, char *buffer, size_t size) {
        static const char *const formats[] = { "html", "xml", "json" };
        const Values *list = target;
        const Expect *expect = target;
        const Value *value = target;
        size_t used = 0;

        *buffer = '\0';
        switch (type) {
        case TEXT:
                (void) snprintf(buffer, size, "%s", value->text ? value->text : "(none)");
                break;
        case LIST:
                for (size_t i = 0; i < list->n; i++)
                        used += (size_t) snprintf(buffer + used, size - used, "[%s]",
                                                  list->items[i].text);
                break;
        case SPAN:
                (void) timespan_format(*(const usec_t *) target, buffer, size);
                break;
        case BOOLEAN:
                (void) snprintf(buffer, size, "%s", *(const bool *) target ? "yes" : "no");
                break;
        case COUNT:
                (void) snprintf(buffer, size, "%u", *(const unsigned *) target);
                break;
        case SIZE:
                (void) snprintf(buffer, size, "%llu",
                                (unsigned long long) *(const uint64_t *) target);
                break;
        case MODE:
                (void) snprintf(buffer, size, "%04o", (unsigned) *(const mode_t *) target);
                break;
        case EXPECT:
                if (expect->mode == EXPECT_WITHIN)
                        (void) timespan_format(expect->span, buffer, size);
                else
                        (void) snprintf(buffer, size, "%s",
                                        expect->mode == EXPECT_ALWAYS ? "always" : "sometimes");
                break;
        case FORMAT:
                (void) snprintf(buffer, size, "%s", formats[*(const Format *) target]);
                break;
        }
}

typedef struct Key {
        const char *section;
        const char *key;
        Type type;
        size_t offset;
        const char *fallback; /* shown */
        const char *good;     /* as written */
        const char *shown;    /* the same shown; NULL: as it is written */
        const char *bad;      /* NULL: there is no bad value */
} Key;

static void assert_shown(const Key *key, const void *object, const char *expected) {
        char buffer[512];

        show(key->type, (const char *) object + key->offset, buffer, sizeof(buffer));
        if (!streq(buffer, expected))
                fail_msg("%s= is \"%s\" instead of \"%s\"", key->key, buffer, expected);
}

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

#undef AT
#define AT(member) offsetof(Source, member)

/* clang-format off */
static const Key source_keys[] = {
        { "Source", "Description", TEXT, AT(description), "(none)", "Harbour news, in brief" },
        { "Source", "URL", TEXT, AT(url), "http://harbour.example/", "https://harbour.example/a?b#c", NULL,
          "ftp://harbour.example/" },
        { "Source", "URL", TEXT, AT(url), "http://harbour.example/", "http://[::1]:8080/", NULL, "harbour.example" },
        { "Source", "URL", TEXT, AT(url), "http://harbour.example/", "http://h", NULL, "http://" },
        { "Source", "URL", TEXT, AT(url), "http://harbour.example/", "http://h?x", NULL, "https:///path" },
        { "Source", "URL", TEXT, AT(url), "http://harbour.example/", "http://h/%C3%A9", NULL, "http://h/a b" },
        { "Source", "URL", TEXT, AT(url), "http://harbour.example/", "http://h/", NULL, "file:///etc/passwd" },
        { "Source", "Interval", SPAN, AT(interval), "30s", "1s", NULL, "999ms" },
        { "Source", "Interval", SPAN, AT(interval), "30s", "5min", NULL, "0" },
        { "Source", "Interval", SPAN, AT(interval), "30s", "1h 30min", NULL, "often" },
        { "Source", "Timeout", SPAN, AT(timeout), "20s", "1min", NULL, "never" },
        { "Source", "Timeout", SPAN, AT(timeout), "20s", "500ms", NULL, "0s" },
        { "Source", "MaxSize", SIZE, AT(max_size), "8388608", "64K", "65536", "64KB" },
        { "Source", "MaxSize", SIZE, AT(max_size), "8388608", "1G", "1073741824", "0" },
        { "Source", "MaxSize", SIZE, AT(max_size), "8388608", "100000", NULL, "big" },
        { "Source", "Language", TEXT, AT(language), "(none)", "en", NULL, "e n" },
        { "Source", "Language", TEXT, AT(language), "(none)", "pt-BR", NULL, "pt_BR" },
        { "Source", "Language", TEXT, AT(language), "(none)", "zh-Hant-HK", NULL, "zh-" },
        { "Source", "Language", TEXT, AT(language), "(none)", "sr-Latn", NULL, "portuguese" },
        { "Source", "Language", TEXT, AT(language), "(none)", "x-harbour", NULL, "français" },
        { "Source", "Expect", EXPECT, AT(expect), "always", "always", NULL, "Always" },
        { "Source", "Expect", EXPECT, AT(expect), "always", "sometimes", NULL, "rarely" },
        { "Source", "Expect", EXPECT, AT(expect), "always", "6h", NULL, "6 hrs" },
        { "Source", "Header", LIST, AT(headers), "", "Accept: text/html", "[Accept: text/html]", "Accept" },
        { "Source", "Header", LIST, AT(headers), "", "X-A:b:c", "[X-A:b:c]", ": text/html" },
        { "Source", "Header", LIST, AT(headers), "", "Cookie: a=b; c=\"d\"", "[Cookie: a=b; c=\"d\"]", "X A: b" },
        { "Source", "Charset", TEXT, AT(charset), "(none)", "windows-1256", NULL, "windows 1256" },
        { "Source", "Charset", TEXT, AT(charset), "(none)", "ISO_8859-6:1987", NULL, "кои8" },
        { "Source", "Reappear", SPAN, AT(reappear), "0s", "2d", NULL, "later" },
        { "Strip", "Format", FORMAT, AT(format), "html", "html", NULL, "text" },
        { "Strip", "Format", FORMAT, AT(format), "html", "xml", NULL, "XML" },
        { "Strip", "Format", FORMAT, AT(format), "html", "json", NULL, "html json" },
        { "Strip", "Strip", LIST, AT(strip), "[//ul]", "//ol[has-class('x')]", "[//ul][//ol[has-class('x')]]" },
        { "Strip", "When", TEXT, AT(when), "(none)", "//div/@data-on" },
        { "Strip", "Item", TEXT, AT(item), ".//li", "./p" },
        { "Strip", "Headline", TEXT, AT(headline), ".", ".//b" },
        { "Strip", "Link", TEXT, AT(link), ".//a/@href", "@data-url" },
        { "Strip", "Published", TEXT, AT(published), "(none)", ".//time/@datetime" },
        { "Strip", "Drop", LIST, AT(drop), "", ".//time", "[.//time]" },
        { "Strip", "Strike", LIST, AT(strike), "", "^LIVE *: *", "[^LIVE *: *]" },
        { "Strip", "Order", BOOLEAN, AT(oldest_first), "no", "oldest-first", "yes", "oldest" },
        { "Strip", "Order", BOOLEAN, AT(oldest_first), "no", "newest-first", "no", "Newest-first" },
        { "Strip", "Script", TEXT, AT(script), "(none)", "//script[@id='data']" },
};
/* clang-format on */

#define SOURCE "[Source]\nURL=http://harbour.example/\n[Strip]\nStrip=//ul\n"

static void test_config_defaults(void **state) {
        _cleanup_(config_freep) Config *config = load_text("", "");

        for (size_t i = 0; i < ELEMENTSOF(config_keys); i++)
                assert_shown(config_keys + i, config, config_keys[i].fallback);
        assert_string_equal(config->path, conf);
}

static void test_source_defaults(void **state) {
        _cleanup_(source_freep) Source *source = load_source(SOURCE, "");

        for (size_t i = 0; i < ELEMENTSOF(source_keys); i++)
                assert_shown(source_keys + i, source, source_keys[i].fallback);
        assert_string_equal(source->name, "harbour");
        assert_string_equal(source->path, in_folder("harbour.source"));
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

static void test_source_keys(void **state) {
        for (size_t i = 0; i < ELEMENTSOF(source_keys); i++) {
                const Key *key = source_keys + i;
                _cleanup_(source_freep) Source *source = NULL;
                char text[512];

                (void) snprintf(text, sizeof(text), SOURCE "[%s]\n%s=%s\n", key->section, key->key,
                                key->good);
                source = load_source(text, "");
                assert_shown(key, source, key->shown ? key->shown : key->good);

                if (!key->bad)
                        continue;
                (void) snprintf(text, sizeof(text), SOURCE "[%s]\n%s=%s\n", key->section, key->key,
                                key->bad);
                assert_null(load_source(text, "harbour.source:6"));
        }
}

/* An empty value: back to the default, but a list gets empty, and an empty Link= means no links. */
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

static void test_source_empty_values(void **state) {
        for (size_t i = 0; i < ELEMENTSOF(source_keys); i++) {
                const Key *key = source_keys + i;
                _cleanup_(source_freep) Source *source = NULL;
                bool required = streq(key->key, "URL") || streq(key->key, "Strip");
                char text[512];

                (void) snprintf(text, sizeof(text), SOURCE "[%s]\n%s=%s\n%s=\n", key->section,
                                key->key, key->good, key->key);
                source = load_source(text, required ? "harbour.source:1" : "");
                if (required)
                        assert_null(source);
                else if (streq(key->key, "Link"))
                        assert_shown(key, source, "");
                else
                        assert_shown(key, source, key->type == LIST ? "" : key->fallback);
        }
}

/* Each row is what stands under [Ticker], and the list of sources that comes of it. */
/* clang-format off */
static const struct {
        const char *text;
        const char *sources;
} source_lists[] = {
        { "", "[almayadeen-english]" },
        { "Sources=a\n", "[a]" },               /* instead of the default */
        { "Sources=a b\n", "[a][b]" },
        { "Sources=a\nSources=b c\n", "[a][b][c]" },
        { "Sources=  a \t b  \n", "[a][b]" },
        { "Sources=a \\\n  b \\\n# c\n  d\n", "[a][b][d]" },
        { "Sources=a\nSources=\n", "" },
        { "Sources=\n", "" },
        { "Sources=a\nSources=\nSources=b\n", "[b]" },
        { "Sources=\nSources=b\n", "[b]" },
        { "Sources=a b a\nSources=b c\n", "[a][b][c]" }, /* one named twice is polled once */
        { "Sources=almayadeen-english a\n", "[almayadeen-english][a]" },
};
/* clang-format on */

static void test_sources(void **state) {
        for (size_t i = 0; i < ELEMENTSOF(source_lists); i++) {
                _cleanup_(config_freep) Config *config = NULL;
                char text[256];

                (void) snprintf(text, sizeof(text), "[Ticker]\n%s", source_lists[i].text);
                config = load_text(text, "");
                assert_shown(config_keys, config, source_lists[i].sources);
        }
}

static void test_source_lists(void **state) {
        _cleanup_(source_freep) Source *source = load_source(
                SOURCE "Strip=//ol with spaces\nDrop=a\nDrop=b\nDrop=\nDrop=c\nStrike=x\nStrike=y\n"
                       "[Source]\nHeader=A: 1\nHeader=B: 2\n",
                "");

        assert_int_equal(source->strip.n, 2);
        assert_string_equal(source->strip.items[0].text, "//ul");
        assert_string_equal(source->strip.items[1].text, "//ol with spaces");
        assert_int_equal(source->strip.items[1].line, 5); /* so that a bad selector can be named */
        assert_string_equal(source->strip.items[1].file, in_folder("harbour.source"));
        assert_int_equal(source->drop.n, 1);
        assert_string_equal(source->drop.items[0].text, "c");
        assert_int_equal(source->strike.n, 2);
        assert_int_equal(source->headers.n, 2);
        assert_string_equal(source->headers.items[1].text, "B: 2");
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
        _cleanup_(source_freep) Source *source = load_source(SOURCE "URL=x\n[Ticker]\nSources=a\n",
                                                             "harbour.source:5 harbour.source:6");

        assert_non_null(config);
        assert_int_equal(config->reappear, 3 * USEC_PER_HOUR);
        assert_non_null(source);
        assert_string_equal(source->url.text, "http://harbour.example/");
}

/* One run shows every problem: of the main file, of a drop-in, of a continued line. */
static void test_every_problem(void **state) {
        write_file("tickerd.conf.d/10-a.conf", "[Ticker]\nnonsense\nJournal=maybe\n");
        write_file("tickerd.conf.d/20-b.conf", "[Ticker]\nColour=red\nRetain=1 \\\n  wk\n");
        assert_null(load_text("[Ticker]\nReappear=x\nSocketMode=y\nJournal=no\nMaxSubscribers=z\n",
                              "tickerd.conf:2 tickerd.conf:3 tickerd.conf:5 "
                              "tickerd.conf.d/10-a.conf:2 tickerd.conf.d/10-a.conf:3 "
                              "tickerd.conf.d/20-b.conf:2 tickerd.conf.d/20-b.conf:3"));
        assert_null(load_source(
                "[Source]\nURL=http://h/\nInterval=x\n[Strip]\nFormat=y\nStrip=z\nOrder=w\n",
                "harbour.source:3 harbour.source:5 harbour.source:7"));
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

/* Sources in a drop-in replace the default, add to what the main file says, or reset it. */
static void test_drop_in_sources(void **state) {
        _cleanup_(config_freep) Config *replaced = NULL, *added = NULL, *reset = NULL;

        write_file("tickerd.conf.d/a.conf", "[Ticker]\nSources=b\n");
        replaced = load_text("", "");
        assert_shown(config_keys, replaced, "[b]");
        added = load_text("[Ticker]\nSources=a\n", "");
        assert_shown(config_keys, added, "[a][b]");
        write_file("tickerd.conf.d/a.conf", "[Ticker]\nSources=\nSources=b\n");
        reset = load_text("[Ticker]\nSources=a\n", "");
        assert_shown(config_keys, reset, "[b]");
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

static void test_source_requires(void **state) {
        assert_null(load_source("", "harbour.source:1 harbour.source:1"));
        assert_null(load_source("[Source]\nURL=http://h/\n", "harbour.source:1"));
        assert_null(load_source("[Strip]\nStrip=//ul\n", "harbour.source:1"));
        /* A bad one is not missing. */
        assert_null(load_source("[Source]\nURL=h\n[Strip]\nStrip=//ul\n", "harbour.source:2"));
}

/* The longest URL has 4,096 bytes, which a line does not hold with its key: it is continued. */
static void test_source_longest_url(void **state) {
        _cleanup_(source_freep) Source *source = NULL;
        char text[8192];

        (void) snprintf(text, sizeof(text),
                        "[Source]\nURL=\\\nhttp://h/%04087d\n[Strip]\nStrip=//ul\n", 0);
        source = load_source(text, "");
        assert_int_equal(strlen(source->url.text), 4096);
}

static void test_source_names(void **state) {
        static const char *const good[] = { "a",  "0",    "harbour", "harbour-town-2",
                                            "a-", "a--b", LETTERS_64 };
        static const char *const bad[] = { "",    "-",   "-a",          "A",   "Harbour",
                                           "a_b", "a.b", "a b",         "a/b", "../a",
                                           "é",   "a\n", LETTERS_64 "a" };

        for (size_t i = 0; i < ELEMENTSOF(good); i++)
                assert_true(source_name_valid(good[i]));
        for (size_t i = 0; i < ELEMENTSOF(bad); i++)
                assert_false(source_name_valid(bad[i]));
}

/* Loads the enabled sources and compares where the messages point. Returns how many were loaded. */
static size_t load_sources(const Config *config, const char *expected_places) {
        _cleanup_buffer_ Buffer messages = {};
        _cleanup_free_ char *places = NULL;
        Source **sources = NULL;
        int r;

        capture_begin();
        r = config_load_sources(config, &sources);
        messages = capture_end();
        places = places_of(&messages);
        assert_string_equal(places, expected_places);
        assert_true((r < 0) == !sources);
        if (r < 0)
                return 0;
        for (size_t i = 0; i < config->sources.n; i++)
                assert_string_equal(sources[i]->name, config->sources.items[i].text);
        sources_free(sources, config->sources.n);
        return config->sources.n;
}

static void test_load_sources(void **state) {
        _cleanup_(config_freep) Config *config = NULL, *none = NULL;

        write_file("sources/harbour.source", SOURCE);
        write_file("sources/town.source", SOURCE);
        config = load_text("[Ticker]\nSources=town harbour\n", "");
        assert_int_equal(load_sources(config, ""), 2);
        none = load_text("[Ticker]\nSources=\n", "");
        assert_int_equal(load_sources(none, ""), 0);
}

/* A missing source is named where it is enabled; so is a name that is none. */
static void test_load_sources_bad(void **state) {
        _cleanup_(config_freep) Config *config = NULL, *fallback = NULL;

        write_file("sources/harbour.source", SOURCE);
        write_file("sources/town.source", SOURCE "Order=random\n");
        write_file("tickerd.conf.d/a.conf", "\n[Ticker]\n\nSources=lake Harbour\n");
        config = load_text("[Ticker]\nSources=harbour\nSources=river \\\n  sea \\\n  town\n", "");
        assert_int_equal(load_sources(config, "tickerd.conf:3 tickerd.conf:3 sources/town.source:5 "
                                              "tickerd.conf.d/a.conf:4 tickerd.conf.d/a.conf:4"),
                         0);

        /* The default is named nowhere: then it is the file itself. */
        assert_int_equal(unlink(in_folder("tickerd.conf.d/a.conf")), 0);
        fallback = load_text("# nothing\n", "");
        if (access(TICKERD_DATADIR "/sources/almayadeen-english.source", F_OK) < 0)
                assert_int_equal(load_sources(fallback, "tickerd.conf:1"), 0);
}

static void test_load_source(void **state) {
        _cleanup_(config_freep) Config *config = load_text("", "");
        _cleanup_(source_freep) Source *source = NULL;

        write_file("sources/harbour.source", SOURCE);
        write_file("outside.source", SOURCE);
        assert_int_equal(config_load_source(config, "harbour", &source), 0);
        assert_string_equal(source->path, in_folder("sources/harbour.source"));
        source = source_free(source);

        capture_begin(); /* so that a message would be lost, not shown */
        assert_int_equal(config_load_source(config, "lake", &source), -ENOENT);
        assert_int_equal(config_load_source(config, "../outside", &source), -ENOENT);
        assert_int_equal(config_load_source(config, "", &source), -ENOENT);
        {
                _cleanup_buffer_ Buffer messages = capture_end();

                assert_string_equal(messages.data, "");
        }
        assert_null(source);
}

/* Sources are looked up beside the configuration, also when its path has no folder. */
static void test_relative_path(void **state) {
        _cleanup_free_ char *before = getcwd(NULL, 0);
        _cleanup_(config_freep) Config *config = NULL;
        _cleanup_(source_freep) Source *source = NULL;

        write_file("tickerd.conf", "[Ticker]\nSources=harbour\n");
        write_file("tickerd.conf.d/a.conf", "[Ticker]\nSources=town\n");
        write_file("sources/harbour.source", SOURCE);
        assert_non_null(before);
        assert_int_equal(chdir(folder), 0);
        assert_int_equal(config_load("tickerd.conf", &config), 0);
        assert_int_equal(config_load_source(config, "harbour", &source), 0);
        assert_int_equal(chdir(before), 0);
        assert_shown(config_keys, config, "[harbour][town]");
        assert_string_equal(source->path, "sources/harbour.source");
}

/* More than 64 lines of one list are refused, at the first that is too many. */
static void test_source_long_lists(void **state) {
        _cleanup_buffer_ Buffer text = BUFFER(1 << 16);
        _cleanup_(source_freep) Source *source = NULL;

        assert_int_equal(buffer_puts(&text, SOURCE), 0);
        for (size_t i = 0; i < 64; i++)
                assert_int_equal(buffer_puts(&text, "Drop=.//i\n"), 0);
        source = load_source(text.data, "");
        assert_int_equal(source->drop.n, 64);
        assert_int_equal(buffer_puts(&text, "Drop=.//b\nDrop=.//u\n"), 0);
        assert_null(load_source(text.data, "harbour.source:69"));
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

#define IN_FOLDER(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void) {
        const struct CMUnitTest tests[] = {
                IN_FOLDER(test_config_defaults),
                IN_FOLDER(test_source_defaults),
                IN_FOLDER(test_config_keys),
                IN_FOLDER(test_source_keys),
                IN_FOLDER(test_config_empty_values),
                IN_FOLDER(test_source_empty_values),
                IN_FOLDER(test_sources),
                IN_FOLDER(test_source_lists),
                IN_FOLDER(test_last_value_counts),
                IN_FOLDER(test_unknown_is_a_warning),
                IN_FOLDER(test_every_problem),
                IN_FOLDER(test_drop_ins),
                IN_FOLDER(test_drop_in_sources),
                IN_FOLDER(test_config_unreadable),
                IN_FOLDER(test_drop_in_unreadable),
                IN_FOLDER(test_default_paths),
                IN_FOLDER(test_source_requires),
                IN_FOLDER(test_source_longest_url),
                IN_FOLDER(test_source_names),
                IN_FOLDER(test_load_sources),
                IN_FOLDER(test_load_sources_bad),
                IN_FOLDER(test_load_source),
                IN_FOLDER(test_relative_path),
                IN_FOLDER(test_source_long_lists),
                IN_FOLDER(test_messages_are_harmless),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
