/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "daemon/messages.h"
#include "common/log.h"
#include "version.h"

#define MESSAGE_MAX 1024U

static void send_message(Journal *journal, int priority, const char *message_id,
                         const char *message, const char *source, const char *state,
                         const char *detail) {
        if (!journal ||
            journal_note(journal, priority, message_id, message, source, state, detail) < 0)
                log_message(priority, "%s", message);
}

void message_started(Journal *journal, const char *database, const char *socket, size_t n_sources) {
        char message[MESSAGE_MAX];

        (void) snprintf(message, sizeof(message),
                        "tickerd %s polls %zu source%s; socket %s, database %s", TICKERD_VERSION,
                        n_sources, n_sources == 1 ? "" : "s", socket, database);
        send_message(journal, LOG_INFO, JOURNAL_STARTED, message, NULL, NULL, NULL);
}

/* What was looked for and did not come, and what a person can do to see more. */
static void write_alarm(const Source *source, State state, const char *detail, char *ret,
                        size_t size) {
        const char *name = state_name(state);

        if (state == STATE_NO_STRIP || state == STATE_EMPTY)
                (void) snprintf(
                        ret, size,
                        "%s: the page no longer yields its strip (%s), looked for with Strip=%s in "
                        "%s. See for yourself: tickerd-fetch --verbose --source=%s --url=%s",
                        source->name, name, source->strip.items[0].text, source->path, source->path,
                        source->url.text);
        else
                (void) snprintf(
                        ret, size,
                        "%s: its strip cannot be read (%s%s%s). Polling goes on. See for yourself: "
                        "tickerd-fetch --verbose --source=%s --url=%s",
                        source->name, name, *detail ? ": " : "", detail, source->path,
                        source->url.text);
}

void message_notice(Journal *journal, Notice notice, const Source *source, State state,
                    const char *detail) {
        char message[MESSAGE_MAX] = "";
        const char *id = JOURNAL_ALARM;
        int priority = LOG_WARNING;

        switch (notice) {
        case NOTICE_ALARM:
                write_alarm(source, state, detail, message, sizeof(message));
                break;
        case NOTICE_ALL_CLEAR:
                id = JOURNAL_ALL_CLEAR;
                priority = LOG_NOTICE;
                (void) snprintf(message, sizeof(message), "%s: its strip is read again (%s)",
                                source->name, state_name(state));
                break;
        case NOTICE_TURNOVER:
                id = JOURNAL_TURNOVER;
                (void) snprintf(
                        message, sizeof(message),
                        "%s: no entry of the fetch before is left, so items may have come and gone "
                        "unseen; a shorter Interval= in %s would help",
                        source->name, source->path);
                break;
        case NOTICE_NOT_STORED:
                id = JOURNAL_NOT_STORED;
                priority = LOG_ERR;
                (void) snprintf(
                        message, sizeof(message),
                        "a poll of %s could not be stored: %s. It is tried again with the next.",
                        source->name, detail);
                break;
        }
        send_message(journal, priority, id, message, source->name,
                     notice == NOTICE_NOT_STORED ? NULL : state_name(state),
                     *detail ? detail : NULL);
}

void message_status(const PollerSummary *s, int64_t newest, unsigned n_subscribers, int64_t behind,
                    char *ret, size_t size) {
        char sources[256], journal[64] = "";

        if (s->n_sources == 0)
                (void) snprintf(sources, sizeof(sources), "No source is enabled");
        else if (s->not_stored)
                (void) snprintf(sources, sizeof(sources), "The database cannot be written");
        else if (s->n_bad == 0 && s->n_pending == 0)
                (void) snprintf(sources, sizeof(sources), "%zu source%s fine", s->n_sources,
                                s->n_sources == 1 ? ", which is" : "s, all");
        else if (s->n_bad == 0)
                (void) snprintf(sources, sizeof(sources), "%zu source%s, %zu not polled yet",
                                s->n_sources, s->n_sources == 1 ? "" : "s", s->n_pending);
        else
                (void) snprintf(sources, sizeof(sources), "%zu of %zu source%s in trouble (%s: %s)",
                                s->n_bad, s->n_sources, s->n_sources == 1 ? "" : "s", s->bad_name,
                                state_name(s->bad_state));
        if (behind > 0)
                (void) snprintf(journal, sizeof(journal), ", journal %lld behind",
                                (long long) behind);
        (void) snprintf(ret, size, "%s; %lld item%s, %u subscriber%s%s", sources,
                        (long long) newest, newest == 1 ? "" : "s", n_subscribers,
                        n_subscribers == 1 ? "" : "s", journal);
}
