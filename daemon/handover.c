/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <systemd/sd-daemon.h>

#include "common/log.h"
#include "common/timespan.h"
#include "daemon/handover.h"

#define NAME                                                                                       \
        "s" /* short: names of 1,000 descriptors must fit into the next daemon's environment       \
             */
#define FDS_A_MESSAGE 250U /* the kernel takes 253 */
#define BARRIER_USEC USEC_PER_SEC
#define TEXT_MAX (64U << 20)

bool handover_possible(void) {
        const char *pid = getenv("SYSTEMD_EXEC_PID");

        return !isempty(getenv("NOTIFY_SOCKET")) && pid && strtol(pid, NULL, 10) == getpid();
}

static int write_memory(const Buffer *text, int *ret) {
        _cleanup_close_ int fd = memfd_create("tickerd", MFD_CLOEXEC);

        if (fd < 0)
                return -errno;
        if (write(fd, text->data, text->size) != (ssize_t) text->size)
                return errno > 0 ? -errno : -EIO;
        if (lseek(fd, 0, SEEK_SET) < 0)
                return -errno;
        *ret = STEAL_FD(fd);
        return 0;
}

static int leave(const int *fds, size_t n) {
        for (size_t i = 0; i < n; i += FDS_A_MESSAGE) {
                int r = sd_pid_notify_with_fds(0, false, "FDSTORE=1\nFDNAME=" NAME "\nFDPOLL=0",
                                               fds + i, (unsigned) MIN(n - i, FDS_A_MESSAGE));

                if (r < 0)
                        return r;
        }
        return 0;
}

int handover_leave(const int *fds, size_t n, const Buffer *text) {
        _cleanup_close_ int memory = -1;
        int r;

        r = leave(fds, n);
        if (r >= 0 && text->size > 0)
                r = write_memory(text, &memory);
        if (r >= 0 && memory >= 0)
                r = leave(&memory, 1);
        return r < 0 ? r : sd_notify_barrier(false, BARRIER_USEC);
}

static int take_one(Handover *h, int fd, bool ours) {
        struct stat st;

        if (sd_is_socket_unix(fd, SOCK_STREAM, 1, NULL, 0) > 0 && h->listener < 0) {
                h->listener = fd;
                h->ours = ours;
                return 0;
        }
        if (ours && sd_is_socket_unix(fd, SOCK_STREAM, 0, NULL, 0) > 0) {
                h->connections[h->n_connections++] = fd;
                return 0;
        }
        if (ours && fstat(fd, &st) >= 0 && S_ISREG(st.st_mode) && h->text.size == 0 &&
            lseek(fd, 0, SEEK_SET) == 0) {
                int r = buffer_read_file(fd, TEXT_MAX, &h->text);

                (void) safe_close(fd);
                return r;
        }
        (void) safe_close(fd);
        return 0;
}

int handover_take(Handover *ret) {
        char **names = NULL;
        Handover h = HANDOVER_NONE;
        int n, r = 0;
        bool left = false;

        n = sd_listen_fds_with_names(true, &names);
        if (n <= 0)
                return n;
        h.connections = calloc((size_t) n, sizeof(int));
        if (!h.connections)
                r = -ENOMEM;
        for (int i = 0; i < n; i++) {
                bool ours = names && names[i] && streq(names[i], NAME);

                left = left || ours;
                if (r >= 0)
                        r = take_one(&h, SD_LISTEN_FDS_START + i, ours);
        }
        for (int i = 0; names && names[i]; i++)
                free(names[i]);
        free(names);

        /* Connections that the manager kept would not end when we close them. */
        if (left)
                (void) sd_notify(false, "FDSTOREREMOVE=1\nFDNAME=" NAME);
        if (r < 0) {
                handover_done(&h);
                return r;
        }
        *ret = h;
        return 0;
}

void handover_done(Handover *h) {
        for (size_t i = 0; i < h->n_connections; i++)
                (void) safe_close(h->connections[i]);
        free(h->connections);
        (void) safe_close(h->listener);
        buffer_done(&h->text);
        *h = HANDOVER_NONE;
}
