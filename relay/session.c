/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <poll.h>
#include <sys/random.h>

#include "common/log.h"
#include "relay/session.h"
#include "relay/stop.h"
#include "version.h"

#define CONNECT_MSEC 2000
#define PING_MSEC 5000
#define PINGS_OUT 2
#define WRITE_MSEC 5000
#define CLOSE_MSEC 2000
#define PAUSE_MIN (250 * USEC_PER_MSEC) /* between two connections, twice as long each time */
#define PAUSE_MAX (8 * USEC_PER_SEC)

/* Does waiting not help? Of JetStream's errors only these two stay; most of its others pass when
 * the servers have started. */
static bool is_final(natsStatus status, jsErrCode code) {
        if (code != 0)
                return code == JSStreamSubjectOverlapErr || code == JSStreamReplicasNotSupportedErr;
        return status == NATS_CONNECTION_AUTH_FAILED || status == NATS_NOT_PERMITTED ||
               status == NATS_SSL_ERROR || status == NATS_SECURE_CONNECTION_REQUIRED ||
               status == NATS_SECURE_CONNECTION_WANTED;
}

/* The library's words for the error that it has just returned. */
static const char *reason(natsStatus status) {
        natsStatus last_status;
        const char *last = nats_GetLastError(&last_status);

        return isempty(last) || last_status != status ? natsStatus_GetText(status) : last;
}

void session_fail(const Session *session, const char *what, natsStatus status, jsErrCode code) {
        window_fail(session->window, session->js, is_final(status, code), "%s: %s", what,
                    reason(status));
}

void session_well(Session *session) {
        session->pause = 0;
        *session->trouble = '\0';
}

static void on_error(natsConnection *connection, _unused_ natsSubscription *subscription,
                     natsStatus status, void *window) {
        const char *last = NULL;

        /* The library goes on after this; whoever waits for an answer to what was not permitted
         * would wait for ever. */
        if (status != NATS_NOT_PERMITTED)
                return;
        (void) natsConnection_GetLastError(connection, &last);
        window_fail(window, connection, true, "not permitted: %s", strnull(last));
}

static void on_closed(natsConnection *connection, void *window) {
        const char *last = NULL;

        (void) natsConnection_GetLastError(connection, &last);
        window_fail(window, connection, false, "the connection has ended%s%s",
                    isempty(last) ? "" : ": ", strnull(last));
}

/* The host of "tls://user:password@host:port/", which ret has room for. */
static void host_of(const char *url, char *ret, size_t size, bool port) {
        const char *end, *at;

        url = strstr(url, "://") + 3;
        end = url + strcspn(url, "/");
        at = memrchr(url, '@', (size_t) (end - url));
        if (at)
                url = at + 1;
        if (!port && *url == '[')
                url++, end = url + strcspn(url, "]");
        else if (!port)
                end = url + strcspn(url, ":/");
        (void) snprintf(ret, size, "%.*s", (int) (end - url), url);
}

static natsStatus set_tls(const RelayConfig *config, const char *url, natsOptions *options) {
        natsStatus s = NATS_OK;
        char host[256];

        if (startswith(url, "tls://") || config->authority.text || config->certificate.text) {
                host_of(url, host, sizeof(host), false);
                IFOK(s, natsOptions_SetSecure(options, true));
                IFOK(s, natsOptions_SetExpectedHostname(options, host));
        }
        if (config->authority.text)
                IFOK(s, natsOptions_LoadCATrustedCertificates(options, config->authority.text));
        if (config->certificate.text)
                IFOK(s, natsOptions_LoadCertificatesChain(options, config->certificate.text,
                                                          config->key.text));
        return s;
}

static natsStatus set_options(const Session *session, const char *url, natsOptions *options) {
        const RelayConfig *config = session->config;
        natsStatus s = NATS_OK;

        IFOK(s, natsOptions_SetURL(options, url));
        IFOK(s, natsOptions_SetName(options, "tickerd-relay " TICKERD_VERSION));
        IFOK(s, natsOptions_SetTimeout(options, CONNECT_MSEC));
        IFOK(s, natsOptions_SetAllowReconnect(options, false));
        IFOK(s, natsOptions_SetPingInterval(options, PING_MSEC));
        IFOK(s, natsOptions_SetMaxPingsOut(options, PINGS_OUT));
        IFOK(s, natsOptions_SetWriteDeadline(options, WRITE_MSEC));
        IFOK(s, natsOptions_SetErrorHandler(options, on_error, session->window));
        IFOK(s, natsOptions_SetClosedCB(options, on_closed, session->window));
        if (config->credentials.text)
                IFOK(s, natsOptions_SetUserCredentialsFromFiles(options, config->credentials.text,
                                                                NULL));
        IFOK(s, set_tls(config, url, options));
        return s;
}

