/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "common/json.h"
#include "ctl/report.h"
#include "ctl/when.h"

static int put_lines(const Report *report, size_t from, size_t to, const char *key, Buffer *b) {
        int r;

        r = json_add_raw(b, key, "[");
        for (size_t i = from; r >= 0 && i < to; i++)
                r = buffer_printf(b, "%s%s", i > from ? "," : "", report->lines[i].text);
        return r < 0 ? r : buffer_append(b, "]", 1);
}

int report_json(const Report *report, Buffer *b) {
        int r;

        r = json_begin(b);
        if (r >= 0)
                r = json_add_raw(b, "well", report->n_bad == 0 ? "true" : "false");
        if (r >= 0)
                r = json_add_raw(b, "daemon", report->lines[0].text);
        if (r >= 0)
                r = put_lines(report, 1, 1 + report->n_sources, "sources", b);
        if (r >= 0)
                r = put_lines(report, 1 + report->n_sources, report->n, "subscribers", b);
        return r < 0 ? r : json_end(b);
}

typedef enum From {
        FROM_NUMBER,
        FROM_TIME,   /* RFC 3339, as seconds since 1970; left out where it is not there */
        FROM_WELL,   /* 1 or 0 */
        FROM_BEHIND, /* newest item minus this one */
} From;

typedef struct Metric {
        const char *name, *type, *help, *path;
        From from;
} Metric;

static int put_value(const Report *report, size_t line, const Metric *metric, Buffer *b) {
        _cleanup_free_ char *text = NULL;
        int64_t value = 0;
        int r;

        switch (metric->from) {
        case FROM_NUMBER:
                value = report_number(report, line, metric->path);
                break;
        case FROM_TIME:
                r = report_text(report, line, metric->path, &text);
                if (r < 0)
                        return r;
                value = when_seconds(text);
                break;
        case FROM_WELL:
                value = report->lines[line].well;
                break;
        case FROM_BEHIND:
                value = report_number(report, line, "$.newest") -
                        report_number(report, line, metric->path);
                break;
        }
        return buffer_printf(b, " %lld\n", (long long) value);
}

static bool has(const Report *report, size_t line, const Metric *metric) {
        _cleanup_free_ char *text = NULL;

        return metric->from != FROM_TIME ||
               (report_text(report, line, metric->path, &text) >= 0 && *text);
}

static int put_metric(const Report *report, const Metric *metric, size_t from, size_t to,
                      Buffer *b) {
        int r;

        r = buffer_printf(b, "# HELP %s %s\n# TYPE %s %s\n", metric->name, metric->help,
                          metric->name, metric->type);
        for (size_t i = from; r >= 0 && i < to; i++) {
                if (!has(report, i, metric))
                        continue;
                r = buffer_puts(b, metric->name);
                /* A source's name needs no escapes. */
                if (r >= 0 && i > 0)
                        r = buffer_printf(b, "{source=\"%s\"}", report->lines[i].source);
                if (r >= 0)
                        r = put_value(report, i, metric, b);
        }
        return r;
}

int report_prometheus(const Report *report, Buffer *b) {
        static const Metric of_daemon[] = {
                { "tickerd_items", "gauge", "Items in the database.", "$.items" },
                { "tickerd_newest_item", "gauge", "Id of the newest item.", "$.newest" },
                { "tickerd_wal_bytes", "gauge", "Size of the write-ahead log.", "$.wal" },
                { "tickerd_subscribers", "gauge", "Connected subscribers, this one included.",
                  "$.subscribers" },
                { "tickerd_journal_behind_items", "gauge",
                  "Ids that the journal is behind the newest item.", "$.journal", FROM_BEHIND },
        };
        static const Metric of_source[] = {
                { "tickerd_source_well", "gauge", "Whether the source is read as it should be.",
                  NULL, FROM_WELL },
                { "tickerd_source_polls_total", "counter", "Polls since the daemon was started.",
                  "$.polls" },
                { "tickerd_source_failures_total", "counter",
                  "Bad polls since the daemon was started.", "$.failures" },
                { "tickerd_source_read_bytes_total", "counter", "Size of all pages, decompressed.",
                  "$.bytes" },
                { "tickerd_source_state_since_seconds", "gauge",
                  "When it got into its state, since 1970.", "$.since", FROM_TIME },
                { "tickerd_source_last_poll_seconds", "gauge",
                  "When the last poll ended, since 1970.", "$.last_poll", FROM_TIME },
                { "tickerd_source_next_poll_seconds", "gauge",
                  "When the next poll begins, since 1970.", "$.next_poll", FROM_TIME },
        };
        int64_t lag = 0;
        int r;

        r = buffer_puts(
                b,
                "# HELP tickerd_up Whether the daemon answers.\n# TYPE tickerd_up gauge\ntickerd_up 1\n");
        for (size_t i = 0; r >= 0 && i < ELEMENTSOF(of_daemon); i++)
                r = put_metric(report, of_daemon + i, 0, 1, b);
        for (size_t i = 0; r >= 0 && i < ELEMENTSOF(of_source); i++)
                r = put_metric(report, of_source + i, 1, 1 + report->n_sources, b);
        for (size_t i = 1 + report->n_sources; i < report->n; i++)
                lag = MAX(lag, report_number(report, i, "$.lag"));
        return r < 0 ? r
                     : buffer_printf(
                               b,
                               "# HELP tickerd_subscriber_lag_items_max Ids that the slowest subscriber is behind.\n"
                               "# TYPE tickerd_subscriber_lag_items_max gauge\n"
                               "tickerd_subscriber_lag_items_max %lld\n",
                               (long long) lag);
}
