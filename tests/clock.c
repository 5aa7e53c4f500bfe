/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * For LD_PRELOAD: clocks that a test puts forward. The file TICKERD_CLOCK holds the seconds, eight
 * bytes. What waits, waits by the real clock.
 */

#include <dlfcn.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

static int64_t seconds_ahead(void) {
        static const volatile int64_t *ahead;

        if (!ahead) {
                static const int64_t none;
                const char *path = getenv("TICKERD_CLOCK");
                int fd = path ? open(path, O_RDONLY | O_CLOEXEC) : -1;
                void *map = fd < 0 ? MAP_FAILED : mmap(NULL, 8, PROT_READ, MAP_SHARED, fd, 0);

                if (fd >= 0)
                        (void) close(fd);
                ahead = map == MAP_FAILED ? &none : map;
        }
        return *ahead;
}

int clock_gettime(clockid_t clock, struct timespec *now) {
        static int (*real)(clockid_t, struct timespec *);
        int r;

        if (!real)
                real = (int (*)(clockid_t, struct timespec *)) dlsym(RTLD_NEXT, "clock_gettime");
        r = real(clock, now);
        if (r == 0 &&
            (clock == CLOCK_MONOTONIC || clock == CLOCK_MONOTONIC_RAW || clock == CLOCK_REALTIME))
                now->tv_sec += seconds_ahead();
        return r;
}

time_t time(time_t *ret) {
        struct timespec now;

        (void) clock_gettime(CLOCK_REALTIME, &now);
        if (ret)
                *ret = now.tv_sec;
        return now.tv_sec;
}
