/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <inttypes.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <systemd/sd-daemon.h>

#include "common/log.h"
#include "daemon/announce.h"
#include "daemon/hub.h"
#include "daemon/manager.h"
#include "daemon/printer.h"

/* Subscribers have this long to read their last word; the whole stop may take 2 s. */
#define STOP_USEC USEC_PER_SEC
/* How often Retain= is looked after, and how soon again when there was more than one transaction's
 * worth. */
#define PRUNE_USEC USEC_PER_MINUTE
#define PRUNE_BATCH 1000
#define PRUNE_AGAIN_USEC (100 * USEC_PER_MSEC)
/* A step of a migration may take this long before the service manager worries. */
#define EXTEND_USEC (5 * USEC_PER_MINUTE)

struct Manager {
        const char *config_path;
        bool once;
        bool stopping;
        int status;

        Config *config;
        Source **sources;
        size_t n_sources;

        sd_event *event;
        sd_event_source *prune_timer;
        sd_event_source *stop_timer;
        Db *json;
        Store *store;
        Tape *tape;
        Hub *hub;
        Journal *journal;
        Follower *follower;
        Poller *poller;
        char status_text[512];
};

static void show_status(Manager *m) {
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

static void stop(Manager *m, int status) {
        if (m->stopping)
                return;
        m->stopping = true;
        m->status = status;
        (void) sd_notify(false, "STOPPING=1\nSTATUS=Stopping");
        poller_stop(m->poller);
        if (sd_event_add_time_relative(m->event, &m->stop_timer, CLOCK_MONOTONIC, STOP_USEC, 0,
                                       on_stop_timer, m) < 0)
                end(m);
        hub_stop(m->hub, end, m);
}

/* With --once: ends when every source was polled and everything that was new is out. */
static void end_if_done(Manager *m) {
        if (m->once && poller_all_polled(m->poller) && follower_behind(m->follower) == 0)
                stop(m, poller_all_good(m->poller) ? EXIT_SUCCESS : EXIT_FAILURE);
}

static void on_items(void *userdata) {
        Manager *m = userdata;

        hub_run(m->hub);
        follower_run(m->follower);
}

static void on_notice(void *userdata, Notice notice, const Source *source, State state,
                      const char *detail) {
        Manager *m = userdata;

        announce_notice(m->journal, notice, source, state, detail);
}

static void on_polled(void *userdata) {
        Manager *m = userdata;

        show_status(m);
        end_if_done(m);
}

static void on_lost(void *userdata) {
        Manager *m = userdata;

        log_error(
                "the database %s was replaced or removed; restart tickerd to go on with what is there now",
                m->config->database.text);
        stop(m, EXIT_FAILURE);
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
static int set_prune_timer(Manager *m) {
        m->prune_timer = sd_event_source_disable_unref(m->prune_timer);
        if (m->config->retain == USEC_INFINITY)
                return 0;
        return sd_event_add_time_relative(m->event, &m->prune_timer, CLOCK_MONOTONIC, 0, 0,
                                          on_prune, m);
}

/* Items go to the journal when we run as a service and nobody forbade it, otherwise to standard
 * output. */
static int set_follower(Manager *m) {
        bool journal = m->config->journal && log_is_journal(STDERR_FILENO);
        Sink sink;
        int r;

        m->follower = follower_free(m->follower);
        if (journal && !m->journal) {
                r = journal_new(JOURNAL_SOCKET, m->store, &m->journal);
                if (r < 0)
                        return r;
        } else if (!journal)
                m->journal = journal_free(m->journal);
        sink = journal ? journal_sink(m->journal) : printer_sink();
        return follower_new(m->event, m->store, &sink, &m->follower);
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
        hub_set_max(m->hub, m->config->max_subscribers);
        r = set_prune_timer(m);
        if (r >= 0)
                r = set_follower(m);
        if (r >= 0)
                follower_run(m->follower);
        return r;
}

static int on_reload(_unused_ sd_event_source *s, _unused_ const struct signalfd_siginfo *si,
                     void *userdata) {
        Manager *m = userdata;
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
                stop(m, EXIT_FAILURE); /* out of memory */
        else
                show_status(m);
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
        stop(userdata, EXIT_SUCCESS);
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

/* A socket that the service manager passes comes first. */
static int listen_at_socket(Manager *m) {
        int n = sd_listen_fds(true);

        for (int fd = SD_LISTEN_FDS_START; fd < SD_LISTEN_FDS_START + n; fd++)
                if (sd_is_socket_unix(fd, SOCK_STREAM, 1, NULL, 0) > 0)
                        return hub_listen_fd(m->hub, fd);
        return hub_listen(m->hub, m->config->socket.text, m->config->socket_mode);
}

static void on_progress(_unused_ void *userdata) {
        (void) sd_notifyf(
                false, "EXTEND_TIMEOUT_USEC=%" PRIu64 "\nSTATUS=Bringing the database up to date",
                EXTEND_USEC);
}

static int set_up(Manager *m, const ManagerOptions *options) {
        const PollerEvents events = {
                .items = on_items,
                .notice = on_notice,
                .polled = on_polled,
                .lost = on_lost,
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
                r = hub_new(m->event, m->json, m->tape, m->config->max_subscribers, &m->hub);
        if (r >= 0)
                r = set_follower(m);
        if (r >= 0)
                r = poller_new(m->event, m->store, m->json, options->fetch, options->config_path,
                               &events, &m->poller);
        if (r >= 0)
                r = set_prune_timer(m);
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
        (void) journal_free(m->journal);
        (void) hub_free(m->hub);
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
        show_status(m);
        follower_run(m->follower);
        end_if_done(m);

        r = sd_event_loop(m->event);
        if (r < 0) {
                log_error("the event loop failed: %s", strerror(-r));
                return EXIT_FAILURE;
        }
        return r;
}
