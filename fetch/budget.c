/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "fetch/budget.h"

#define LOOK_INTERVAL USEC_PER_SEC
/* Who gets less from one look to the next comes too slowly to wait for. */
#define SLOW (16U * 1024U)

void budget_init(Budget *budget) {
        *budget = (Budget){};
        TAILQ_INIT(&budget->shares);
}

void budget_join(Budget *budget, Share *share, void *owner) {
        *share = (Share){ .budget = budget, .owner = owner };
        TAILQ_INSERT_TAIL(&budget->shares, share, entry);
}

static void stop_waiting(Share *share) {
        if (share->waiting_since == 0)
                return;
        share->waited += time_monotonic() - share->waiting_since;
        share->waiting_since = 0;
        share->budget->n_waiting--;
}

void budget_leave(Share *share) {
        Budget *budget = share->budget;

        if (!budget)
                return;
        stop_waiting(share);
        budget->used -= share->held;
        TAILQ_REMOVE(&budget->shares, share, entry);
        *share = (Share){};
}

bool budget_may_grow(Share *share) {
        Budget *budget = share->budget;

        if (share->exempt || budget->used < BUDGET_MAX)
                return true;
        if (share->waiting_since == 0) {
                budget->n_waiting++;
                share->waiting_since = time_monotonic();
        }
        return false;
}

void budget_set_held(Share *share, size_t held) {
        share->budget->used += held - share->held;
        share->held = held;
}

Share *budget_next(Budget *budget) {
        Share *share, *next = NULL;
        bool others = false;

        if (budget->n_waiting == 0)
                return NULL;
        TAILQ_FOREACH(share, &budget->shares, entry) {
                if (share->waiting_since == 0)
                        others |= share->held > 0;
                else if (!next || share->waiting_since < next->waiting_since)
                        next = share;
        }
        if (budget->used >= BUDGET_MAX) {
                if (others)
                        return NULL;
                next->exempt = true;
        }
        stop_waiting(next);
        return next;
}

Share *budget_burden(Budget *budget, usec_t now) {
        bool first = budget->looked == 0;
        Share *share, *burden = NULL;

        if (budget_wait(budget, now) > 0) {
                budget->looked = budget->n_waiting > 0 ? budget->looked : 0;
                return NULL;
        }
        budget->looked = now;
        TAILQ_FOREACH(share, &budget->shares, entry) {
                if (share->waiting_since == 0 && share->held < share->held_before + SLOW &&
                    share->held > (burden ? burden->held : 0))
                        burden = share;
                share->held_before = share->held;
        }
        return first ? NULL : burden;
}

usec_t budget_wait(const Budget *budget, usec_t now) {
        if (budget->n_waiting == 0)
                return USEC_INFINITY;
        if (budget->looked == 0 || now >= budget->looked + LOOK_INTERVAL)
                return 0;
        return budget->looked + LOOK_INTERVAL - now;
}
