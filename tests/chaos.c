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
 * Time is counted in steps, rounds of the loop, not on a clock. On stdin come "rough" (the daemon
 * is about to end: a stream may break off), "up" (it is back), "handover" (it is about to end, and
 * nobody may notice), "go" (so many clients may vanish now) and "finish" (read to the end of the
 * tape, check and end). Each is repeated on stdout when it was heard; when what a "go" allowed is
 * spent, the number of reconnections follows, and in the end counts of what happened.
 */

#include <stdarg.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "tests/chaos.h"

#define GO 50U /* clients that vanish between two numbers on stdout */
#define APPETITE_MAX (64U * 1024U)
#define STEPS_MAX 5000U

static struct {
        struct sockaddr_un address;
        uint64_t random;
        Client *clients;
        unsigned n_clients, n_sources;
        char **sources;
        int epoll;
        unsigned phase; /* odd: the daemon is down or about to be */
        unsigned handovers;
        unsigned allowed; /* clients that may vanish */
        bool finishing;
} chaos;

Counts counts;

void fail(const Client *c, const char *format, ...) {
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

/* xorshift64*: the same choices from the same seed. */
static uint64_t chance(uint64_t n) {
        chaos.random ^= chaos.random >> 12;
        chaos.random ^= chaos.random << 25;
        chaos.random ^= chaos.random >> 27;
        return (chaos.random * 0x2545f4914f6cdd1dULL >> 16) % n;
}

/* From 1 to max, each size as likely as another. */
static unsigned any_size(unsigned max) {
        unsigned bits = 1;

        while (1U << bits < max)
                bits++;
        return MIN(max, 1 + (unsigned) chance(1U << (chance(bits) + 1)));
}

unsigned source_bit(const char *name, size_t size) {
        for (unsigned i = 0; i < chaos.n_sources; i++)
                if (strlen(chaos.sources[i]) == size && memcmp(chaos.sources[i], name, size) == 0)
                        return 1U << i;
        return 0;
}

_printf_(2, 3) static void say(Client *c, const char *format, ...) {
        va_list arguments;
        int n;

        va_start(arguments, format);
        n = vsnprintf(c->out + c->n_out, sizeof(c->out) - c->n_out, format, arguments);
        va_end(arguments);
        if (n < 0 || (size_t) n >= sizeof(c->out) - c->n_out)
                fail(c, "a request too long for the test");
        c->n_out += (size_t) n;
}

static void say_filter(Client *c) {
        const char *comma = ",\"sources\":[";

        if (c->filter == ~0U)
                return;
        for (unsigned i = 0; i < chaos.n_sources; i++)
                if (c->filter & 1U << i) {
                        say(c, "%s\"%s\"", comma, chaos.sources[i]);
                        comma = ",";
                }
        say(c, "]");
}

/* Asks for the stream from the client's place on, or begins another one. */
static void ask(Client *c, bool live) {
        c->wanted = c->place;
        c->last = -1;
        if (chance(8) == 0) { /* one that is not waited for */
                say(c, "{\"last\":%llu}\n", (unsigned long long) chance(50));
                c->hellos_due++;
        }
        if (c->place >= 0 && chance(2) == 0)
                say(c, "{\"after\":\"%s-%lld\"", store_seen(), (long long) c->place);
        else if (c->place >= 0)
                say(c, "{\"after\":%lld", (long long) c->place);
        else if (chance(3) == 0)
                say(c, "{\"states\":false");
        else
                say(c, "{\"last\":%lld", (long long) (c->last = (int64_t) chance(300)));
        if (chance(4) == 0) {
                c->states = true;
                say(c, ",\"states\":true");
        }
        if (!live)
                say(c, ",\"live\":false");
        say_filter(c);
        say(c, "}%s\n", chance(8) == 0 ? "\r" : "");
        c->live = live;
        c->hellos_due++;
}

/* Another stream, from anywhere: most often from not far behind the newest item. */
static void begin_anew(Client *c) {
        int64_t newest = newest_seen();

        c->filter = chance(3) == 0 ? ~0U : 1 + (uint32_t) chance((1ULL << chaos.n_sources) - 1);
        c->place = -1; /* from now on, or the last so many */
        if (newest > 0 && chance(3) > 0)
                c->place = chance(20) == 0 ? (int64_t) chance((uint64_t) newest + 1)
                                           : newest - MIN(newest, any_size(2000) - 1);
}

static void leave(Client *c) {
        if (c->fd >= 0)
                (void) close(c->fd); /* which also takes it out of the epoll set */
        c->fd = -1;
        counts.cut += c->n_in > 0; /* in the middle of a line */
        counts.cut_request += c->n_out > 0;
        c->n_in = c->n_out = 0;
        c->hellos_due = c->statuses_due = 0;
        c->in_status = c->states = c->over = c->wants_shut = c->shut = false;
        c->spoilt = NULL;
        c->stall = 0;
}

/* Vanishes, and comes back in the next step, most often for more of the same stream. */
static void come_back(Client *c) {
        leave(c);
        if (!chaos.finishing && chance(6) == 0)
                begin_anew(c);
}

static void connect_again(Client *c) {
        struct epoll_event event = { .events = EPOLLIN, .data.ptr = c };

        c->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
        if (c->fd < 0)
                fail(c, "socket: %s", strerror(errno));
        if (connect(c->fd, (struct sockaddr *) &chaos.address, sizeof(chaos.address)) < 0) {
                /* While it is down, the client waits for the word that it is back. */
                if (chaos.phase % 2 == 0 && errno != EAGAIN)
                        fail(c, "no connection: %s", strerror(errno));
                c->down = errno != EAGAIN;
                leave(c);
                return;
        }
        if (epoll_ctl(chaos.epoll, EPOLL_CTL_ADD, c->fd, &event) < 0)
                fail(c, "epoll: %s", strerror(errno));
        c->phase = chaos.phase;
        c->handovers = chaos.handovers;
        c->appetite = chance(3) == 0 ? any_size(APPETITE_MAX) : APPETITE_MAX;
        c->steps = any_size(STEPS_MAX);
        c->live = true;
        counts.connections++;
        if (chaos.finishing) {
                c->appetite = APPETITE_MAX;
                ask(c, false);
        } else if (c->place < 0 && chance(4) == 0)
                c->filter = ~0U; /* one that says nothing gets everything from now on */
        else
                ask(c, chance(6) > 0);
}

/* Not a request, whatever else it is; the daemon must say so and end the stream. */
static void say_rubbish(Client *c) {
        size_t n = 1 + chance(18000);

        c->spoilt = "bad-request";
        counts.rubbish++;
        switch (chance(7)) {
        case 0:
                c->spoilt = "unknown-cursor";
                say(c, "{\"after\":%lld}\n", (long long) newest_seen() + 1000000);
                break;
        case 1:
                c->spoilt = "unknown-cursor";
                say(c, "{\"after\":\"0badcafe-1\"}\n");
                break;
        case 2:
                c->spoilt = "unknown-source";
                say(c, "{\"sources\":[\"nowhere\"]}\n");
                break;
        case 3:
                say(c, "{\"after\":-1}\n{\"last\":1}\n");
                break;
        case 4: /* up to more than a request may have */
                memset(c->out + c->n_out, '[', n);
                c->n_out += n;
                say(c, "\n");
                break;
        case 5:
                say(c, "x");
                for (size_t i = 0; i < n / 16; i++)
                        c->out[c->n_out++] = (char) chance(256);
                say(c, "\n");
                break;
        default:
                say(c, "{\"status\":true,\"last\":1}\n");
        }
}

/* What a client does next, when its steps are over. */
static void act(Client *c) {
        unsigned what = (unsigned) chance(100);
        bool mute = c->wants_shut || c->spoilt || c->n_out > 0 || !c->live;

        c->steps = any_size(STEPS_MAX);
        if (what < 30) {
                come_back(c);
                if (--chaos.allowed == 0)
                        (void) printf("%lu\n", counts.connections -
                                                       MIN(counts.connections, chaos.n_clients));
        } else if (what < 45) {
                c->stall = c->steps;
                counts.stalls++;
        } else if (what < 55)
                c->appetite = chance(2) == 0 ? any_size(64) : any_size(APPETITE_MAX);
        else if (mute)
                return;
        else if (what < 70)
                ask(c, chance(4) > 0);
        else if (what < 78) {
                say(c, "{\"status\":true}\n");
                c->statuses_due++;
        } else if (what < 88)
                say_rubbish(c);
        else {
                c->wants_shut = true; /* once all is said, which may then lack its newline */
                if (chance(2) == 0) {
                        ask(c, true);
                        c->n_out--;
                }
        }
}

/* Says a piece of what is to be said. */
static void talk(Client *c) {
        if (c->n_out > 0) {
                size_t n = chance(2) == 0 ? c->n_out : 1 + chance(c->n_out);
                ssize_t sent = send(c->fd, c->out, n, MSG_DONTWAIT | MSG_NOSIGNAL);

                if (sent < 0 && errno == EAGAIN)
                        return;
                if (sent < 0) /* the other end is gone, which reading will tell */
                        sent = (ssize_t) c->n_out;
                c->n_out -= (size_t) sent;
                memmove(c->out, c->out + sent, c->n_out);
        }
        if (c->n_out == 0 && c->wants_shut) {
                counts.shut++;
                c->shut = true;
                (void) shutdown(c->fd, SHUT_WR);
        }
}

bool may_break_off(const Client *c) {
        /* A handover leaves aside whoever has had his last word, or is told one; and those who ask
         * for the status. */
        return c->phase != chaos.phase || chaos.phase % 2 == 1 ||
               (c->handovers != chaos.handovers && (c->spoilt || !c->live || c->statuses_due > 0));
}

static void on_end(Client *c) {
        if (!c->over && !may_break_off(c))
                fail(c, "the stream has broken off");
        if (c->over && c->n_in > 0)
                fail(c, "the last word was not the last");
        counts.ends++;
        c->done = chaos.finishing && c->over && !c->live && c->hellos_due == 0;
        come_back(c);
}

static void listen_to(Client *c) {
        ssize_t n = recv(c->fd, c->in + c->n_in, MIN(c->appetite, sizeof(c->in) - 1 - c->n_in),
                         MSG_DONTWAIT);
        char *line = c->in, *newline;

        if (n < 0 && errno == EAGAIN)
                return;
        if (n <= 0) {
                on_end(c);
                return;
        }
        c->n_in += (size_t) n;
        c->in[c->n_in] = '\0';
        counts.bytes += (unsigned long) n;
        while ((newline = memchr(line, '\n', c->n_in - (size_t) (line - c->in)))) {
                client_line(c, line, (size_t) (newline + 1 - line));
                line = newline + 1;
        }
        c->n_in -= (size_t) (line - c->in);
        memmove(c->in, line, c->n_in);
        c->in[c->n_in] = '\0';
        if (c->n_in == sizeof(c->in) - 1)
                fail(c, "a line of more than 16 KiB");
}

static void step(Client *c) {
        if (c->done || c->down)
                return;
        if (c->fd < 0) {
                connect_again(c);
                return;
        }
        if (c->n_out > 0 || (c->wants_shut && !c->shut))
                talk(c);
        if (c->stall > 0)
                c->stall--;
        else if (c->readable)
                listen_to(c);
        c->readable = false;
        if (c->fd >= 0 && chaos.allowed > 0 && --c->steps == 0)
                act(c);
}

static void finish(void) {
        chaos.finishing = true;
        chaos.allowed = 0;
        for (Client *c = chaos.clients; c < chaos.clients + chaos.n_clients; c++) {
                c->stall = 0;
                c->appetite = APPETITE_MAX;
                if (c->fd < 0 || c->wants_shut || c->spoilt || c->n_out > 0 || !c->live ||
                    chance(2) == 0)
                        leave(c);
                else
                        ask(c, false);
        }
}

static void obey(char *words) {
        for (char *word = strtok(words, "\n"); word; word = strtok(NULL, "\n")) {
                if (streq(word, "finish"))
                        finish();
                else if (streq(word, "handover"))
                        chaos.handovers++;
                else if (streq(word, "go"))
                        chaos.allowed = GO;
                else
                        chaos.phase++; /* rough, up */
                for (Client *c = chaos.clients;
                     c < chaos.clients + chaos.n_clients && streq(word, "up"); c++)
                        c->down = false;
                (void) puts(word);
        }
}

static bool has_to_do(const Client *c) {
        if (c->done || c->down)
                return false;
        return c->fd < 0 || c->n_out > 0 || c->stall > 0 || chaos.allowed > 0;
}

/* All clients, once. Waits only when nobody has anything to do. */
static bool round_once(void) {
        struct epoll_event events[256];
        bool busy = false, left = false;
        int n;

        for (Client *c = chaos.clients; c < chaos.clients + chaos.n_clients; c++) {
                left = left || !c->done;
                busy = busy || has_to_do(c);
        }
        n = epoll_wait(chaos.epoll, events, ELEMENTSOF(events), busy || !left ? 0 : -1);
        for (int i = 0; i < n; i++) {
                char words[64] = "";

                if (events[i].data.ptr)
                        ((Client *) events[i].data.ptr)->readable = true;
                else if (read(STDIN_FILENO, words, sizeof(words) - 1) <= 0)
                        exit(EXIT_FAILURE);
                else
                        obey(words);
        }
        for (Client *c = chaos.clients; c < chaos.clients + chaos.n_clients; c++)
                step(c);
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
        chaos.clients = calloc(chaos.n_clients, sizeof(Client));
        if (!chaos.clients || chaos.n_sources > 31 ||
            epoll_ctl(chaos.epoll, EPOLL_CTL_ADD, STDIN_FILENO, &event) < 0)
                return 2;
        (void) setvbuf(stdout, NULL, _IOLBF, 0);
        for (Client *c = chaos.clients; c < chaos.clients + chaos.n_clients; c++) {
                c->fd = -1;
                begin_anew(c);
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
