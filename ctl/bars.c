/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <time.h>

#include "common/json.h"
#include "ctl/bars.h"
#include "ctl/when.h"

#define TEXT_MAX (16U * HEADLINE_MAX)

static int put_escaped(Buffer *b, const char *s, const char *(*escape)(const char *s)) {
        int r = 0;

        for (; r >= 0 && *s; s++) {
                const char *instead = escape(s);

                r = instead ? buffer_puts(b, instead) : buffer_append(b, s, 1);
        }
        return r;
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

static int put_tooltip(const Item *item, Buffer *b) {
        time_t t = when_seconds(item->first_seen);
        char when[64] = "";
        struct tm tm;
        int r;

        if (localtime_r(&t, &tm))
                (void) strftime(when, sizeof(when), "%H:%M", &tm);
        r = buffer_printf(b, "%s %s\n", when, item->source);
        if (r >= 0)
                r = put_escaped(b, item->headline, escape_markup);
        if (r >= 0 && *item->url) {
                r = buffer_append(b, "\n", 1);
                if (r >= 0)
                        r = put_escaped(b, item->url, escape_markup);
        }
        return r;
}

static int put_waybar(const char *text, const Item *item, bool connected, Buffer *b) {
        _cleanup_buffer_ Buffer escaped = BUFFER(TEXT_MAX),
                                tooltip = BUFFER(TEXT_MAX + 8 * URL_MAX);
        int r;

        r = put_escaped(&escaped, text, escape_markup);
        if (r >= 0 && item)
                r = put_tooltip(item, &tooltip);
        if (r >= 0)
                r = json_begin(b);
        if (r >= 0)
                r = json_add_string(b, "text", strnull(escaped.data));
        if (r >= 0)
                r = json_add_string(b, "tooltip", tooltip.data);
        if (r >= 0)
                r = json_add_string(b, "class",
                                    !connected              ? "offline"
                                    : item && item->revises ? "edit"
                                                            : "item");
        return r < 0 ? r : json_end(b);
}

static int put_i3bar(const char *text, const Item *item, Buffer *b) {
        int r;

        r = buffer_puts(b, ",[");
        if (r >= 0)
                r = json_begin(b);
        if (r >= 0)
                r = json_add_string(b, "name", "tickerd");
        if (r >= 0)
                r = json_add_string(b, "instance", item ? item->source : NULL);
        if (r >= 0)
                r = json_add_string(b, "full_text", text);
        if (r >= 0)
                r = json_add_string(b, "markup", "none");
        return r < 0 ? r : buffer_puts(b, "}]\n");
}

int bars_begin(Output bar, Buffer *b) {
        return bar == OUTPUT_I3BAR ? buffer_puts(b, "{\"version\":1}\n[[]\n") : 0;
}

int bars_line(Output bar, const char *text, const Item *item, bool connected, Buffer *b) {
        int r;

        if (bar == OUTPUT_WAYBAR)
                return put_waybar(text, item, connected, b);
        if (bar == OUTPUT_I3BAR)
                return put_i3bar(text, item, b);
        if (bar == OUTPUT_POLYBAR)
                r = put_escaped(b, text, escape_polybar);
        else if (bar == OUTPUT_TMUX)
                r = put_escaped(b, text, escape_tmux);
        else
                r = buffer_puts(b, text);
        return r < 0 ? r : buffer_append(b, "\n", 1);
}
