/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <sys/random.h>

#include "common/log.h"
#include "relay/link.h"
#include "version.h"

#define CONNECT_MSEC 2000
#define PING_MSEC 5000
#define PINGS_OUT 2
#define WRITE_MSEC 5000

Link *link_free(Link *link) {
        if (!link)
                return NULL;
        jsCtx_Destroy(link->js);
        natsConnection_Destroy(link->connection);
        free(link);
        return NULL;
}

/* Errors of JetStream that do not pass by themselves. Of others there are many, most of them while
 * servers start. */
static bool is_final(jsErrCode code) {
        return code == JSStreamSubjectOverlapErr || code == JSStreamReplicasNotSupportedErr;
}

Outcome link_explain(const char *what, natsStatus status, jsErrCode code, char *why) {
        natsStatus last_status;
        const char *last = nats_GetLastError(&last_status);

        if (isempty(last) || last_status != status)
                last = natsStatus_GetText(status);
        (void) snprintf(why, WINDOW_WHY_MAX, "%s: %s", what, last);
        if (code != 0)
                return is_final(code) ? OUTCOME_REFUSED : OUTCOME_WAIT;
        switch (status) {
        case NATS_CONNECTION_AUTH_FAILED:
        case NATS_NOT_PERMITTED:
        case NATS_SSL_ERROR:
        case NATS_SECURE_CONNECTION_REQUIRED:
        case NATS_SECURE_CONNECTION_WANTED:
                return OUTCOME_REFUSED;
        default:
                return OUTCOME_WAIT;
        }
}

static void on_error(natsConnection *connection, _unused_ natsSubscription *subscription,
                     natsStatus status, void *userdata) {
        const char *last = NULL;

        /* The library goes on after this; whoever waits for an answer to what was not permitted
         * would wait for ever. */
        if (status != NATS_NOT_PERMITTED)
                return;
        (void) natsConnection_GetLastError(connection, &last);
        window_fail(userdata, connection, true, "not permitted: %s", strnull(last));
}

static void on_closed(natsConnection *connection, void *userdata) {
        const char *last = NULL;

        (void) natsConnection_GetLastError(connection, &last);
        window_fail(userdata, connection, false, "the connection has ended%s%s",
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
        char host[256];
        natsStatus s = NATS_OK;

        if (startswith(url, "tls://") || config->authority.text || config->certificate.text) {
                host_of(url, host, sizeof(host), false);
                s = natsOptions_SetSecure(options, true);
                if (s == NATS_OK)
                        s = natsOptions_SetExpectedHostname(options, host);
        }
        if (s == NATS_OK && config->authority.text)
                s = natsOptions_LoadCATrustedCertificates(options, config->authority.text);
        if (s == NATS_OK && config->certificate.text)
                s = natsOptions_LoadCertificatesChain(options, config->certificate.text,
                                                      config->key.text);
        return s;
}

static natsStatus set_options(const RelayConfig *config, const char *url, Window *window,
                              natsOptions *options) {
        natsStatus s;

        s = natsOptions_SetURL(options, url);
        if (s == NATS_OK)
                s = natsOptions_SetName(options, "tickerd-relay " TICKERD_VERSION);
        if (s == NATS_OK)
                s = natsOptions_SetTimeout(options, CONNECT_MSEC);
        if (s == NATS_OK)
                s = natsOptions_SetAllowReconnect(options, false);
        if (s == NATS_OK)
                s = natsOptions_SetPingInterval(options, PING_MSEC);
        if (s == NATS_OK)
                s = natsOptions_SetMaxPingsOut(options, PINGS_OUT);
        if (s == NATS_OK)
                s = natsOptions_SetWriteDeadline(options, WRITE_MSEC);
        if (s == NATS_OK)
                s = natsOptions_SetErrorHandler(options, on_error, window);
        if (s == NATS_OK)
                s = natsOptions_SetClosedCB(options, on_closed, window);
        if (s == NATS_OK && config->credentials.text)
                s = natsOptions_SetUserCredentialsFromFiles(options, config->credentials.text,
                                                            NULL);
        return s == NATS_OK ? set_tls(config, url, options) : s;
}

static natsStatus connect_to(const RelayConfig *config, const char *url, Window *window,
                             Link *link) {
        natsOptions *options = NULL;
        natsStatus s;

        s = natsOptions_Create(&options);
        if (s == NATS_OK)
                s = set_options(config, url, window, options);
        if (s == NATS_OK)
                s = natsConnection_Connect(&link->connection, options);
        natsOptions_Destroy(options);
        host_of(url, link->server, sizeof(link->server), true);
        return s;
}

/* Any of them; one after the other is tried, so that each is held to its own name. */
static Outcome connect_to_any(const RelayConfig *config, Window *window, Link *link, char *why) {
        Outcome outcome = OUTCOME_WAIT;
        unsigned first = 0;

        (void) getrandom(&first, sizeof(first), GRND_NONBLOCK);
        for (size_t i = 0; i < config->servers.n; i++) {
                const Value *server = config->servers.items + (first + i) % config->servers.n;
                char reason[WINDOW_WHY_MAX];
                natsStatus s;
                Outcome o;

                s = connect_to(config, server->text, window, link);
                if (s == NATS_OK)
                        return OUTCOME_GOOD;
                o = link_explain(link->server, s, 0, reason);
                if (i > 0 && (o == OUTCOME_WAIT || outcome == OUTCOME_REFUSED))
                        continue; /* the first reason, or the first that is more than absence */
                outcome = o;
                memcpy(why, reason, WINDOW_WHY_MAX);
        }
        return outcome;
}

Outcome link_new(const RelayConfig *config, Window *window, jsPubAckHandler ack, Link **ret,
                 char *why) {
        _cleanup_(link_freep) Link *link = NULL;
        jsOptions options;
        Outcome outcome;
        natsStatus s;

        link = calloc(1, sizeof(Link));
        if (!link) {
                (void) snprintf(why, WINDOW_WHY_MAX, "out of memory");
                return OUTCOME_WAIT;
        }
        outcome = connect_to_any(config, window, link, why);
        if (outcome != OUTCOME_GOOD)
                return outcome;

        (void) jsOptions_Init(&options);
        options.PublishAsync.AckHandler = ack;
        options.PublishAsync.AckHandlerClosure = window;
        s = natsConnection_JetStream(&link->js, link->connection, &options);
        if (s != NATS_OK)
                return link_explain(link->server, s, 0, why);
        window_open(window, link->connection, link->js);
        if (natsConnection_IsClosed(link->connection)) /* before anybody listened */
                on_closed(link->connection, window);
        *ret = STEAL_POINTER(link);
        return OUTCOME_GOOD;
}
