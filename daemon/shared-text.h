/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* A text that several send: it is made once, and lives as long as one of them has not sent all of
 * it. */

#include "common/buffer.h"

typedef struct SharedText {
        Buffer text;
        unsigned n_ref;
} SharedText;

/* An empty one that may become so long; the caller owns a reference. -ENOMEM. */
static inline int shared_text_new(size_t max, SharedText **ret) {
        SharedText *shared = calloc(1, sizeof(SharedText));

        if (!shared)
                return -ENOMEM;
        *shared = (SharedText){ .text = BUFFER(max), .n_ref = 1 };
        *ret = shared;
        return 0;
}

static inline SharedText *shared_text_ref(SharedText *shared) {
        shared->n_ref++;
        return shared;
}

static inline SharedText *shared_text_unref(SharedText *shared) {
        if (!shared || --shared->n_ref > 0)
                return NULL;
        buffer_done(&shared->text);
        free(shared);
        return NULL;
}
DEFINE_CLEANUP(SharedText, shared_text_unref);
