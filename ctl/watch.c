/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* watch: follows the tape. Connection after connection, each goes on from the cursor where the last
 * one ended. */

#include <signal.h>
#include <sys/epoll.h>

#include "common/log.h"
#include "ctl/archive.h"
#include "ctl/client.h"
#include "ctl/place.h"
#include "ctl/show.h"
#include "ctl/terminal.h"
#include "ctl/verbs.h"

#define RETRY (1 * USEC_PER_SEC)
#define LAST_DEFAULT 10

typedef struct Watch {
        const Options *options;
        const char *path; /* of the socket */
        sd_event *event;
        Db *json;
        Show *show;
        Place *place; /* NULL: nothing is saved */
        Client *client;
        sd_event_source *input, *retry, *hangup;
        char cursor[CURSOR_MAX + 1]; /* after what was shown; "": nothing is known yet */
        bool greeted;                /* items before the hello are not ours */
        bool ever;                   /* there was a hello from any daemon */
        int signal;                  /* that ended the loop */
} Watch;

static void disconnect(Watch *w) {
        w->input = sd_event_source_disable_unref(w->input);
        w->client = client_free(w->client);
        w->greeted = false;
}

static void watch_done(Watch *w) {
        disconnect(w);
        (void) sd_event_source_disable_unref(w->retry);
        (void) sd_event_source_disable_unref(w->hangup);
        (void) show_free(w->show);
        (void) place_free(w->place);
        (void) db_free(w->json);
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
        return options->format == OUTPUT_TEXT || options->format == OUTPUT_JSON ? LAST_DEFAULT : 1;
}

static int request(Watch *w) {
        bool states = show_wants_states(w->show);
        _cleanup_buffer_ Buffer b = BUFFER(CLIENT_LINE_MAX);
        _cleanup_free_ char *sources = NULL;
        int r;

        r = options_sources(w->options, &sources);
        if (r >= 0)
                r = buffer_puts(&b, states ? "{\"status\":true}\n{" : "{");
        if (r < 0)
                return r;
        if (*w->cursor)
                r = buffer_printf(&b, "\"after\":\"%s\"", w->cursor);
        else if (w->options->number == NUMBER_ALL)
                r = buffer_puts(&b, "\"after\":0");
        else
                r = buffer_printf(&b, "\"last\":%lld", (long long) first_items(w->options));
        if (r >= 0 && sources)
                r = buffer_printf(&b, ",\"sources\":%s", sources);
        if (r >= 0)
                r = buffer_puts(&b, states ? ",\"states\":true}" : "}");
        return r < 0 ? r : client_send(w->client, b.data);
}

static int save(Watch *w, const char *cursor) {
        (void) snprintf(w->cursor, sizeof(w->cursor), "%s", cursor);
        return w->place ? place_save(w->place, w->cursor) : 0;
}

static int on_item(Watch *w, const Item *item, const char *line, size_t n) {
        int r;

        r = show_item(w->show, item, line, n);
        /* Out first, then saved; several at once only where nothing is saved. */
        if (r >= 0 && w->place)
                r = show_flush(w->show);
        return r < 0 ? r : save(w, item->cursor);
}

static int on_hello(Watch *w, const char *line) {
        _cleanup_free_ char *store = NULL;
        char cursor[CURSOR_MAX + 1];
        int64_t after;
        int r;

        r = line_text(w->json, line, "$.store", &store);
        if (r >= 0)
                r = line_number(w->json, line, "$.after", &after);
        if (r < 0)
                return r;
        (void) snprintf(cursor, sizeof(cursor), "%s-%lld", strnull(store), (long long) after);
        if (*w->cursor && !streq(cursor, w->cursor))
                show_notice(w->show, "items were removed before they could be shown (Retain=)");
        w->greeted = w->ever = true;
        return save(w, cursor);
}

static int on_error(Watch *w, const char *line) {
        _cleanup_free_ char *code = NULL, *message = NULL;
        int r;

        r = line_text(w->json, line, "$.code", &code);
        if (r >= 0)
                r = line_text(w->json, line, "$.message", &message);
        if (r < 0)
                return r;
        if (streq(strnull(code), "unknown-cursor") && (w->ever || w->place) && !w->options->since) {
                show_notice(w->show,
                            "the daemon has another database than before: what was new in between "
                            "is not shown, see tickerctl last");
                *w->cursor = '\0';
                return -ENOTCONN; /* connect again, without it */
        }
        if (w->ever && streq(strnull(code), "full"))
                return -ENOTCONN;
        if (streq(strnull(code), "unknown-cursor"))
                log_error("--since=%s: %s; begin anew with -n", strnull(w->options->since),
                          strnull(message));
        else if (streq(strnull(code), "unknown-source"))
                log_error("the daemon has never polled one of the sources of --source=; "
                          "see which are enabled: tickerctl sources");
        else if (streq(strnull(code), "full"))
                log_error(
                        "as many subscribers as MaxSubscribers= allows are connected; see tickerctl status");
        else
                log_error(
                        "the daemon did not understand (%s); install the tickerctl that came with it",
                        strnull(message));
        return -EREMOTEIO;
}

