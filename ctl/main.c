/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* tickerctl: reads the command line and the configuration, then runs the verb. */

#include "ctl/verbs.h"

int main(int argc, char **argv) {
        static int (*const verbs[VERB_MAX])(const Options *, const Config *) = {
                [VERB_WATCH] = watch_run,     [VERB_LAST] = last_run,
                [VERB_SEARCH] = last_run,     [VERB_STATUS] = status_run,
                [VERB_SOURCES] = sources_run, [VERB_TRY] = try_run,
                [VERB_SUGGEST] = suggest_run, [VERB_EXPORT] = export_run,
        };
        static Options options; /* large */
        Config *config;
        int r;

        r = options_parse(argc, argv, &options);
        if (r >= 0)
                return r;
        if (config_load(options.config, &config) < 0)
                return EXIT_FAILURE;
        r = verbs[options.verb](&options, config);
        (void) config_free(config);
        return r;
}
