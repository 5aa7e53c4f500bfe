/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* From top to bottom: what follows from what, the end, a reload, signals, the beginning. */

#include <inttypes.h>
#include <signal.h>
#include <sys/socket.h>
#include <systemd/sd-daemon.h>

#include "common/log.h"
#include "daemon/handover.h"
#include "daemon/manager.h"
#include "daemon/messages.h"
#include "daemon/output.h"
#include "daemon/pruner.h"
#include "daemon/status-lines.h"

/* Subscribers have this long to read their last word; the whole stop may take 2 s. */
#define STOP_USEC USEC_PER_SEC
/* So long all who ask for the status get the same. */
#define STATUS_USEC USEC_PER_SEC
/* A step of a migration may take this long before the service manager worries. */
#define EXTEND_USEC (5 * USEC_PER_MINUTE)

struct Manager {
        const char *config_path;
        bool once;
        bool stopping;
        int exit_status;

        Config *config;
        Source **sources;
        size_t n_sources;

        sd_event *event;
        sd_event_source *stop_timer;
        Db *json;
        Store *store;
        Tape *tape;
        SourceStates *states;
        SharedText *status; /* the last one that was asked for */
        usec_t status_made; /* CLOCK_MONOTONIC */
        Server *server;
        ItemOutput *output;
        Pruner *pruner;
        Poller *poller;
        char status_text[512];
};

/* STATUS=, if it has changed. */
static void show_status(Manager *m) {
        PollerSummary summary = poller_summary(m->poller);
        char text[sizeof(m->status_text)];

        message_status(&summary, tape_newest(m->tape), server_count(m->server),
                       output_behind(m->output), text, sizeof(text));
        if (streq(text, m->status_text))
                return;
        memcpy(m->status_text, text, sizeof(text));
        (void) sd_notifyf(false, "STATUS=%s", text);
}

static void end(void *userdata) {
        Manager *m = userdata;

        (void) sd_event_exit(m->event, m->exit_status);
}

static int on_stop_timer(_unused_ sd_event_source *s, _unused_ uint64_t usec, void *userdata) {
        end(userdata);
        return 0;
}

/* Says goodbye to the subscribers, and ends the loop with that exit status within 2 s. */
static void stop(Manager *m, int exit_status) {
        int r;

        if (m->stopping)
                return;
        m->stopping = true;
        m->exit_status = exit_status;
        (void) sd_notify(false, "STOPPING=1\nSTATUS=Stopping");
        poller_stop(m->poller);
        if (sd_event_add_time_relative(m->event, &m->stop_timer, CLOCK_MONOTONIC, STOP_USEC, 0,
                                       on_stop_timer, m) < 0)
                end(m);
        if (handover_possible()) {
                r = server_hand_over(m->server);
                if (r < 0)
                        log_warning("subscribers cannot be left with the service manager: %s",
                                    strerror(-r));
        }
        server_stop(m->server, end, m);
}

/* With --once: ends when every source was polled and everything that was new is out. */
static void stop_if_done(Manager *m) {
        if (m->once && !m->stopping && poller_all_polled(m->poller) &&
            output_behind(m->output) == 0)
                stop(m, poller_all_good(m->poller) ? EXIT_SUCCESS : EXIT_FAILURE);
}

static void on_items(void *userdata) {
        Manager *m = userdata;

        server_run(m->server);
        output_run(m->output);
}

static void on_state(void *userdata, const char *source, const char *state, const char *detail,
                     usec_t now) {
        _cleanup_buffer_ Buffer line = BUFFER(4096);
        char since[TIME_SIZE];
        Manager *m = userdata;
        int r;

        r = status_line_source(m->json, source, state, time_format(now, since),
                               *detail ? detail : NULL, NULL, &line);
        if (r >= 0)
                r = source_states_put(m->states, source, line.data);
        if (r < 0)
                log_warning("subscribers do not hear of the state of %s: %s", source, strerror(-r));
        server_run(m->server);
}

static void on_notice(void *userdata, Notice notice, const Source *source, State state,
                      const char *detail) {
        Manager *m = userdata;

        message_notice(output_journal(m->output), notice, source, state, detail);
}

static void on_polled(void *userdata) {
        Manager *m = userdata;

        if (!m->stopping)
                show_status(m);
        stop_if_done(m);
}

static void on_lost(void *userdata) {
        Manager *m = userdata;

        log_error(
                "the database %s was replaced or removed; restart tickerd to go on with what is there now",
                m->config->database.text);
        stop(m, EXIT_FAILURE);
}

/* Without a reader on standard output there is nothing to do for one who runs us by hand. */
static void on_output_done(void *userdata, int error) {
        Manager *m = userdata;

        if (error == -EPIPE)
                stop(m, EXIT_FAILURE);
        else if (error == 0)
                stop_if_done(m);
}

static void on_output_moved(void *userdata) {
        show_status(userdata);
}

static void on_pruned(void *userdata) {
        Manager *m = userdata;

        tape_trim(m->tape);
        server_run(m->server);
}