static int on_source(Watch *w, const char *line) {
        _cleanup_free_ char *name = NULL, *state = NULL, *since = NULL;
        int r;

        r = line_text(w->json, line, "$.source", &name);
        if (r >= 0)
                r = line_text(w->json, line, "$.state", &state);
        if (r >= 0)
                r = line_text(w->json, line, "$.since", &since);
        if (r < 0 || !name)
                return r;
        return show_source(w->show, name, strnull(state), strnull(since));
}

static int on_line(char *line, size_t n, void *userdata) {
        _cleanup_free_ char *type = NULL;
        Watch *w = userdata;
        static Item item;
        int r;

        r = item_parse(w->json, line, n, show_wants_items(w->show), &item);
        if (r > 0)
                return w->greeted ? on_item(w, &item, line, n) : 0;
        if (r >= 0)
                r = line_text(w->json, line, "$.type", &type);
        if (r < 0)
                return r == -ENOMEM ? r : -EBADMSG;
        if (!type)
                return 0;
        if (streq(type, "hello"))
                return on_hello(w, line);
        if (streq(type, "error"))
                return on_error(w, line);
        if (streq(type, "source"))
                return on_source(w, line);
        if (streq(type, "gap"))
                show_notice(w->show, "items were removed before they could be shown (Retain=)");
        return 0;
}

static int connect_again(Watch *w) {
        int r;

        disconnect(w);
        show_connection(w->show, false);
        r = show_flush(w->show);
        if (r >= 0)
                r = sd_event_source_set_time_relative(w->retry, RETRY);
        return r < 0 ? r : sd_event_source_set_enabled(w->retry, SD_EVENT_ONESHOT);
}

static int on_input(sd_event_source *source, _unused_ int fd, _unused_ uint32_t revents,
                    void *userdata) {
        Watch *w = userdata;
        int r, k;

        r = client_read(w->client, false, on_line, w);
        k = show_flush(w->show);
        if (k < 0)
                return sd_event_exit(w->event, k);
        if (r == -EAGAIN || r > 0)
                return 0;
        if (r == -EPIPE || r == -EREMOTEIO || r == -EIO || r == -ENOMEM)
                return sd_event_exit(w->event, r); /* ours, and told */
        if (r == -EBADMSG || r == -EMSGSIZE)
                show_notice(w->show, "the daemon sent what cannot be understood");
        r = connect_again(w);
        return r < 0 ? sd_event_exit(w->event, r) : 0;
}

static int start(Watch *w) {
        int r;

        r = client_new(w->path, &w->client);
        if (r >= 0)
                r = request(w);
        if (r >= 0)
                r = sd_event_add_io(w->event, &w->input, client_fd(w->client), EPOLLIN, on_input,
                                    w);
        if (r < 0)
                disconnect(w);
        else
                show_connection(w->show, true);
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

/* Whoever read our output has gone. */
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

/* On a terminal, where something has to be cleaned up; elsewhere a signal may end us at any point.
 */
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
                r = db_open(":memory:", false, &w->json);
        if (r >= 0)
                r = sd_event_add_time_relative(w->event, &w->retry, CLOCK_MONOTONIC, 0, 0, on_retry,
                                               w);
        if (r >= 0)
                r = sd_event_source_set_enabled(w->retry, SD_EVENT_OFF);
        if (r >= 0)
                r = add_signals(w);
        if (r < 0)
                return log_oom();
        /* A file cannot be watched, and needs not. */
        (void) sd_event_add_io(w->event, &w->hangup, STDOUT_FILENO, 0, on_hangup, w);
        return 0;
}

/* Where to begin: at what the file says, at a cursor, at a time; 1: wrong usage. */
static int find_place(Watch *w, const Config *config) {
        _cleanup_(db_freep) Db *archive = NULL;
        _cleanup_query_ Query query = {};
        int r;

        if (w->options->cursor_file) {
                r = place_open(w->options->cursor_file, &w->place);
                if (r < 0)
                        return r;
                (void) snprintf(w->cursor, sizeof(w->cursor), "%s", place_cursor(w->place));
        }
        if (*w->cursor || !w->options->since)
                return 0;
        if (cursor_valid(w->options->since)) {
                (void) snprintf(w->cursor, sizeof(w->cursor), "%s", w->options->since);
                return 0;
        }
        r = query_init(&query, w->options, 0);
        if (r == -EINVAL)
                return 1;
        if (r >= 0)
                r = archive_open(config->database.text, &archive);
        return r < 0 ? r : archive_place(archive, query.since, w->cursor);
}

/* Ends as the signal would have ended us, for whoever started us. */
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

        r = find_place(w, config);
        if (r != 0)
                return r > 0 ? EXIT_USAGE : EXIT_FAILURE;
        if (prepare(w) < 0 || show_new(w->options, config, w->event, &w->show) < 0)
                return EXIT_FAILURE;
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
