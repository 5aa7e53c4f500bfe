/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ctl/show.h"
#include "common/log.h"
#include "ctl/archive.h"
#include "ctl/bars.h"
#include "ctl/board.h"
#include "ctl/cells.h"
#include "ctl/notify.h"
#include "ctl/strip.h"
#include "ctl/text.h"

#define OUT_MAX (1024U * 1024U)
#define OUT_ENOUGH (32U * 1024U) /* is written out before more is added */
#define STEP (125 * USEC_PER_MSEC)
#define STRIP_WIDTH 60U /* cells, where there is no terminal to ask */

struct Show {
        const Options *options;
        Terminal terminal;
        Layout layout;
        Buffer out;
        bool silent; /* bubbles only */
        bool connected;
        Board *board; /* on a terminal */
        Db *archive; /* on a terminal, for the wordings that items revise; opened when one is needed
                      */
        const char *database;
        bool no_archive;
        Strip *strip;
        sd_event_source *step;
        Notifier *notifier;
        Item last; /* of a bar */
};

Show *show_free(Show *show) {
        if (!show)
                return NULL;
        (void) sd_event_source_disable_unref(show->step);
        (void) notifier_free(show->notifier);
        (void) strip_free(show->strip);
        (void) board_free(show->board);
        (void) db_free(show->archive);
        buffer_done(&show->out);
        free(show);
        return NULL;
}

static bool is_bar(const Show *show) {
        return show->options->format != OUTPUT_TEXT && show->options->format != OUTPUT_JSON;
}

static int draw_strip(Show *show) {
        unsigned width = show->terminal.is_terminal ? show->terminal.columns - 1 : STRIP_WIDTH;
        _cleanup_buffer_ Buffer window = BUFFER(OUT_MAX);
        int r;

        if (show->options->width > 0)
                width = show->options->width;
        r = strip_window(show->strip, width, &window);
        if (r < 0)
                return r;
        if (show->terminal.is_terminal && !is_bar(show))
                return buffer_printf(&show->out, "\r%s\x1b[K", window.data);
        return bars_line(show->options->format, window.data, NULL, show->connected, &show->out);
}

static int on_step(sd_event_source *source, _unused_ uint64_t usec, void *userdata) {
        Show *show = userdata;
        int r;

        r = draw_strip(show);
        strip_step(show->strip);
        if (r >= 0)
                r = show_flush(show);
        if (r >= 0)
                r = sd_event_source_set_time_relative(source, STEP);
        if (r >= 0)
                r = sd_event_source_set_enabled(source, SD_EVENT_ONESHOT);
        if (r < 0)
                (void) sd_event_exit(sd_event_source_get_event(source), r);
        return 0;
}

static int prepare(Show *show, sd_event *event) {
        int r = 0;

        if (show->options->notify) {
                r = notifier_new(event, &show->notifier);
                if (r < 0)
                        return r;
        }
        if (show->silent)
                return 0;
        if (show->options->strip) {
                r = strip_new(&show->strip);
                if (r >= 0)
                        r = sd_event_add_time_relative(event, &show->step, CLOCK_MONOTONIC, 0,
                                                       10 * USEC_PER_MSEC, on_step, show);
                if (r >= 0 && show->terminal.is_terminal && !is_bar(show))
                        r = buffer_puts(&show->out, "\x1b[?25l");
        } else if (show->terminal.is_terminal && show->options->format == OUTPUT_TEXT)
                r = board_new(&show->terminal, &show->board);
        if (r >= 0)
                r = bars_begin(show->options->format, &show->out);
        return r < 0 ? log_oom() : 0;
}

int show_new(const Options *options, const Config *config, sd_event *event, Show **ret) {
        _cleanup_(show_freep) Show *show = NULL;
        int r;

        show = calloc(1, sizeof(Show));
        if (!show)
                return log_oom();
        show->options = options;
        show->database = config->database.text;
        show->out = BUFFER(OUT_MAX);
        show->silent = options->notify && !options->format_set && !options->strip;
        terminal_init(&show->terminal, options->color);
        show->terminal.document = options->format != OUTPUT_TEXT && !options->strip;
        show->layout = (Layout){ .terminal = &show->terminal };
        r = prepare(show, event);
        if (r < 0)
                return r;
        *ret = STEAL_POINTER(show);
        return 0;
}

