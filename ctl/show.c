/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ctl/show.h"
#include "common/log.h"
#include "ctl/archive.h"
#include "ctl/cells.h"
#include "ctl/footer.h"
#include "ctl/layout.h"
#include "ctl/marquee.h"
#include "ctl/notify.h"

#define OUT_MAX (1024U * 1024U)
#define OUT_ENOUGH (32U * 1024U) /* is written out before more is added */
#define STEP (125 * USEC_PER_MSEC)
#define STRIP_WIDTH 60U /* cells, where there is no terminal to ask */

struct Show {
        const Options *options;
        Db *db; /* in memory */
        Terminal terminal;
        Layout layout;
        Buffer out;
        bool silent; /* bubbles only */
        bool connected;
        Footer *footer; /* on a terminal */
        Db *archive; /* on a terminal, for the wordings that items revise; opened when one is needed
                      */
        const char *database;
        bool no_archive;
        Marquee *marquee;
        sd_event_source *step;
        Notifier *notifier;
        Item last; /* of a bar */
};

Show *show_free(Show *show) {
        if (!show)
                return NULL;
        (void) sd_event_source_disable_unref(show->step);
        (void) notifier_free(show->notifier);
        (void) marquee_free(show->marquee);
        (void) footer_free(show->footer);
        (void) db_free(show->archive);
        buffer_done(&show->out);
        free(show);
        return NULL;
}

/* Can a line be drawn again? Elsewhere each line stays as it was written. */
static bool is_screen(const Show *show) {
        return show->terminal.is_terminal && !output_is_bar(show->options->format);
}

/* Appends a line for a status bar: a text, and the new item in it, or NULL. */
static int put_bar(Show *show, const char *text, const Item *item) {
        return db_print(show->db, SQL_CTL_BAR, &show->out, "sssssss",
                        output_name(show->options->format), text, item ? item->first_seen : NULL,
                        item ? item->source : NULL, item ? item->headline : NULL,
                        item ? item->url : NULL,
                        !show->connected        ? "offline"
                        : item && item->revises ? "edit"
                                                : "item");
}

/* Appends the last item as a line for a status bar. */
static int put_last(Show *show) {
        _cleanup_buffer_ Buffer text = BUFFER(2 * HEADLINE_MAX);

        cells_cut(&text, show->last.headline, show->options->width);
        return put_bar(show, strnull(text.data), &show->last);
}

static int draw_marquee(Show *show) {
        unsigned width = show->terminal.is_terminal ? show->terminal.columns - 1 : STRIP_WIDTH;
        _cleanup_buffer_ Buffer window = BUFFER(OUT_MAX);
        int r;

        if (show->options->width > 0)
                width = show->options->width;
        r = marquee_window(show->marquee, width, &window);
        if (r >= 0)
                r = buffer_error(&window);
        if (r < 0)
                return r;
        if (is_screen(show))
                buffer_printf(&show->out, "\r%s\x1b[K", window.data);
        else
                r = put_bar(show, window.data, NULL);
        return r;
}

static int on_step(sd_event_source *source, _unused_ uint64_t usec, void *userdata) {
        Show *show = userdata;
        int r;

        r = draw_marquee(show);
        marquee_step(show->marquee);
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
                r = marquee_new(&show->marquee);
                if (r >= 0)
                        r = sd_event_add_time_relative(event, &show->step, CLOCK_MONOTONIC, 0,
                                                       10 * USEC_PER_MSEC, on_step, show);
                if (is_screen(show))
                        buffer_puts(&show->out, "\x1b[?25l");
        } else if (is_screen(show) && show->options->format == OUTPUT_TEXT)
                r = footer_new(&show->terminal, show->db, &show->footer);
        if (show->options->format == OUTPUT_I3BAR)
                buffer_puts(&show->out, "{\"version\":1}\n[[]\n");
        return r < 0 ? log_oom() : 0;
}

int show_new(const Options *options, const Config *config, sd_event *event, Db *db, Show **ret) {
        _cleanup_(show_freep) Show *show = NULL;
        int r;

        show = calloc(1, sizeof(Show));
        if (!show)
                return log_oom();
        show->options = options;
        show->db = db;
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
        return show->options->format != OUTPUT_JSON || show->notifier || show->marquee;
}

bool show_wants_states(const Show *show) {
        return show->footer;
}

/* The wording that an edit revises, from the database. Without it the edit is shown without marks.
 */
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
        if (r < 0)
                return r;
        if (show->footer)
                footer_erase(show->footer, &show->out);
        layout_item(&show->layout, item, before, &show->out);
        return 0;
}

static int put_item(Show *show, const Item *item, const char *line, size_t n) {
        if (show->marquee)
                marquee_add(show->marquee, item);
        else if (show->options->format == OUTPUT_TEXT)
                return put_text(show, item);
        else if (show->options->format == OUTPUT_JSON) {
                buffer_append(&show->out, line, n);
                buffer_puts(&show->out, "\n");
        } else {
                show->last = *item;
                return put_last(show);
        }
        return 0;
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

int show_connection(Show *show, bool connected) {
        bool changed = show->connected != connected;

        show->connected = connected;
        if (show->footer)
                footer_connection(show->footer, connected);
        /* waybar shows the same headline in another class; the other formats do not show it. */
        if (changed && show->options->format == OUTPUT_WAYBAR && show->last.id > 0)
                return put_last(show);
        return 0;
}

int show_source(Show *show, const char *line, const char *sources) {
        return show->footer ? footer_source(show->footer, line, sources) : 0;
}

int show_flush(Show *show) {
        int r = 0;

        if (show->footer) {
                footer_erase(show->footer, &show->out);
                r = footer_draw(show->footer, &show->out);
        }
        return r < 0 ? r : terminal_flush(&show->terminal, &show->out);
}

int show_resize(Show *show) {
        terminal_measure(&show->terminal);
        return show_flush(show);
}

void show_notice(Show *show, const char *text) {
        if (show->footer) {
                footer_erase(show->footer, &show->out);
                (void) terminal_flush(&show->terminal, &show->out);
        }
        log_warning("%s", text);
}

void show_end(Show *show) {
        if (show->footer)
                footer_erase(show->footer, &show->out);
        if (show->marquee && is_screen(show))
                buffer_puts(&show->out, "\x1b[?25h\n");
        (void) terminal_flush(&show->terminal, &show->out);
}
