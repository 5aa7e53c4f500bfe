/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "common/config.h"
#include "common/log.h"
#include "common/text.h"
#include "version.h"

#define AT(member) offsetof(Config, member)

static const Setting settings[] = {
        { "Ticker", "Sources", KIND_VALUES, setting_words, AT(sources), "almayadeen-english" },
        { "Ticker", "Database", KIND_VALUE, setting_text, AT(database) },
        { "Ticker", "Socket", KIND_VALUE, setting_text, AT(socket) },
        { "Ticker", "SocketMode", KIND_OTHER, setting_mode, AT(socket_mode), "0660" },
        { "Ticker", "Journal", KIND_OTHER, setting_boolean, AT(journal), "yes" },
        { "Ticker", "MaxSubscribers", KIND_OTHER, setting_count, AT(max_subscribers), "1024" },
        { "Ticker", "Reappear", KIND_SPAN, setting_timespan, AT(reappear), "12h" },
        { "Ticker", "Retain", KIND_SPAN, setting_timespan, AT(retain), "infinity" },
        { "Ticker", "UserAgent", KIND_VALUE, setting_text, AT(user_agent),
          "tickerd/" TICKERD_VERSION },
};

Config *config_free(Config *config) {
        if (!config)
                return NULL;
        settings_done(settings, ELEMENTSOF(settings), config);
        free(config->path);
        free(config);
        return NULL;
}

/* A source named twice is polled once. */
static void drop_repeated_sources(Values *sources) {
        size_t n = 0;

        for (size_t i = 0; i < sources->n; i++) {
                bool repeated = false;

                for (size_t j = 0; j < n && !repeated; j++)
                        repeated = streq(sources->items[j].text, sources->items[i].text);
                if (repeated)
                        value_done(sources->items + i);
                else
                        sources->items[n++] = sources->items[i];
        }
        sources->n = n;
}

int config_load(const char *path, Config **ret) {
        _cleanup_(config_freep) Config *config = NULL;
        int r;

        config = calloc(1, sizeof(Config));
        if (!config)
                return log_oom();
        config->path = strdup(path ? path : TICKERD_SYSCONFDIR "/tickerd.conf");
        if (!config->path || settings_init(settings, ELEMENTSOF(settings), config) < 0)
                return log_oom();

        r = settings_load(config->path, path != NULL, settings, ELEMENTSOF(settings), config);
        if (r < 0)
                return r;

        r = value_default_path(&config->database, "STATE_DIRECTORY", TICKERD_STATEDIR, "ticker.db");
        if (r < 0)
                return r;
        r = value_default_path(&config->socket, "RUNTIME_DIRECTORY", TICKERD_RUNDIR,
                               "tickerd.sock");
        if (r < 0)
                return r;
        drop_repeated_sources(&config->sources);

        *ret = STEAL_POINTER(config);
        return 0;
}

int config_load_source(const Config *config, const char *name, Source **ret) {
        _cleanup_free_ char *beside = NULL, *installed = NULL;
        const char *slash = strrchr(config->path, '/');
        int folder = slash ? (int) (slash - config->path) + 1 : 0;
        int r;

        if (!source_name_valid(name))
                return -ENOENT;
        if (asprintf(&beside, "%.*ssources/%s.source", folder, config->path, name) < 0)
                beside = NULL;
        if (asprintf(&installed, "%s/sources/%s.source", TICKERD_DATADIR, name) < 0)
                installed = NULL;
        if (!beside || !installed)
                return log_oom();

        r = source_load(beside, name, ret);
        if (r == -ENOENT)
                r = source_load(installed, name, ret);
        return r;
}

void sources_free(Source **sources, size_t n) {
        for (size_t i = 0; sources && i < n; i++)
                (void) source_free(sources[i]);
        free(sources);
}

bool config_enables(const Config *config, const char *name) {
        for (size_t i = 0; i < config->sources.n; i++)
                if (streq(config->sources.items[i].text, name))
                        return true;
        return false;
}

int config_load_listed(const Config *config, size_t i, Source **ret) {
        const Value *v = config->sources.items + i;
        const char *file = v->file ? v->file : config->path;
        unsigned line = MAX(v->line, 1U);
        int r;

        r = config_load_source(config, v->text, ret);
        if (r == -ENOENT && !source_name_valid(v->text))
                log_file(LOG_ERR, file, line,
                         "\"%.80s\" is not a source's name: a-z, 0-9 and -, at most 64", v->text);
        else if (r == -ENOENT)
                log_file(LOG_ERR, file, line,
                         "no source \"%s\": neither sources/%s.source beside the configuration "
                         "nor %s/sources/%s.source",
                         v->text, v->text, TICKERD_DATADIR, v->text);
        else if (r == -EACCES)
                log_file(LOG_ERR, file, line, "source \"%s\" cannot be read: %s", v->text,
                         strerror(-r));
        return r;
}

int config_load_sources(const Config *config, Source ***ret_sources) {
        size_t n = config->sources.n;
        Source **sources;
        int error = 0;

        sources = calloc(n + 1, sizeof(Source *));
        if (!sources)
                return log_oom();

        for (size_t i = 0; i < n; i++) {
                int r = config_load_listed(config, i, sources + i);

                if (r < 0 && error == 0)
                        error = r;
        }
        if (error < 0) {
                sources_free(sources, n);
                return error;
        }
        *ret_sources = sources;
        return 0;
}