bool show_wants_items(const Show *show) {
        return show->options->format != OUTPUT_JSON || show->notifier || show->strip;
}

bool show_wants_states(const Show *show) {
        return show->board;
}

/* The wording before, from the database; without that an edit is shown unmarked. */
static int wording_before(Show *show, const Item *item, char **ret) {
        *ret = NULL;
        if (item->revises == 0 || !show->terminal.is_terminal || show->no_archive)
                return 0;
        if (!show->archive && db_open(show->database, true, &show->archive) < 0)
                show->no_archive = true;
        else if (archive_wording(show->archive, item->revises, item->cursor, ret) == -ENOMEM)
                return -ENOMEM;
        return 0;
}

static int put_text(Show *show, const Item *item) {
        _cleanup_free_ char *before = NULL;
        int r;

        r = wording_before(show, item, &before);
        if (r >= 0 && show->board)
                r = board_erase(show->board, &show->out);
        return r < 0 ? r : text_item(&show->layout, item, before, &show->out);
}

static int put_bar(Show *show) {
        _cleanup_buffer_ Buffer text = BUFFER(2 * HEADLINE_MAX);
        const Item *item = &show->last;
        int r;

        r = cells_cut(&text, item->headline, show->options->width);
        return r < 0 ? r
                     : bars_line(show->options->format, text.data, item, show->connected,
                                 &show->out);
}

static int put_item(Show *show, const Item *item, const char *line, size_t n) {
        int r;

        if (show->strip) {
                strip_add(show->strip, item);
                return 0;
        }
        if (show->options->format == OUTPUT_TEXT)
                return put_text(show, item);
        if (is_bar(show)) {
                show->last = *item;
                return put_bar(show);
        }
        r = buffer_append(&show->out, line, n);
        return r < 0 ? r : buffer_append(&show->out, "\n", 1);
}

int show_item(Show *show, const Item *item, const char *line, size_t n) {
        int r = 0;

        if (show->notifier)
                r = notifier_show(show->notifier, item);
        if (r >= 0 && !show->silent)
                r = put_item(show, item, line, n);
        if (r < 0)
                return r == -ENOMEM ? log_oom() : r;
        return show->out.size > OUT_ENOUGH ? show_flush(show) : 0;
}

void show_connection(Show *show, bool connected) {
        bool changed = show->connected != connected;

        show->connected = connected;
        if (show->board)
                board_connection(show->board, connected);
        /* The same headline in another class; nothing else shows it. */
        if (changed && show->options->format == OUTPUT_WAYBAR && !show->strip && show->last.id > 0)
                (void) put_bar(show);
}

int show_source(Show *show, const char *name, const char *state, const char *since) {
        for (size_t i = 0; i < show->options->sources.n; i++) {
                if (streq(show->options->sources.names[i], name))
                        break;
                if (i + 1 == show->options->sources.n)
                        return 0;
        }
        return show->board ? board_source(show->board, name, state, since) : 0;
}

int show_flush(Show *show) {
        int r = 0;

        if (show->board) {
                r = board_erase(show->board, &show->out);
                if (r >= 0)
                        r = board_draw(show->board, &show->out);
        }
        if (r < 0)
                return log_oom();
        return show->out.size > 0 ? terminal_flush(&show->terminal, &show->out) : 0;
}

int show_resize(Show *show) {
        int r = 0;

        terminal_measure(&show->terminal);
        if (show->board)
                r = board_erase(show->board, &show->out);
        return r < 0 ? log_oom() : show_flush(show);
}

void show_notice(Show *show, const char *text) {
        if (show->board && board_erase(show->board, &show->out) >= 0)
                (void) terminal_flush(&show->terminal, &show->out);
        log_warning("%s", text);
}

void show_end(Show *show) {
        int r = 0;

        if (show->board)
                r = board_erase(show->board, &show->out);
        if (r >= 0 && show->strip && show->terminal.is_terminal && !is_bar(show))
                r = buffer_puts(&show->out, "\x1b[?25h\n");
        if (r >= 0 && show->out.size > 0)
                (void) terminal_flush(&show->terminal, &show->out);
}
