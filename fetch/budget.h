/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * The memory that the bodies of all pages on their way have together. What does not fit waits, the
 * server with it, until others are done. So that this ends:
 *
 * - if all who hold something wait, the one that has waited longest goes on, whatever it takes: a
 *   page is never larger than MaxSize=;
 * - if some wait for others whose pages come to a halt, or nearly so, the largest of those is given
 *   up, one a second.
 */

#include <sys/queue.h>

#include "common/timespan.h"

#define BUDGET_MAX (48U * 1024U * 1024U)

typedef struct Share {
        struct Budget *budget; /* NULL: it takes no part */
        TAILQ_ENTRY(Share) entry;
        void *owner;
        size_t held, held_before; /* bytes; at the last look */
        usec_t waiting_since;     /* 0: it does not wait */
        usec_t waited;            /* before that */
        bool exempt;              /* it goes on, whatever it takes */
} Share;

typedef struct Budget {
        TAILQ_HEAD(, Share) shares;
        size_t used;
        unsigned n_waiting;
        usec_t looked; /* at who is slow; 0: nobody waited */
} Budget;

void budget_init(Budget *budget);

void budget_join(Budget *budget, Share *share, void *owner);
void budget_leave(Share *share); /* what it held is free */

/* May it take more? False: now it waits, until budget_next() names it. */
bool budget_may_grow(Share *share);
void budget_set_held(Share *share, size_t held);

/* Who goes on now. NULL: nobody who waits. */
Share *budget_next(Budget *budget);

/* Who is to be given up now, for those who wait; NULL: nobody. To be asked again as budget_wait()
 * says. */
Share *budget_burden(Budget *budget, usec_t now);

/* How long until something may be to be done that no page on its way tells of. */
usec_t budget_wait(const Budget *budget, usec_t now);
