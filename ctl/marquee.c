/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ctl/marquee.h"
#include "ctl/cells.h"

#define HEADLINES 12U /* that go round */
#define BETWEEN "   +++   "
#define LINE_MAX_BYTES (256U * 1024U)

typedef struct Headline {
        int64_t id;
        char text[HEADLINE_MAX + SOURCE_NAME_MAX + 32];
} Headline;

struct Marquee {
        Headline headlines[HEADLINES]; /* in the order of their arrival, from first on */
        unsigned first, n;
        unsigned fresh;  /* so many of the last have not come into sight yet */
        unsigned next;   /* of the others */
        Buffer line;     /* from the left end of the window on */
        unsigned indent; /* empty cells before that */
        bool started;
        bool isolated; /* the left end is inside an isolate */
};

int marquee_new(Marquee **ret) {
        Marquee *marquee = calloc(1, sizeof(Marquee));

        if (!marquee)
                return -ENOMEM;
        marquee->line = BUFFER(LINE_MAX_BYTES);
        *ret = marquee;
        return 0;
}

Marquee *marquee_free(Marquee *marquee) {
        if (!marquee)
                return NULL;
        buffer_done(&marquee->line);
        free(marquee);
        return NULL;
}

static Headline *at(Marquee *marquee, unsigned i) {
        return marquee->headlines + (marquee->first + i) % HEADLINES;
}

void marquee_add(Marquee *marquee, const Item *item) {
        bool isolate = cells_bidi(item->headline);
        unsigned i = marquee->n;
        Headline *headline;

        for (unsigned k = 0; item->revises > 0 && k < marquee->n; k++)
                if (at(marquee, k)->id == item->revises)
                        i = k;
        if (i == HEADLINES) {
                marquee->first = (marquee->first + 1) % HEADLINES;
                i--;
        } else if (i == marquee->n)
                marquee->n++;
        if (i == marquee->n - 1)
                marquee->fresh = MIN(marquee->fresh + 1, marquee->n);

        headline = at(marquee, i);
        headline->id = item->id;
        (void) snprintf(headline->text, sizeof(headline->text), "%s: %s%s%s%s", item->source,
                        isolate ? CELLS_ISOLATE : "", item->headline, isolate ? CELLS_END : "",
                        BETWEEN);
}

/* Makes the line long enough: new headlines first, then the others, round and round. */
static void fill(Marquee *marquee, unsigned width) {
        while (marquee->n > 0 && buffer_error(&marquee->line) >= 0 &&
               cells_width(marquee->line.data, marquee->line.size) < width) {
                unsigned i = marquee->next;

                if (marquee->fresh > 0)
                        i = marquee->n - marquee->fresh--;
                marquee->next = (i + 1) % marquee->n;
                buffer_puts(&marquee->line, at(marquee, i)->text);
        }
}

void marquee_step(Marquee *marquee) {
        unsigned width = 0;

        if (marquee->indent > 0) {
                marquee->indent -= marquee->n > 0;
                return;
        }
        while (width == 0 && marquee->line.size > 0) {
                size_t n = cells_next(marquee->line.data, marquee->line.size, &width);

                if (memcmp(marquee->line.data, CELLS_ISOLATE, MIN(n, strlen(CELLS_ISOLATE))) == 0)
                        marquee->isolated = true;
                if (memcmp(marquee->line.data, CELLS_END, MIN(n, strlen(CELLS_END))) == 0)
                        marquee->isolated = false;
                buffer_drop(&marquee->line, n);
        }
        marquee->indent = width > 1 ? width - 1 : 0; /* the other half of a wide character */
}

int marquee_window(Marquee *marquee, unsigned width, Buffer *b) {
        bool isolated = marquee->isolated;
        unsigned used;
        size_t fit;
        int r;

        if (!marquee->started) {
                marquee->started = true;
                marquee->indent = width;
        }
        marquee->indent = MIN(marquee->indent, width);
        fill(marquee, width);
        r = buffer_error(&marquee->line);
        if (r < 0)
                return r;
        fit = cells_fit(marquee->line.data, marquee->line.size, width - marquee->indent);
        used = cells_width(marquee->line.data, fit) + marquee->indent;

        buffer_printf(b, "%*s%s", (int) marquee->indent, "", isolated ? CELLS_ISOLATE : "");
        buffer_append(b, marquee->line.data, fit);
        for (size_t i = 0; i + 3 <= fit; i++) {
                if (memcmp(marquee->line.data + i, CELLS_ISOLATE, 3) == 0)
                        isolated = true;
                if (memcmp(marquee->line.data + i, CELLS_END, 3) == 0)
                        isolated = false;
        }
        buffer_printf(b, "%s%*s", isolated ? CELLS_END : "", (int) (width - used), "");
        return 0;
}
