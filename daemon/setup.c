/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The manager's beginning and end: signals, the parts in their order, the loop. */

#include <inttypes.h>
#include <signal.h>
#include <sys/socket.h>
#include <systemd/sd-daemon.h>

#include "common/log.h"
#include "daemon/announce.h"
#include "daemon/handover.h"
#include "daemon/manager-private.h"

/* A step of a migration may take this long before the service manager worries. */
#define EXTEND_USEC (5 * USEC_PER_MINUTE)

static int on_reload(_unused_ sd_event_source *s, _unused_ const struct signalfd_siginfo *si,
                     void *userdata) {
        manager_reload(userdata);
        return 0;
}

static int on_poll_now(_unused_ sd_event_source *s, _unused_ const struct signalfd_siginfo *si,
                       void *userdata) {
        Manager *m = userdata;

        poller_poll_now(m->poller);
        return 0;
}

static int on_stop(_unused_ sd_event_source *s, _unused_ const struct signalfd_siginfo *si,
                   void *userdata) {
        manager_stop(userdata, EXIT_SUCCESS);
        return 0;
}

static int watch_signals(Manager *m) {
        static const struct {
                int number;
                sd_event_signal_handler_t handler;
        } signals[] = {
                { SIGTERM, on_stop },
                { SIGINT, on_stop },
                { SIGHUP, on_reload },
                { SIGUSR1, on_poll_now },
        };
        sigset_t set;
        int r;

        (void) sigemptyset(&set);
        for (size_t i = 0; i < ELEMENTSOF(signals); i++)
                (void) sigaddset(&set, signals[i].number);
        if (sigprocmask(SIG_BLOCK, &set, NULL) < 0)
                return -errno;
        for (size_t i = 0; i < ELEMENTSOF(signals); i++) {
                r = sd_event_add_signal(m->event, NULL, signals[i].number, signals[i].handler, m);
                if (r < 0)
                        return r;
        }
        return 0;
}

static bool is_bound_to(int fd, const char *path) {
        return sd_is_socket_unix(fd, SOCK_STREAM, 1, path, 0) > 0;
}

/* A socket that the service manager passes comes first, also one that a daemon before left with it.
 */
static int listen_at_socket(Manager *m) {
        Handover handover = HANDOVER_NONE;
        const char *path = m->config->socket.text;
        int r;

        r = handover_take(&handover);
        if (r < 0)
                log_warning("what an earlier daemon left cannot be used: %s", strerror(-r));
        hub_take_over(m->hub, &handover);
        if (handover.listener >= 0 && (!handover.ours || is_bound_to(handover.listener, path)))
                r = hub_listen_fd(m->hub, STEAL_FD(handover.listener), handover.ours ? path : NULL);
        else {
                handover.listener = safe_close(handover.listener); /* Socket= has changed */
                r = hub_listen(m->hub, path, m->config->socket_mode);
        }
        handover_done(&handover);
        return r;
}

static void on_progress(_unused_ void *userdata) {
        (void) sd_notifyf(
                false, "EXTEND_TIMEOUT_USEC=%" PRIu64 "\nSTATUS=Bringing the database up to date",
                EXTEND_USEC);
}

static int set_up(Manager *m, const ManagerOptions *options) {
        const PollerEvents events = {
                .items = manager_on_items,
                .state = manager_on_state,
                .notice = manager_on_notice,
                .polled = manager_on_polled,
                .lost = manager_on_lost,
                .userdata = m,
        };
        int r;

        r = sd_event_default(&m->event);
        if (r >= 0)
                r = watch_signals(m);
        if (r >= 0)
                r = sd_event_set_watchdog(m->event, true);
        if (r >= 0)
                r = db_open(":memory:", false, &m->json);
        if (r >= 0)
                r = tape_new(m->store, &m->tape);
        if (r >= 0)
                r = board_new(&m->board);
        if (r >= 0)
                r = hub_new(m->event,
                            &(SubscriberContext){ .json = m->json,
                                                  .tape = m->tape,
                                                  .board = m->board,
                                                  .report = manager_on_report,
                                                  .userdata = m },
                            m->config->max_subscribers, &m->hub);
        if (r >= 0)
                r = manager_set_follower(m);
        if (r >= 0)
                r = poller_new(m->event, m->store, m->json, options->fetch, options->config_path,
                               &events, &m->poller);
        if (r >= 0)
                r = manager_set_prune_timer(m);
        if (r < 0) {
                log_error("cannot start: %s", strerror(-r));
                return r;
        }

        r = poller_set_sources(m->poller, m->sources, m->n_sources, m->config->reappear);
        if (r < 0) {
                log_error("cannot write to the database %s: %s", m->config->database.text,
                          store_message(m->store));
                return r;
        }
        return m->once ? 0 : listen_at_socket(m);
}

int manager_new(const ManagerOptions *options, Config *config, Source **sources, Manager **ret) {
        Manager *m;
        int r;

        m = calloc(1, sizeof(Manager));
        if (!m) {
                sources_free(sources, config->sources.n);
                (void) config_free(config);
                return log_oom();
        }
        m->config_path = options->config_path;
        m->once = options->once;
        m->config = config;
        m->sources = sources;
        m->n_sources = config->sources.n;

        r = store_open(config->database.text, on_progress, m, &m->store);
        if (r >= 0)
                r = set_up(m, options);
        if (r < 0) {
                (void) manager_free(m);
                return r;
        }
        *ret = m;
        return 0;
}

Manager *manager_free(Manager *m) {
        if (!m)
                return NULL;
        (void) sd_event_source_disable_unref(m->prune_timer);
        (void) sd_event_source_disable_unref(m->stop_timer);
        (void) poller_free(m->poller);
        (void) follower_free(m->follower);
        (void) journal_sink_free(m->journal_sink);
        (void) journal_free(m->journal);
        (void) hub_free(m->hub);
        (void) report_unref(m->report);
        (void) board_free(m->board);
        (void) tape_free(m->tape);
        (void) store_free(m->store);
        (void) db_free(m->json);
        (void) sd_event_unref(m->event);
        sources_free(m->sources, m->n_sources);
        (void) config_free(m->config);
        free(m);
        return NULL;
}

int manager_run(Manager *m) {
        int r;

        if (!m->once)
                announce_started(m->journal, m->config->database.text, m->config->socket.text,
                                 m->n_sources);
        if (m->n_sources == 0)
                log_warning("Sources= is empty: there is nothing to poll");
        (void) sd_notify(false, "READY=1");
        manager_show_status(m);
        follower_run(m->follower);
        manager_stop_if_done(m);

        r = sd_event_loop(m->event);
        if (r < 0) {
                log_error("the event loop failed: %s", strerror(-r));
                return EXIT_FAILURE;
        }
        return r;
}
