/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <fcntl.h>
#include <linux/sockios.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <syslog.h>

#include "common/buffer.h"
#include "common/text.h"
#include "daemon/journal.h"

/* The longest entry: a headline, a URL, and short fields. It fits a datagram, so no memfd is
 * needed. */
#define ENTRY_MAX (HEADLINE_MAX + URL_MAX + 4096U)

struct Journal {
        struct sockaddr_un address;
        int fd;
        bool connected;
        const Store *store;
        Buffer entry;
};

/* Values have no newline in them (they were cleaned), so the short form of the protocol does. */
static void field(Journal *j, const char *name, const char *value) {
        if (value && !strchr(value, '\n'))
                buffer_printf(&j->entry, "%s=%s\n", name, value);
}

static void number(Journal *j, const char *name, int64_t value) {
        if (value > 0)
                buffer_printf(&j->entry, "%s=%lld\n", name, (long long) value);
}

static void begin(Journal *j, int priority, const char *message_id, const char *message) {
        buffer_clear(&j->entry);
        field(j, "MESSAGE", message);
        number(j, "PRIORITY", priority);
        field(j, "SYSLOG_IDENTIFIER", "tickerd");
        field(j, "MESSAGE_ID", message_id);
}

/* The descriptor stays the same when journald's socket is another: somebody may wait for it. */
static int open_socket(Journal *j) {
        if (j->fd < 0)
                j->fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
        if (j->fd < 0)
                return -errno;
        if (!j->connected &&
            connect(j->fd, (struct sockaddr *) &j->address, sizeof(j->address)) < 0)
                return -errno;
        j->connected = true;
        return 0;
}

static int send_entry(Journal *j) {
        int r;

        r = buffer_error(&j->entry);
        if (r >= 0)
                r = open_socket(j);
        if (r < 0)
                return r;
        if (send(j->fd, j->entry.data, j->entry.size, MSG_NOSIGNAL) >= 0)
                return 0;
        r = -errno;
        j->connected = r == -EAGAIN;
        return r;
}

void journal_cursor(const Journal *j, int64_t id, char ret[static CURSOR_SIZE]) {
        (void) snprintf(ret, CURSOR_SIZE, "%s-%lld", store_id(j->store), (long long) id);
}

int journal_item(Journal *j, const StoreItem *item) {
        char cursor[CURSOR_SIZE];

        journal_cursor(j, item->id, cursor);
        begin(j, LOG_NOTICE, JOURNAL_ITEM, item->headline);
        number(j, "TICKERD_ID", item->id);
        field(j, "TICKERD_CURSOR", cursor);
        field(j, "TICKERD_SOURCE", item->source);
        field(j, "TICKERD_FIRST_SEEN", item->first_seen);
        field(j, "TICKERD_URL", item->url);
        field(j, "TICKERD_LANGUAGE", item->language);
        field(j, "TICKERD_PUBLISHED", item->published);
        number(j, "TICKERD_REVISES", item->revises);
        number(j, "TICKERD_REPEATS", item->repeats);
        return send_entry(j);
}

int journal_note(Journal *j, int priority, const char *message_id, const char *message,
                 const char *source, const char *state, const char *detail) {
        begin(j, priority, message_id, message);
        field(j, "TICKERD_SOURCE", source);
        field(j, "TICKERD_STATE", state);
        field(j, "TICKERD_DETAIL", detail);
        return send_entry(j);
}

int journal_mark(Journal *j, const char *run) {
        /* With the priority of items, so that a journald that stores only some stores both or none.
         */
        begin(j, LOG_NOTICE, NULL, "Looking up which items the journal has");
        field(j, "TICKERD_RUN", run);
        return send_entry(j);
}

bool journal_pending(const Journal *j) {
        int n;

        return j->fd >= 0 && ioctl(j->fd, SIOCOUTQ, &n) >= 0 && n > 0;
}

int journal_fd(const Journal *j) {
        return j->fd;
}

int journal_new(const char *path, const Store *store, Journal **ret) {
        Journal *j;

        if (strlen(path) >= sizeof(j->address.sun_path))
                return -ENAMETOOLONG;
        j = calloc(1, sizeof(Journal));
        if (!j)
                return -ENOMEM;
        j->address.sun_family = AF_UNIX;
        strcpy(j->address.sun_path, path);
        j->fd = -1;
        j->store = store;
        j->entry = BUFFER(ENTRY_MAX);
        *ret = j;
        return 0;
}

Journal *journal_free(Journal *j) {
        if (!j)
                return NULL;
        (void) safe_close(j->fd);
        buffer_done(&j->entry);
        free(j);
        return NULL;
}
