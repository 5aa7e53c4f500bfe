/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* tickerd: arguments, the configuration, and then the manager has it. */

#include <spawn.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "common/log.h"
#include "common/program.h"
#include "daemon/manager.h"
#include "version.h"

typedef struct DaemonArguments {
        ManagerOptions options;
        bool check;
} DaemonArguments;

#define AT(member) offsetof(DaemonArguments, member)

static const Argument known[] = {
        { "config", "FILE",
          "read FILE and FILE.d/*.conf instead of " TICKERD_SYSCONFDIR "/tickerd.conf",
          argument_text, AT(options.config_path) },
        { "check", NULL, "check the configuration and every enabled source, then exit",
          argument_flag, AT(check) },
        { "once", NULL, "poll every source once, tell what is new, then exit", argument_flag,
          AT(options.once) },
};

static const Program program = {
        "tickerd",
        "Usage: tickerd [OPTION]...\n"
        "Polls the front pages of news sites, reads their breaking-news strips, and tells what is new.\n",
        known,
        ELEMENTSOF(known),
};

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
        DaemonArguments a = {};
        int r;

        r = program_start_without_words(&program, argc, argv, &a);
        if (r >= 0)
                return r;
        a.options.fetch = getenv("TICKERD_FETCH");
        if (isempty(a.options.fetch))
                a.options.fetch = TICKERD_BINDIR "/tickerd-fetch";
        if (a.check)
                return check(a.options.fetch, a.options.config_path);
        program_raise_descriptors(SIZE_MAX); /* each subscriber takes one */
        return run(&a.options);
}
