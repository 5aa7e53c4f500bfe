/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "daemon/report.h"
#include "common/json.h"
#include "version.h"

/* 10,000 sources and as many subscribers fit several times over. */
#define REPORT_MAX (32U << 20)
/* A longer filter is left out, or the line would be longer than a line may be. */
#define FILTER_MAX 8192U

typedef struct Rendering {
        const ReportInput *input;
        Buffer *b;
        int r;
} Rendering;

static int add_time(Buffer *b, const char *key, usec_t time) {
        char text[TIME_SIZE];

        return time > 0 ? json_add_string(b, key, time_format(time, text)) : 0;
}

static int report_daemon(Buffer *b, const ReportInput *input) {
        int r;

        r = json_begin(b);
        if (r >= 0)
                r = json_add_string(b, "type", "status");
        if (r >= 0)
                r = json_add_string(b, "version", TICKERD_VERSION);
        if (r >= 0)
                r = json_add_string(b, "store", tape_store(input->tape));
        if (r >= 0)
                r = json_add_number(b, "items", store_count(input->store));
        if (r >= 0)
                r = json_add_number(b, "oldest", tape_oldest(input->tape));
        if (r >= 0)
                r = json_add_number(b, "newest", tape_newest(input->tape));
        if (r >= 0)
                r = json_add_number(b, "wal", (int64_t) store_wal_size(input->store));
        if (r >= 0)
                r = json_add_number(b, "journal", input->journal);
        if (r >= 0)
                r = json_add_number(b, "subscribers", hub_count(input->hub));
        return r < 0 ? r : json_end(b);
}

int report_source(Buffer *b, const char *name, const char *state, const char *since,
                  const char *detail, const SourceStats *stats) {
        int r;

        r = json_begin(b);
        if (r >= 0)
                r = json_add_string(b, "type", "source");
        if (r >= 0)
                r = json_add_string(b, "source", name);
        if (r >= 0)
                r = json_add_string(b, "state", state);
        if (r >= 0)
                r = json_add_string(b, "since", since);
        if (r >= 0)
                r = json_add_string(b, "detail", detail);
        if (r >= 0 && stats) {
                r = add_time(b, "last_poll", stats->last_poll);
                if (r >= 0)
                        r = add_time(b, "next_poll", stats->next_poll);
                if (r >= 0)
                        r = json_add_number(b, "polls", (int64_t) stats->polls);
                if (r >= 0)
                        r = json_add_number(b, "failures", (int64_t) stats->failures);
                if (r >= 0)
                        r = json_add_number(b, "bytes", (int64_t) stats->bytes);
        }
        return r < 0 ? r : json_end(b);
}

static int on_source(const char *name, const char *state, const char *since, const char *detail,
                     void *userdata) {
        Rendering *rendering = userdata;
        SourceStats stats;
        bool known = poller_stats(rendering->input->poller, name, &stats);

        rendering->r =
                report_source(rendering->b, name, state, since, detail, known ? &stats : NULL);
        return rendering->r < 0;
}

static void on_subscriber(const SubscriberInfo *info, void *userdata) {
        Rendering *rendering = userdata;
        const Tape *tape = rendering->input->tape;
        Buffer *b = rendering->b;
        char cursor[128];
        int r = rendering->r;

        (void) snprintf(cursor, sizeof(cursor), "%s-%lld", tape_store(tape),
                        (long long) info->place);
        if (r >= 0)
                r = json_begin(b);
        if (r >= 0)
                r = json_add_string(b, "type", "subscriber");
        if (r >= 0)
                r = json_add_number(b, "pid", info->pid);
        if (r >= 0)
                r = json_add_string(b, "cursor", cursor);
        if (r >= 0)
                r = json_add_number(b, "lag", tape_newest(tape) - info->place);
        if (r >= 0 && info->filter && strlen(info->filter) <= FILTER_MAX)
                r = json_add_raw(b, "filter", info->filter);
        if (r >= 0)
                r = json_end(b);
        rendering->r = r;
}

static int render(Buffer *b, const ReportInput *input) {
        Rendering rendering = { .input = input, .b = b };
        int r;

        r = report_daemon(b, input);
        if (r >= 0)
                r = store_sources(input->store, on_source, &rendering);
        if (r >= 0 && rendering.r >= 0)
                hub_each(input->hub, on_subscriber, &rendering);
        if (r < 0 || rendering.r < 0)
                return r < 0 ? r : rendering.r;
        return buffer_puts(b, "{\"type\":\"status-end\"}\n");
}

int report_new(const ReportInput *input, Report **ret) {
        Report *report;
        int r;

        report = calloc(1, sizeof(Report));
        if (!report)
                return -ENOMEM;
        report->n_ref = 1;
        report->made = time_monotonic();
        report->text = BUFFER(REPORT_MAX);
        r = render(&report->text, input);
        if (r < 0) {
                (void) report_unref(report);
                return r;
        }
        *ret = report;
        return 0;
}

Report *report_ref(Report *report) {
        report->n_ref++;
        return report;
}

Report *report_unref(Report *report) {
        if (!report || --report->n_ref > 0)
                return NULL;
        buffer_done(&report->text);
        free(report);
        return NULL;
}