static natsStatus connect_to(Session *session, const char *url) {
        natsOptions *options = NULL;
        natsStatus s;

        host_of(url, session->server, sizeof(session->server), true);
        s = natsOptions_Create(&options);
        IFOK(s, set_options(session, url, options));
        IFOK(s, natsConnection_Connect(&session->connection, options));
        natsOptions_Destroy(options);
        return s;
}

/* Connects to any of the servers. They are tried one after the other, so that each must have the
 * name in its own URL. */
static int connect_to_any(Session *session) {
        const Values *servers = &session->config->servers;
        char why[WINDOW_WHY_MAX] = "";
        bool refused = false;
        unsigned first = 0;

        (void) getrandom(&first, sizeof(first), GRND_NONBLOCK);
        for (size_t i = 0; i < servers->n; i++) {
                natsStatus s;

                s = connect_to(session, servers->items[(first + i) % servers->n].text);
                if (s == NATS_OK)
                        return 0;
                /* What counts is the first reason, or the first that is more than absence. */
                if (*why && (refused || !is_final(s, 0)))
                        continue;
                (void) snprintf(why, sizeof(why), "%s: %s", session->server, reason(s));
                refused = is_final(s, 0);
        }
        window_fail(session->window, NULL, refused, "%s", why);
        return -ENOTCONN;
}

/* Each has at most 2 s to connect; an end of the connection, and what the server forbids, fail the
 * window. */
static int begin(Session *session, jsPubAckHandler ack) {
        jsOptions options;
        natsStatus s;
        int r;

        window_open(session->window, NULL, NULL);
        r = connect_to_any(session);
        if (r < 0)
                return r;
        (void) jsOptions_Init(&options);
        options.PublishAsync.AckHandler = ack;
        options.PublishAsync.AckHandlerClosure = session->window;
        s = natsConnection_JetStream(&session->js, session->connection, &options);
        if (s != NATS_OK) {
                session_fail(session, session->server, s, 0);
                return -ENOTCONN;
        }
        window_open(session->window, session->connection, session->js);
        if (natsConnection_IsClosed(session->connection)) /* before anybody listened */
                on_closed(session->connection, session->window);
        return 0;
}

static void end(Session *session) {
        jsCtx_Destroy(session->js);
        session->js = NULL;
        natsConnection_Destroy(session->connection);
        session->connection = NULL;
        stop_set_idle(true);
}

static void pause_after(Session *session, const char *why) {
        struct pollfd fd = { .fd = stop_fd(), .events = POLLIN };

        if (!streq(session->trouble, why))
                log_warning("%s; trying again", why);
        (void) snprintf(session->trouble, sizeof(session->trouble), "%s", why);
        session->pause = MIN(MAX(2 * session->pause, PAUSE_MIN), PAUSE_MAX);
        (void) poll(&fd, 1, (int) (session->pause / USEC_PER_MSEC));
}

static int run(Session *session, jsPubAckHandler ack, session_fn fn, void *userdata) {
        WindowState state;
        int r = 0;

        while (r >= 0 && !stop_asked()) {
                if (begin(session, ack) >= 0)
                        r = fn(session, userdata);
                end(session);
                window_look(session->window, &state);
                if (!state.failed)
                        continue;
                if (state.refused) {
                        log_error("%s", state.why);
                        return EXIT_FAILURE;
                }
                if (r >= 0)
                        pause_after(session, state.why);
        }
        return EXIT_SUCCESS;
}

int session_run(const RelayConfig *config, jsPubAckHandler ack, session_fn fn, void *userdata) {
        Session session = { .config = config };
        int r;

        r = stop_init();
        if (r >= 0)
                r = window_new(&session.window);
        if (r < 0) {
                log_error("cannot begin: %s", strerror(-r));
                return EXIT_FAILURE;
        }
        r = run(&session, ack, fn, userdata);
        nats_CloseAndWait(CLOSE_MSEC); /* its threads use the window */
        (void) window_free(session.window);
        return r;
}
