/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* tickerd-relay: arguments and the configuration. */

#include <getopt.h>
#include <locale.h>
#include <signal.h>

#include "common/log.h"
#include "relay/consumer.h"
#include "relay/relay.h"
#include "version.h"

#define EXIT_USAGE 2
#define EXIT_CONFIG 78

static const char usage[] =
        "Usage: tickerd-relay [OPTION]...\n"
        "       tickerd-relay watch [OPTION]...\n"
        "Publishes the breaking news of a tickerd to NATS JetStream, each item once; with \"watch\", prints\n"
        "what is published there, one JSON object a line.\n"
        "\n"
        "      --config=FILE    read FILE and FILE.d/*.conf instead of " TICKERD_SYSCONFDIR
        "/relay.conf\n"
        "      --check          check the configuration, then exit\n"
        "      --nats=SERVERS   watch: connect to these instead (URLs divided by spaces)\n"
        "      --name=NAME      watch: go on where the reader of this name stopped\n"
        "      --all            watch: begin with the first message, not with the next\n"
        "      --version        print the version\n"
        "      --help           print this\n";

typedef struct RelayArguments {
        const char *config;
        const char *servers;
        ConsumerOptions watch;
        bool is_watch;
        bool check;
} RelayArguments;

static int complain(const char *what) {
        log_error("%s; see tickerd-relay --help", what);
        return -EINVAL;
}

static int check_arguments(int argc, char **argv, RelayArguments *a) {
        if (optind < argc && streq(argv[optind], "watch")) {
                a->is_watch = true;
                optind++;
        }
        if (optind < argc)
                return complain("one argument too many");
        if (!a->is_watch && (a->servers || a->watch.name || a->watch.all))
                return complain("--nats=, --name= and --all are options of watch");
        if (a->is_watch && a->check)
                return complain("--check is no option of watch");
        if (a->watch.name && !consumer_name_valid(a->watch.name))
                return complain("--name= takes letters, digits, - and _, at most 64");
        return 0;
}

/* 0: go on; 1: all done; negative: wrong usage. */
static int parse_arguments(int argc, char **argv, RelayArguments *ret) {
        static const struct option options[] = {
                { "config", required_argument, NULL, 'c' },
                { "check", no_argument, NULL, 'k' },
                { "nats", required_argument, NULL, 's' },
                { "name", required_argument, NULL, 'n' },
                { "all", no_argument, NULL, 'a' },
                { "version", no_argument, NULL, 'v' },
                { "help", no_argument, NULL, 'h' },
                {},
        };
        int c;

        while ((c = getopt_long(argc, argv, "", options, NULL)) >= 0)
                switch (c) {
                case 'c':
                        ret->config = optarg;
                        break;
                case 'k':
                        ret->check = true;
                        break;
                case 's':
                        ret->servers = optarg;
                        break;
                case 'n':
                        ret->watch.name = optarg;
                        break;
                case 'a':
                        ret->watch.all = true;
                        break;
                case 'v':
                        (void) puts("tickerd-relay " TICKERD_VERSION);
                        return 1;
                case 'h':
                        (void) fputs(usage, stdout);
                        return 1;
                default:
                        return -EINVAL;
                }
        return check_arguments(argc, argv, ret);
}

int main(int argc, char **argv) {
        _cleanup_(relay_config_freep) RelayConfig *config = NULL;
        RelayArguments arguments = {};
        int r;

        log_open("tickerd-relay");
        (void) setlocale(LC_CTYPE, "C.UTF-8");
        (void) signal(SIGPIPE, SIG_IGN);

        r = parse_arguments(argc, argv, &arguments);
        if (r != 0)
                return r < 0 ? EXIT_USAGE : EXIT_SUCCESS;
        if (relay_config_load(arguments.config, &config) < 0)
                return EXIT_CONFIG;
        if (arguments.check)
                return EXIT_SUCCESS;
        if (arguments.servers && relay_config_set_servers(config, arguments.servers) < 0)
                return EXIT_USAGE;
        return arguments.is_watch ? consumer_run(config, &arguments.watch) : relay_run(config);
}
