/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The command line: tickerctl VERB OPTIONS WORDS. */

#include "common/program.h"

typedef enum Verb {
        VERB_WATCH,
        VERB_LAST,
        VERB_SEARCH,
        VERB_STATUS,
        VERB_SOURCES,
        VERB_TRY,
        VERB_SUGGEST,
        VERB_EXPORT,
        VERB_MAX
} Verb;

typedef enum Output {
        OUTPUT_TEXT,
        OUTPUT_JSON,
        OUTPUT_WAYBAR,
        OUTPUT_I3BAR,
        OUTPUT_POLYBAR,
        OUTPUT_TMUX,
        OUTPUT_CSV,
        OUTPUT_RSS,
        OUTPUT_JSONFEED,
        OUTPUT_PROMETHEUS,
        OUTPUT_MAX
} Output;

typedef enum Color {
        COLOR_AUTO,
        COLOR_ALWAYS,
        COLOR_NEVER
} Color;

#define NUMBER_UNSET -1
#define NUMBER_ALL -2
#define SOURCES_MAX 256U

typedef struct SourceList {
        const char *names[SOURCES_MAX];
        size_t n;
} SourceList;

typedef struct Options {
        Verb verb;
        const char *config;
        int64_t number; /* -n: 0 or more, or one of the above */
        SourceList sources;
        const char *since;
        const char *until;
        const char *cursor_file;
        Output format;
        bool format_set;
        Color color;
        unsigned width; /* of a headline, in cells; 0: as long as it is */
        bool ago;
        bool strip;
        bool notify;
        const char *page;
        const char *url;
        char **words;
        size_t n_words;
} Options;

/* The name of a format, as on the command line. */
const char *output_name(Output output);

/* Is it a format for status bars? In those each line replaces the one before. */
bool output_is_bar(Output output);

/* Returns -1 to go on, else the status to exit with; what is wrong has been said. */
int options_parse(int argc, char **argv, Options *ret);

/* The sources as a JSON list, NULL if none is named; caller frees. -ENOMEM. */
int options_sources(const Options *options, char **ret);
