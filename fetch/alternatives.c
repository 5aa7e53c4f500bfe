/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "fetch/alternatives.h"

int alternatives_read(const Source *source, int shown, alternative_fn fn, void *page,
                      const char *where, Reply *reply) {
        int r;

        if (shown < 0)
                return shown;
        if (shown == 0) {
                reply_set(reply, STATE_EMPTY, "When= says that the strip is not shown");
                return 0;
        }
        for (size_t i = 0; i < source->strip.n; i++) {
                r = fn(page, i);
                if (r != 0)
                        return MIN(r, 0);
        }
        if (reply->strip > 0)
                reply_set(reply, STATE_EMPTY, "the strip is there, but no entry in it");
        else
                reply_set(reply, STATE_NO_STRIP, "no Strip= finds anything %s", where);
        return 0;
}

int alternatives_took(size_t i, const Account *account, Reply *reply) {
        explain("it yields %zu entries, %zu of them copies", reply->n_entries, account->n_copies);
        if (reply->strip == 0 || reply->n_entries > 0)
                reply->strip = (unsigned) i + 1;
        if (reply->n_entries == 0)
                return 0;
        reply->state = STATE_OK;
        return 1;
}
