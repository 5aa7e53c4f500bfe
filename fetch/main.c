/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <getopt.h>
#include <locale.h>
#include <malloc.h>
#include <signal.h>
#include <sys/resource.h>

#include "common/log.h"
#include "fetch/explain.h"
#include "fetch/filter.h"
#include "fetch/once.h"
#include "version.h"

#define EXIT_USAGE 2
#define EXIT_CONFIGURATION 78 /* EX_CONFIG of sysexits.h */
/* Enough for all pages on their way, look-ups of names, and connections that are kept. */
#define DESCRIPTORS_MAX 8192U

typedef struct Arguments {
        const char *config;
        Once once;
        bool check;
} Arguments;

static int help(void) {
        printf("tickerd-fetch [OPTION]...\n\n"
               "Reads the strips of front pages: names of sources on standard input, one a line, a reply in JSON\n"
               "for each on standard output.\n\n"
               "  --config=FILE   read this configuration instead of the installed one\n"
               "  --check         read the configuration and all enabled sources, say what is wrong\n"
               "  --source=FILE   read one page once, as this source file says:\n"
               "  --page=FILE       this saved page (- is standard input), or\n"
               "  --url=URL         the page at this address instead of the source's own\n"
               "  --verbose       say on standard error how pages are read\n"
               "  --version       print the version\n"
               "  --help          print this\n");
        return EXIT_SUCCESS;
}

static int usage(const char *what) {
        log_error("%s; --help tells more", what);
        return EXIT_USAGE;
}

static int check_arguments(const Arguments *a) {
        if ((a->once.page || a->once.url) && !a->once.source)
                return usage("--page= and --url= need --source=");
        if (a->once.page && a->once.url)
                return usage("--page= and --url= exclude each other");
        if (a->check && a->once.source)
                return usage("--check and --source= exclude each other");
        return -1;
}

/* -1: go on; else the status to exit with. */
static int parse_arguments(int argc, char **argv, Arguments *a) {
        enum {
                OPTION_CONFIG = 256,
                OPTION_SOURCE,
                OPTION_PAGE,
                OPTION_URL,
                OPTION_CHECK,
                OPTION_VERSION
        };
        static const struct option options[] = {
                { "config", required_argument, NULL, OPTION_CONFIG },
                { "source", required_argument, NULL, OPTION_SOURCE },
                { "page", required_argument, NULL, OPTION_PAGE },
                { "url", required_argument, NULL, OPTION_URL },
                { "check", no_argument, NULL, OPTION_CHECK },
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
                        a->config = optarg;
                        break;
                case OPTION_SOURCE:
                        a->once.source = optarg;
                        break;
                case OPTION_PAGE:
                        a->once.page = optarg;
                        break;
                case OPTION_URL:
                        a->once.url = optarg;
                        break;
                case OPTION_CHECK:
                        a->check = true;
                        break;
                case 'v':
                        explain_enabled = true;
                        break;
                case OPTION_VERSION:
                        printf("tickerd-fetch " TICKERD_VERSION "\n");
                        return EXIT_SUCCESS;
                case 'h':
                        return help();
                default:
                        return usage("unknown option, or one without its value");
                }

        return optind < argc ? usage("there are no arguments but options") : check_arguments(a);
}

static void raise_descriptors(void) {
        struct rlimit limit;

        if (getrlimit(RLIMIT_NOFILE, &limit) < 0 || limit.rlim_cur >= DESCRIPTORS_MAX)
                return;
        limit.rlim_cur = MIN(limit.rlim_max, (rlim_t) DESCRIPTORS_MAX);
        (void) setrlimit(RLIMIT_NOFILE, &limit);
}

static void prepare_process(void) {
        sigset_t no_signals;

        /*
         * Pages come and go, each some megabytes: large pieces straight from the kernel and back,
         * one heap for all threads (resolvers), or what is free would lie between what is not.
         */
        (void) mallopt(M_MMAP_THRESHOLD, 128 * 1024);
        (void) mallopt(M_ARENA_MAX, 1);

        (void) setlocale(LC_CTYPE, "C.UTF-8");
        (void) signal(SIGPIPE, SIG_IGN);
        (void) signal(SIGALRM, SIG_DFL);
        raise_descriptors();

        /* Who started us may have blocked some, and exec() hands that on. */
        (void) sigemptyset(&no_signals);
        (void) sigprocmask(SIG_SETMASK, &no_signals, NULL);
}

int main(int argc, char **argv) {
        _cleanup_(config_freep) Config *config = NULL;
        Arguments arguments = {};
        int r;

        log_open("tickerd-fetch");
        prepare_process();
        r = parse_arguments(argc, argv, &arguments);
        if (r >= 0)
                return r;

        r = config_load(arguments.config, &config);
        if (r < 0)
                return EXIT_CONFIGURATION;
        if (arguments.check)
                return once_check(config) < 0 ? EXIT_CONFIGURATION : EXIT_SUCCESS;
        if (arguments.once.source)
                return once_run(config, &arguments.once) > 0 ? EXIT_SUCCESS : EXIT_FAILURE;
        return filter_run(config, STDIN_FILENO, STDOUT_FILENO) < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}
