/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <getopt.h>

#include "common/buffer.h"
#include "common/log.h"
#include "common/program.h"
#include "common/source.h"
#include "ctl/options.h"
#include "version.h"

#define BIT(n) (1U << (n))

typedef enum OptionId {
        OPTION_LINES,
        OPTION_SOURCE,
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
        OPTION_COLOR,
        OPTION_CONFIG,
        OPTION_MAX
} OptionId;

static const char *const format_names[OUTPUT_MAX] = {
        [OUTPUT_TEXT] = "text",         [OUTPUT_JSON] = "json",
        [OUTPUT_WAYBAR] = "waybar",     [OUTPUT_I3BAR] = "i3bar",
        [OUTPUT_POLYBAR] = "polybar",   [OUTPUT_TMUX] = "tmux",
        [OUTPUT_CSV] = "csv",           [OUTPUT_RSS] = "rss",
        [OUTPUT_JSONFEED] = "jsonfeed", [OUTPUT_PROMETHEUS] = "prometheus",
};

/* Every verb takes these. */
#define OPTIONS_ALL (BIT(OPTION_COLOR) | BIT(OPTION_CONFIG))
#define OPTIONS_ITEMS                                                                              \
        (BIT(OPTION_LINES) | BIT(OPTION_SOURCE) | BIT(OPTION_SINCE) | BIT(OPTION_FORMAT))
#define FORMATS_PLAIN (BIT(OUTPUT_TEXT) | BIT(OUTPUT_JSON))
#define FORMATS_BAR                                                                                \
        (BIT(OUTPUT_WAYBAR) | BIT(OUTPUT_I3BAR) | BIT(OUTPUT_POLYBAR) | BIT(OUTPUT_TMUX))

static const struct {
        const char *name, *words, *help;
        size_t words_min, words_max;
        const char *words_wanted;
        unsigned options; /* that it takes, besides OPTIONS_ALL */
        unsigned formats; /* the first is the default */
} verbs[VERB_MAX] = {
        [VERB_WATCH] = {
                "watch", "", "the newest items, then each as it comes",
                .options = OPTIONS_ITEMS | BIT(OPTION_CURSOR_FILE) | BIT(OPTION_STRIP) |
                           BIT(OPTION_NOTIFY) | BIT(OPTION_WIDTH),
                .formats = FORMATS_PLAIN | FORMATS_BAR,
        },
        [VERB_LAST] = {
                "last", "", "the newest items",
                .options = OPTIONS_ITEMS | BIT(OPTION_UNTIL) | BIT(OPTION_AGO),
                .formats = FORMATS_PLAIN,
        },
        [VERB_SEARCH] = {
                "search", " WORD...", "items with these words",
                .words_min = 1, .words_max = 64, .words_wanted = "say which words to search for",
                .options = OPTIONS_ITEMS | BIT(OPTION_UNTIL) | BIT(OPTION_AGO),
                .formats = FORMATS_PLAIN,
        },
        [VERB_STATUS] = {
                "status", "", "how the daemon and its sources are; exit status 0 if all is well",
                .options = BIT(OPTION_FORMAT),
                .formats = FORMATS_PLAIN | BIT(OUTPUT_PROMETHEUS),
        },
        [VERB_SOURCES] = {
                "sources", "", "all sources there are, and which are enabled",
                .options = BIT(OPTION_FORMAT),
                .formats = FORMATS_PLAIN,
        },
        [VERB_TRY] = {
                "try", " SOURCE|FILE", "read one page now, and see what is found on it",
                .words_min = 1, .words_max = 1, .words_wanted = "say which source to try",
                .options = BIT(OPTION_PAGE) | BIT(OPTION_URL),
        },
        [VERB_SUGGEST] = {
                "suggest", " URL|FILE", "find the strip of a page, write a source file",
                .words_min = 1, .words_max = 1, .words_wanted = "say which page to look at",
                .options = BIT(OPTION_LINES),
        },
        [VERB_EXPORT] = {
                "export", "", "items as a file",
                .options = OPTIONS_ITEMS | BIT(OPTION_UNTIL),
                .formats = BIT(OUTPUT_JSON) | BIT(OUTPUT_CSV) | BIT(OUTPUT_RSS) |
                           BIT(OUTPUT_JSONFEED),
        },
};

