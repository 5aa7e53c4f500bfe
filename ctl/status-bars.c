/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <time.h>

#include "ctl/status-bars.h"
#include "ctl/when.h"

#define TEXT_MAX (16U * HEADLINE_MAX)

static void put_escaped(Buffer *b, const char *s, const char *(*escape)(const char *s)) {
        for (; *s; s++) {
                const char *instead = escape(s);

                if (instead)
                        buffer_puts(b, instead);
                else
                        buffer_append(b, s, 1);
        }
}

/* Waybar hands texts to Pango as markup. */
static const char *escape_markup(const char *s) {
        switch (*s) {
        case '&':
                return "&amp;";
        case '<':
                return "&lt;";
        case '>':
                return "&gt;";
        default:
                return NULL;
        }
}

/* %{ begins a tag; no version of polybar has the same way to write it otherwise, so they are kept
 * apart. */
static const char *escape_polybar(const char *s) {
        return *s == '%' && (s[1] == '{' || s[1] == '%') ? "%\xe2\x80\x8b" : NULL;
}

/* Formats and styles begin with #, and ## is one. */
static const char *escape_tmux(const char *s) {
        return *s == '#' ? "##" : NULL;
}

/* One line of JSON, whatever the texts are; what is NULL is left out. */
static void put_json(Db *json, Sql statement, const char *a, const char *b, const char *c,
                     Buffer *line) {
        _cleanup_rows_ Rows *rows = NULL;

        if (db_row(json, statement, &rows, "sss", a, b, c) > 0)
                buffer_puts(line, rows_text(rows, 0));
}

static void put_tooltip(const Item *item, Buffer *b) {
        time_t t = when_seconds(item->first_seen);
        char when[64] = "";
        struct tm tm;

        if (localtime_r(&t, &tm))
                (void) strftime(when, sizeof(when), "%H:%M", &tm);
        buffer_printf(b, "%s %s\n", when, item->source);
        put_escaped(b, item->headline, escape_markup);
        if (*item->url) {
                buffer_puts(b, "\n");
                put_escaped(b, item->url, escape_markup);
        }
}

static void put_waybar(Db *json, const char *text, const Item *item, bool connected, Buffer *b) {
        _cleanup_buffer_ Buffer escaped = BUFFER(TEXT_MAX),
                                tooltip = BUFFER(TEXT_MAX + 8 * URL_MAX);

        put_escaped(&escaped, text, escape_markup);
        if (item)
                put_tooltip(item, &tooltip);
        put_json(json, SQL_CTL_WAYBAR, strnull(escaped.data), tooltip.data,
                 !connected              ? "offline"
                 : item && item->revises ? "edit"
                                         : "item",
                 b);
}

/* An endless list of lists of blocks. */
static void put_i3bar(Db *json, const char *text, const Item *item, _unused_ bool connected,
                      Buffer *b) {
        buffer_puts(b, ",[");
        put_json(json, SQL_CTL_I3BAR, item ? item->source : NULL, text, "none", b);
        buffer_puts(b, "]");
}

static void put_polybar(_unused_ Db *json, const char *text, _unused_ const Item *item,
                        _unused_ bool connected, Buffer *b) {
        put_escaped(b, text, escape_polybar);
}

static void put_tmux(_unused_ Db *json, const char *text, _unused_ const Item *item,
                     _unused_ bool connected, Buffer *b) {
        put_escaped(b, text, escape_tmux);
}

static const struct {
        const char *begin;
        void (*line)(Db *json, const char *text, const Item *item, bool connected, Buffer *b);
} bars[OUTPUT_MAX] = {
        [OUTPUT_WAYBAR] = { "", put_waybar },
        [OUTPUT_I3BAR] = { "{\"version\":1}\n[[]\n", put_i3bar },
        [OUTPUT_POLYBAR] = { "", put_polybar },
        [OUTPUT_TMUX] = { "", put_tmux },
};

bool status_bar_is(Output format) {
        return bars[format].line != NULL;
}

void status_bar_begin(Output format, Buffer *b) {
        buffer_puts(b, strnull(bars[format].begin));
}

void status_bar_line(Output format, Db *json, const char *text, const Item *item, bool connected,
                     Buffer *b) {
        if (status_bar_is(format))
                bars[format].line(json, text, item, connected, b);
        else
                buffer_puts(b, text);
        buffer_puts(b, "\n");
}
