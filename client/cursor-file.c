/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <fcntl.h>
#include <sys/file.h>

#include "client/cursor-file.h"
#include "common/log.h"

struct CursorFile {
        int fd;
        const char *path;
        size_t size; /* of what is in the file */
        char cursor[CURSOR_MAX + 1];
};

CursorFile *cursor_file_free(CursorFile *file) {
        if (!file)
                return NULL;
        file->fd = safe_close(file->fd);
        free(file);
        return NULL;
}

int cursor_file_open(const char *path, CursorFile **ret) {
        _cleanup_(cursor_file_freep) CursorFile *file = NULL;
        ssize_t n;

        file = calloc(1, sizeof(CursorFile));
        if (!file)
                return log_oom();
        file->path = path;
        file->fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOCTTY, 0666);
        if (file->fd < 0) {
                log_error("%s: %m; name a file with --cursor-file= that you may write", path);
                return -errno;
        }
        if (flock(file->fd, LOCK_EX | LOCK_NB) < 0) {
                log_error("%s: another tickerctl is using it; give each a file of its own", path);
                return -EBUSY;
        }
        n = pread(file->fd, file->cursor, CURSOR_MAX, 0);
        if (n < 0) {
                log_error("%s: %m", path);
                return -errno;
        }
        file->size = (size_t) n;
        file->cursor[strcspn(file->cursor, "\n")] = '\0';
        if (*file->cursor && !cursor_valid(file->cursor)) {
                log_error("%s: this is no cursor; remove the file to begin anew", path);
                return -EBADMSG;
        }
        *ret = STEAL_POINTER(file);
        return 0;
}

const char *cursor_file_cursor(const CursorFile *file) {
        return file->cursor;
}

int cursor_file_save(CursorFile *file, const char *cursor) {
        char line[CURSOR_MAX + 2];
        int n;

        n = snprintf(line, sizeof(line), "%s\n", cursor);
        if (pwrite(file->fd, line, (size_t) n, 0) != n) {
                log_error("%s: %m; the place on the tape cannot be saved", file->path);
                return -EIO;
        }
        /* Cursors get longer only, but for those of another store. Whoever reads looks at the first
         * line. */
        if ((size_t) n < file->size && ftruncate(file->fd, n) < 0)
                log_warning("%s: %m", file->path);
        file->size = (size_t) n;
        return 0;
}
