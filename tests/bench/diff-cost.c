/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Polls of one source against a store, by the daemon's own library: "init" makes the store; "same"
 * polls an unchanged strip, "new" one with ten new entries each time, and prints the CPU seconds
 * that one poll took.
 */

#include <sys/resource.h>

#include "common/buffer.h"
#include "daemon/store.h"

#define POLLS_SAME 2000U
#define POLLS_NEW 200U

static double cpu(void) {
        struct rusage usage;

        if (getrusage(RUSAGE_SELF, &usage) < 0)
                return 0;
        return (double) (usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
               (double) (usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
}

static void poll_once(Store *store, unsigned long generation) {
        _cleanup_buffer_ Buffer reply = BUFFER(1 << 20);
        PollResult result;
        Poll poll = {
                .source = "bench",
                .reappear = 12 * USEC_PER_HOUR,
                .now = time_now(),
                .last_healthy = time_now(), /* as in a daemon that has polled before */
                .state = "ok",
        };

        buffer_puts(&reply, "{\"items\":[");
        for (unsigned i = 0; i < 10; i++)
                buffer_printf(&reply,
                              "%s{\"headline\":\"Generation %lu of the news, entry %u in a row\","
                              "\"url\":\"https://bench.example/%lu/%u\"}",
                              i > 0 ? "," : "", generation, i, generation, i);
        buffer_puts(&reply, "]}");
        poll.reply = reply.data;
        poll.size = reply.size;
        if (buffer_error(&reply) < 0 || store_poll(store, &poll, &result) < 0) {
                (void) fprintf(stderr, "a poll failed: %s\n", store_message(store));
                exit(EXIT_FAILURE);
        }
}

int main(int argc, char **argv) {
        bool new = argc == 3 && streq(argv[2], "new");
        unsigned n = new ? POLLS_NEW : POLLS_SAME;
        unsigned long generation = time_now();
        Store *store;
        double begin;

        if (argc != 3 || store_open(argv[1], NULL, NULL, &store) < 0)
                return EXIT_FAILURE;
        if (!streq(argv[2], "init")) {
                poll_once(store, generation); /* warms the caches */
                begin = cpu();
                for (unsigned i = 0; i < n; i++)
                        poll_once(store, new ? ++generation : generation);
                (void) printf("%.9f\n", (cpu() - begin) / n);
        }
        (void) store_free(store);
        return EXIT_SUCCESS;
}
