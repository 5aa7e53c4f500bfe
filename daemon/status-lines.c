/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "daemon/status-lines.h"
#include "daemon/answer.h"
#include "version.h"

/* 10,000 sources and ten times as many subscribers fit; from half of it on filters are left out. */
#define STATUS_MAX (32U << 20)
/* A longer filter is left out, too, or the line would be longer than a line may be. */
#define FILTER_MAX 8192U

typedef struct StatusWriting {
        const StatusInput *input;
        Buffer *b;
        int r;
} StatusWriting;

static int write_daemon(const StatusInput *input, Buffer *b) {
        Rows *rows;
        int r;

        r = db_query(input->db, SQL_LINE_STATUS, &rows, "ssiiiiii", TICKERD_VERSION,
                     tape_store(input->tape), store_count(input->store), tape_oldest(input->tape),
                     tape_newest(input->tape), (int64_t) store_wal_size(input->store),
                     input->journal, (int64_t) server_count(input->server));
        return r < 0 ? r : answer_line(rows, b);
}

static const char *format_known(usec_t time, char text[static TIME_SIZE]) {
        return time > 0 ? time_format(time, text) : NULL;
}

int status_line_source(Db *db, const char *name, const char *state, const char *since,
                       const char *detail, const SourceStats *stats, Buffer *b) {
        char last[TIME_SIZE], next[TIME_SIZE];
        Rows *rows;
        int r;

        r = db_query(db, SQL_LINE_SOURCE, &rows, "ssssssiii", name, state, since, detail,
                     stats ? format_known(stats->last_poll, last) : NULL,
                     stats ? format_known(stats->next_poll, next) : NULL,
                     stats ? (int64_t) stats->polls : -1, stats ? (int64_t) stats->failures : -1,
                     stats ? (int64_t) stats->bytes : -1);
        return r < 0 ? r : answer_line(rows, b);
}

static int on_source(const char *name, const char *state, const char *since, const char *detail,
                     void *userdata) {
        StatusWriting *w = userdata;
        SourceStats stats;
        bool known = poller_stats(w->input->poller, name, &stats);

        w->r = status_line_source(w->input->db, name, state, since, detail, known ? &stats : NULL,
                                  w->b);
        return w->r < 0;
}

static void on_subscriber(const SubscriberInfo *info, void *userdata) {
        StatusWriting *w = userdata;
        const StatusInput *input = w->input;
        const char *filter = info->filter;
        Rows *rows;

        if (filter && (strlen(filter) > FILTER_MAX || w->b->size > STATUS_MAX / 2))
                filter = NULL;
        if (w->r >= 0)
                w->r = db_query(input->db, SQL_LINE_SUBSCRIBER, &rows, "iisis", (int64_t) info->pid,
                                info->place, tape_store(input->tape),
                                tape_newest(input->tape) - info->place, filter);
        if (w->r >= 0)
                w->r = answer_line(rows, w->b);
}

int status_lines(const StatusInput *input, SharedText **ret) {
        _cleanup_(shared_text_unrefp) SharedText *shared = NULL;
        StatusWriting writing = { .input = input };
        int r;

        r = shared_text_new(STATUS_MAX, &shared);
        if (r < 0)
                return r;
        writing.b = &shared->text;
        r = write_daemon(input, writing.b);
        if (r >= 0)
                r = store_sources(input->store, on_source, &writing);
        if (r < 0 || writing.r < 0)
                return r < 0 ? r : writing.r;
        server_each(input->server, on_subscriber, &writing);
        buffer_puts(writing.b, "{\"type\":\"status-end\"}\n");
        r = writing.r < 0 ? writing.r : buffer_error(writing.b);
        if (r < 0)
                return r;
        *ret = STEAL_POINTER(shared);
        return 0;
}
