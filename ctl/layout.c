/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <time.h>

#include "ctl/cells.h"
#include "ctl/layout.h"
#include "ctl/when.h"
#include "ctl/word-diff.h"

#define TEXT_MAX (4U * HEADLINE_MAX + 64U)

/* The note behind a headline: is it an edit, or a repeat? */
static const char *note(const Item *item, bool plain, char text[static 48]) {
        text[0] = '\0';
        if (plain && item->revises > 0)
                (void) snprintf(text, 48, " (edit of %lld)", (long long) item->revises);
        else if (plain && item->repeats > 0)
                (void) snprintf(text, 48, " (%lld again)", (long long) item->repeats);
        else if (item->revises > 0)
                (void) snprintf(text, 48, " (edit)");
        else if (item->repeats > 0)
                (void) snprintf(text, 48, " (again)");
        return text;
}

/* A headline on its way to the screen; is[i] says whether byte i is part of a changed word. */
typedef struct Marked {
        char text[TEXT_MAX];
        bool is[TEXT_MAX];
        size_t n;
} Marked;

static void put(Marked *m, const char *s, size_t n, bool changed) {
        n = MIN(n, sizeof(m->text) - 1 - m->n);
        memcpy(m->text + m->n, s, n);
        memset(m->is + m->n, changed, n * sizeof(bool));
        m->n += n;
        m->text[m->n] = '\0';
}

/* Without colours changed words are *put between asterisks*. */
static void mark(const Item *item, const char *before, bool colors, Marked *m) {
        bool changed[HEADLINE_MAX] = {}, now = false;
        size_t n = strlen(item->headline);
        char text[48];

        if (item->revises > 0 && before)
                word_diff(before, item->headline, changed);
        m->n = 0;
        for (size_t i = 0; i < n; i++) {
                if (!colors && changed[i] != now)
                        put(m, "*", 1, false);
                now = changed[i];
                put(m, item->headline + i, 1, now);
        }
        if (now && !colors)
                put(m, "*", 1, false);
        (void) note(item, false, text);
        put(m, text, strlen(text), false);
}

/* Appends the bytes from one place to another, with changed words in their colour. */
static void put_colored(const Palette *palette, const Marked *m, size_t from, size_t to,
                        Buffer *b) {
        for (size_t i = from, k; i < to; i = k) {
                for (k = i; k < to && m->is[k] == m->is[i]; k++)
                        ;
                buffer_puts(b, m->is[i] ? palette->changed : "");
                buffer_append(b, m->text + i, k - i);
                buffer_puts(b, m->is[i] ? palette->end : "");
        }
}

/* Appends one line of a headline. Text from right to left stands at the right side. */
static void put_line(const Terminal *terminal, const Marked *m, size_t from, size_t to,
                     unsigned width, Buffer *b) {
        bool isolate = terminal->utf8 && cells_bidi(m->text);
        unsigned used = cells_width(m->text + from, to - from);

        if (isolate && cells_rtl(m->text) && used < width)
                buffer_printf(b, "%*s", (int) (width - used), "");
        buffer_puts(b, isolate ? CELLS_ISOLATE : "");
        put_colored(&terminal->palette, m, from, to, b);
        buffer_printf(b, "%s\n", isolate ? CELLS_END : "");
}

static void put_headline(const Terminal *terminal, const Marked *m, unsigned indent, Buffer *b) {
        /* The last column stays free: a character there makes some terminals begin a new line. */
        unsigned width = terminal->columns > indent + 1 ? terminal->columns - indent - 1 : 1;
        size_t skip;

        for (size_t i = 0; i < m->n; i += skip) {
                size_t n = cells_break(m->text + i, m->n - i, width, &skip);

                if (i > 0)
                        buffer_printf(b, "%*s", (int) indent, "");
                put_line(terminal, m, i, i + n, width, b);
        }
}

/* Appends a line with the date, if the item is of another day than the one before. */
static void put_day(Layout *layout, const struct tm *tm, Buffer *b) {
        const Palette *p = &layout->terminal->palette;
        char day[sizeof(layout->day)], name[96];
        time_t now = (time_t) (time_now() / USEC_PER_SEC);
        struct tm today;

        if (!*layout->day && localtime_r(&now, &today))
                (void) strftime(layout->day, sizeof(layout->day), "%Y-%m-%d", &today);
        if (strftime(day, sizeof(day), "%Y-%m-%d", tm) == 0 || streq(day, layout->day))
                return;
        (void) strcpy(layout->day, day);
        if (strftime(name, sizeof(name), "-- %A, %-d %B %Y --", tm) == 0)
                return;
        buffer_puts(b, p->quiet);
        cells_cut(b, name, layout->terminal->columns - 1);
        buffer_printf(b, "%s\n", p->end);
}

static void put_screen(Layout *layout, const Item *item, const char *before, Buffer *b) {
        const Terminal *terminal = layout->terminal;
        const Palette *p = &terminal->palette;
        time_t t = when_seconds(item->first_seen);
        static Marked marked; /* large, and one at a time */
        struct tm tm = {};
        char when[32];
        unsigned indent;

        if (layout->ago) {
                usec_t then = (usec_t) t * USEC_PER_SEC, now = time_now();

                (void) timespan_format(now > then ? now - then : 0, when, sizeof(when));
        } else {
                (void) localtime_r(&t, &tm);
                put_day(layout, &tm, b);
                (void) strftime(when, sizeof(when), "%H:%M", &tm);
        }

        buffer_printf(b, "%s%s%s %s%s%s  ", p->time, when, p->end, p->source, item->source, p->end);
        indent = (unsigned) (strlen(when) + 1 + strlen(item->source) + 2);
        if (indent > terminal->columns / 2) { /* little room: the headline gets its own lines */
                buffer_puts(b, "\n  ");
                indent = 2;
        }
        mark(item, before, *p->end, &marked);
        put_headline(terminal, &marked, indent, b);
}

void layout_item(Layout *layout, const Item *item, const char *before, Buffer *b) {
        const Palette *p = &layout->terminal->palette;
        char text[48];

        if (layout->terminal->is_terminal)
                put_screen(layout, item, before, b);
        else
                buffer_printf(b, "%s%s%s %s%s%s %lld: %s%s\n", p->time, item->first_seen, p->end,
                              p->source, item->source, p->end, (long long) item->id, item->headline,
                              note(item, true, text));
}
