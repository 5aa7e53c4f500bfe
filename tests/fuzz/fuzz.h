/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * A fuzzer is one function over bytes. With the option fuzz (./dev fuzz NAME) libFuzzer calls it;
 * otherwise replay.c does, once for each file of its corpus, as one of the tests.
 */

#include <fcntl.h>
#include <sys/mman.h>

#include "common/util.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A file in memory with these bytes, as a path: for code that reads files. The caller closes
 * ret_fd. */
static inline void fuzz_file(const void *data, size_t size, int *ret_fd, char path[static 32]) {
        *ret_fd = memfd_create("fuzz", MFD_CLOEXEC);
        if (*ret_fd < 0 || write(*ret_fd, data, size) != (ssize_t) size)
                abort();
        (void) snprintf(path, 32, "/proc/self/fd/%d", *ret_fd);
}

/* Messages about bad input are not what we look for. */
static inline void fuzz_be_quiet(void) {
        static bool done;
        int fd;

        if (done)
                return;
        done = true;
        fd = open("/dev/null", O_WRONLY | O_CLOEXEC);
        if (fd >= 0 && !getenv("FUZZ_LOUD"))
                (void) dup2(fd, STDERR_FILENO);
}
