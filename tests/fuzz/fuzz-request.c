/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* A client's request: every line is either one, or has an error with a code and a message. */

#include "daemon/request.h"
#include "tests/fuzz/fuzz.h"

static Db *json;
static Tape *tape;

static void set_up(void) {
        static const char reply[] = "{\"items\":[{\"headline\":\"One\"},{\"headline\":\"Two\"}]}";
        const Poll poll = {
                .source = "port",
                .now = USEC_PER_DAY,
                .state = "ok",
                .reply = reply,
                .size = sizeof(reply) - 1,
        };
        char folder[] = "/tmp/fuzz-request-XXXXXX", path[64];
        PollResult result;
        Store *store;

        if (json)
                return;
        fuzz_be_quiet();
        if (!mkdtemp(folder) || db_open(":memory:", false, &json) < 0)
                abort();
        (void) snprintf(path, sizeof(path), "%s/db", folder);
        if (store_open(path, NULL, NULL, &store) < 0 || store_poll(store, &poll, &result) < 0 ||
            tape_new(store, &tape) < 0)
                abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
        RequestError error = {};
        Request request;
        _cleanup_free_ char *line = NULL;
        int r;

        set_up();
        line = malloc(size + 1);
        if (!line)
                return 0;
        memcpy(line, data, size);
        line[size] = '\0';
        r = request_parse(json, tape, line, size, &request, &error);
        if (r >= 0)
                filter_done(&request.filter);
        else if (r != -EBADMSG || !error.code || !error.message)
                abort();
        return 0;
}
