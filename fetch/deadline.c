/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <signal.h>
#include <unistd.h>

#include "common/log.h"
#include "fetch/deadline.h"

static char message[512]; /* written beforehand: a handler may not format */

static void on_alarm(int signal) {
        /* Should nobody take the message, the next alarm ends us: it has no handler any more. */
        (void) alarm(1);
        if (write(STDERR_FILENO, message, strlen(message)) < 0)
                message[0] = '\0'; /* nobody is left to tell */
        (void) raise(signal);
}

void deadline_begin(unsigned seconds, const char *what) {
        const struct sigaction action = {
                .sa_handler = on_alarm,
                .sa_flags = SA_RESETHAND | SA_NODEFER,
        };

        (void) snprintf(
                message, sizeof(message),
                "%s%.300s: reading the page took longer than %u s, which ends this process\n",
                log_is_journal(STDERR_FILENO) ? "<3>" : "tickerd-fetch: ", what, seconds);
        (void) sigaction(SIGALRM, &action, NULL);
        (void) alarm(seconds);
}

void deadline_end(void) {
        (void) alarm(0);
}
