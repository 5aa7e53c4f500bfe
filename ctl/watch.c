/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* watch: follows the tape. Each new connection goes on from the cursor where the last one ended. */

#include <signal.h>
#include <sys/epoll.h>

#include "client/client.h"
#include "client/cursor-file.h"
#include "common/log.h"
#include "ctl/archive.h"
#include "ctl/show.h"
#include "ctl/terminal.h"
#include "ctl/verbs.h"

#define LAST_DEFAULT 10

typedef struct Watch {
        const Options *options;
        const char *path; /* of the socket */
        sd_event *event;
        Db *db; /* in memory: reads JSON, and keeps what show does */
        Show *show;
        CursorFile *file; /* NULL: nothing is saved */
        ClientRequest request;
        char *sources; /* of the request */
        Client *client;
        sd_event_source *input, *retry, *hangup;
        bool ever;  /* there was a hello from any daemon */
        int signal; /* that ended the loop */
} Watch;

static void disconnect(Watch *w) {
        w->input = sd_event_source_disable_unref(w->input);
        if (w->client)
                client_disconnect(w->client);
}

static void watch_done(Watch *w) {
        disconnect(w);
        (void) sd_event_source_disable_unref(w->retry);
        (void) sd_event_source_disable_unref(w->hangup);
        (void) client_free(w->client);
        (void) show_free(w->show);
        (void) cursor_file_free(w->file);
        (void) db_free(w->db);
        free(w->sources);
        (void) sd_event_unref(w->event);
}

/* With how many items to begin: a bar has room for one. */
static int64_t first_items(const Options *options) {
        if (options->number >= 0)
                return options->number;
        if (options->strip)
                return LAST_DEFAULT;
        if (options->notify && !options->format_set)
                return 0;
        return output_is_bar(options->format) ? 1 : LAST_DEFAULT;
}

static int on_item(Watch *w, const ClientEvent *e) {
        int r;

        r = show_item(w->show, e->item, e->line, e->size);
        if (r < 0 || !w->file)
                return r;
        /* First the item is written, then the cursor is saved. Only if nothing is saved, several
         * items are written at once. */
        r = show_flush(w->show);
        return r < 0 ? r : cursor_file_save(w->file, e->item->cursor);
}

static void tell_removed(Watch *w) {
        show_notice(w->show, "items were removed before they could be shown (Retain=)");
}

static int on_hello(Watch *w, const ClientEvent *e) {
        if (e->missed)
                tell_removed(w);
        w->ever = true;
        return w->file ? cursor_file_save(w->file, client_cursor(w->client)) : 0;
}

/* The daemon refuses the request. 0: try again, for the reason may pass. */
static int on_error(Watch *w, const ClientEvent *e) {
        bool unknown = e->type == CLIENT_UNKNOWN_CURSOR;

        if (unknown && (w->ever || w->file) && !w->options->since) {
                show_notice(w->show,
                            "the daemon has another database than before: what was new in between "
                            "is not shown, see tickerctl last");
                return 0;
        }
        if (w->ever && streq(e->code, "full"))
                return 0;
        if (unknown)
                log_error("--since=%s: %s; begin anew with -n", strnull(w->options->since),
                          e->message);
        else if (streq(e->code, "unknown-source"))
                log_error("the daemon has never polled one of the sources of --source=; "
                          "see which are enabled: tickerctl sources");
        else if (streq(e->code, "full"))
                log_error(
                        "as many subscribers as MaxSubscribers= allows are connected; see tickerctl status");
        else
                log_error(
                        "the daemon did not understand (%s); install the tickerctl that came with it",
                        e->message);
        return -EREMOTEIO;
}

static int on_event(Watch *w, const ClientEvent *e) {
        switch (e->type) {
        case CLIENT_ITEM:
                return on_item(w, e);
        case CLIENT_HELLO:
                return on_hello(w, e);
        case CLIENT_GAP:
                tell_removed(w);
                return 0;
        case CLIENT_UNKNOWN_CURSOR:
        case CLIENT_ERROR:
                return on_error(w, e);
        case CLIENT_LINE:
                return streq(e->name, "source") ? show_source(w->show, e->line, w->sources) : 0;
        }
        return 0;
}

static int connect_again(Watch *w) {
        int r;

        disconnect(w);
        r = show_connection(w->show, false);
        if (r >= 0)
                r = show_flush(w->show);
        if (r >= 0)
                r = sd_event_source_set_time_relative(w->retry, CLIENT_RETRY);
        return r < 0 ? r : sd_event_source_set_enabled(w->retry, SD_EVENT_ONESHOT);
}

static int on_input(sd_event_source *source, _unused_ int fd, _unused_ uint32_t revents,
                    void *userdata) {
        Watch *w = userdata;
        ClientEvent e;
        int r, k;

        r = client_read(w->client, 0);
        while (r >= 0 && (r = client_next(w->client, &e)) > 0) {
                r = on_event(w, &e);
                if (r < 0)
                        return sd_event_exit(w->event, r); /* ours, and told */
        }
        k = show_flush(w->show);
        if (k < 0 || r == -ENOMEM)
                return sd_event_exit(w->event, k < 0 ? k : r);
        if (r >= 0)
                return 0;
        if (r == -EBADMSG || r == -EMSGSIZE)
                show_notice(w->show, "the daemon sent what cannot be understood");
        r = connect_again(w);
        return r < 0 ? sd_event_exit(w->event, r) : 0;
}

