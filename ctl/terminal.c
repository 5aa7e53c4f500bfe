/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <iconv.h>
#include <langinfo.h>
#include <locale.h>
#include <sys/ioctl.h>

#include "common/log.h"
#include "common/utf8.h"
#include "ctl/terminal.h"

#define COLUMNS_DEFAULT 80U
#define COLUMNS_MIN 16U

static bool wants_color(Color color, bool is_terminal) {
        const char *term = getenv("TERM");

        if (color != COLOR_AUTO)
                return color == COLOR_ALWAYS;
        return is_terminal && isempty(getenv("NO_COLOR")) && !isempty(term) && !streq(term, "dumb");
}

void terminal_measure(Terminal *terminal) {
        struct winsize size;

        terminal->columns = COLUMNS_DEFAULT;
        if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) >= 0 && size.ws_col > 0)
                terminal->columns = MAX((unsigned) size.ws_col, COLUMNS_MIN);
}

void terminal_init(Terminal *ret, Color color) {
        static const Palette colors = {
                .time = "\x1b[2m",
                .source = "\x1b[36m",
                .changed = "\x1b[1;33m",
                .quiet = "\x1b[2m",
                .good = "\x1b[32m",
                .bad = "\x1b[31m",
                .end = "\x1b[m",
        };
        static const Palette plain = { "", "", "", "", "", "", "" };

        ret->is_terminal = isatty(STDOUT_FILENO);
        (void) setlocale(LC_CTYPE, ret->is_terminal ? "" : "C.UTF-8");
        (void) setlocale(LC_TIME, "");
        ret->utf8 = !ret->is_terminal || streq(nl_langinfo(CODESET), "UTF-8");
        ret->palette = wants_color(color, ret->is_terminal) ? colors : plain;
        terminal_measure(ret);
}

static int write_bytes(const char *data, size_t n) {
        while (n > 0) {
                ssize_t k = write(STDOUT_FILENO, data, n);

                if (k < 0 && errno != EINTR)
                        return -errno;
                if (k > 0) {
                        data += k;
                        n -= (size_t) k;
                }
        }
        return 0;
}

/* //TRANSLIT replaces most signs by similar ones, but not the letters of other scripts. */
static int write_converted(const char *data, size_t n) {
        _cleanup_buffer_ Buffer b = BUFFER(16 * n + 64);
        char *in = (char *) data, *out;
        size_t left;
        iconv_t to;
        int r;

        r = buffer_reserve(&b, 16 * n);
        if (r < 0)
                return r;
        to = iconv_open("//TRANSLIT", "UTF-8");
        if (to == (iconv_t) -1)
                return -errno;
        out = b.data;
        left = 16 * n;
        while (n > 0 && iconv(to, &in, &n, &out, &left) == (size_t) -1 && errno != E2BIG) {
                do { /* past the whole character */
                        in++;
                        n--;
                } while (n > 0 && ((unsigned char) *in & 0xc0) == 0x80);
                *out++ = '?';
                left--;
        }
        (void) iconv_close(to);
        return write_bytes(b.data, (size_t) (out - b.data));
}

int terminal_write(const Terminal *terminal, const char *data, size_t n) {
        return terminal->utf8 ? write_bytes(data, n) : write_converted(data, n);
}

int terminal_flush(const Terminal *terminal, Buffer *b) {
        int r;

        r = buffer_error(b);
        if (r < 0) {
                log_error("cannot write so much at once: %s", strerror(-r));
                buffer_clear(b);
                return r;
        }
        if (b->size == 0)
                return 0;
        if (terminal->document && terminal->is_terminal)
                utf8_mask(b->data, b->size, "\t\r\n");
        r = terminal_write(terminal, b->data, b->size);
        buffer_clear(b);
        if (r < 0 && r != -EPIPE)
                log_error("cannot write to standard output: %s", strerror(-r));
        return r;
}

int terminal_status(int r) {
        return r < 0 && r != -EPIPE ? EXIT_FAILURE : EXIT_SUCCESS;
}
