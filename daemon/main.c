/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* tickerd: arguments, the configuration, and then the manager has it. */

#include <getopt.h>
#include <locale.h>
#include <signal.h>
#include <spawn.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "common/log.h"
#include "daemon/manager.h"
#include "version.h"

#define EXIT_USAGE 2
#define EXIT_CONFIG 78

static const char usage[] =
        "Usage: tickerd [OPTION]...\n"
        "Polls the front pages of news sites, reads their breaking-news strips, and tells what is new.\n"
        "\n"
        "      --config=FILE  read FILE and FILE.d/*.conf instead of " TICKERD_SYSCONFDIR
        "/tickerd.conf\n"
        "      --check        check the configuration and every enabled source, then exit\n"
        "      --once         poll every source once, tell what is new, then exit\n"
        "      --version      print the version\n"
        "      --help         print this\n";

/* 0: go on; 1: all done; negative: wrong usage. */
static int parse_arguments(int argc, char **argv, ManagerOptions *options, bool *ret_check) {
        static const struct option known[] = {
                { "config", required_argument, NULL, 'c' }, { "check", no_argument, NULL, 'k' },
                { "once", no_argument, NULL, 'o' },         { "version", no_argument, NULL, 'v' },
                { "help", no_argument, NULL, 'h' },         {},
        };
        int c;

        while ((c = getopt_long(argc, argv, "", known, NULL)) >= 0)
                switch (c) {
                case 'c':
                        options->config_path = optarg;
                        break;
                case 'k':
                        *ret_check = true;
                        break;
                case 'o':
                        options->once = true;
                        break;
                case 'v':
                        (void) puts("tickerd " TICKERD_VERSION);
                        return 1;
                case 'h':
                        (void) fputs(usage, stdout);
                        return 1;
                default:
                        return -EINVAL;
                }
        if (optind < argc) {
                log_error("\"%s\" is one argument too many; see tickerd --help", argv[optind]);
                return -EINVAL;
        }
        return 0;
}

/* Selectors are the fetcher's business, so it checks everything; a socket cannot be asked for that.
 */
static int check(const char *fetch, const char *config) {
        _cleanup_free_ char *option = NULL;
        char *arguments[] = { NULL, (char *) "--check", NULL, NULL };
        int status, r;
        struct stat st;
        pid_t pid;

        if (stat(fetch, &st) >= 0 && S_ISSOCK(st.st_mode))
                fetch = TICKERD_BINDIR "/tickerd-fetch";
        arguments[0] = (char *) fetch;
        if (config) {
                if (asprintf(&option, "--config=%s", config) < 0) {
                        option = NULL;
                        (void) log_oom();
                        return EXIT_FAILURE;
                }
                arguments[2] = option;
        }
        r = posix_spawnp(&pid, fetch, NULL, NULL, arguments, environ);
        if (r != 0) {
                log_error("cannot run %s: %s", fetch, strerror(r));
                return EXIT_FAILURE;
        }
        while (waitpid(pid, &status, 0) < 0)
                if (errno != EINTR)
                        return EXIT_FAILURE;
        return WIFEXITED(status) ? WEXITSTATUS(status) : EXIT_FAILURE;
}

/* Each subscriber takes a descriptor. We use no select(), so as many as we may have are good. */
static void raise_descriptor_limit(void) {
        struct rlimit limit;

        if (getrlimit(RLIMIT_NOFILE, &limit) < 0)
                return;
        limit.rlim_cur = limit.rlim_max;
        (void) setrlimit(RLIMIT_NOFILE, &limit);
}

static int run(const ManagerOptions *options) {
        Source **sources;
        Manager *manager;
        Config *config;
        int r;

        if (config_load(options->config_path, &config) < 0)
                return EXIT_CONFIG;
        if (config_load_sources(config, &sources) < 0) {
                (void) config_free(config);
                return EXIT_CONFIG;
        }
        if (manager_new(options, config, sources, &manager) < 0)
                return EXIT_FAILURE;
        r = manager_run(manager);
        (void) manager_free(manager);
        return r;
}

int main(int argc, char **argv) {
        ManagerOptions options = {};
        bool check_only = false;
        int r;

        log_open("tickerd");
        (void) setlocale(LC_CTYPE, "C.UTF-8");
        (void) signal(SIGPIPE, SIG_IGN);

        r = parse_arguments(argc, argv, &options, &check_only);
        if (r != 0)
                return r < 0 ? EXIT_USAGE : EXIT_SUCCESS;
        options.fetch = getenv("TICKERD_FETCH");
        if (isempty(options.fetch))
                options.fetch = TICKERD_BINDIR "/tickerd-fetch";
        if (check_only)
                return check(options.fetch, options.config_path);
        raise_descriptor_limit();
        return run(&options);
}
