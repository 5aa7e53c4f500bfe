/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <signal.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>

#include "daemon/connection.h"

static int connect_to(const char *path) {
        struct sockaddr_un address = { .sun_family = AF_UNIX };
        _cleanup_close_ int fd = -1;

        if (strlen(path) >= sizeof(address.sun_path))
                return -ENAMETOOLONG;
        strcpy(address.sun_path, path);
        fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
        if (fd < 0)
                return -errno;
        if (connect(fd, (struct sockaddr *) &address, sizeof(address)) < 0)
                return -errno;
        return STEAL_FD(fd);
}

static int spawn(const char *program, const char *config, int fd, pid_t *ret) {
        _cleanup_free_ char *option = NULL;
        char *arguments[] = { (char *) program, NULL, NULL };
        posix_spawn_file_actions_t actions;
        posix_spawnattr_t attributes;
        sigset_t none, all;
        int r;

        if (config) {
                if (asprintf(&option, "--config=%s", config) < 0) {
                        option = NULL;
                        return -ENOMEM;
                }
                arguments[1] = option;
        }

        r = posix_spawn_file_actions_init(&actions);
        if (r != 0)
                return -r;
        r = posix_spawnattr_init(&attributes);
        if (r != 0) {
                (void) posix_spawn_file_actions_destroy(&actions);
                return -r;
        }

        /* We block and ignore signals that the child should not. */
        (void) sigemptyset(&none);
        (void) sigfillset(&all);
        r = posix_spawnattr_setsigmask(&attributes, &none);
        if (r == 0)
                r = posix_spawnattr_setsigdefault(&attributes, &all);
        if (r == 0)
                r = posix_spawnattr_setflags(&attributes,
                                             POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
        if (r == 0)
                r = posix_spawn_file_actions_adddup2(&actions, fd, STDIN_FILENO);
        if (r == 0)
                r = posix_spawn_file_actions_adddup2(&actions, fd, STDOUT_FILENO);
        if (r == 0)
                r = posix_spawnp(ret, program, &actions, &attributes, arguments, environ);

        (void) posix_spawn_file_actions_destroy(&actions);
        (void) posix_spawnattr_destroy(&attributes);
        return -r;
}

int connection_open(const char *how, const char *config, Connection *ret) {
        _cleanup_close_ int ours = -1, theirs = -1;
        int fds[2], r;
        struct stat st;
        pid_t pid;

        if (stat(how, &st) >= 0 && S_ISSOCK(st.st_mode)) {
                r = connect_to(how);
                if (r < 0)
                        return r;
                *ret = (Connection){ .fd = r };
                return 0;
        }

        if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds) < 0)
                return -errno;
        ours = fds[0];
        theirs = fds[1];
        r = spawn(how, config, theirs, &pid);
        if (r < 0)
                return r;
        *ret = (Connection){ .fd = STEAL_FD(ours), .pid = pid };
        return 0;
}

int connection_close(Connection *connection) {
        int status = 0;

        connection->fd = safe_close(connection->fd);
        if (connection->pid > 0) {
                /* One that is dead already keeps the status it ended with. */
                (void) kill(connection->pid, SIGKILL);
                while (waitpid(connection->pid, &status, 0) < 0 && errno == EINTR)
                        ;
        }
        connection->pid = 0;
        return status;
}
