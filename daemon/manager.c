/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <inttypes.h>
#include <systemd/sd-daemon.h>

#include "common/log.h"
#include "daemon/announce.h"
#include "daemon/handover.h"
#include "daemon/manager-private.h"
#include "daemon/printer.h"

/* Subscribers have this long to read their last word; the whole stop may take 2 s. */
#define STOP_USEC USEC_PER_SEC
/* How often Retain= is looked after, and how soon again when one transaction was not enough. */
#define PRUNE_USEC USEC_PER_MINUTE
#define PRUNE_AGAIN_USEC (100 * USEC_PER_MSEC)
#define PRUNE_BATCH 1000
/* So long all who ask get the same report. */
#define REPORT_USEC USEC_PER_SEC

void manager_show_status(Manager *m) {
        PollerSummary summary = poller_summary(m->poller);
        char text[sizeof(m->status_text)];

        announce_status(&summary, tape_newest(m->tape), hub_count(m->hub),
                        follower_behind(m->follower), text, sizeof(text));
        if (streq(text, m->status_text))
                return;
        memcpy(m->status_text, text, sizeof(text));
        (void) sd_notifyf(false, "STATUS=%s", text);
}

static void end(void *userdata) {
        Manager *m = userdata;

        (void) sd_event_exit(m->event, m->status);
}

static int on_stop_timer(_unused_ sd_event_source *s, _unused_ uint64_t usec, void *userdata) {
        end(userdata);
        return 0;
}

void manager_stop(Manager *m, int status) {
        if (m->stopping)
                return;
        m->stopping = true;
        m->status = status;
        (void) sd_notify(false, "STOPPING=1\nSTATUS=Stopping");
        poller_stop(m->poller);
        if (sd_event_add_time_relative(m->event, &m->stop_timer, CLOCK_MONOTONIC, STOP_USEC, 0,
                                       on_stop_timer, m) < 0)
                end(m);
        if (handover_possible()) {
                int r = hub_hand_over(m->hub);

                if (r < 0)
                        log_warning("subscribers cannot be left with the service manager: %s",
                                    strerror(-r));
        }
        hub_stop(m->hub, end, m);
}

/* With --once: ends when every source was polled and everything that was new is out. */
void manager_stop_if_done(Manager *m) {
        if (m->once && poller_all_polled(m->poller) && follower_behind(m->follower) == 0)
                manager_stop(m, poller_all_good(m->poller) ? EXIT_SUCCESS : EXIT_FAILURE);
}

void manager_on_items(void *userdata) {
        Manager *m = userdata;

        hub_run(m->hub);
        follower_run(m->follower);
}

void manager_on_state(void *userdata, const char *source, const char *state, const char *detail,
                      usec_t now) {
        _cleanup_buffer_ Buffer line = BUFFER(4096);
        char since[TIME_SIZE];
        Manager *m = userdata;
        int r;

        r = report_source(&line, source, state, time_format(now, since), *detail ? detail : NULL,
                          NULL);
        if (r >= 0)
                r = board_put(m->board, source, line.data);
        if (r < 0)
                log_warning("subscribers do not hear of the state of %s: %s", source, strerror(-r));
        hub_run(m->hub);
}

/* One report for all who ask within a second. */
int manager_on_report(void *userdata, Report **ret) {
        Manager *m = userdata;
        const ReportInput input = {
                .tape = m->tape,
                .store = m->store,
                .poller = m->poller,
                .hub = m->hub,
                .journal = tape_newest(m->tape) - follower_behind(m->follower),
        };
        int r;

        if (m->report && time_monotonic() - m->report->made >= REPORT_USEC)
                m->report = report_unref(m->report);
        if (!m->report) {
                r = report_new(&input, &m->report);
                if (r < 0)
                        return r;
        }
        *ret = report_ref(m->report);
        return 0;
}

void manager_on_notice(void *userdata, Notice notice, const Source *source, State state,
                       const char *detail) {
        Manager *m = userdata;

        announce_notice(m->journal, notice, source, state, detail);
}

void manager_on_polled(void *userdata) {
        Manager *m = userdata;

        manager_show_status(m);
        manager_stop_if_done(m);
}

void manager_on_lost(void *userdata) {
        Manager *m = userdata;

        log_error(
                "the database %s was replaced or removed; restart tickerd to go on with what is there now",
                m->config->database.text);
        manager_stop(m, EXIT_FAILURE);
}