const char *output_name(Output output) {
        return format_names[output];
}

bool output_is_bar(Output output) {
        return FORMATS_BAR & BIT(output);
}

static int find(const char *const *names, size_t n, const char *name) {
        for (size_t i = 0; i < n; i++)
                if (streq(names[i], name))
                        return (int) i;
        return -EINVAL;
}

/* Each parses a value into its target, and logs nothing: what is said is in the table. */

static int parse_number(const char *value, void *target) {
        if (streq(value, "all"))
                *(int64_t *) target = NUMBER_ALL;
        else if (isempty(value) || strspn(value, "0123456789") != strlen(value) ||
                 strlen(value) > 9)
                return -EINVAL;
        else
                *(int64_t *) target = atoi(value);
        return 0;
}

static int parse_width(const char *value, void *target) {
        int64_t n;

        if (parse_number(value, &n) < 0 || n < 1 || n > 10000)
                return -EINVAL;
        *(unsigned *) target = (unsigned) n;
        return 0;
}

static int parse_source(const char *value, void *target) {
        SourceList *sources = target;

        if (!source_name_valid(value))
                return -EINVAL;
        if (sources->n >= ELEMENTSOF(sources->names))
                return -E2BIG;
        sources->names[sources->n++] = value;
        return 0;
}

static int parse_format(const char *value, void *target) {
        int i = find(format_names, OUTPUT_MAX, value);

        if (i >= 0)
                *(Output *) target = (Output) i;
        return MIN(i, 0);
}

static int parse_color(const char *value, void *target) {
        static const char *const names[] = { "auto", "always", "never" };
        int i = find(names, ELEMENTSOF(names), value);

        if (i >= 0)
                *(Color *) target = (Color) i;
        return MIN(i, 0);
}

static const Argument options[OPTION_MAX] = {
        [OPTION_LINES] = { "lines", "N", "so many items; of suggest the Nth proposal", parse_number,
                           offsetof(Options, number), "say a number, or all", .letter = 'n' },
        [OPTION_SOURCE] = { "source", "NAME", "only of this source; may be given again",
                            parse_source, offsetof(Options, sources),
                            "this is no source's name; tickerctl sources lists them" },
        [OPTION_SINCE] = { "since", "WHEN",
                           "from a time or a span ago: 14:30, yesterday, 2h; of watch a cursor, too",
                           argument_text, offsetof(Options, since) },
        [OPTION_UNTIL] = { "until", "WHEN", "before a time", argument_text,
                           offsetof(Options, until) },
        [OPTION_CURSOR_FILE] = { "cursor-file", "FILE", "go on where the last one ended",
                                 argument_text, offsetof(Options, cursor_file) },
        [OPTION_FORMAT] = { "format", "FORMAT", "one of these:", parse_format,
                            offsetof(Options, format),
                            "there is no such format; see tickerctl --help" },
        [OPTION_STRIP] = { "strip", NULL, "one line that scrolls", argument_flag,
                           offsetof(Options, strip) },
        [OPTION_NOTIFY] = { "notify", NULL, "notifications on the desktop", argument_flag,
                            offsetof(Options, notify) },
        [OPTION_AGO] = { "ago", NULL, "\"3 min\" instead of the time", argument_flag,
                         offsetof(Options, ago) },
        [OPTION_WIDTH] = { "width", "N", "cut headlines to so many cells", parse_width,
                           offsetof(Options, width), "say a number from 1 to 10000" },
        [OPTION_PAGE] = { "page", "FILE", "the page to read, from a file", argument_text,
                          offsetof(Options, page) },
        [OPTION_URL] = { "url", "URL", "the page to read, from another address", argument_text,
                         offsetof(Options, url) },
        [OPTION_COLOR] = { "color", "WHEN", "auto, always or never", parse_color,
                           offsetof(Options, color), "say auto, always or never" },
        [OPTION_CONFIG] = { "config", "FILE",
                            "read FILE and FILE.d/*.conf instead of " TICKERD_SYSCONFDIR
                            "/tickerd.conf",
                            argument_text, offsetof(Options, config) },
};

