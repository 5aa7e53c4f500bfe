/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ctl/report.h"
#include "client/client.h"
#include "common/log.h"
#include "ctl/when.h"

void report_done(Report *report) {
        for (size_t i = 0; i < report->n; i++) {
                free(report->lines[i].text);
                free(report->lines[i].source);
        }
        free(report->lines);
        report->json = db_free(report->json);
}

/* Is a page without strip or entries normal for this source, or has not been so for long? */
static bool may_be_empty(const Config *config, const char *name, time_t since) {
        _cleanup_(source_freep) Source *source = NULL;
        time_t now = (time_t) (time_now() / USEC_PER_SEC);

        if (config_load_source(config, name, &source) < 0)
                return false;
        if (source->expect.mode == EXPECT_WITHIN)
                return (usec_t) (now - since) * USEC_PER_SEC < source->expect.span;
        return source->expect.mode == EXPECT_SOMETIMES;
}

static int judge(const Config *config, Report *report, ReportLine *line) {
        _cleanup_free_ char *state = NULL, *since = NULL;
        int r;

        r = line_text(report->json, line->text, "$.source", &line->source);
        if (r >= 0)
                r = line_text(report->json, line->text, "$.state", &state);
        if (r >= 0)
                r = line_text(report->json, line->text, "$.since", &since);
        if (r < 0 || !line->source || !state)
                return r < 0 ? r : -EBADMSG;
        line->well = streq(state, "ok") || streq(state, "pending") ||
                     ((streq(state, "empty") || streq(state, "no-strip")) &&
                      may_be_empty(config, line->source, when_seconds(strnull(since))));
        report->n_sources++;
        report->n_bad += !line->well;
        return 0;
}

static int add(Report *report, const char *text) {
        ReportLine *grown;

        if (report->n >= REPORT_LINES_MAX)
                return -E2BIG;
        grown = reallocarray(report->lines, report->n + 1, sizeof(ReportLine));
        if (!grown)
                return -ENOMEM;
        report->lines = grown;
        grown[report->n] = (ReportLine){ .text = strdup(text) };
        if (!grown[report->n].text)
                return -ENOMEM;
        report->n++;
        return 0;
}

/* 1: that was all. */
static int on_event(const Config *config, const ClientEvent *e, Report *report) {
        int r;

        if (e->type == CLIENT_ERROR) {
                log_error("the daemon refuses: %s; see tickerd-protocol(7)", e->message);
                return -EREMOTEIO;
        }
        if (e->type != CLIENT_LINE)
                return 0;
        if (streq(e->name, "status-end"))
                return 1;
        if (!streq(e->name, "status") && !streq(e->name, "source") && !streq(e->name, "subscriber"))
                return 0;
        r = add(report, e->line);
        return r < 0 || !streq(e->name, "source")
                       ? r
                       : judge(config, report, report->lines + report->n - 1);
}

static int read_report(const Config *config, Client *client, Report *report) {
        ClientEvent e;
        int r;

        r = client_connect(client, CLIENT_PATIENCE);
        while (r >= 0) {
                r = client_read(client, CLIENT_PATIENCE);
                if (r == 0)
                        return -EAGAIN;
                while (r >= 0 && (r = client_next(client, &e)) > 0) {
                        r = on_event(config, &e, report);
                        if (r > 0)
                                return report->n > 0 ? 0 : -EBADMSG;
                }
        }
        return r == -ENOTCONN ? -ECONNRESET : r;
}

int report_get(const Config *config, Report *ret) {
        static const ClientRequest request = { .status = true };
        _cleanup_(client_freep) Client *client = NULL;
        _cleanup_report_ Report report = {};
        int r;

        if (db_open(":memory:", false, &report.json) < 0 ||
            client_new(config->socket.text, &request, report.json, &client) < 0)
                return log_oom();
        r = read_report(config, client, &report);
        if (r < 0) {
                if (r != -EREMOTEIO)
                        client_explain(r, config->socket.text);
                return r;
        }
        *ret = report;
        report = (Report){};
        return 0;
}

int report_text(const Report *report, size_t line, const char *path, char **ret) {
        char *text;
        int r;

        r = line_text(report->json, report->lines[line].text, path, &text);
        if (r >= 0 && !text)
                text = strdup("");
        if (r < 0 || !text)
                return r < 0 ? r : -ENOMEM;
        *ret = text;
        return 0;
}

int64_t report_number(const Report *report, size_t line, const char *path) {
        int64_t number = 0;

        (void) line_number(report->json, report->lines[line].text, path, &number);
        return number;
}
