/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <getopt.h>

#include "common/buffer.h"
#include "common/log.h"
#include "common/source.h"
#include "ctl/options.h"
#include "version.h"

#define EXIT_USAGE 2

static const char help[] =
        "Usage: tickerctl VERB [OPTION]... [WORD]...\n"
        "Breaking news in a terminal, in a status bar, on the desktop, and for other programs.\n"
        "\n"
        "  watch              the newest items, then each as it comes\n"
        "  last               the newest items\n"
        "  search WORD...     items with these words\n"
        "  status             how the daemon and its sources are; exit status 0 if all is well\n"
        "  sources            all sources there are, and which are enabled\n"
        "  try SOURCE|FILE    read one page now, and see what is found on it\n"
        "  suggest URL|FILE   find the strip of a page, write a source file\n"
        "  export             items as a file\n"
        "\n"
        "  -n, --lines=N          so many items (suggest: the Nth proposal)\n"
        "      --source=NAME      only of this source; may be given again\n"
        "      --since=WHEN       from a cursor (watch), a time or a span ago: 14:30, yesterday, 2h\n"
        "      --until=WHEN       before a time\n"
        "      --cursor-file=FILE go on where the last one ended (watch)\n"
        "      --format=FORMAT    watch: text json waybar i3bar polybar tmux; last, search, sources: text json;\n"
        "                         status: text json prometheus; export: json csv rss jsonfeed\n"
        "      --strip            one line that scrolls (watch)\n"
        "      --notify           notifications on the desktop (watch)\n"
        "      --ago              \"3 min\" instead of the time (last, search)\n"
        "      --width=N          cut headlines to so many cells\n"
        "      --page=FILE, --url=URL   the page to read (try)\n"
        "      --color=WHEN       auto, always or never\n"
        "      --config=FILE      read FILE and FILE.d/*.conf instead of " TICKERD_SYSCONFDIR
        "/tickerd.conf\n"
        "      --version, --help\n";

static const char *const verbs[VERB_MAX] = {
        "watch", "last", "search", "status", "sources", "try", "suggest", "export",
};

static const char *const outputs[OUTPUT_MAX] = {
        "text", "json", "waybar", "i3bar",    "polybar",
        "tmux", "csv",  "rss",    "jsonfeed", "prometheus",
};

#define BIT(n) (1U << (n))
#define STORED (BIT(VERB_LAST) | BIT(VERB_SEARCH) | BIT(VERB_EXPORT))

static const unsigned formats_of[VERB_MAX] = {
        [VERB_WATCH] = BIT(OUTPUT_TEXT) | BIT(OUTPUT_JSON) | BIT(OUTPUT_WAYBAR) |
                       BIT(OUTPUT_I3BAR) | BIT(OUTPUT_POLYBAR) | BIT(OUTPUT_TMUX),
        [VERB_LAST] = BIT(OUTPUT_TEXT) | BIT(OUTPUT_JSON),
        [VERB_SEARCH] = BIT(OUTPUT_TEXT) | BIT(OUTPUT_JSON),
        [VERB_STATUS] = BIT(OUTPUT_TEXT) | BIT(OUTPUT_JSON) | BIT(OUTPUT_PROMETHEUS),
        [VERB_SOURCES] = BIT(OUTPUT_TEXT) | BIT(OUTPUT_JSON),
        [VERB_EXPORT] = BIT(OUTPUT_JSON) | BIT(OUTPUT_CSV) | BIT(OUTPUT_RSS) | BIT(OUTPUT_JSONFEED),
};

enum {
        OPTION_FIRST = 256,
        OPTION_SOURCE = OPTION_FIRST,
        OPTION_SINCE,
        OPTION_UNTIL,
        OPTION_CURSOR_FILE,
        OPTION_FORMAT,
        OPTION_STRIP,
        OPTION_NOTIFY,
        OPTION_AGO,
        OPTION_WIDTH,
        OPTION_PAGE,
        OPTION_URL,
        OPTION_LINES,
        OPTION_COLOR,
        OPTION_CONFIG,
        OPTION_VERSION,
        OPTION_HELP,
};

