/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The daemon's store and its verdicts on fetches, driven by hand: commands on stdin, one a line,
 * and one answer a line on stdout. There is no clock here but the one in the commands (microseconds
 * since 1970), so a history of years runs in no time, and runs the same again.
 *
 *   open PATH        close the store that is open, open or make this one            → ok
 *   restart          close the store, forget everything, open it again              → ok
 *   enable NOW NAME… these sources are polled from now on, no others                → ok
 *   poll NAME NOW REAPPEAR newest-first|oldest-first always|sometimes LANGUAGE STATE REPLY
 *                    one fetch; "-" is no language                     → ok FIRST LAST TURNOVER
 *   kill WRITE       the next poll runs in a process that dies before that write to a file
 *                    (from 1), or as soon as the poll returned (0, or a write that never comes);
 *                    then as after restart                   → killed early, or killed late
 *   prune BEFORE     remove what left its strip before that                 → ok REMOVED
 *
 * What fails answers "error ERRNO".
 */

#include <sqlite3.h>
#include <string.h>
#include <sys/wait.h>

#include "common/log.h"
#include "common/source.h"
#include "common/state.h"
#include "daemon/schedule.h"
#include "daemon/store.h"

#define SOURCES_MAX 16U
#define NO_KILL UINT64_MAX

enum {
        EXIT_LATE = 10, /* the poll was over */
        EXIT_EARLY,
        EXIT_ERROR,
};

typedef struct Polled {
        char name[SOURCE_NAME_MAX + 1];
        Health health;
} Polled;

typedef struct History {
        char *path;
        Store *store;
        Polled watches[SOURCES_MAX]; /* those polled since the start; no name: free */
        uint64_t kill;               /* before which write the next poll dies */
} History;

static const char *next_word(char **line) {
        return strnull(strsep(line, " "));
}

static usec_t next_number(char **line) {
        return strtoull(next_word(line), NULL, 10);
}

/* -- Dying ----------------------------------------------------------------------------------- */

static uint64_t writes_left = NO_KILL;

static void count_write(void) {
        if (writes_left != NO_KILL && --writes_left == 0)
                _exit(EXIT_EARLY);
}

static ssize_t counted_write(int fd, const void *data, size_t size) {
        count_write();
        return write(fd, data, size);
}

static ssize_t counted_pwrite(int fd, const void *data, size_t size, off_t offset) {
        count_write();
        return pwrite(fd, data, size, offset);
}

/* SQLite lets its system calls be replaced, for tests like this one. */
static void watch_writes(void) {
        sqlite3_vfs *vfs = sqlite3_vfs_find(NULL);
        sqlite3_syscall_ptr plain = (sqlite3_syscall_ptr) counted_write;
        sqlite3_syscall_ptr placed = (sqlite3_syscall_ptr) counted_pwrite;

        /* Which of them it uses is decided where it is built. */
        (void) vfs->xSetSystemCall(vfs, "write", plain);
        (void) vfs->xSetSystemCall(vfs, "pwrite", placed);
        (void) vfs->xSetSystemCall(vfs, "pwrite64", placed);
}

/* -- Commands -------------------------------------------------------------------------------- */

static int reopen(History *h) {
        h->store = store_free(h->store);
        return store_open(h->path, NULL, NULL, &h->store);
}

static int restart(History *h) {
        memset(h->watches, 0, sizeof(h->watches));
        return reopen(h);
}

static int find_watch(History *h, const char *name, Polled **ret) {
        int r;

        if (!source_name_valid(name))
                return -EINVAL;
        for (size_t i = 0; i < SOURCES_MAX; i++) {
                Polled *w = h->watches + i;

                if (!*w->name) {
                        r = store_alarmed(h->store, name);
                        if (r < 0)
                                return r;
                        *w = (Polled){ .health.alarmed = r > 0 };
                        (void) snprintf(w->name, sizeof(w->name), "%s", name);
                }
                if (streq(w->name, name)) {
                        *ret = w;
                        return 0;
                }
        }
        return -E2BIG;
}

