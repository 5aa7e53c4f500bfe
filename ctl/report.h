/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The daemon's answer to a status request, and what is to be thought of it. */

#include "common/buffer.h"
#include "common/config.h"
#include "sql/db.h"

#define REPORT_LINES_MAX 65536U

typedef struct ReportLine {
        char *text;   /* JSON, as it came */
        char *source; /* of a source: its name */
        bool well;    /* of a source */
} ReportLine;

typedef struct Report {
        Db *json;
        ReportLine *lines; /* the daemon, then sources, then subscribers */
        size_t n;
        size_t n_sources;
        size_t n_bad;
} Report;

#define _cleanup_report_ _cleanup_(report_done)

/*
 * Asks the daemon. config tells of each source whether a page without entries is normal. What is
 * wrong is said; -ENOTCONN and the like when there is no daemon.
 */
int report_get(const Config *config, Report *ret);
void report_done(Report *report);

/* Parts of a line; text is "" if it is not there, and caller frees it. */
int report_text(const Report *report, size_t line, const char *path, char **ret);
int64_t report_number(const Report *report, size_t line, const char *path);

/* The whole in the formats for programs. Errors as buffer_append(). */
int report_json(const Report *report, Buffer *b);
int report_prometheus(const Report *report, Buffer *b);