/* Prints a line for each set of formats: the verbs that have it, and the formats. */
static void put_formats(void) {
        for (Verb v = 0; v < VERB_MAX; v++) {
                const char *between = "";
                Verb first = 0;

                while (verbs[first].formats != verbs[v].formats)
                        first++;
                if (verbs[v].formats == 0 || first < v)
                        continue;
                (void) printf("\n%25s", "");
                for (Verb same = v; same < VERB_MAX; same++)
                        if (verbs[same].formats == verbs[v].formats) {
                                (void) printf("%s%s", between, verbs[same].name);
                                between = ", ";
                        }
                (void) putchar(':');
                for (Output i = 0; i < OUTPUT_MAX; i++)
                        if (verbs[v].formats & BIT(i))
                                (void) printf(" %s", format_names[i]);
        }
}

static void put_verbs(void) {
        for (Verb v = 0; v < VERB_MAX; v++)
                (void) printf("  %s%-*s%s\n", verbs[v].name, (int) (19 - strlen(verbs[v].name)),
                              verbs[v].words, verbs[v].help);
        (void) putchar('\n');
}

/* Prints which verbs take an option: " (watch, last)". */
static void put_verbs_of(size_t option) {
        const char *between = " (";

        if (option == OPTION_FORMAT) {
                put_formats();
                return;
        }
        if (OPTIONS_ALL & BIT(option))
                return;
        for (Verb v = 0; v < VERB_MAX; v++)
                if (verbs[v].options & BIT(option)) {
                        (void) printf("%s%s", between, verbs[v].name);
                        between = ", ";
                }
        (void) putchar(')');
}

static const Program program = {
        "tickerctl",
        "Usage: tickerctl VERB [OPTION]... [WORD]...\n"
        "Breaking news in a terminal, in a status bar, on the desktop, and for other programs.\n",
        options,
        OPTION_MAX,
        put_verbs,
        put_verbs_of,
};

/* Checks the options against the verb and against each other. given: a bit for each option that was
 * there. */
static int check(Options *o, unsigned given) {
        const char *verb = verbs[o->verb].name;
        unsigned odd = given & ~(verbs[o->verb].options | OPTIONS_ALL);

        if (odd != 0) {
                return program_misuse(&program, "tickerctl %s has no option --%s", verb,
                                      options[__builtin_ctz(odd)].name);
        }
        if (o->n_words < verbs[o->verb].words_min)
                return program_misuse(&program, "%s", verbs[o->verb].words_wanted);
        if (o->n_words > verbs[o->verb].words_max)
                return program_misuse(&program, "there are too many words");
        o->format_set = given & BIT(OPTION_FORMAT);
        if (!o->format_set && verbs[o->verb].formats != 0)
                o->format = (Output) __builtin_ctz(verbs[o->verb].formats);
        else if (o->format_set && !(verbs[o->verb].formats & BIT(o->format))) {
                return program_misuse(&program, "tickerctl %s has no format %s", verb,
                                      format_names[o->format]);
        }
        if (o->verb == VERB_WATCH && o->since && o->number != NUMBER_UNSET)
                return program_misuse(&program, "--since= and -n exclude each other");
        if (o->page && o->url)
                return program_misuse(&program, "--page= and --url= exclude each other");
        return -1;
}

int options_parse(int argc, char **argv, Options *ret) {
        unsigned given;
        Verb verb = 0;
        int r;

        *ret = (Options){ .number = NUMBER_UNSET };
        r = program_start(&program, argc, argv, ret, &given);
        if (r >= 0)
                return r;
        if (optind >= argc)
                return program_misuse(&program, "say what to do, watch for instance");
        while (verb < VERB_MAX && !streq(verbs[verb].name, argv[optind]))
                verb++;
        if (verb == VERB_MAX) {
                return program_misuse(&program, "there is no verb \"%s\"", argv[optind]);
        }
        ret->verb = verb;
        ret->words = argv + optind + 1;
        ret->n_words = (size_t) (argc - optind - 1);
        return check(ret, given);
}

int options_sources(const Options *o, char **ret) {
        _cleanup_buffer_ Buffer b = BUFFER(SOURCES_MAX * (SOURCE_NAME_MAX + 4));

        if (o->sources.n == 0) {
                *ret = NULL;
                return 0;
        }
        for (size_t i = 0; i < o->sources.n; i++)
                buffer_printf(&b, "%s\"%s\"", i > 0 ? "," : "[", o->sources.names[i]);
        buffer_puts(&b, "]");
        return buffer_steal(&b, ret);
}
