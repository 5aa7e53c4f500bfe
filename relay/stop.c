/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <signal.h>
#include <sys/eventfd.h>

#include "relay/stop.h"

static volatile sig_atomic_t is_idle = 1, is_asked;
static int fd = -1;

static void on_signal(_unused_ int number) {
        int saved = errno;

        if (is_idle)
                _exit(EXIT_SUCCESS);
        is_asked = 1;
        (void) eventfd_write(fd, 1);
        errno = saved;
}

int stop_init(void) {
        const struct sigaction action = { .sa_handler = on_signal, .sa_flags = SA_RESTART };

        fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
        if (fd < 0 || sigaction(SIGTERM, &action, NULL) < 0 || sigaction(SIGINT, &action, NULL) < 0)
                return -errno;
        return 0;
}

void stop_set_idle(bool idle) {
        is_idle = idle;
}

bool stop_asked(void) {
        return is_asked;
}

int stop_fd(void) {
        return fd;
}