static int on_status(void *userdata, SharedText **ret) {
        Manager *m = userdata;
        const StatusInput input = {
                .db = m->json,
                .tape = m->tape,
                .store = m->store,
                .poller = m->poller,
                .server = m->server,
                .journal = tape_newest(m->tape) - output_behind(m->output),
        };
        int r;

        if (m->status && time_monotonic() - m->status_made >= STATUS_USEC)
                m->status = shared_text_unref(m->status);
        if (!m->status) {
                r = status_lines(&input, &m->status);
                if (r < 0)
                        return r;
                m->status_made = time_monotonic();
        }
        *ret = shared_text_ref(m->status);
        return 0;
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

/* What Retain= and Journal= ask for. */
static int apply(Manager *m) {
        int r;

        r = pruner_set(m->pruner, m->config->retain);
        return r < 0 ? r : output_set(m->output, m->config->journal);
}

/* The new configuration takes the place of the old one as a whole, or not at all. */
static int load_again(Manager *m) {
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
        server_set(m->server, m->config->max_subscribers, m->config->socket_mode);
        return 0;
}

static void reload(Manager *m) {
        int r;

        (void) sd_notifyf(false, "RELOADING=1\nMONOTONIC_USEC=%" PRIu64, time_monotonic());
        r = load_again(m);
        if (r < 0) {
                log_error("the new configuration is not used; the old one stays");
        } else {
                r = apply(m);
                if (r < 0) {
                        log_error("cannot go on with the new configuration: %s", strerror(-r));
                        stop(m, EXIT_FAILURE);
                        return;
                }
                log_notice("configuration reloaded, %zu source%s", m->n_sources,
                           m->n_sources == 1 ? "" : "s");
        }
        (void) sd_notify(false, "READY=1");
        output_run(m->output);
        show_status(m);
}

/* Signals. While the daemon stops, nothing new begins. */

static int on_reload(_unused_ sd_event_source *s, _unused_ const struct signalfd_siginfo *si,
                     void *userdata) {
        Manager *m = userdata;

        if (!m->stopping)
                reload(m);
        return 0;
}

static int on_poll_now(_unused_ sd_event_source *s, _unused_ const struct signalfd_siginfo *si,
                       void *userdata) {
        Manager *m = userdata;

        if (!m->stopping)
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
        server_take_over(m->server, &handover);
        if (handover.listener >= 0 && (!handover.ours || is_bound_to(handover.listener, path)))
                r = server_listen_fd(m->server, STEAL_FD(handover.listener),
                                     handover.ours ? path : NULL);
        else {
                handover.listener = safe_close(handover.listener); /* Socket= has changed */
                r = server_listen(m->server, path, m->config->socket_mode);
        }
        handover_done(&handover);
        return r;
}

static void on_progress(_unused_ void *userdata) {
        (void) sd_notifyf(
                false, "EXTEND_TIMEOUT_USEC=%" PRIu64 "\nSTATUS=Bringing the database up to date",
                EXTEND_USEC);
}

/* All parts, each after those that it needs. */
static int make_parts(Manager *m, const ManagerOptions *options) {
        const PollerEvents poller_events = {
                .items = on_items,
                .state = on_state,
                .notice = on_notice,
                .polled = on_polled,
                .lost = on_lost,
                .userdata = m,
        };
        const OutputEvents output_events = {
                .done = on_output_done,
                .moved = on_output_moved,
                .userdata = m,
        };
        SubscriberContext context = { .status = on_status, .userdata = m };
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
                r = source_states_new(&m->states);
        if (r < 0)
                return r;

        context.json = m->json;
        context.tape = m->tape;
        context.states = m->states;
        r = server_new(m->event, &context, m->config->max_subscribers, &m->server);
        if (r >= 0)
                r = output_new(m->event, m->store, &output_events, &m->output);
        if (r >= 0)
                r = pruner_new(m->event, m->store, on_pruned, m, &m->pruner);
        if (r >= 0)
                r = poller_new(m->event, m->store, m->json, options->fetch, options->config_path,
                               &poller_events, &m->poller);
        return r < 0 ? r : apply(m);
}

static int set_up(Manager *m, const ManagerOptions *options) {
        int r;

        r = store_open(m->config->database.text, on_progress, m, &m->store);
        if (r < 0)
                return r;
        r = make_parts(m, options);
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
        if (!m->once)
                return listen_at_socket(m);
        poller_poll_now(m->poller);
        return 0;
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
        (void) sd_event_source_disable_unref(m->stop_timer);
        (void) pruner_free(m->pruner);
        (void) poller_free(m->poller);
        (void) output_free(m->output);
        (void) server_free(m->server);
        (void) shared_text_unref(m->status);
        (void) source_states_free(m->states);
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
                message_started(output_journal(m->output), m->config->database.text,
                                m->config->socket.text, m->n_sources);
        if (m->n_sources == 0)
                log_warning("Sources= is empty: there is nothing to poll");
        (void) sd_notify(false, "READY=1");
        show_status(m);
        output_run(m->output);
        stop_if_done(m);

        r = sd_event_loop(m->event);
        if (r < 0) {
                log_error("the event loop failed: %s", strerror(-r));
                return EXIT_FAILURE;
        }
        return r;
}
