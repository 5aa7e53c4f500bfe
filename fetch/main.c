/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <malloc.h>

#include "common/program.h"
#include "fetch/explain.h"
#include "fetch/filter.h"
#include "fetch/once.h"

/* Enough for all pages on their way, look-ups of names, and connections that are kept. */
#define DESCRIPTORS_MAX 8192U
#define MMAP_MIN (128 * 1024)
#define TRIM_MIN (64 * 1024 * 1024)

typedef struct Arguments {
        const char *config;
        Once once;
        bool check, verbose;
} Arguments;

#define AT(member) offsetof(Arguments, member)

static const Argument known[] = {
        { "config", "FILE", "read this configuration instead of the installed one", argument_text,
          AT(config) },
        { "check", NULL, "read the configuration and all enabled sources, say what is wrong",
          argument_flag, AT(check) },
        { "source", "FILE", "read one page once, as this source file says:", argument_text,
          AT(once.source) },
        { "page", "FILE", "  this saved page (- is standard input), or", argument_text,
          AT(once.page) },
        { "url", "URL", "  the page at this address instead of the source's own", argument_text,
          AT(once.url) },
        { "verbose", NULL, "say on standard error how pages are read", argument_flag, AT(verbose),
          .letter = 'v' },
};

static const Program program = {
        "tickerd-fetch",
        "Usage: tickerd-fetch [OPTION]...\n"
        "Reads the strips of front pages: names of sources on standard input, one a line, a reply in JSON\n"
        "for each on standard output.\n",
        known,
        ELEMENTSOF(known),
};

static int check_arguments(const Arguments *a) {
        if ((a->once.page || a->once.url) && !a->once.source)
                return program_misuse(&program, "--page= and --url= need --source=");
        if (a->once.page && a->once.url)
                return program_misuse(&program, "--page= and --url= exclude each other");
        if (a->check && a->once.source)
                return program_misuse(&program, "--check and --source= exclude each other");
        return -1;
}

/*
 * Pages come and go, each some megabytes: large pieces straight from the kernel and back, small
 * ones kept for the next page until filter.c gives them back; one heap for all threads (resolvers),
 * or what is free would lie between what is not.
 */
static void set_memory(void) {
        (void) mallopt(M_MMAP_THRESHOLD, MMAP_MIN);
        (void) mallopt(M_TRIM_THRESHOLD, TRIM_MIN);
        (void) mallopt(M_ARENA_MAX, 1);
}

int main(int argc, char **argv) {
        _cleanup_(config_freep) Config *config = NULL;
        Arguments a = {};
        int r;

        set_memory();
        r = program_start_without_words(&program, argc, argv, &a);
        if (r < 0)
                r = check_arguments(&a);
        if (r >= 0)
                return r;
        explain_enabled = a.verbose;
        program_raise_descriptors(DESCRIPTORS_MAX);

        if (config_load(a.config, &config) < 0)
                return EXIT_CONFIG;
        if (a.check)
                return once_check(config) < 0 ? EXIT_CONFIG : EXIT_SUCCESS;
        if (a.once.source)
                return once_run(config, &a.once) > 0 ? EXIT_SUCCESS : EXIT_FAILURE;
        return filter_run(config, STDIN_FILENO, STDOUT_FILENO) < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}
