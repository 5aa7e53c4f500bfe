/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* tickerd-relay: arguments and the configuration. */

#include <getopt.h>

#include "common/program.h"
#include "relay/consumer.h"
#include "relay/relay.h"
#include "version.h"

typedef struct RelayArguments {
        const char *config;
        const char *servers;
        ConsumerOptions watch;
        bool check;
} RelayArguments;

#define AT(member) offsetof(RelayArguments, member)

static const Argument known[] = {
        { "config", "FILE",
          "read FILE and FILE.d/*.conf instead of " TICKERD_SYSCONFDIR "/relay.conf", argument_text,
          AT(config) },
        { "check", NULL, "check the configuration, then exit", argument_flag, AT(check) },
        { "nats", "SERVERS", "watch: connect to these instead (URLs divided by spaces)",
          argument_text, AT(servers) },
        { "name", "NAME", "watch: go on where the reader of this name stopped", argument_text,
          AT(watch.name) },
        { "all", NULL, "watch: begin with the first message, not with the next", argument_flag,
          AT(watch.all) },
};

static const Program program = {
        "tickerd-relay",
        "Usage: tickerd-relay [OPTION]...\n"
        "       tickerd-relay watch [OPTION]...\n"
        "Publishes the breaking news of a tickerd to NATS JetStream, each item once; with \"watch\", prints\n"
        "what is published there, one JSON object a line.\n",
        known,
        ELEMENTSOF(known),
};

int main(int argc, char **argv) {
        _cleanup_(relay_config_freep) RelayConfig *config = NULL;
        RelayArguments a = {};
        unsigned given;
        bool watch;
        int r;

        r = program_start(&program, argc, argv, &a, &given);
        if (r >= 0)
                return r;
        watch = optind < argc && streq(argv[optind], "watch");
        if (optind + watch < argc)
                return program_misuse(&program, "there are too many words");
        if (!watch && (a.servers || a.watch.name || a.watch.all))
                return program_misuse(&program, "--nats=, --name= and --all are options of watch");
        if (watch && a.check)
                return program_misuse(&program, "--check is no option of watch");
        if (a.watch.name && !consumer_name_valid(a.watch.name))
                return program_misuse(&program,
                                      "--name= takes letters, digits, - and _, at most 64");

        if (relay_config_load(a.config, &config) < 0)
                return EXIT_CONFIG;
        if (a.check)
                return EXIT_SUCCESS;
        if (a.servers && relay_config_set_servers(config, a.servers) < 0)
                return EXIT_USAGE;
        return watch ? consumer_run(config, &a.watch) : relay_run(config);
}