static int run_poll(History *h, char *line, PollResult *ret) {
        Poll poll = { .source = next_word(&line) };
        Expect expect = { .mode = EXPECT_MODE_ALWAYS };
        Health before;
        bool healthy;
        State state;
        Polled *w;
        int r;

        poll.now = next_number(&line);
        poll.reappear = next_number(&line);
        poll.oldest_first = streq(next_word(&line), "oldest-first");
        if (streq(next_word(&line), "sometimes"))
                expect.mode = EXPECT_MODE_SOMETIMES;
        poll.language = next_word(&line);
        if (streq(poll.language, "-"))
                poll.language = NULL;
        r = state_parse(next_word(&line), &state);
        if (r >= 0)
                r = find_watch(h, poll.source, &w);
        if (r < 0)
                return r;

        before = w->health;
        poll.state = state_name(state);
        poll.last_healthy = before.healthy_at;
        healthy = health_count(&w->health, &expect, state, poll.now, &poll.alarm_since,
                               &poll.all_clear) == VERDICT_HEALTHY;
        if (healthy && state != STATE_UNCHANGED) {
                poll.reply = state == STATE_OK ? strnull(line) : "{}";
                poll.size = strlen(poll.reply);
        }
        r = store_poll(h->store, &poll, ret);
        if (r < 0)
                w->health = before;
        return r;
}

/* The process that dies has the store to itself, as after a start. */
static int poll_and_die(History *h, char *line) {
        PollResult result;
        int status;
        pid_t pid;

        h->store = store_free(h->store);
        (void) fflush(NULL);
        pid = fork();
        if (pid < 0)
                return -errno;
        if (pid == 0) {
                if (reopen(h) < 0)
                        _exit(EXIT_ERROR);
                writes_left = h->kill > 0 ? h->kill : NO_KILL;
                _exit(run_poll(h, line, &result) < 0 ? EXIT_ERROR : EXIT_LATE);
        }
        h->kill = NO_KILL;
        if (waitpid(pid, &status, 0) < 0)
                return -errno;
        if (!WIFEXITED(status) || WEXITSTATUS(status) == EXIT_ERROR)
                return -EPROTO;
        (void) printf("killed %s", WEXITSTATUS(status) == EXIT_LATE ? "late" : "early");
        return restart(h);
}

static int command_poll(History *h, char *line) {
        PollResult result;
        int r;

        if (h->kill != NO_KILL)
                return poll_and_die(h, line);
        r = run_poll(h, line, &result);
        if (r < 0)
                return r;
        (void) printf("ok %lld %lld %d", (long long) result.first, (long long) result.last,
                      result.turnover);
        return 0;
}

static int command_enable(History *h, char *line) {
        static char url[] = "https://news.example/", description[] = "";
        Source sources[SOURCES_MAX], *list[SOURCES_MAX];
        usec_t now = next_number(&line);
        size_t n = 0;

        for (; line && n < SOURCES_MAX; n++) {
                sources[n] = (Source){ .name = strsep(&line, " "),
                                       .url.text = url,
                                       .description.text = description };
                list[n] = sources + n;
        }
        return store_enable(h->store, list, n, now);
}

static int run_command(History *h, char *line) {
        const char *verb = next_word(&line);
        int r;

        if (streq(verb, "open")) {
                free(h->path);
                h->path = strdup(next_word(&line));
                r = h->path ? restart(h) : -ENOMEM;
        } else if (!h->store) {
                r = -ENOTCONN;
        } else if (streq(verb, "poll")) {
                return command_poll(h, line);
        } else if (streq(verb, "kill")) {
                h->kill = next_number(&line);
                r = 0;
        } else if (streq(verb, "restart")) {
                r = restart(h);
        } else if (streq(verb, "enable")) {
                r = command_enable(h, line);
        } else if (streq(verb, "prune")) {
                r = store_prune(h->store, next_number(&line));
                if (r >= 0)
                        (void) printf("ok %d", r);
                return r;
        } else {
                r = -EINVAL;
        }
        if (r >= 0)
                (void) fputs("ok", stdout);
        return r;
}

int main(void) {
        _cleanup_free_ char *line = NULL;
        History history = { .kill = NO_KILL };
        size_t size = 0;
        ssize_t n;
        int r;

        log_open("history");
        watch_writes();
        while ((n = getline(&line, &size, stdin)) > 0) {
                if (line[n - 1] == '\n')
                        line[n - 1] = '\0';
                r = run_command(&history, line);
                if (r < 0)
                        (void) printf("error %d", -r);
                (void) putchar('\n');
                (void) fflush(stdout);
        }
        (void) store_free(history.store);
        free(history.path);
        return 0;
}
