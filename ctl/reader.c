/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <limits.h>
#include <poll.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/pidfd.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "common/log.h"
#include "common/timespan.h"
#include "common/utf8.h"
#include "ctl/reader.h"
#include "version.h"

#define OUT_MAX (17U * 1024U * 1024U) /* a reply has at most 16 MiB */
#define SAID_MAX (4U * 1024U * 1024U)

void reading_done(Reading *reading) {
        buffer_done(&reading->out);
        buffer_done(&reading->said);
}

/* If $TICKERD_FETCH is a socket, the program behind it is the installed one. */
static char *find_fetch(void) {
        const char *fetch = getenv("TICKERD_FETCH");
        struct stat st;

        if (isempty(fetch) || (stat(fetch, &st) >= 0 && S_ISSOCK(st.st_mode)))
                return strdup(TICKERD_BINDIR "/tickerd-fetch");
        return strdup(fetch);
}

/* In a build folder it is in suggest/, beside the folder of this program; otherwise it is
 * installed. */
static char *find_suggest(void) {
        char self[PATH_MAX], *path = NULL, *slash;
        ssize_t n = readlink("/proc/self/exe", self, sizeof(self) - 1);

        self[MAX(n, 0)] = '\0';
        slash = strrchr(self, '/');
        if (slash &&
            asprintf(&path, "%.*s/../suggest/tickerd-suggest", (int) (slash - self), self) < 0)
                return NULL;
        if (path && access(path, X_OK) == 0)
                return path;
        free(path);
        return strdup(TICKERD_BINDIR "/tickerd-suggest");
}

static int start(char **arguments, int out, int said, pid_t *ret) {
        posix_spawn_file_actions_t actions;
        int r;

        r = posix_spawn_file_actions_init(&actions);
        if (r != 0)
                return -r;
        r = posix_spawn_file_actions_adddup2(&actions, out, STDOUT_FILENO);
        if (r == 0)
                r = posix_spawn_file_actions_adddup2(&actions, said, STDERR_FILENO);
        if (r == 0)
                r = posix_spawnp(ret, arguments[0], &actions, NULL, arguments, environ);
        (void) posix_spawn_file_actions_destroy(&actions);
        return -r;
}

static void progress(const char *what, usec_t begin, bool *shown) {
        if (!isatty(STDERR_FILENO))
                return;
        *shown = true;
        (void) fprintf(stderr, "\rReading %.60s … %llu s\x1b[K", what,
                       (unsigned long long) ((time_monotonic() - begin) / USEC_PER_SEC));
        (void) fflush(stderr);
}

/* Returns its exit status; 128 plus the number of the signal, if a signal ended it. */
static int wait_for(pid_t pid, const char *what) {
        _cleanup_close_ int fd = pidfd_open(pid, 0);
        struct pollfd pollfd = { .fd = fd, .events = POLLIN };
        usec_t begin = time_monotonic();
        bool shown = false;
        int status;

        while (fd >= 0 && poll(&pollfd, 1, 1000) == 0)
                progress(what, begin, &shown);
        while (waitpid(pid, &status, 0) < 0)
                if (errno != EINTR)
                        return -errno;
        if (shown)
                (void) fputs("\r\x1b[K", stderr);
        return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

static int read_back(int fd, size_t max, Buffer *ret) {
        return lseek(fd, 0, SEEK_SET) < 0 ? -errno : buffer_read_file(fd, max, ret);
}

/* Removes the program's name from the beginning of each line. */
static void strip_names(const char *name, Buffer *b) {
        size_t to = 0, n = strlen(name);

        for (size_t i = 0; i < b->size; i++) {
                if ((i == 0 || b->data[i - 1] == '\n') && startswith(b->data + i, name) &&
                    startswith(b->data + i + n, ": "))
                        i += n + 2;
                b->data[to++] = b->data[i];
        }
        b->size = to;
        if (b->data)
                b->data[to] = '\0';
}

int reader_run(const char *name, char **arguments, const char *what, Reading *ret) {
        _cleanup_free_ char *program = streq(name, "tickerd-fetch") ? find_fetch() : find_suggest();
        _cleanup_close_ int out = memfd_create("out", MFD_CLOEXEC);
        _cleanup_close_ int said = memfd_create("said", MFD_CLOEXEC);
        _cleanup_reading_ Reading reading = {};
        pid_t pid;
        int r;

        if (!program)
                return log_oom();
        if (out < 0 || said < 0)
                return -errno;
        arguments[0] = program;
        r = start(arguments, out, said, &pid);
        if (r < 0) {
                log_error("cannot run %s: %s%s", program, strerror(-r),
                          streq(name, "tickerd-fetch") ? "; set TICKERD_FETCH to the page reader"
                                                       : "");
                return r;
        }
        reading.status = r = wait_for(pid, what);
        if (r >= 0)
                r = read_back(out, OUT_MAX, &reading.out);
        if (r >= 0)
                r = read_back(said, SAID_MAX, &reading.said);
        if (r < 0)
                return r;
        strip_names(name, &reading.said);
        utf8_mask(reading.said.data, reading.said.size, "\n");
        *ret = reading;
        reading = (Reading){};
        return 0;
}
