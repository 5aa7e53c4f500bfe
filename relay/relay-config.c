/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "relay/relay-config.h"
#include "common/log.h"
#include "relay/subject.h"
#include "version.h"

#define REPLICAS_MAX 5U /* that JetStream takes */
#define STREAM_NAME_MAX 64U

#define AT(member) offsetof(RelayConfig, member)

static int setting_servers(const Value *value, void *target, const char **ret_why) {
        for (const char *s = value->text; *(s += strspn(s, " \t")); s += strcspn(s, " \t"))
                if (!startswith(s, "nats://") && !startswith(s, "tls://")) {
                        *ret_why = "has a server that is neither nats://HOST nor tls://HOST";
                        return -EINVAL;
                }
        return setting_words(value, target, ret_why);
}

static int setting_stream(const Value *value, void *target, const char **ret_why) {
        size_t n = strlen(value->text);

        for (const char *s = value->text; *s; s++)
                if (*s <= ' ' || *s > '~' || strchr(".*>/\\", *s))
                        n = 0;
        if (n == 0 || n > STREAM_NAME_MAX) {
                *ret_why =
                        "is not a stream's name: at most 64 letters, digits, and signs other than . * > / \\";
                return -EINVAL;
        }
        return setting_text(value, target, ret_why);
}

static int setting_subject(const Value *value, void *target, const char **ret_why) {
        *ret_why = subject_problem(value->text);
        return *ret_why ? -EINVAL : setting_text(value, target, ret_why);
}

static int setting_replicas(const Value *value, void *target, const char **ret_why) {
        if (strlen(value->text) != 1 || *value->text < '1' ||
            *value->text > '0' + (int) REPLICAS_MAX) {
                *ret_why = "is not a number from 1 to 5";
                return -EINVAL;
        }
        *(unsigned *) target = (unsigned) (*value->text - '0');
        return 0;
}

static int setting_span(const Value *value, void *target, const char **ret_why) {
        return setting_span_within(value, 0, 366 * USEC_PER_DAY, "is more than a year", target,
                                   ret_why);
}

static const Setting settings[] = {
        { "Relay", "Servers", KIND_VALUES, setting_servers, AT(servers), "nats://127.0.0.1:4222" },
        { "Relay", "Stream", KIND_VALUE, setting_stream, AT(stream), "TICKER" },
        { "Relay", "Subject", KIND_VALUE, setting_subject, AT(subject), "ticker.{source}.{item}" },
        { "Relay", "Replicas", KIND_OTHER, setting_replicas, AT(replicas), "1" },
        { "Relay", "Republish", KIND_SPAN, setting_span, AT(republish), "1h" },
        { "Relay", "Credentials", KIND_VALUE, setting_text, AT(credentials) },
        { "Relay", "TrustedCertificateFile", KIND_VALUE, setting_text, AT(authority) },
        { "Relay", "CertificateFile", KIND_VALUE, setting_text, AT(certificate) },
        { "Relay", "KeyFile", KIND_VALUE, setting_text, AT(key) },
        { "Relay", "Socket", KIND_VALUE, setting_text, AT(socket), TICKERD_RUNDIR "/tickerd.sock" },
        { "Relay", "Place", KIND_VALUE, setting_text, AT(place) },
};

RelayConfig *relay_config_free(RelayConfig *config) {
        if (!config)
                return NULL;
        settings_done(settings, ELEMENTSOF(settings), config);
        free(config);
        return NULL;
}

/* A name without a slash names a credential that systemd has passed. */
static int find_secret(Value *v) {
        const char *folder = getenv("CREDENTIALS_DIRECTORY");
        char *path;

        if (!v->text)
                return 0;
        if (!strchr(v->text, '/')) {
                if (isempty(folder)) {
                        log_file(LOG_ERR, v->file, v->line,
                                 "%s is the name of a credential, and systemd has passed none",
                                 v->text);
                        return -EINVAL;
                }
                if (asprintf(&path, "%s/%s", folder, v->text) < 0)
                        return log_oom();
                free(v->text);
                v->text = path;
        }
        if (access(v->text, R_OK) < 0) {
                int r = -errno;

                log_file(LOG_ERR, v->file, v->line, "%s: %s", v->text, strerror(-r));
                return r;
        }
        return 0;
}

static int check(RelayConfig *config, const char *path) {
        Value *const secrets[] = { &config->credentials, &config->authority, &config->certificate,
                                   &config->key };
        const Value *one = config->certificate.text ? &config->certificate : &config->key;
        int error = 0;

        for (size_t i = 0; i < ELEMENTSOF(secrets); i++) {
                int r = find_secret(secrets[i]);

                if (r < 0)
                        error = r;
        }
        if (!config->certificate.text != !config->key.text) {
                log_file(LOG_ERR, one->file, one->line,
                         "CertificateFile= and KeyFile= need each other");
                error = -EINVAL;
        }
        if (config->servers.n == 0) {
                log_file(LOG_ERR, path, 1, "Servers= names none");
                error = -EINVAL;
        }
        return error;
}

int relay_config_load(const char *path, RelayConfig **ret) {
        _cleanup_(relay_config_freep) RelayConfig *config = NULL;
        const char *file = path ? path : TICKERD_SYSCONFDIR "/relay.conf";
        int r;

        config = calloc(1, sizeof(RelayConfig));
        if (!config || settings_init(settings, ELEMENTSOF(settings), config) < 0)
                return log_oom();
        r = settings_load(file, path != NULL, settings, ELEMENTSOF(settings), config);
        if (r >= 0)
                r = check(config, file);
        if (r >= 0)
                r = value_default_path(&config->place, "STATE_DIRECTORY", TICKERD_STATEDIR "-relay",
                                       "place");
        if (r < 0)
                return r;
        *ret = STEAL_POINTER(config);
        return 0;
}

int relay_config_set_servers(RelayConfig *config, const char *servers) {
        const Value value = { .text = (char *) servers };
        const char *why = "names no server";
        int r;

        values_done(&config->servers);
        r = setting_servers(&value, &config->servers, &why);
        if (r >= 0 && config->servers.n == 0)
                r = -EINVAL;
        if (r == -EINVAL)
                log_error("--nats=%s %s", servers, why);
        return r;
}
