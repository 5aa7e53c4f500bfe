/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * What sd-event and SQLite cost by themselves: an event loop with a timer and an open WAL database,
 * and nothing else. The rival of the daemon in the memory benchmark. Prints "ready", runs until its
 * input ends.
 */

#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <systemd/sd-event.h>
#include <unistd.h>

static int on_timer(sd_event_source *s, uint64_t usec, void *userdata) {
        return 0;
}

static int on_input(sd_event_source *s, int fd, uint32_t revents, void *userdata) {
        return sd_event_exit(sd_event_source_get_event(s), 0);
}

int main(int argc, char **argv) {
        sd_event *event = NULL;
        sqlite3 *db = NULL;

        if (argc != 2 || sd_event_default(&event) < 0 ||
            sd_event_add_time_relative(event, NULL, CLOCK_MONOTONIC, 3600000000, 0, on_timer,
                                       NULL) < 0 ||
            sd_event_add_io(event, NULL, STDIN_FILENO, EPOLLIN, on_input, NULL) < 0 ||
            sqlite3_open(argv[1], &db) != SQLITE_OK ||
            sqlite3_exec(db,
                         "PRAGMA journal_mode = WAL;"
                         "CREATE TABLE IF NOT EXISTS t (a INTEGER PRIMARY KEY, b TEXT);"
                         "INSERT INTO t (b) VALUES ('x'); SELECT count(*) FROM t;",
                         NULL, NULL, NULL) != SQLITE_OK)
                return EXIT_FAILURE;
        (void) puts("ready");
        (void) fflush(stdout);
        return sd_event_loop(event);
}