/* Which verbs take an option; the rest is for all of them. */
static const unsigned verbs_of[] = {
        [OPTION_SOURCE - OPTION_FIRST] = STORED | BIT(VERB_WATCH),
        [OPTION_SINCE - OPTION_FIRST] = STORED | BIT(VERB_WATCH),
        [OPTION_UNTIL - OPTION_FIRST] = STORED,
        [OPTION_CURSOR_FILE - OPTION_FIRST] = BIT(VERB_WATCH),
        [OPTION_FORMAT - OPTION_FIRST] = ~(BIT(VERB_TRY) | BIT(VERB_SUGGEST)),
        [OPTION_STRIP - OPTION_FIRST] = BIT(VERB_WATCH),
        [OPTION_NOTIFY - OPTION_FIRST] = BIT(VERB_WATCH),
        [OPTION_AGO - OPTION_FIRST] = BIT(VERB_LAST) | BIT(VERB_SEARCH),
        [OPTION_WIDTH - OPTION_FIRST] = BIT(VERB_WATCH),
        [OPTION_PAGE - OPTION_FIRST] = BIT(VERB_TRY),
        [OPTION_URL - OPTION_FIRST] = BIT(VERB_TRY),
        [OPTION_LINES - OPTION_FIRST] = STORED | BIT(VERB_WATCH) | BIT(VERB_SUGGEST),
};

static const struct option options_long[] = {
        { "source", required_argument, NULL, OPTION_SOURCE },
        { "since", required_argument, NULL, OPTION_SINCE },
        { "until", required_argument, NULL, OPTION_UNTIL },
        { "cursor-file", required_argument, NULL, OPTION_CURSOR_FILE },
        { "format", required_argument, NULL, OPTION_FORMAT },
        { "strip", no_argument, NULL, OPTION_STRIP },
        { "notify", no_argument, NULL, OPTION_NOTIFY },
        { "ago", no_argument, NULL, OPTION_AGO },
        { "width", required_argument, NULL, OPTION_WIDTH },
        { "page", required_argument, NULL, OPTION_PAGE },
        { "url", required_argument, NULL, OPTION_URL },
        { "lines", required_argument, NULL, OPTION_LINES },
        { "color", required_argument, NULL, OPTION_COLOR },
        { "config", required_argument, NULL, OPTION_CONFIG },
        { "version", no_argument, NULL, OPTION_VERSION },
        { "help", no_argument, NULL, OPTION_HELP },
        {},
};

static int find(const char *const *names, size_t n, const char *name) {
        for (size_t i = 0; i < n; i++)
                if (streq(names[i], name))
                        return (int) i;
        return -1;
}

static int parse_number(const char *s, int64_t *ret) {
        if (streq(s, "all")) {
                *ret = NUMBER_ALL;
                return 0;
        }
        if (isempty(s) || strspn(s, "0123456789") != strlen(s) || strlen(s) > 9)
                return -EINVAL;
        *ret = atoi(s);
        return 0;
}

static int bad_value(const char *option, const char *value, const char *wanted) {
        log_error("--%s=%s: %s", option, value, wanted);
        return -EINVAL;
}

static int set_format(Options *o, const char *value) {
        int i = find(outputs, OUTPUT_MAX, value);

        if (i < 0)
                return bad_value("format", value, "there is no such format; see tickerctl --help");
        o->format = (Output) i;
        o->format_set = true;
        return 0;
}

static int set_color(Options *o, const char *value) {
        static const char *const names[] = { "auto", "always", "never" };
        int i = find(names, ELEMENTSOF(names), value);

        if (i < 0)
                return bad_value("color", value, "say auto, always or never");
        o->color = (Color) i;
        return 0;
}

static int add_source(Options *o, const char *value) {
        if (!source_name_valid(value))
                return bad_value("source", value,
                                 "this is no source's name; tickerctl sources lists them");
        if (o->n_sources >= SOURCES_MAX)
                return bad_value("source", value, "these are too many sources");
        o->sources[o->n_sources++] = value;
        return 0;
}

static int set_width(Options *o, const char *value) {
        int64_t n;

        if (parse_number(value, &n) < 0 || n < 1 || n > 10000)
                return bad_value("width", value, "say a number from 1 to 10000");
        o->width = (unsigned) n;
        return 0;
}

