/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <fcntl.h>

#include "common/buffer.h"
#include "common/ini.h"
#include "common/log.h"
#include "common/utf8.h"

typedef struct Parser {
        const char *path;
        unsigned line;  /* of the physical line being read, from 1 */
        unsigned begin; /* where the logical line began */
        char section[64];
        Buffer logical;
        bool inside; /* a logical line goes on */
        bool broken; /* it has a part that was refused: read to its end, not used */
        ini_fn fn;
        void *userdata;
        int error; /* the first one */
} Parser;

static void fail(Parser *p, unsigned line, const char *message) {
        log_file(LOG_ERR, p->path, line, "%s", message);
        if (p->error == 0)
                p->error = -EBADMSG;
}

static void call(Parser *p, const char *key, const char *value) {
        int r;

        r = p->fn(p->path, p->begin, p->section, key, value, p->userdata);
        if (r < 0 && p->error == 0)
                p->error = r;
}

static char *strip_spaces(char *s) {
        size_t n;

        s += strspn(s, " \t");
        n = strlen(s);
        while (n > 0 && (s[n - 1] == ' ' || s[n - 1] == '\t'))
                s[--n] = '\0';
        return s;
}

/* One logical line: a section head or an assignment. */
static void parse_logical(Parser *p, char *text) {
        char *equals;

        text = strip_spaces(text);
        if (*text == '\0')
                return;

        if (*text == '[') {
                size_t n = strlen(text);

                if (text[n - 1] != ']' || n < 3 || n - 2 >= sizeof(p->section)) {
                        fail(p, p->begin, "not a section head; write [Name]");
                        strcpy(p->section, "?"); /* what follows belongs to none that we know */
                        return;
                }
                memcpy(p->section, text + 1, n - 2);
                p->section[n - 2] = '\0';
                call(p, NULL, NULL);
                return;
        }

        equals = strchr(text, '=');
        if (!equals || equals == text) {
                fail(p, p->begin, "neither [Section] nor Key=value nor a comment");
                return;
        }
        *equals = '\0';
        call(p, strip_spaces(text), strip_spaces(equals + 1));
}

static bool has_control(const char *text, size_t n) {
        for (size_t i = 0; i < n; i++)
                if (((unsigned char) text[i] < 0x20 && text[i] != '\t') || text[i] == 0x7f)
                        return true;
        return false;
}

/* As systemd does, a backslash that is escaped by another does not continue the line. */
static bool is_continued(const char *text, size_t n) {
        size_t backslashes = 0;

        while (backslashes < n && text[n - 1 - backslashes] == '\\')
                backslashes++;
        return backslashes % 2 == 1;
}

/* Is this physical line fit to be read? If not, says so. */
static bool check_physical(Parser *p, const char *text, size_t n) {
        if (n > INI_LINE_MAX)
                fail(p, p->line,
                     "line longer than 4096 bytes; continue it on the next with \\ at the end");
        else if (!utf8_valid(text, n) || has_control(text, n))
                fail(p, p->line, "not plain UTF-8 text; is there a control character in it?");
        else
                return true;
        return false;
}

/* The end of a logical line. */
static void end_logical(Parser *p) {
        if (!p->broken && p->logical.size > 0)
                parse_logical(p, p->logical.data);
        buffer_clear(&p->logical);
        p->inside = p->broken = false;
}

/* One physical line, without its end. */
static int parse_physical(Parser *p, const char *text, size_t n) {
        size_t blank = 0;
        bool fit, more;

        if (n > 0 && text[n - 1] == '\r')
                n--;
        fit = check_physical(p, text, n);

        while (blank < n && (text[blank] == ' ' || text[blank] == '\t'))
                blank++;
        if (blank < n && (text[blank] == '#' || text[blank] == ';'))
                return 0;

        if (!p->inside)
                p->begin = p->line;
        p->inside = true;
        more = is_continued(text, n);
        if (!fit)
                p->broken = true;
        if (!p->broken) {
                buffer_append(&p->logical, text, more ? n - 1 : n);
                if (more)
                        buffer_puts(&p->logical, " ");
        }
        if (buffer_error(&p->logical) == -ENOMEM)
                return log_oom();
        if (buffer_error(&p->logical) < 0 && !p->broken) {
                fail(p, p->begin, "more than 64 KiB in one value");
                p->broken = true;
        }
        if (!more)
                end_logical(p);
        return 0;
}

int ini_parse(const char *path, const char *data, size_t size, ini_fn fn, void *userdata) {
        Parser p = {
                .path = path,
                .logical = BUFFER(INI_VALUE_MAX),
                .fn = fn,
                .userdata = userdata,
        };
        const char *end = data + size;
        int r = 0;

        if (size >= 3 && memcmp(data, "\xef\xbb\xbf", 3) == 0)
                data += 3; /* the byte-order mark that some editors leave */

        while (data < end && r >= 0) {
                const char *newline = memchr(data, '\n', (size_t) (end - data));
                const char *stop = newline ? newline : end;

                p.line++;
                r = parse_physical(&p, data, (size_t) (stop - data));
                data = newline ? newline + 1 : end;
        }
        if (r >= 0)
                end_logical(&p); /* the file may end after a backslash */

        buffer_done(&p.logical);
        return r < 0 ? r : p.error;
}

int ini_read(const char *path, ini_fn fn, void *userdata) {
        _cleanup_buffer_ Buffer b = BUFFER(0);
        _cleanup_close_ int fd = -1;
        int r;

        fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
        if (fd < 0 && (errno == ENOENT || errno == EACCES))
                return -errno;
        r = fd < 0 ? -errno : buffer_read_file(fd, INI_FILE_MAX, &b);
        if (r < 0) {
                log_file(LOG_ERR, path, 1, "cannot be read: %s", strerror(-r));
                return -EBADMSG;
        }
        return ini_parse(path, b.data, b.size, fn, userdata);
}
