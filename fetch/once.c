/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "fetch/once.h"
#include "common/log.h"
#include "common/text.h"
#include "fetch/explain.h"
#include "fetch/load.h"
#include "fetch/page.h"
#include "fetch/secret.h"

typedef struct PageReading {
        Reader *reader;
        Reply *reply;
} PageReading;

static int print(const Reply *reply, const char *name) {
        _cleanup_buffer_ Buffer line = BUFFER(0);
        _cleanup_(db_freep) Db *db = NULL;
        int r;

        r = db_open(":memory:", false, &db);
        if (r >= 0)
                r = reply_write(db, reply, name, &line);
        if (r < 0)
                return log_oom();
        if (fwrite(line.data, 1, line.size, stdout) != line.size || fflush(stdout) != 0) {
                log_error("cannot write: %m");
                return -EIO;
        }
        explain("the state is %s, with %zu entries", state_name(reply->state), reply->n_entries);
        return 0;
}

static int read_file(const PageReading *reading, const char *path, const char *url) {
        _cleanup_buffer_ Buffer body = BUFFER(0);
        int r;

        r = load_file(path, reading->reader->source->max_size, &body);
        if (r == -EFBIG)
                reply_set(reading->reply, STATE_TOO_LARGE, "the page is larger than MaxSize=");
        else if (r >= 0) {
                reading->reply->bytes = body.size;
                reader_read(reading->reader, &body, &(PageOrigin){ .url = url }, reading->reply);
        }
        return r == -EFBIG ? 0 : r;
}

static void on_answer(const HttpAnswer *answer, void *userdata) {
        PageReading *reading = userdata;

        explain("%s answered with status %ld", answer->origin.url, answer->reply->http);
        if (answer->reply->state == STATE_OK)
                reader_read(reading->reader, answer->body, &answer->origin, answer->reply);

        /* The reply outlives the answer. */
        *reading->reply = *answer->reply;
        *answer->reply = (Reply){};
}

/* "etc/sources/name.source" is called name. */
static int name_of(const char *path, char **ret) {
        const char *base = strrchr(path, '/');
        size_t n;

        base = base ? base + 1 : path;
        n = strlen(base);
        if (n > 7 && streq(base + n - 7, ".source"))
                n -= 7;
        return text_clean(base, n, SOURCE_NAME_MAX, ret);
}

static int read_once(const Config *config, const Once *once, Source *source, Reply *reply) {
        _cleanup_(reader_freep) Reader *reader = NULL;
        const char *url = once->url ? once->url : source->url.text;
        PageReading reading = { .reply = reply };
        usec_t begin = time_monotonic();
        int r;

        r = once->page ? 0 : secret_load(config, source, reply);
        if (r >= 0)
                r = reader_new(source, &reader, reply);
        if (r < 0)
                return 0; /* it is in the reply */
        reading.reader = reader;
        if (once->page)
                r = read_file(&reading, once->page, url);
        else
                r = load_url(config->user_agent.text, source, url, on_answer, &reading);
        reply->elapsed = time_monotonic() - begin;
        if (r < 0)
                return r;
        return reader_is_content(reader, reply);
}

int once_run(const Config *config, const Once *once) {
        _cleanup_(source_freep) Source *source = NULL;
        _cleanup_free_ char *name = NULL;
        _cleanup_reply_ Reply reply = {};
        int r, healthy = 0;

        r = name_of(once->source, &name);
        if (r < 0)
                return log_oom();
        r = source_load(once->source, name, &source);
        if (r == -ENOENT || r == -EACCES)
                log_error("%s: %s", once->source, strerror(-r));
        if (r == -ENOENT)
                reply_set(&reply, STATE_UNKNOWN_SOURCE, "there is no such file");
        else if (r < 0)
                reply_set(&reply, STATE_BAD_SOURCE, "the source file has errors");
        else {
                healthy = read_once(config, once, source, &reply);
                if (healthy < 0)
                        return healthy;
        }
        r = print(&reply, name);
        return r < 0 ? r : healthy;
}

int once_check(const Config *config) {
        int error = 0;

        for (size_t i = 0; i < config->sources.n; i++) {
                _cleanup_(source_freep) Source *source = NULL;
                _cleanup_(reader_freep) Reader *reader = NULL;
                int r;

                r = config_load_listed(config, i, &source);
                if (r >= 0)
                        r = reader_new(source, &reader, NULL);
                if (r < 0 && error == 0)
                        error = r;
        }
        return error;
}
