/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <time.h>

#include "ctl/board.h"
#include "ctl/cells.h"
#include "ctl/when.h"

#define BOARD_MAX 4096U /* sources */

typedef struct Entry {
        char *name;
        char state[24];
        time_t since;
} Entry;

struct Board {
        const Terminal *terminal;
        bool connected;
        Entry *entries;
        size_t n;
        unsigned drawn; /* cells of the line on the screen */
};

int board_new(const Terminal *terminal, Board **ret) {
        Board *board = calloc(1, sizeof(Board));

        if (!board)
                return -ENOMEM;
        board->terminal = terminal;
        *ret = board;
        return 0;
}

Board *board_free(Board *board) {
        if (!board)
                return NULL;
        for (size_t i = 0; i < board->n; i++)
                free(board->entries[i].name);
        free(board->entries);
        free(board);
        return NULL;
}

void board_connection(Board *board, bool connected) {
        board->connected = connected;
}

int board_source(Board *board, const char *name, const char *state, const char *since) {
        Entry *entry = board->entries, *end = board->entries + board->n;

        while (entry < end && !streq(entry->name, name))
                entry++;
        if (entry == end) {
                Entry *grown;

                if (board->n >= BOARD_MAX)
                        return 0;
                grown = reallocarray(board->entries, board->n + 1, sizeof(Entry));
                if (!grown)
                        return -ENOMEM;
                board->entries = grown;
                entry = grown + board->n;
                *entry = (Entry){ .name = strdup(name) };
                if (!entry->name)
                        return -ENOMEM;
                board->n++;
        }
        (void) snprintf(entry->state, sizeof(entry->state), "%s", state);
        entry->since = when_seconds(since);
        return 0;
}

/* Here what has nothing on its strip is no trouble: tickerctl status knows where it is. */
static bool is_trouble(const Entry *entry) {
        return !streq(entry->state, "ok") && !streq(entry->state, "empty") &&
               !streq(entry->state, "pending") && !streq(entry->state, "disabled");
}

static int compose(const Board *board, bool *ret_bad, Buffer *b) {
        const Entry *bad = NULL;
        size_t n_bad = 0, n = 0;
        char since[32] = "";
        struct tm tm;

        *ret_bad = !board->connected;
        if (!board->connected)
                return buffer_puts(b, "no connection to the daemon; trying again");
        for (const Entry *entry = board->entries; entry < board->entries + board->n; entry++) {
                n += !streq(entry->state, "disabled");
                if (is_trouble(entry)) {
                        bad = entry;
                        n_bad++;
                }
        }
        if (!bad)
                return buffer_printf(b, "%zu source%s, all well", n, n == 1 ? "" : "s");
        *ret_bad = true;
        if (localtime_r(&bad->since, &tm))
                (void) strftime(since, sizeof(since), "%H:%M", &tm);
        return buffer_printf(b, "%zu of %zu source%s in trouble: %s %s since %s%s", n_bad, n,
                             n == 1 ? "" : "s", bad->name, bad->state, since,
                             n_bad > 1 ? ", and more" : "");
}

int board_erase(Board *board, Buffer *b) {
        /* A terminal that became narrower has broken the line into several. */
        unsigned rows = board->drawn > 0 ? (board->drawn - 1) / board->terminal->columns : 0;

        if (board->drawn == 0)
                return 0;
        board->drawn = 0;
        return rows > 0 ? buffer_printf(b, "\r\x1b[%uA\x1b[J", rows) : buffer_puts(b, "\r\x1b[J");
}

int board_draw(Board *board, Buffer *b) {
        const Palette *p = &board->terminal->palette;
        _cleanup_buffer_ Buffer line = BUFFER(1024), cut = BUFFER(1024);
        bool bad;
        int r;

        r = compose(board, &bad, &line);
        if (r >= 0)
                r = cells_cut(&cut, line.data, board->terminal->columns - 1);
        if (r < 0)
                return r;
        board->drawn = cells_width(cut.data, cut.size);
        return buffer_printf(b, "%s%s%s", bad ? p->bad : p->quiet, cut.data, p->end);
}
