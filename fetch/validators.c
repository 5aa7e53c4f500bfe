/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "fetch/validators.h"
#include "common/text.h"
#include "common/timespan.h"

#define AGE_MIN (2 * USEC_PER_SEC)

void validators_done(Validators *validators) {
        free(validators->url);
        free(validators->etag);
        free(validators->last_modified);
        *validators = (Validators){};
}

static bool is_old(const char *last_modified, const char *date) {
        usec_t modified, sent;

        if (!date || time_parse_http(date, &sent) < 0)
                sent = time_now();
        return time_parse_http(last_modified, &modified) >= 0 && modified + AGE_MIN <= sent;
}

/* A longer one is no use to anybody, and would be held for each source. */
static char *copy(const char *value) {
        return !isempty(value) && strlen(value) <= URL_MAX ? strdup(value) : NULL;
}

Validators validators_make(const char *url, const char *etag, const char *last_modified,
                           const char *date) {
        Validators v = { .etag = copy(etag), .last_modified = copy(last_modified) };

        v.dated = v.last_modified && is_old(v.last_modified, date);
        v.url = v.etag || v.dated ? strdup(url) : NULL;
        if (!v.url)
                validators_done(&v);
        return v;
}
