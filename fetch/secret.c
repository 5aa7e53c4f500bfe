/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <fcntl.h>

#include "common/log.h"
#include "fetch/secret.h"

#define SECRET_MAX (64U * 1024U) /* bytes of a file */

static int path_of(const Config *config, const char *name, char **ret) {
        const char *credentials = getenv("CREDENTIALS_DIRECTORY");
        const char *slash = strrchr(config->path, '/');
        int folder = slash ? (int) (slash - config->path) + 1 : 0;
        int n;

        if (isempty(credentials))
                n = asprintf(ret, "%.*ssecret/%s", folder, config->path, name);
        else
                n = asprintf(ret, "%s/secret_%s", credentials, name);
        return n < 0 ? -ENOMEM : 0;
}

static int add_lines(const char *path, char *text, Values *headers, const char **ret_why) {
        unsigned number = 0;
        char *line;

        while ((line = strsep(&text, "\n"))) {
                const Value value = { .text = line, .file = (char *) path, .line = ++number };
                size_t n = strlen(line);
                int r;

                if (n > 0 && line[n - 1] == '\r')
                        line[--n] = '\0';
                if (n == 0)
                        continue;
                r = source_add_header(&value, headers, ret_why);
                if (r < 0)
                        return r;
        }
        return 0;
}

static int read_secret(const Config *config, const char *name, Values *headers,
                       const char **ret_why) {
        _cleanup_buffer_ Buffer text = BUFFER(SECRET_MAX);
        _cleanup_free_ char *path = NULL;
        _cleanup_close_ int fd = -1;
        int r;

        r = path_of(config, name, &path);
        if (r < 0)
                return r;
        fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
        r = fd < 0 ? -errno : buffer_read_file(fd, SECRET_MAX, &text);
        if (r < 0) {
                *ret_why = strerror(-r);
                return r;
        }
        return text.size > 0 ? add_lines(path, text.data, headers, ret_why) : 0;
}

int secret_load(const Config *config, Source *source, Reply *reply) {
        Values headers = {};
        int r = 0;

        for (size_t i = 0; r >= 0 && i < source->headers.n; i++) {
                const Value *value = source->headers.items + i;
                const char *name = startswith(value->text, "@"), *why = NULL;

                if (name)
                        r = read_secret(config, name, &headers, &why);
                else
                        r = setting_lines(value, &headers, &why);
                if (r < 0 && why) {
                        /* What is in the file stays out of the message. */
                        log_file(LOG_ERR, value->file, value->line,
                                 "the file that Header=@%s names: %s", strnull(name), why);
                        reply_set(reply, STATE_BAD_SOURCE, "the file that Header=@%s names: %s",
                                  strnull(name), why);
                        r = -ENOKEY;
                }
        }
        if (r < 0) {
                values_done(&headers);
                return r;
        }
        values_done(&source->headers);
        source->headers = headers;
        return 0;
}
