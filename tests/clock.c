/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * For LD_PRELOAD: clocks that a test puts forward. The file TICKERD_CLOCK holds the seconds, eight
 * bytes. What waits, waits by the real clock.
 */

#include <dlfcn.h>
#include <fcntl.h>
#include <stdbool.h>
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

static bool is_put_forward(clockid_t clock) {
        return clock == CLOCK_MONOTONIC || clock == CLOCK_MONOTONIC_RAW || clock == CLOCK_REALTIME;
}

#if __TIMESIZE == 32
#define REAL_NAME "__clock_gettime64" /* as glibc calls the one that our flags choose */

/* For libraries that were built with times of 32 bits. */
struct old_timespec {
        int32_t tv_sec, tv_nsec;
};

int old_clock_gettime(clockid_t clock, struct old_timespec *now) __asm__("clock_gettime");
int32_t old_time(int32_t *ret) __asm__("time");

int old_clock_gettime(clockid_t clock, struct old_timespec *now) {
        struct timespec t;

        if (clock_gettime(clock, &t) < 0)
                return -1;
        *now = (struct old_timespec){ (int32_t) t.tv_sec, (int32_t) t.tv_nsec };
        return 0;
}

int32_t old_time(int32_t *ret) {
        int32_t now = (int32_t) time(NULL);

        if (ret)
                *ret = now;
        return now;
}
#else
#define REAL_NAME "clock_gettime"
#endif

int clock_gettime(clockid_t clock, struct timespec *now) {
        static int (*real)(clockid_t, struct timespec *);
        int r;

        if (!real)
                real = (int (*)(clockid_t, struct timespec *)) dlsym(RTLD_NEXT, REAL_NAME);
        r = real(clock, now);
        if (r == 0 && is_put_forward(clock))
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
