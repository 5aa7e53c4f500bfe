/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <time.h>

#include "ctl/cells.h"
#include "ctl/footer.h"
#include "ctl/when.h"

#define SOURCES_SHOWN_MAX 4096U /* sources */

typedef struct FooterSource {
        char *name;
        char state[24];
        time_t since;
} FooterSource;

struct Footer {
        const Terminal *terminal;
        bool connected;
        FooterSource *entries;
        size_t n;
        unsigned drawn; /* cells of the line on the screen */
};

int footer_new(const Terminal *terminal, Footer **ret) {
        Footer *footer = calloc(1, sizeof(Footer));

        if (!footer)
                return -ENOMEM;
        footer->terminal = terminal;
        *ret = footer;
        return 0;
}

Footer *footer_free(Footer *footer) {
        if (!footer)
                return NULL;
        for (size_t i = 0; i < footer->n; i++)
                free(footer->entries[i].name);
        free(footer->entries);
        free(footer);
        return NULL;
}

void footer_connection(Footer *footer, bool connected) {
        footer->connected = connected;
}

int footer_source(Footer *footer, const char *name, const char *state, const char *since) {
        FooterSource *entry = footer->entries, *end = footer->entries + footer->n;

        while (entry < end && !streq(entry->name, name))
                entry++;
        if (entry == end) {
                FooterSource *grown;

                if (footer->n >= SOURCES_SHOWN_MAX)
                        return 0;
                grown = reallocarray(footer->entries, footer->n + 1, sizeof(FooterSource));
                if (!grown)
                        return -ENOMEM;
                footer->entries = grown;
                entry = grown + footer->n;
                *entry = (FooterSource){ .name = strdup(name) };
                if (!entry->name)
                        return -ENOMEM;
                footer->n++;
        }
        (void) snprintf(entry->state, sizeof(entry->state), "%s", state);
        entry->since = when_seconds(since);
        return 0;
}

/* Here what has nothing on its strip is no trouble: tickerctl status knows where it is. */
static bool is_trouble(const FooterSource *entry) {
        return !streq(entry->state, "ok") && !streq(entry->state, "empty") &&
               !streq(entry->state, "pending") && !streq(entry->state, "disabled");
}

/* Returns whether it is bad news. */
static bool compose(const Footer *footer, Buffer *b) {
        const FooterSource *bad = NULL;
        size_t n_bad = 0, n = 0;
        char since[32] = "";
        struct tm tm;

        if (!footer->connected) {
                buffer_puts(b, "no connection to the daemon; trying again");
                return true;
        }
        for (const FooterSource *entry = footer->entries; entry < footer->entries + footer->n;
             entry++) {
                n += !streq(entry->state, "disabled");
                if (is_trouble(entry)) {
                        bad = entry;
                        n_bad++;
                }
        }
        if (!bad) {
                buffer_printf(b, "%zu source%s, all well", n, n == 1 ? "" : "s");
                return false;
        }
        if (localtime_r(&bad->since, &tm))
                (void) strftime(since, sizeof(since), "%H:%M", &tm);
        buffer_printf(b, "%zu of %zu source%s in trouble: %s %s since %s%s", n_bad, n,
                      n == 1 ? "" : "s", bad->name, bad->state, since,
                      n_bad > 1 ? ", and more" : "");
        return true;
}

void footer_erase(Footer *footer, Buffer *b) {
        /* A terminal that became narrower has broken the line into several. */
        unsigned rows = footer->drawn > 0 ? (footer->drawn - 1) / footer->terminal->columns : 0;

        if (footer->drawn == 0)
                return;
        footer->drawn = 0;
        buffer_puts(b, "\r");
        if (rows > 0)
                buffer_printf(b, "\x1b[%uA", rows);
        buffer_puts(b, "\x1b[J");
}

void footer_draw(Footer *footer, Buffer *b) {
        const Palette *p = &footer->terminal->palette;
        _cleanup_buffer_ Buffer line = BUFFER(1024), cut = BUFFER(1024);
        bool bad = compose(footer, &line);

        cells_cut(&cut, strnull(line.data), footer->terminal->columns - 1);
        footer->drawn = cells_width(strnull(cut.data), cut.size);
        buffer_printf(b, "%s%s%s", bad ? p->bad : p->quiet, strnull(cut.data), p->end);
}
