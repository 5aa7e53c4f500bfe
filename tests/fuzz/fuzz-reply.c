/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The daemon's reading of a fetcher's reply, and what the store makes of one that it takes. */

#include "daemon/fetch-reply.h"
#include "daemon/store.h"
#include "tests/fuzz/fuzz.h"

static Db *json;
static Store *store;

static void set_up(void) {
        char folder[] = "/tmp/fuzz-reply-XXXXXX", path[64];

        if (json)
                return;
        fuzz_be_quiet();
        if (!mkdtemp(folder) || db_open(":memory:", false, &json) < 0)
                abort();
        (void) snprintf(path, sizeof(path), "%s/db", folder);
        if (store_open(path, NULL, NULL, &store) < 0)
                abort();
        /* The store stays open and usable without its files, which nobody else needs. */
        (void) unlink(path);
        (void) snprintf(path, sizeof(path), "%s/db-wal", folder);
        (void) unlink(path);
        (void) snprintf(path, sizeof(path), "%s/db-shm", folder);
        (void) unlink(path);
        (void) snprintf(path, sizeof(path), "%s/db-lock", folder);
        (void) unlink(path);
        (void) rmdir(folder);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
        _cleanup_free_ char *line = NULL;
        static usec_t now = USEC_PER_DAY;
        PollResult result;
        FetchReply reply;

        set_up();
        line = strndup((const char *) data,
                       size); /* a line ends with a NUL, as the daemon reads it */
        if (!line)
                return 0;
        size = strlen(line);
        if (fetch_reply_parse(json, line, size, &reply) < 0)
                return 0;
        if (reply.state == STATE_OK) {
                const Poll poll = {
                        .source = reply.source,
                        .reappear = USEC_PER_HOUR,
                        .now = now += USEC_PER_MINUTE,
                        .state = "ok",
                        .reply = reply.line,
                        .size = reply.size,
                };
                int r = store_poll(store, &poll, &result);

                if (r < 0 && r != -EBADMSG)
                        abort();
        }
        return 0;
}
