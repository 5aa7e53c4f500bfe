/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <signal.h>
#include <sys/time.h>
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

static void prepare(int signal, unsigned seconds, const char *what) {
        const struct sigaction action = {
                .sa_handler = on_alarm,
                .sa_flags = SA_RESETHAND | SA_NODEFER,
        };

        (void) snprintf(
                message, sizeof(message),
                "%s%.300s: reading the page took longer than %u s, which ends this process\n",
                log_is_journal(STDERR_FILENO) ? "<3>" : "tickerd-fetch: ", what, seconds);
        (void) sigaction(signal, &action, NULL);
}

void deadline_begin(unsigned seconds, const char *what) {
        prepare(SIGALRM, seconds, what);
        (void) alarm(seconds);
}

void deadline_end(void) {
        (void) alarm(0);
}

void deadline_begin_cpu(unsigned seconds, const char *what) {
        const struct itimerval timer = { .it_value.tv_sec = (time_t) seconds };

        prepare(SIGPROF, seconds, what);
        (void) setitimer(ITIMER_PROF, &timer, NULL);
}

void deadline_end_cpu(void) {
        const struct itimerval none = {};

        (void) setitimer(ITIMER_PROF, &none, NULL);
}
