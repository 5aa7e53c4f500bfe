/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "common/program.h"
#include "fetch/explain.h"
#include "suggest/suggest.h"

typedef struct SuggestArguments {
        const char *config;
        Suggest suggest;
        bool verbose;
} SuggestArguments;

#define AT(member) offsetof(SuggestArguments, member)

static int parse_number(const char *value, void *target) {
        size_t n = strlen(value);

        if (n > 2 || strspn(value, "0123456789") != n || atoi(value) == 0)
                return -EINVAL;
        *(unsigned *) target = (unsigned) atoi(value);
        return 0;
}

static const Argument known[] = {
        { "page", "FILE", "look at this saved page (- is standard input), or", argument_text,
          AT(suggest.page) },
        { "url", "URL", "at the page of this address", argument_text, AT(suggest.url) },
        { "proposal", "N", "print the Nth source file, not the best", parse_number,
          AT(suggest.number), "say a number from 1 to 99" },
        { "config", "FILE", "read this configuration instead of the installed one", argument_text,
          AT(config) },
        { "verbose", NULL, "say also what is not proposed, and why", argument_flag, AT(verbose),
          .letter = 'v' },
};

static const Program program = {
        "tickerd-suggest",
        "Usage: tickerd-suggest [OPTION]... --page=FILE | --url=URL\n"
        "Finds the breaking-news strip of a page that nobody has described: prints the best source file\n"
        "for it, and lists all proposals on standard error.\n",
        known,
        ELEMENTSOF(known),
};

int main(int argc, char **argv) {
        SuggestArguments a = { .suggest.number = 1 };
        _cleanup_(config_freep) Config *config = NULL;
        int r;

        r = program_start_without_words(&program, argc, argv, &a);
        if (r >= 0)
                return r;
        explain_enabled = a.verbose;
        if (!a.suggest.page == !a.suggest.url)
                return program_misuse(&program, "one of --page= and --url= is needed");
        if (config_load(a.config, &config) < 0)
                return EXIT_FAILURE;
        return suggest_run(config, &a.suggest) > 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
