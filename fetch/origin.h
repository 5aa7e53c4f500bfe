/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Where the bytes of a page come from, as far as it matters to who reads them. */

#include "common/util.h"

typedef struct PageOrigin {
        const char *url;
        const char *charset;   /* of Content-Type, or NULL */
        bool open_ended;       /* only the end of the connection told that this is all of it */
        const char *challenge; /* whose challenge it may be, by its header; NULL: no sign of one */
} PageOrigin;
