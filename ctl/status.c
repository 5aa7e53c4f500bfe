/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* status: how the daemon, its sources and its subscribers are. */

#include <fcntl.h>
#include <time.h>

#include "common/log.h"
#include "ctl/report.h"
#include "ctl/table.h"
#include "ctl/verbs.h"
#include "ctl/when.h"

#define OUT_MAX (64U * 1024U * 1024U)

/* "5min 3s ago", "in 20s" */
static const char *distance(const char *time, char text[static 48]) {
        int64_t then = when_seconds(time), now = (int64_t) (time_now() / USEC_PER_SEC);
        char span[32];

        text[0] = '\0';
        if (then == 0)
                return text;
        (void) timespan_format((usec_t) llabs(then - now) * USEC_PER_SEC, span, sizeof(span));
        (void) snprintf(text, 48, then > now ? "in %s" : "%s ago", span);
        return text;
}

static int put_source(const Report *report, size_t i, Table *table) {
        _cleanup_free_ char *state = NULL, *since = NULL, *next = NULL, *detail = NULL;
        char text[48];
        int r;

        r = report_text(report, i, "$.state", &state);
        if (r >= 0)
                r = report_text(report, i, "$.since", &since);
        if (r >= 0)
                r = report_text(report, i, "$.next_poll", &next);
        if (r >= 0)
                r = report_text(report, i, "$.detail", &detail);
        if (r >= 0)
                r = table_add(table, report->lines[i].source);
        if (r >= 0)
                r = table_add(table, state);
        if (r >= 0)
                r = table_add(table, distance(since, text));
        if (r >= 0)
                r = table_add(table, distance(next, text));
        (void) snprintf(text, sizeof(text), "%lld",
                        (long long) report_number(report, i, "$.polls"));
        if (r >= 0)
                r = table_add(table, text);
        (void) snprintf(text, sizeof(text), "%lld",
                        (long long) report_number(report, i, "$.failures"));
        if (r >= 0)
                r = table_add(table, text);
        return r < 0 ? r : table_add(table, detail);
}

/* Its name, if we may know it. */
static void name_of(int64_t pid, char name[static 32]) {
        _cleanup_close_ int fd = -1;
        char path[64];
        ssize_t n = 0;

        (void) snprintf(path, sizeof(path), "/proc/%lld/comm", (long long) pid);
        fd = open(path, O_RDONLY | O_CLOEXEC);
        if (fd >= 0)
                n = read(fd, name, 31);
        name[n > 0 ? n : 0] = '\0';
}

static int put_subscriber(const Report *report, size_t i, Table *table) {
        _cleanup_free_ char *cursor = NULL, *filter = NULL;
        int64_t pid = report_number(report, i, "$.pid");
        char text[48], name[32];
        int r;

        r = report_text(report, i, "$.cursor", &cursor);
        if (r >= 0)
                r = report_text(report, i, "$.filter", &filter);
        (void) snprintf(text, sizeof(text), "%lld", (long long) pid);
        if (r >= 0)
                r = table_add(table, text);
        name_of(pid, name);
        if (r >= 0)
                r = table_add(table, name);
        if (r >= 0)
                r = table_add(table, cursor);
        (void) snprintf(text, sizeof(text), "%lld", (long long) report_number(report, i, "$.lag"));
        if (r >= 0)
                r = table_add(table, text);
        return r < 0 ? r : table_add(table, filter);
}

static int head(Table *table, const char *const *names) {
        int r = 0;

        for (unsigned i = 0; r >= 0 && i < table->n_columns; i++)
                r = table_add(table, names[i]);
        return r;
}

static int put_text(const Report *report, const Terminal *terminal, Buffer *b) {
        static const char *const of_sources[] = { "SOURCE", "STATE", "SINCE", "NEXT POLL",
                                                  "POLLS",  "BAD",   "DETAIL" };
        static const char *const of_subscribers[] = { "PID", "PROGRAM", "CURSOR", "BEHIND",
                                                      "SOURCES" };
        _cleanup_table_ Table sources = TABLE(terminal, ELEMENTSOF(of_sources));
        _cleanup_table_ Table subscribers = TABLE(terminal, ELEMENTSOF(of_subscribers));
        _cleanup_free_ char *version = NULL;
        const Palette *p = &terminal->palette;
        int r;

        r = report_text(report, 0, "$.version", &version);
        if (r >= 0)
                r = buffer_printf(
                        b,
                        "tickerd %s, %lld items, newest %lld, journal at %lld, log of %lld KiB: %s%s%s\n\n",
                        version, (long long) report_number(report, 0, "$.items"),
                        (long long) report_number(report, 0, "$.newest"),
                        (long long) report_number(report, 0, "$.journal"),
                        (long long) report_number(report, 0, "$.wal") / 1024,
                        report->n_bad > 0 ? p->bad : p->good,
                        report->n_bad > 0 ? "not all is well" : "all is well", p->end);
        if (r >= 0)
                r = head(&sources, of_sources);
        for (size_t i = 1; r >= 0 && i <= report->n_sources; i++)
                r = put_source(report, i, &sources);
        if (r >= 0)
                r = head(&subscribers, of_subscribers);
        for (size_t i = 1 + report->n_sources; r >= 0 && i < report->n; i++)
                r = put_subscriber(report, i, &subscribers);
        if (r >= 0)
                r = table_write(&sources, b);
        if (r >= 0)
                r = buffer_append(b, "\n", 1);
        return r < 0 ? r : table_write(&subscribers, b);
}

int status_run(const Options *options, const Config *config) {
        static const char down[] = "# HELP tickerd_up Whether the daemon answers.\n"
                                   "# TYPE tickerd_up gauge\ntickerd_up 0\n";
        _cleanup_buffer_ Buffer out = BUFFER(OUT_MAX);
        _cleanup_report_ Report report = {};
        Terminal terminal;
        int r;

        terminal_init(&terminal, options->color);
        r = report_get(config, &report);
        if (r < 0) {
                if (options->format == OUTPUT_PROMETHEUS)
                        (void) terminal_write(&terminal, down, strlen(down));
                return EXIT_FAILURE;
        }
        if (options->format == OUTPUT_JSON)
                r = report_json(&report, &out);
        else if (options->format == OUTPUT_PROMETHEUS)
                r = report_prometheus(&report, &out);
        else
                r = put_text(&report, &terminal, &out);
        if (r < 0) {
                (void) log_oom();
                return EXIT_FAILURE;
        }
        r = terminal_flush(&terminal, &out);
        return report.n_bad > 0 ? EXIT_FAILURE : terminal_status(r);
}
