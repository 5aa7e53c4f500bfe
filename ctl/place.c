/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <fcntl.h>
#include <sys/file.h>

#include "common/log.h"
#include "ctl/place.h"

struct Place {
        int fd;
        const char *path;
        size_t size; /* of what is in the file */
        char cursor[CURSOR_MAX + 1];
};

Place *place_free(Place *place) {
        if (!place)
                return NULL;
        place->fd = safe_close(place->fd);
        free(place);
        return NULL;
}

int place_open(const char *path, Place **ret) {
        _cleanup_(place_freep) Place *place = NULL;
        ssize_t n;

        place = calloc(1, sizeof(Place));
        if (!place)
                return log_oom();
        place->path = path;
        place->fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOCTTY, 0666);
        if (place->fd < 0) {
                log_error("%s: %m; name a file with --cursor-file= that you may write", path);
                return -errno;
        }
        if (flock(place->fd, LOCK_EX | LOCK_NB) < 0) {
                log_error("%s: another tickerctl is using it; give each a file of its own", path);
                return -EBUSY;
        }
        n = pread(place->fd, place->cursor, CURSOR_MAX, 0);
        if (n < 0) {
                log_error("%s: %m", path);
                return -errno;
        }
        place->size = (size_t) n;
        place->cursor[strcspn(place->cursor, "\n")] = '\0';
        if (*place->cursor && !cursor_valid(place->cursor)) {
                log_error("%s: this is no cursor; remove the file to begin anew", path);
                return -EBADMSG;
        }
        *ret = STEAL_POINTER(place);
        return 0;
}

const char *place_cursor(const Place *place) {
        return place->cursor;
}

int place_save(Place *place, const char *cursor) {
        char line[CURSOR_MAX + 2];
        int n;

        n = snprintf(line, sizeof(line), "%s\n", cursor);
        if (pwrite(place->fd, line, (size_t) n, 0) != n) {
                log_error("%s: %m; the place on the tape cannot be saved", place->path);
                return -EIO;
        }
        /* Cursors get longer only, but for those of another store. Whoever reads looks at the first
         * line. */
        if ((size_t) n < place->size && ftruncate(place->fd, n) < 0)
                log_warning("%s: %m", place->path);
        place->size = (size_t) n;
        return 0;
}
