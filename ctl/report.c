/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ctl/report.h"
#include "common/log.h"
#include "ctl/client.h"
#include "ctl/item.h"
#include "ctl/when.h"

typedef struct Asking {
        const Config *config;
        Report *report;
        bool done;
} Asking;

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

static int judge(Asking *asking, ReportLine *line) {
        _cleanup_free_ char *state = NULL, *since = NULL;
        Report *report = asking->report;
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
                      may_be_empty(asking->config, line->source, when_seconds(strnull(since))));
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

static int on_line(char *line, _unused_ size_t n, void *userdata) {
        _cleanup_free_ char *type = NULL, *message = NULL;
        Asking *asking = userdata;
        Report *report = asking->report;
        int r;

        r = line_text(report->json, line, "$.type", &type);
        if (r < 0 || !type)
                return r < 0 ? -EBADMSG : 0;
        if (streq(type, "error")) {
                r = line_text(report->json, line, "$.message", &message);
                log_error("the daemon refuses: %s; see tickerd-protocol(7)", strnull(message));
                return r < 0 ? r : -EREMOTEIO;
        }
        if (streq(type, "status-end")) {
                asking->done = true;
                return -ECANCELED;
        }
        /* Items come in between. */
        if (!streq(type, "status") && !streq(type, "source") && !streq(type, "subscriber"))
                return 0;
        r = add(report, line);
        return r < 0 || !streq(type, "source") ? r : judge(asking, report->lines + report->n - 1);
}

int report_get(const Config *config, Report *ret) {
        _cleanup_(client_freep) Client *client = NULL;
        _cleanup_report_ Report report = {};
        Asking asking = { .config = config, .report = &report };
        int r;

        r = db_open(":memory:", false, &report.json);
        if (r < 0)
                return log_oom();
        r = client_new(config->socket.text, &client);
        if (r >= 0)
                r = client_send(client, "{\"status\":true}");
        while (r >= 0 && !asking.done) {
                r = client_read(client, true, on_line, &asking);
                if (r == 0)
                        r = -ECONNRESET;
        }
        if (!asking.done || report.n == 0) {
                if (r != -EREMOTEIO)
                        client_explain(r, config->socket.text);
                return r < 0 ? r : -EBADMSG;
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
