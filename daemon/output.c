/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "daemon/output.h"
#include "common/log.h"
#include "daemon/journal-sink.h"
#include "daemon/printer.h"

struct ItemOutput {
        sd_event *event;
        Store *store;
        OutputEvents events;
        Journal *journal; /* both NULL when items go to standard output */
        JournalSink *journal_sink;
        Follower *follower;
};

static void on_journal(void *userdata) {
        ItemOutput *o = userdata;

        output_run(o);
        o->events.moved(o->events.userdata);
}

static void close_all(ItemOutput *o) {
        o->follower = follower_free(o->follower);
        o->journal_sink = journal_sink_free(o->journal_sink);
        o->journal = journal_free(o->journal);
}

int output_set(ItemOutput *o, bool journal) {
        Sink sink = printer_sink();
        int r = 0;

        journal = journal && log_is_journal(STDERR_FILENO);
        if (o->follower && journal == !!o->journal)
                return 0;
        close_all(o);
        if (journal) {
                r = journal_new(JOURNAL_SOCKET, o->store, &o->journal);
                if (r >= 0)
                        r = journal_sink_new(o->event, o->journal, o->store, on_journal, o,
                                             &o->journal_sink);
                if (r >= 0)
                        sink = journal_sink(o->journal_sink);
        }
        if (r >= 0)
                r = follower_new(o->event, o->store, &sink, o->events.done, o->events.userdata,
                                 &o->follower);
        return r;
}

void output_run(ItemOutput *o) {
        follower_run(o->follower);
}

int64_t output_behind(const ItemOutput *o) {
        return follower_behind(o->follower);
}

Journal *output_journal(const ItemOutput *o) {
        return o->journal;
}

int output_new(sd_event *event, Store *store, const OutputEvents *events, ItemOutput **ret) {
        ItemOutput *o;

        o = calloc(1, sizeof(ItemOutput));
        if (!o)
                return -ENOMEM;
        o->event = sd_event_ref(event);
        o->store = store;
        o->events = *events;
        *ret = o;
        return 0;
}

ItemOutput *output_free(ItemOutput *o) {
        if (!o)
                return NULL;
        close_all(o);
        (void) sd_event_unref(o->event);
        free(o);
        return NULL;
}
