/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "daemon/answer.h"
#include "common/json.h"
#include "version.h"

int answer_hello(Buffer *b, const Tape *tape, int64_t after) {
        int r;

        r = json_begin(b);
        if (r >= 0)
                r = json_add_string(b, "type", "hello");
        if (r >= 0)
                r = json_add_number(b, "protocol", 1);
        if (r >= 0)
                r = json_add_string(b, "server", "tickerd " TICKERD_VERSION);
        if (r >= 0)
                r = json_add_string(b, "store", tape_store(tape));
        if (r >= 0)
                r = json_add_number(b, "oldest", tape_oldest(tape));
        if (r >= 0)
                r = json_add_number(b, "newest", tape_newest(tape));
        if (r >= 0)
                r = json_add_number(b, "after", after);
        return r < 0 ? r : json_end(b);
}

int answer_gap(Buffer *b, int64_t after, int64_t oldest) {
        int r;

        r = json_begin(b);
        if (r >= 0)
                r = json_add_string(b, "type", "gap");
        if (r >= 0)
                r = json_add_number(b, "after", after);
        if (r >= 0)
                r = json_add_number(b, "oldest", oldest);
        return r < 0 ? r : json_end(b);
}

int answer_error(Buffer *b, const char *code, const char *message) {
        int r;

        r = json_begin(b);
        if (r >= 0)
                r = json_add_string(b, "type", "error");
        if (r >= 0)
                r = json_add_string(b, "code", code);
        if (r >= 0)
                r = json_add_string(b, "message", message);
        return r < 0 ? r : json_end(b);
}

int answer_bye(Buffer *b, const char *reason) {
        int r;

        r = json_begin(b);
        if (r >= 0)
                r = json_add_string(b, "type", "bye");
        if (r >= 0)
                r = json_add_string(b, "reason", reason);
        return r < 0 ? r : json_end(b);
}