static int set_option(Options *o, int option, const char *value) {
        switch (option) {
        case OPTION_SOURCE:
                return add_source(o, value);
        case OPTION_SINCE:
                o->since = value;
                return 0;
        case OPTION_UNTIL:
                o->until = value;
                return 0;
        case OPTION_CURSOR_FILE:
                o->cursor_file = value;
                return 0;
        case OPTION_FORMAT:
                return set_format(o, value);
        case OPTION_STRIP:
                o->strip = true;
                return 0;
        case OPTION_NOTIFY:
                o->notify = true;
                return 0;
        case OPTION_AGO:
                o->ago = true;
                return 0;
        case OPTION_WIDTH:
                return set_width(o, value);
        case OPTION_PAGE:
                o->page = value;
                return 0;
        case OPTION_URL:
                o->url = value;
                return 0;
        case OPTION_LINES:
        case 'n':
                return parse_number(value, &o->number) < 0
                               ? bad_value("lines", value, "say a number, or all")
                               : 0;
        case OPTION_COLOR:
                return set_color(o, value);
        default:
                o->config = value;
                return 0;
        }
}

static int misuse(const char *what) {
        log_error("%s; see tickerctl --help", what);
        return EXIT_USAGE;
}

/* What one option alone cannot tell. */
static int check(Options *o, unsigned given) {
        static const struct {
                size_t min, max;
        } words[VERB_MAX] = {
                [VERB_SEARCH] = { 1, 64 },
                [VERB_TRY] = { 1, 1 },
                [VERB_SUGGEST] = { 1, 1 },
        };

        for (size_t i = 0; i < ELEMENTSOF(verbs_of); i++)
                if ((given & BIT(i)) && !(verbs_of[i] & BIT(o->verb))) {
                        log_error("tickerctl %s has no option --%s; see tickerctl --help",
                                  verbs[o->verb], options_long[i].name);
                        return EXIT_USAGE;
                }
        if (o->n_words < words[o->verb].min)
                return misuse(o->verb == VERB_SEARCH ? "say which words to search for"
                              : o->verb == VERB_TRY  ? "say which source to try"
                                                     : "say which page to look at");
        if (o->n_words > words[o->verb].max)
                return misuse("there are words too many");
        if (!o->format_set && o->verb == VERB_EXPORT)
                o->format = OUTPUT_JSON;
        if (o->format_set && !(formats_of[o->verb] & BIT(o->format))) {
                log_error("tickerctl %s has no format %s; see tickerctl --help", verbs[o->verb],
                          outputs[o->format]);
                return EXIT_USAGE;
        }
        if (o->verb == VERB_WATCH && o->since && o->number != NUMBER_UNSET)
                return misuse("--since= and -n exclude each other");
        if (o->page && o->url)
                return misuse("--page= and --url= exclude each other");
        return -1;
}

int options_parse(int argc, char **argv, Options *ret) {
        unsigned given = 0;
        int option, verb;

        *ret = (Options){ .number = NUMBER_UNSET };
        opterr = 0;
        while ((option = getopt_long(argc, argv, "n:h", options_long, NULL)) >= 0) {
                if (option == OPTION_HELP || option == 'h') {
                        (void) fputs(help, stdout);
                        return EXIT_SUCCESS;
                }
                if (option == OPTION_VERSION) {
                        (void) puts("tickerctl " TICKERD_VERSION);
                        return EXIT_SUCCESS;
                }
                if (option == '?') {
                        log_error("\"%s\" is no option, or lacks its value; see tickerctl --help",
                                  argv[optind - 1]);
                        return EXIT_USAGE;
                }
                if (set_option(ret, option, optarg) < 0)
                        return EXIT_USAGE;
                if (option == 'n')
                        option = OPTION_LINES;
                if ((size_t) (option - OPTION_FIRST) < ELEMENTSOF(verbs_of))
                        given |= BIT(option - OPTION_FIRST);
        }

        if (optind >= argc)
                return misuse("say what to do, watch for instance");
        verb = find(verbs, VERB_MAX, argv[optind]);
        if (verb < 0) {
                log_error("there is no \"%s\"; see tickerctl --help", argv[optind]);
                return EXIT_USAGE;
        }
        ret->verb = (Verb) verb;
        ret->words = argv + optind + 1;
        ret->n_words = (size_t) (argc - optind - 1);
        return check(ret, given);
}

int options_sources(const Options *options, char **ret) {
        _cleanup_buffer_ Buffer b = BUFFER(SOURCES_MAX * (SOURCE_NAME_MAX + 4));
        int r = 0;

        for (size_t i = 0; r >= 0 && i < options->n_sources; i++)
                r = buffer_printf(&b, "%s\"%s\"", i > 0 ? "," : "[", options->sources[i]);
        if (r >= 0 && b.size > 0)
                r = buffer_append(&b, "]", 1);
        if (r < 0)
                return r;
        *ret = STEAL_POINTER(b.data);
        return 0;
}