static int on_prune(_unused_ sd_event_source *s, _unused_ uint64_t usec, void *userdata) {
        Manager *m = userdata;
        usec_t now = time_now(), retain = m->config->retain;
        int n = 0;

        if (retain < now)
                n = store_prune(m->store, now - retain);
        if (n < 0)
                log_warning("old items cannot be removed for now: %s", store_message(m->store));
        if (n > 0) {
                tape_trim(m->tape);
                hub_run(m->hub);
        }
        (void) sd_event_source_set_time_relative(m->prune_timer,
                                                 n >= PRUNE_BATCH ? PRUNE_AGAIN_USEC : PRUNE_USEC);
        (void) sd_event_source_set_enabled(m->prune_timer, SD_EVENT_ONESHOT);
        return 0;
}

/* Only Retain= needs a timer: a daemon that keeps all is not woken for it. */
int manager_set_prune_timer(Manager *m) {
        m->prune_timer = sd_event_source_disable_unref(m->prune_timer);
        if (m->config->retain == USEC_INFINITY)
                return 0;
        return sd_event_add_time_relative(m->event, &m->prune_timer, CLOCK_MONOTONIC, 0, 0,
                                          on_prune, m);
}

/* Without a reader on standard output there is nothing to do for one who runs us by hand. */
static void on_handed_over(void *userdata, int error) {
        Manager *m = userdata;

        if (error == -EPIPE)
                manager_stop(m, EXIT_FAILURE);
        else if (error == 0)
                manager_stop_if_done(m);
}

static void on_journal(void *userdata) {
        Manager *m = userdata;

        follower_run(m->follower);
        manager_show_status(m);
}

/* Items go to the journal when we run as a service and nobody forbade it, otherwise to standard
 * output. */
int manager_set_follower(Manager *m) {
        bool journal = m->config->journal && log_is_journal(STDERR_FILENO);
        Sink sink = printer_sink();
        int r;

        if (m->follower && journal == !!m->journal)
                return 0;
        m->follower = follower_free(m->follower);
        m->journal_sink = journal_sink_free(m->journal_sink);
        m->journal = journal_free(m->journal);
        if (journal) {
                r = journal_new(JOURNAL_SOCKET, m->store, &m->journal);
                if (r >= 0)
                        r = journal_sink_new(m->event, m->journal, m->store, on_journal, m,
                                             &m->journal_sink);
                if (r < 0)
                        return r;
                sink = journal_sink(m->journal_sink);
        }
        return follower_new(m->event, m->store, &sink, on_handed_over, m, &m->follower);
}

static bool value_same(const Value *a, const Value *b) {
        return streq(strnull(a->text), strnull(b->text));
}

static void say_what_needs_restart(const Config *old, const Config *new) {
        if (!value_same(&old->database, &new->database))
                log_warning("Database= has changed; restart tickerd to use %s", new->database.text);
        if (!value_same(&old->socket, &new->socket))
                log_warning("Socket= has changed; restart tickerd to use %s", new->socket.text);
}

/* The new configuration takes the place of the old one as a whole, or not at all. */
static int reload(Manager *m) {
        _cleanup_(config_freep) Config *config = NULL;
        Source **sources = NULL;
        int r;

        r = config_load(m->config_path, &config);
        if (r >= 0)
                r = config_load_sources(config, &sources);
        if (r < 0)
                return r;
        r = poller_set_sources(m->poller, sources, config->sources.n, config->reappear);
        if (r < 0) {
                sources_free(sources, config->sources.n);
                return r;
        }

        say_what_needs_restart(m->config, config);
        sources_free(m->sources, m->n_sources);
        m->sources = sources;
        m->n_sources = config->sources.n;
        (void) config_free(m->config);
        m->config = STEAL_POINTER(config);
        hub_set(m->hub, m->config->max_subscribers, m->config->socket_mode);
        r = manager_set_prune_timer(m);
        if (r >= 0)
                r = manager_set_follower(m);
        if (r >= 0)
                follower_run(m->follower);
        return r;
}

void manager_reload(Manager *m) {
        int r;

        (void) sd_notifyf(false, "RELOADING=1\nMONOTONIC_USEC=%" PRIu64, time_monotonic());
        r = reload(m);
        if (r < 0)
                log_error("the new configuration is not used; the old one stays");
        else
                log_notice("configuration reloaded, %zu source%s", m->n_sources,
                           m->n_sources == 1 ? "" : "s");
        (void) sd_notify(false, "READY=1");
        if (!m->follower)
                manager_stop(m, EXIT_FAILURE); /* out of memory */
        else
                manager_show_status(m);
}
