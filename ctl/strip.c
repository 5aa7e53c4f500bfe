/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ctl/strip.h"
#include "ctl/cells.h"

#define HEADLINES 12U /* that go round */
#define BETWEEN "   +++   "
#define LINE_MAX_BYTES (256U * 1024U)

typedef struct Headline {
        int64_t id;
        char text[HEADLINE_MAX + SOURCE_NAME_MAX + 32];
} Headline;

struct Strip {
        Headline headlines[HEADLINES]; /* in the order of their arrival, from first on */
        unsigned first, n;
        unsigned fresh;  /* so many of the last have not come into sight yet */
        unsigned next;   /* of the others */
        Buffer line;     /* from the left end of the window on */
        unsigned indent; /* empty cells before that */
        bool started;
        bool isolated; /* the left end is inside an isolate */
};

int strip_new(Strip **ret) {
        Strip *strip = calloc(1, sizeof(Strip));

        if (!strip)
                return -ENOMEM;
        strip->line = BUFFER(LINE_MAX_BYTES);
        *ret = strip;
        return 0;
}

Strip *strip_free(Strip *strip) {
        if (!strip)
                return NULL;
        buffer_done(&strip->line);
        free(strip);
        return NULL;
}

static Headline *at(Strip *strip, unsigned i) {
        return strip->headlines + (strip->first + i) % HEADLINES;
}

void strip_add(Strip *strip, const Item *item) {
        bool isolate = cells_bidi(item->headline);
        unsigned i = strip->n;
        Headline *headline;

        for (unsigned k = 0; item->revises > 0 && k < strip->n; k++)
                if (at(strip, k)->id == item->revises)
                        i = k;
        if (i == HEADLINES) {
                strip->first = (strip->first + 1) % HEADLINES;
                i--;
        } else if (i == strip->n)
                strip->n++;
        if (i == strip->n - 1)
                strip->fresh = MIN(strip->fresh + 1, strip->n);

        headline = at(strip, i);
        headline->id = item->id;
        (void) snprintf(headline->text, sizeof(headline->text), "%s: %s%s%s%s", item->source,
                        isolate ? CELLS_ISOLATE : "", item->headline, isolate ? CELLS_END : "",
                        BETWEEN);
}

/* Makes the line long enough, with what is new first, and otherwise round and round. */
static int fill(Strip *strip, unsigned width) {
        int r = 0;

        while (r >= 0 && strip->n > 0 && cells_width(strip->line.data, strip->line.size) < width) {
                unsigned i = strip->next;

                if (strip->fresh > 0)
                        i = strip->n - strip->fresh--;
                strip->next = (i + 1) % strip->n;
                r = buffer_puts(&strip->line, at(strip, i)->text);
        }
        return r;
}

void strip_step(Strip *strip) {
        unsigned width = 0;

        if (strip->indent > 0) {
                strip->indent -= strip->n > 0;
                return;
        }
        while (width == 0 && strip->line.size > 0) {
                size_t n = cells_next(strip->line.data, strip->line.size, &width);

                if (memcmp(strip->line.data, CELLS_ISOLATE, MIN(n, strlen(CELLS_ISOLATE))) == 0)
                        strip->isolated = true;
                if (memcmp(strip->line.data, CELLS_END, MIN(n, strlen(CELLS_END))) == 0)
                        strip->isolated = false;
                buffer_drop(&strip->line, n);
        }
        strip->indent = width > 1 ? width - 1 : 0; /* the other half of a wide character */
}

int strip_window(Strip *strip, unsigned width, Buffer *b) {
        bool isolated = strip->isolated;
        unsigned used;
        size_t fit;
        int r;

        if (!strip->started) {
                strip->started = true;
                strip->indent = width;
        }
        strip->indent = MIN(strip->indent, width);
        r = fill(strip, width);
        if (r < 0)
                return r;
        fit = cells_fit(strip->line.data, strip->line.size, width - strip->indent);
        used = cells_width(strip->line.data, fit) + strip->indent;

        r = buffer_printf(b, "%*s%s", (int) strip->indent, "", isolated ? CELLS_ISOLATE : "");
        if (r >= 0)
                r = buffer_append(b, strip->line.data, fit);
        for (size_t i = 0; i + 3 <= fit; i++) {
                if (memcmp(strip->line.data + i, CELLS_ISOLATE, 3) == 0)
                        isolated = true;
                if (memcmp(strip->line.data + i, CELLS_END, 3) == 0)
                        isolated = false;
        }
        if (r >= 0 && isolated)
                r = buffer_puts(b, CELLS_END);
        return r < 0 ? r : buffer_printf(b, "%*s", (int) (width - used), "");
}
