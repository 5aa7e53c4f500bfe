/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <fcntl.h>
#include <unistd.h>

#include "common/log.h"
#include "fetch/load.h"

int load_file(const char *path, size_t max, Buffer *body) {
        _cleanup_close_ int opened = -1;
        int fd = STDIN_FILENO, r;

        if (!streq(path, "-")) {
                opened = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
                if (opened < 0) {
                        r = -errno;
                        log_error("%s: %s", path, strerror(-r));
                        return r;
                }
                fd = opened;
        }
        r = buffer_read_file(fd, max, body);
        if (r < 0 && r != -EFBIG)
                log_error("%s: %s", path, strerror(-r));
        return r;
}

int load_url(const char *user_agent, const Source *source, const char *url, http_fn fn,
             void *userdata) {
        _cleanup_(http_freep) Http *http = NULL;
        bool ignored;
        int r;

        r = http_new(user_agent, &http);
        if (r >= 0)
                r = http_get(http, source, url, NULL, fn, userdata);
        while (r >= 0 && http_in_flight(http) > 0)
                r = http_turn(http, -1, 0, &ignored);
        if (r < 0)
                log_error("%s: %s", url, strerror(-r));
        return r;
}
