/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The parts of tests/chaos.c: chaos.c, the loop; chaos-client.c, what a client does;
 * chaos-stream.c, what it gets. */

#include <sys/socket.h>
#include <sys/un.h>

#include "common/util.h"

#define APPETITE_MAX (64U * 1024U)

/* What a client wants, and how far it has come. */
typedef struct ChaosClient {
        int fd;                    /* -1: about to connect */
        unsigned phase, handovers; /* as they were when it connected */
        unsigned steps;            /* until it does something else */
        unsigned stall;            /* steps until it reads again */
        unsigned hush;             /* steps until it goes on with what it is saying */
        unsigned appetite;         /* bytes it reads in a step */
        bool down;                 /* waits until the daemon is back */
        bool readable, heard, wants_shut, shut, done;

        uint32_t filter; /* a bit for each source */
        int64_t place;   /* the last item it has; -1: the stream begins where the daemon says */
        int64_t wanted, last; /* of the request under way */
        int64_t end;          /* the newest item when the answer came */
        bool live, states;
        unsigned hellos_due, statuses_due;
        bool in_status;
        const char *spoilt; /* it has sent what is no request; the error that must follow */
        bool over;          /* the last word was said */

        size_t n_in, n_out;
        char in[16 * 1024 + 1];
        char out[20 * 1024];
} ChaosClient;

typedef struct ChaosCounts {
        unsigned long connections, lines, bytes, cut, cut_request, ends, byes, stopping, rubbish,
                errors, statuses, states, stalls, shut;
} ChaosCounts;

typedef struct Chaos {
        struct sockaddr_un address;
        uint64_t random; /* not 0 */
        ChaosClient *clients;
        unsigned n_clients, n_sources;
        char **sources;
        int epoll;
        unsigned phase; /* odd: the daemon is down or about to be */
        unsigned handovers;
        bool polite;      /* whoever reads is told before it ends */
        unsigned allowed; /* clients that may vanish */
        bool finishing;
} Chaos;

extern Chaos chaos;
extern ChaosCounts counts;

_printf_(2, 3) __attribute__((noreturn)) void fail(const ChaosClient *c, const char *format, ...);

/* The bit of a source in a filter. */
unsigned source_bit(const char *name, size_t size);

/* Has the daemon been killed or stopped, so that the stream need not have its proper end? */
bool may_break_off(const ChaosClient *c);

/* The same choices from the same seed. */
uint64_t chance(uint64_t n);

/* A round of what it does. */
void client_step(ChaosClient *c);

/* Closes its connection. */
void client_leave(ChaosClient *c);

/* Asks for the stream from the client's place on. */
void client_ask(ChaosClient *c, bool live);

/* Chooses another stream. */
void client_begin_anew(ChaosClient *c);

/* Takes a line, newline included, and fails unless it is the one that had to come. */
void client_line(ChaosClient *c, const char *line, size_t size);

/* What all clients together know: the id of the store, and the highest id. */
const char *store_seen(void);
int64_t newest_seen(void);

/* Checks what could not be checked before all items were known, and writes them all to a file. */
void tape_check(const char *path);