static int start(Watch *w) {
        int r;

        r = client_connect(w->client, CLIENT_PATIENCE);
        if (r >= 0)
                r = sd_event_add_io(w->event, &w->input, client_fd(w->client), EPOLLIN, on_input,
                                    w);
        if (r >= 0)
                r = show_connection(w->show, true);
        if (r < 0)
                disconnect(w);
        return r;
}

static int on_retry(_unused_ sd_event_source *source, _unused_ uint64_t usec, void *userdata) {
        Watch *w = userdata;
        int r;

        if (start(w) >= 0)
                return 0;
        r = connect_again(w);
        return r < 0 ? sd_event_exit(w->event, r) : 0;
}

/* The reader of our output has gone. */
static int on_hangup(_unused_ sd_event_source *source, _unused_ int fd, _unused_ uint32_t revents,
                     void *userdata) {
        Watch *w = userdata;

        return sd_event_exit(w->event, -EPIPE);
}

static int on_signal(_unused_ sd_event_source *source, const struct signalfd_siginfo *info,
                     void *userdata) {
        Watch *w = userdata;

        if (info->ssi_signo == SIGWINCH) {
                int r = show_resize(w->show);

                return r < 0 ? sd_event_exit(w->event, r) : 0;
        }
        w->signal = (int) info->ssi_signo;
        return sd_event_exit(w->event, 0);
}

/* Only on a terminal is there something to clean up; elsewhere a signal may end us at any point. */
static int add_signals(Watch *w) {
        static const int signals[] = { SIGINT, SIGTERM, SIGHUP, SIGWINCH };
        int r = 0;

        for (size_t i = 0; r >= 0 && isatty(STDOUT_FILENO) && i < ELEMENTSOF(signals); i++)
                r = sd_event_add_signal(w->event, NULL, signals[i] | SD_EVENT_SIGNAL_PROCMASK,
                                        on_signal, w);
        return r;
}

static int prepare(Watch *w) {
        int r;

        r = sd_event_new(&w->event);
        if (r >= 0)
                r = sd_event_add_time_relative(w->event, &w->retry, CLOCK_MONOTONIC, 0, 0, on_retry,
                                               w);
        if (r >= 0)
                r = sd_event_source_set_enabled(w->retry, SD_EVENT_OFF);
        if (r >= 0)
                r = add_signals(w);
        if (r < 0)
                return log_oom();
        /* This fails for a file, which does not matter. */
        (void) sd_event_add_io(w->event, &w->hangup, STDOUT_FILENO, 0, on_hangup, w);
        return 0;
}

static int make_client(Watch *w) {
        int r;

        r = options_sources(w->options, &w->sources);
        if (r >= 0)
                r = db_open(":memory:", false, &w->db);
        if (r >= 0)
                r = client_new(w->path, &w->request, w->db, &w->client);
        if (r < 0)
                return log_oom();
        w->request.sources = w->sources;
        w->request.last = w->options->number == NUMBER_ALL ? -1 : first_items(w->options);
        return 0;
}

/* Finds the cursor to begin with: from the cursor file, or of --since=. 1: wrong usage. */
static int find_cursor(Watch *w, const Config *config) {
        const char *since = w->options->since;
        _cleanup_(db_freep) Db *archive = NULL;
        _cleanup_query_ ArchiveQuery query = {};
        char cursor[CURSOR_MAX + 1];
        int r;

        if (w->options->cursor_file) {
                r = cursor_file_open(w->options->cursor_file, &w->file);
                if (r < 0)
                        return r;
                client_set_cursor(w->client, cursor_file_cursor(w->file));
        }
        if (*client_cursor(w->client) || !since)
                return 0;
        if (cursor_valid(since)) {
                client_set_cursor(w->client, since);
                return 0;
        }
        r = query_init(&query, w->options, 0);
        if (r == -EINVAL)
                return 1;
        if (r >= 0)
                r = archive_open(config->database.text, &archive);
        if (r >= 0)
                r = archive_place(archive, query.since, cursor);
        if (r >= 0)
                client_set_cursor(w->client, cursor);
        return r;
}

/* Ends the process by the signal, so that the caller sees which one it was. */
static int die(int signal_number) {
        sigset_t set;

        (void) signal(signal_number, SIG_DFL);
        (void) sigemptyset(&set);
        (void) sigaddset(&set, signal_number);
        (void) raise(signal_number);
        (void) sigprocmask(SIG_UNBLOCK, &set, NULL);
        return EXIT_FAILURE;
}

static int run(Watch *w, const Config *config) {
        int r;

        if (make_client(w) < 0)
                return EXIT_FAILURE;
        r = find_cursor(w, config);
        if (r != 0)
                return r > 0 ? EXIT_USAGE : EXIT_FAILURE;
        if (prepare(w) < 0 || show_new(w->options, config, w->event, w->db, &w->show) < 0)
                return EXIT_FAILURE;
        w->request.states = show_wants_states(w->show);
        w->request.parts = show_wants_items(w->show) ? ITEM_SHOWN : ITEM_CURSOR;
        r = start(w);
        if (r < 0) {
                show_end(w->show);
                client_explain(r, w->path);
                return EXIT_FAILURE;
        }
        r = sd_event_loop(w->event);
        show_end(w->show);
        if (r > 0) /* sd-bus has ended it */
                log_error("the session bus has ended; log in again");
        return r > 0 ? EXIT_FAILURE : terminal_status(r);
}

int watch_run(const Options *options, const Config *config) {
        Watch w = { .options = options, .path = config->socket.text };
        int r;

        r = run(&w, config);
        watch_done(&w);
        return w.signal > 0 ? die(w.signal) : r;
}
