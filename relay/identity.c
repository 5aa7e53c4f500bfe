/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "relay/identity.h"
#include "common/text.h"

#define DATE_LENGTH (sizeof("2026-11-23") - 1)

/* The NUL is hashed, too: it divides the text from the next one. */
static Hash hash_text(Hash h, const char *s) {
        return hash_bytes(h, s, strlen(s) + 1);
}

int identity_of(const Item *item, char ret[static IDENTITY_SIZE]) {
        _cleanup_free_ char *key = NULL;
        Hash h = HASH_INIT;
        int r;

        if (isempty(item->source) || isempty(item->headline) ||
            strlen(item->first_seen) < DATE_LENGTH)
                return -EBADMSG;
        r = text_key(item->headline, &key);
        if (r < 0)
                return r;

        h = hash_text(h, item->source);
        h = hash_text(h, item->url);
        h = hash_text(h, key);
        if (item->repeats > 0)
                h = hash_bytes(h, item->first_seen, DATE_LENGTH);
        for (size_t i = 0; i < sizeof(h.bytes); i++)
                (void) snprintf(ret + 2 * i, 3, "%02x", h.bytes[i]);
        return 0;
}
