/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <assert.h>
#include <getopt.h>
#include <locale.h>
#include <signal.h>
#include <stdarg.h>
#include <sys/resource.h>

#include "common/log.h"
#include "common/program.h"
#include "version.h"

#define ARGUMENTS_MAX 32U
#define BY_NAME 256 /* what getopt_long() returns of the first argument; letters are less */

int argument_text(const char *value, void *target) {
        *(const char **) target = value;
        return 0;
}

int argument_flag(_unused_ const char *value, void *target) {
        *(bool *) target = true;
        return 0;
}

static void put_argument(const Argument *a) {
        char name[32], letter[] = "    ";

        (void) snprintf(name, sizeof(name), "--%s%s%s", a->name, a->value ? "=" : "",
                        strnull(a->value));
        if (a->letter)
                (void) snprintf(letter, sizeof(letter), "-%c, ", a->letter);
        (void) printf("  %s%-19s%s", letter, name, a->help);
}

static void put_options(const Program *program) {
        static const Argument common[] = {
                { .name = "version", .help = "print the version" },
                { .name = "help", .help = "print this" },
        };

        for (size_t i = 0; i < program->n; i++) {
                put_argument(program->arguments + i);
                if (program->more_of)
                        program->more_of(i);
                (void) putchar('\n');
        }
        for (size_t i = 0; i < ELEMENTSOF(common); i++) {
                put_argument(common + i);
                (void) putchar('\n');
        }
}

int program_misuse(const Program *program, const char *format, ...) {
        char message[512];
        va_list arguments;

        va_start(arguments, format);
        (void) vsnprintf(message, sizeof(message), format, arguments);
        va_end(arguments);
        log_error("%s; see %s --help", message, program->name);
        return EXIT_USAGE;
}

static int take(const Argument *a, const char *value, void *target) {
        int r;

        r = a->parse(value, (char *) target + a->target);
        if (r == -E2BIG)
                log_error("--%s=%s: this is one too many", a->name, value);
        else if (r < 0)
                log_error("--%s=%s: %s", a->name, value, a->wanted);
        return r < 0 ? EXIT_USAGE : -1;
}

static void prepare_process(void) {
        sigset_t none;

        (void) setlocale(LC_CTYPE, "C.UTF-8");
        (void) signal(SIGPIPE, SIG_IGN); /* the write that fails tells it */
        (void) signal(SIGALRM, SIG_DFL);

        /* Who started us may have blocked some, and exec() hands that on. */
        (void) sigemptyset(&none);
        (void) sigprocmask(SIG_SETMASK, &none, NULL);
}

/* Goes on from there, up to what is wrong or ends the program. */
static int read_options(const Program *program, int argc, char **argv, void *target,
                        unsigned *ret_given) {
        struct option known[ARGUMENTS_MAX + 3] = {};
        char letters[2 * ARGUMENTS_MAX + 2] = "h", *to = letters + 1;
        size_t n = program->n;
        int i, r = -1;

        assert(n <= ARGUMENTS_MAX);
        for (size_t k = 0; k < n; k++) {
                const Argument *a = program->arguments + k;

                known[k] = (struct option){ a->name, a->value != NULL, NULL, BY_NAME + (int) k };
                if (a->letter)
                        *to++ = a->letter;
                if (a->letter && a->value)
                        *to++ = ':';
        }
        known[n] = (struct option){ "version", no_argument, NULL, 'V' };
        known[n + 1] = (struct option){ "help", no_argument, NULL, 'h' };

        opterr = 0;
        while (r < 0 && (i = getopt_long(argc, argv, letters, known, NULL)) >= 0) {
                if (i == '?')
                        return program_misuse(program, "\"%s\" is no option, or lacks its value",
                                              argv[optind - 1]);
                if (i == 'V') {
                        (void) printf("%s " TICKERD_VERSION "\n", program->name);
                        return EXIT_SUCCESS;
                }
                if (i == 'h') {
                        (void) puts(program->head);
                        if (program->more_help)
                                program->more_help();
                        put_options(program);
                        return EXIT_SUCCESS;
                }
                for (size_t k = 0; k < n; k++)
                        if (i == BY_NAME + (int) k || i == program->arguments[k].letter) {
                                *ret_given |= 1U << k;
                                r = take(program->arguments + k, optarg, target);
                        }
        }
        return r;
}

int program_start(const Program *program, int argc, char **argv, void *target,
                  unsigned *ret_given) {
        unsigned given = 0;
        int r;

        log_open(program->name);
        prepare_process();
        r = read_options(program, argc, argv, target, &given);
        if (r < 0)
                *ret_given = given;
        return r;
}

int program_start_without_words(const Program *program, int argc, char **argv, void *target) {
        unsigned given;
        int r;

        r = program_start(program, argc, argv, target, &given);
        if (r < 0 && optind < argc)
                return program_misuse(program, "\"%s\" is one argument too many", argv[optind]);
        return r;
}

/* Nobody here uses select(), so that numbers above 1023 do no harm. */
void program_raise_descriptors(size_t max) {
        struct rlimit limit;

        if (getrlimit(RLIMIT_NOFILE, &limit) < 0 || limit.rlim_cur >= max)
                return;
        limit.rlim_cur =
                MIN(limit.rlim_max, (rlim_t) max); /* without a limit it is the largest number */
        (void) setrlimit(RLIMIT_NOFILE, &limit);
}
