/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <stdarg.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include "common/log.h"
#include "common/utf8.h"

/* Long enough for a path, a line number and a sentence; the rest of a longer message is cut off. */
#define MESSAGE_MAX 8192U

static const char *log_program = "tickerd";
static bool log_prefix;

bool log_is_journal(int fd) {
        const char *stream = getenv("JOURNAL_STREAM");
        unsigned long long device, inode;
        struct stat st;

        if (!stream || sscanf(stream, "%llu:%llu", &device, &inode) != 2 || fstat(fd, &st) < 0)
                return false;
        return st.st_dev == device && st.st_ino == inode;
}

void log_open(const char *program) {
        log_program = program;
        log_prefix = log_is_journal(STDERR_FILENO);
}

static void log_write(int priority, const char *message) {
        char line[MESSAGE_MAX + 64];
        int n;

        if (log_prefix)
                n = snprintf(line, sizeof(line) - 1, "<%d>%s", priority, message);
        else
                n = snprintf(line, sizeof(line) - 1, "%s", message);
        n = MIN(n, (int) sizeof(line) - 2);
        utf8_mask(line, (size_t) n, "");
        line[n++] = '\n';

        /* A journald that stalls must not stall us. Nobody is left to tell if this fails. */
        if (log_prefix &&
            (send(STDERR_FILENO, line, (size_t) n, MSG_DONTWAIT | MSG_NOSIGNAL) >= 0 ||
             errno != ENOTSOCK))
                return;
        /* One write, so that lines of several programs do not mix. */
        if (write(STDERR_FILENO, line, (size_t) n) < 0)
                return;
}

void log_message(int priority, const char *format, ...) {
        char message[MESSAGE_MAX];
        va_list arguments;
        int n = 0;

        if (!log_prefix)
                n = snprintf(message, sizeof(message), "%s: ", log_program);
        va_start(arguments, format);
        (void) vsnprintf(message + n, sizeof(message) - (size_t) n, format, arguments);
        va_end(arguments);
        log_write(priority, message);
}

void log_file(int priority, const char *file, unsigned line, const char *format, ...) {
        char message[MESSAGE_MAX];
        va_list arguments;
        int n;

        n = snprintf(message, sizeof(message), "%s:%u: ", file, line);
        n = MIN(n, (int) sizeof(message) - 1);
        va_start(arguments, format);
        (void) vsnprintf(message + n, sizeof(message) - (size_t) n, format, arguments);
        va_end(arguments);
        log_write(priority, message);
}

int log_oom(void) {
        log_error("out of memory");
        return -ENOMEM;
}
