/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Calls a fuzzer with each of the files that it is given. */

#include "common/buffer.h"
#include "tests/fuzz/fuzz.h"

int main(int argc, char **argv) {
        for (int i = 1; i < argc; i++) {
                _cleanup_buffer_ Buffer b = BUFFER(0);
                _cleanup_close_ int fd = open(argv[i], O_RDONLY | O_CLOEXEC);

                if (fd < 0 || buffer_read_file(fd, 64U << 20, &b) < 0)
                        return EXIT_FAILURE;
                (void) LLVMFuzzerTestOneInput((const uint8_t *) b.data, b.size);
        }
        (void) printf("%d replayed\n", argc - 1);
        return EXIT_SUCCESS;
}
