/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What each program does first: reads its command line, by a table of which --help is made, too. */

#include "common/util.h"

#define EXIT_USAGE 2
#define EXIT_CONFIG 78 /* EX_CONFIG of sysexits.h */

typedef struct Argument {
        const char *name, *value; /* --name=value; no value: it takes none */
        const char *help;
        int (*parse)(const char *value, void *target); /* one of those below, or its like */
        size_t target;      /* offset in what the program keeps its arguments in */
        const char *wanted; /* is said when a value cannot be parsed */
        char letter;        /* -letter is the same; 0: there is none */
} Argument;

typedef struct Program {
        const char *name;
        const char *head; /* of --help, above the options */
        const Argument *arguments;
        size_t n; /* at most 32 */

        /* More for --help, or NULL: below the head, and at the end of an argument's line. */
        void (*more_help)(void);
        void (*more_of)(size_t argument);
} Program;

/* Each puts a value where it belongs. -EINVAL: it is not what is wanted; -E2BIG: it is one too
 * many. */
int argument_text(const char *value, void *target); /* const char * */
int argument_flag(const char *value, void *target); /* bool; there is no value */

/*
 * Prepares messages, the locale and signals, and reads the options, --version and --help (-h) among
 * them. Returns -1 to go on, with the first word at argv[optind]; else the status to exit with, and
 * what is wrong was said. ret_given: a bit for each argument of the table that was there.
 */
int program_start(const Program *program, int argc, char **argv, void *target, unsigned *ret_given);

/* The same, where there are no words. */
int program_start_without_words(const Program *program, int argc, char **argv, void *target);

/* More files and connections than are usual, up to this many, if we may. */
void program_raise_descriptors(size_t max);

/* Says what is wrong with the arguments. Returns EXIT_USAGE. */
int program_misuse(const Program *program, const char *format, ...) _printf_(2, 3);
