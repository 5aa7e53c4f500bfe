/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What a client of tests/chaos.c does. */

#include <stdarg.h>
#include <sys/epoll.h>

#include "tests/chaos.h"

#define STEPS_MAX 5000U

/* xorshift64*: the same choices from the same seed. */
uint64_t chance(uint64_t n) {
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

_printf_(2, 3) static void say(ChaosClient *c, const char *format, ...) {
        va_list arguments;
        int n;

        va_start(arguments, format);
        n = vsnprintf(c->out + c->n_out, sizeof(c->out) - c->n_out, format, arguments);
        va_end(arguments);
        if (n < 0 || (size_t) n >= sizeof(c->out) - c->n_out)
                fail(c, "a request too long for the test");
        c->n_out += (size_t) n;
}

static void say_filter(ChaosClient *c) {
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
void client_ask(ChaosClient *c, bool live) {
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
                say(c, "{\"last\":%lld", (long long) (c->last = any_size(5000) - 1));
        if (chance(2) == 0) {
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
void client_begin_anew(ChaosClient *c) {
        int64_t newest = newest_seen();

        c->filter = chance(3) == 0 ? ~0U : 1 + (uint32_t) chance((1ULL << chaos.n_sources) - 1);
        c->place = -1; /* from now on, or the last so many */
        if (newest > 0 && chance(3) > 0)
                c->place = chance(8) == 0 ? (int64_t) chance((uint64_t) newest + 1)
                                          : newest - MIN(newest, any_size(2000) - 1);
}

void client_leave(ChaosClient *c) {
        if (c->fd >= 0)
                (void) close(c->fd); /* which also takes it out of the epoll set */
        c->fd = -1;
        counts.cut += c->n_in > 0; /* in the middle of a line */
        counts.cut_request += c->n_out > 0;
        c->n_in = c->n_out = 0;
        c->hellos_due = c->statuses_due = 0;
        c->in_status = c->states = c->over = c->wants_shut = c->shut = false;
        c->spoilt = NULL;
        c->stall = c->hush = 0;
        c->heard = false;
}

/* Vanishes, and comes back in the next step, most often for more of the same stream. */
static void come_back(ChaosClient *c) {
        client_leave(c);
        if (!chaos.finishing && chance(6) == 0)
                client_begin_anew(c);
}

static void connect_again(ChaosClient *c) {
        struct epoll_event event = { .events = EPOLLIN, .data.ptr = c };

        c->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
        if (c->fd < 0)
                fail(c, "socket: %s", strerror(errno));
        if (connect(c->fd, (struct sockaddr *) &chaos.address, sizeof(chaos.address)) < 0) {
                /* While it is down, the client waits for the word that it is back. */
                if (chaos.phase % 2 == 0 && errno != EAGAIN)
                        fail(c, "no connection: %s", strerror(errno));
                c->down = errno != EAGAIN;
                client_leave(c);
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
                client_ask(c, false);
        } else if (c->place < 0 && chance(4) == 0)
                c->filter = ~0U; /* one that says nothing gets everything from now on */
        else {
                client_ask(c, chance(6) > 0);
                if (chance(4) == 0) /* so that the socket is full when it reads at last */
                        c->stall = any_size(STEPS_MAX);
        }
}

/* Not a request, whatever else it is; the daemon must say so and end the stream. */
static void say_rubbish(ChaosClient *c) {
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
static void act(ChaosClient *c) {
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
        else if (what < 70) {
                if (chance(3) == 0)
                        client_begin_anew(c);
                client_ask(c, chance(4) > 0);
        } else if (what < 78) {
                say(c, "{\"status\":true}\n");
                c->statuses_due++;
        } else if (what < 88)
                say_rubbish(c);
        else {
                c->wants_shut = true; /* once all is said, which may then lack its newline */
                if (chance(2) == 0) {
                        client_ask(c, true);
                        c->n_out--;
                }
        }
}

/* Says a piece of what is to be said. */
static void talk(ChaosClient *c) {
        if (c->n_out > 0) {
                size_t n = chance(2) == 0 ? c->n_out : 1 + chance(c->n_out);
                ssize_t sent = send(c->fd, c->out, n, MSG_DONTWAIT | MSG_NOSIGNAL);

                if (sent < 0 && errno == EAGAIN)
                        return;
                if (sent < 0) /* the other end is gone, which reading will tell */
                        sent = (ssize_t) c->n_out;
                c->n_out -= (size_t) sent;
                memmove(c->out, c->out + sent, c->n_out);
                if (chance(3) == 0)
                        c->hush = any_size(STEPS_MAX);
        }
        if (c->n_out == 0 && c->wants_shut) {
                counts.shut++;
                c->shut = true;
                (void) shutdown(c->fd, SHUT_WR);
        }
}

bool may_break_off(const ChaosClient *c) {
        /* A handover leaves aside whoever has had his last word, or is told one; and those who ask
         * for the status. */
        return c->phase != chaos.phase || chaos.phase % 2 == 1 ||
               (c->handovers != chaos.handovers && (c->spoilt || !c->live || c->statuses_due > 0));
}

static void on_end(ChaosClient *c) {
        if (!c->over && !may_break_off(c))
                fail(c, "the stream has broken off");
        if (!c->over && c->heard && chaos.polite && c->phase + 1 == chaos.phase)
                fail(c, "the stream has broken off without a word");
        if (c->over && c->n_in > 0)
                fail(c, "the last word was not the last");
        counts.ends++;
        c->done = chaos.finishing && c->over && !c->live && c->hellos_due == 0;
        come_back(c);
}

static void listen_to(ChaosClient *c) {
        ssize_t n = recv(c->fd, c->in + c->n_in, MIN(c->appetite, sizeof(c->in) - 1 - c->n_in),
                         MSG_DONTWAIT);
        char *line = c->in, *newline;

        if (n < 0 && errno == EAGAIN)
                return;
        if (n <= 0) {
                on_end(c);
                return;
        }
        c->heard = true;
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

void client_step(ChaosClient *c) {
        if (c->done || c->down)
                return;
        if (c->fd < 0) {
                connect_again(c);
                return;
        }
        if (c->hush > 0)
                c->hush--;
        else if (c->n_out > 0 || (c->wants_shut && !c->shut))
                talk(c);
        if (c->stall > 0)
                c->stall--;
        else if (c->readable)
                listen_to(c);
        c->readable = false;
        if (c->fd >= 0 && chaos.allowed > 0 && !chaos.polite && --c->steps == 0)
                act(c);
}
