/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <getopt.h>
#include <locale.h>
#include <signal.h>

#include "common/log.h"
#include "fetch/explain.h"
#include "suggest/suggest.h"
#include "version.h"

#define EXIT_USAGE 2

static int help(void) {
        printf("tickerd-suggest [OPTION]... --page=FILE | --url=URL\n\n"
               "Finds the breaking-news strip of a page that nobody has described: prints the best source file\n"
               "for it, and lists all proposals on standard error.\n\n"
               "  --page=FILE     look at this saved page (- is standard input), or\n"
               "  --url=URL       at the page of this address\n"
               "  --proposal=N    print the Nth source file, not the best\n"
               "  --config=FILE   read this configuration instead of the installed one\n"
               "  --verbose       say also what is not proposed, and why\n"
               "  --version       print the version\n"
               "  --help          print this\n");
        return EXIT_SUCCESS;
}

static int usage(const char *what) {
        log_error("%s; --help tells more", what);
        return EXIT_USAGE;
}

/* 0: it is none from 1 to 99. */
static unsigned parse_number(const char *s) {
        size_t n = strlen(s);

        return n <= 2 && strspn(s, "0123456789") == n ? (unsigned) atoi(s) : 0;
}

/* -1: go on; else the status to exit with. */
static int parse_arguments(int argc, char **argv, Suggest *suggest, const char **ret_config) {
        enum {
                OPTION_CONFIG = 256,
                OPTION_PAGE,
                OPTION_URL,
                OPTION_PROPOSAL,
                OPTION_VERSION
        };
        static const struct option options[] = {
                { "config", required_argument, NULL, OPTION_CONFIG },
                { "page", required_argument, NULL, OPTION_PAGE },
                { "url", required_argument, NULL, OPTION_URL },
                { "proposal", required_argument, NULL, OPTION_PROPOSAL },
                { "verbose", no_argument, NULL, 'v' },
                { "version", no_argument, NULL, OPTION_VERSION },
                { "help", no_argument, NULL, 'h' },
                {},
        };
        int option;

        opterr = 0;
        while ((option = getopt_long(argc, argv, "hv", options, NULL)) != -1)
                switch (option) {
                case OPTION_CONFIG:
                        *ret_config = optarg;
                        break;
                case OPTION_PAGE:
                        suggest->page = optarg;
                        break;
                case OPTION_URL:
                        suggest->url = optarg;
                        break;
                case OPTION_PROPOSAL:
                        suggest->number = parse_number(optarg);
                        if (suggest->number == 0)
                                return usage("--proposal= takes a number from 1 to 99");
                        break;
                case 'v':
                        explain_enabled = true;
                        break;
                case OPTION_VERSION:
                        printf("tickerd-suggest " TICKERD_VERSION "\n");
                        return EXIT_SUCCESS;
                case 'h':
                        return help();
                default:
                        return usage("unknown option, or one without its value");
                }

        if (optind < argc)
                return usage("there are no arguments but options");
        if (!suggest->page == !suggest->url)
                return usage("one of --page= and --url= is needed");
        return -1;
}

static void prepare_process(void) {
        sigset_t no_signals;

        (void) setlocale(LC_CTYPE, "C.UTF-8");
        (void) signal(SIGPIPE, SIG_IGN);
        (void) signal(SIGALRM, SIG_DFL);

        /* Who started us may have blocked some, and exec() hands that on. */
        (void) sigemptyset(&no_signals);
        (void) sigprocmask(SIG_SETMASK, &no_signals, NULL);
}

int main(int argc, char **argv) {
        _cleanup_(config_freep) Config *config = NULL;
        Suggest suggest = { .number = 1 };
        const char *path = NULL;
        int r;

        log_open("tickerd-suggest");
        prepare_process();
        r = parse_arguments(argc, argv, &suggest, &path);
        if (r >= 0)
                return r;
        if (config_load(path, &config) < 0)
                return EXIT_FAILURE;
        return suggest_run(config, &suggest) > 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
