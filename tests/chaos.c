/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Many clients of the socket in one process, who behave as badly as they can: chaos SOCKET CLIENTS
 * SEED TAPE SOURCE... They connect, subscribe from anywhere on the tape, read at any speed, stall,
 * shut their sending side, ask again in the middle, send rubbish, vanish, and come back with their
 * last cursor. What each of them has got is checked line by line: ids ascend, none that its filter
 * lets through is missing, and every line is, byte by byte, what any other client got for that id.
 * In the end all that were seen are written to TAPE, in their order, so that they can be compared
 * with the database.
 *
 * Time is counted in steps, rounds of the loop, not on a clock. These words come on stdin: "kill"
 * (the daemon is about to end, and streams may break off), "stop" (it will say so to each of them),
 * "up" (it is back), "handover" (it is about to be restarted, and nobody may notice), "go" (so many
 * clients may vanish now) and "finish" (read to the end of the tape, check and end). Each is
 * repeated on stdout when it was heard; when what a "go" allowed is spent, the number of
 * reconnections follows, and in the end counts of what happened.
 */

#include <stdarg.h>
#include <sys/epoll.h>

#include "tests/chaos.h"

#define GO 50U /* clients that vanish between two numbers on stdout */

Chaos chaos;
ChaosCounts counts;

void fail(const ChaosClient *c, const char *format, ...) {
        va_list arguments;

        va_start(arguments, format);
        (void) fprintf(stderr, "client %td: ", c - chaos.clients);
        (void) vfprintf(stderr, format, arguments);
        (void) fprintf(stderr,
                       "; filter %x, place %lld, phase %u of %u, the stream is at: %.300s\n",
                       c->filter, (long long) c->place, c->phase, chaos.phase, c->in);
        va_end(arguments);
        exit(EXIT_FAILURE);
}

unsigned source_bit(const char *name, size_t size) {
        for (unsigned i = 0; i < chaos.n_sources; i++)
                if (strlen(chaos.sources[i]) == size && memcmp(chaos.sources[i], name, size) == 0)
                        return 1U << i;
        return 0;
}

/* All read what there is. */
static void behave(void) {
        for (ChaosClient *c = chaos.clients; c < chaos.clients + chaos.n_clients; c++) {
                c->stall = c->hush = 0;
                c->appetite = APPETITE_MAX;
        }
}

static void finish(void) {
        behave();
        chaos.finishing = true;
        chaos.allowed = 0;
        for (ChaosClient *c = chaos.clients; c < chaos.clients + chaos.n_clients; c++) {
                if (c->fd < 0 || c->wants_shut || c->spoilt || c->n_out > 0 || !c->live ||
                    chance(2) == 0)
                        client_leave(c);
                else
                        client_ask(c, false);
        }
        /* One of them reads it all, so that nothing remains that nobody has seen. */
        client_leave(chaos.clients);
        chaos.clients[0].filter = ~0U;
        chaos.clients[0].place = 0;
}

static void obey(char *words) {
        for (char *word = strtok(words, "\n"); word; word = strtok(NULL, "\n")) {
                if (streq(word, "finish"))
                        finish();
                else if (streq(word, "handover"))
                        chaos.handovers++;
                else if (streq(word, "go"))
                        chaos.allowed = GO;
                else { /* stop, kill; up */
                        chaos.phase++;
                        chaos.polite = streq(word, "stop");
                        if (chaos.polite)
                                behave();
                }
                for (ChaosClient *c = chaos.clients; c < chaos.clients + chaos.n_clients; c++)
                        c->down = c->down && !streq(word, "up");
                (void) puts(word);
        }
}

static bool has_to_do(const ChaosClient *c) {
        if (c->done || c->down)
                return false;
        return c->fd < 0 || c->n_out > 0 || c->stall > 0 || (c->wants_shut && !c->shut) ||
               chaos.allowed > 0;
}

/* All clients, once. Waits only when nobody has anything to do. */
static bool round_once(void) {
        struct epoll_event events[256];
        bool busy = false, left = false;
        int n;

        for (ChaosClient *c = chaos.clients; c < chaos.clients + chaos.n_clients; c++) {
                left = left || !c->done;
                busy = busy || has_to_do(c);
        }
        n = epoll_wait(chaos.epoll, events, ELEMENTSOF(events), busy || !left ? 0 : -1);
        for (int i = 0; i < n; i++) {
                char words[64] = "";

                if (events[i].data.ptr)
                        ((ChaosClient *) events[i].data.ptr)->readable = true;
                else if (read(STDIN_FILENO, words, sizeof(words) - 1) <= 0)
                        exit(EXIT_FAILURE);
                else
                        obey(words);
        }
        for (ChaosClient *c = chaos.clients; c < chaos.clients + chaos.n_clients; c++)
                client_step(c);
        return left;
}

int main(int argc, char **argv) {
        struct epoll_event event = { .events = EPOLLIN };

        if (argc < 6)
                return 2;
        chaos.address.sun_family = AF_UNIX;
        (void) snprintf(chaos.address.sun_path, sizeof(chaos.address.sun_path), "%s", argv[1]);
        chaos.n_clients = (unsigned) atoi(argv[2]);
        chaos.random = strtoull(argv[3], NULL, 10) * 0x9e3779b97f4a7c15ULL + 1;
        chaos.sources = argv + 5;
        chaos.n_sources = (unsigned) (argc - 5);
        chaos.epoll = epoll_create1(EPOLL_CLOEXEC);
        chaos.clients = calloc(chaos.n_clients, sizeof(ChaosClient));
        if (!chaos.clients || chaos.n_sources > 31 ||
            epoll_ctl(chaos.epoll, EPOLL_CTL_ADD, STDIN_FILENO, &event) < 0)
                return 2;
        (void) setvbuf(stdout, NULL, _IOLBF, 0);
        for (ChaosClient *c = chaos.clients; c < chaos.clients + chaos.n_clients; c++) {
                c->fd = -1;
                client_begin_anew(c);
        }
        while (round_once())
                ;
        tape_check(argv[4]);
        (void) printf(
                "connections=%lu lines=%lu bytes=%lu cut=%lu cut_request=%lu ends=%lu byes=%lu stopping=%lu "
                "rubbish=%lu errors=%lu statuses=%lu states=%lu stalls=%lu shut=%lu\n",
                counts.connections, counts.lines, counts.bytes, counts.cut, counts.cut_request,
                counts.ends, counts.byes, counts.stopping, counts.rubbish, counts.errors,
                counts.statuses, counts.states, counts.stalls, counts.shut);
        return EXIT_SUCCESS;
}
