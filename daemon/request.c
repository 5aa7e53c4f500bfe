/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "daemon/request.h"
#include "common/utf8.h"

void filter_done(RequestFilter *filter) {
        free(filter->bits);
        free(filter->names);
        *filter = (RequestFilter){};
}

/* While a request is read: what was seen so far, and the first thing wrong. */
typedef struct Parsing {
        Db *json;
        Tape *tape;
        Request request;
        RequestError error;
        bool has_after, has_last;
        int64_t last;
        unsigned n_keys;
} Parsing;

static int fail(Parsing *p, const char *code, const char *message) {
        p->error = (RequestError){ code, message };
        return -EBADMSG;
}

static int set_after(Parsing *p, int64_t id) {
        if (id < 0)
                return fail(p, "bad-request", "after must be an id or a cursor");
        if (id > tape_newest(p->tape))
                return fail(p, "unknown-cursor", "after is past the newest item");
        p->has_after = true;
        p->request.after = id;
        return 0;
}

/* "5f3c9a1e-42": the store's id and the item's. */
static int set_cursor(Parsing *p, const char *cursor) {
        const char *dash = strrchr(cursor, '-');
        const char *store = tape_store(p->tape);
        char *end;
        long long id;

        if (!dash || dash == cursor || !dash[1] ||
            strspn(dash + 1, "0123456789") != strlen(dash + 1))
                return fail(p, "bad-request", "after must be an id or a cursor");
        if (strlen(store) != (size_t) (dash - cursor) ||
            strncmp(cursor, store, (size_t) (dash - cursor)) != 0)
                return fail(p, "unknown-cursor", "the cursor is of another store");
        errno = 0;
        id = strtoll(dash + 1, &end, 10);
        if (errno == ERANGE)
                return fail(p, "unknown-cursor", "after is past the newest item");
        return set_after(p, id);
}

static int set_flag(Parsing *p, const char *type, const char *message, bool *ret) {
        if (!streq(type, "true") && !streq(type, "false"))
                return fail(p, "bad-request", message);
        *ret = streq(type, "true");
        return 0;
}

static int add_source(Parsing *p, const char *name) {
        RequestFilter *filter = &p->request.filter;
        uint32_t number;
        size_t size;
        uint8_t *grown;
        int r;

        r = tape_source(p->tape, name, &number);
        if (r == -ENOENT)
                return fail(p, "unknown-source",
                            "sources names one that this daemon has never polled");
        if (r < 0)
                return r;
        size = number / 8 + 1;
        if (size > filter->size) {
                grown = realloc(filter->bits, size);
                if (!grown)
                        return -ENOMEM;
                memset(grown + filter->size, 0, size - filter->size);
                filter->bits = grown;
                filter->size = size;
        }
        filter->bits[number / 8] |= (uint8_t) (1U << number % 8);
        return 0;
}

static int set_sources(Parsing *p, const char *type, const char *json) {
        static const char wrong[] = "sources must be a list of names";
        _cleanup_rows_ Rows *rows = NULL;
        int r, n = 0;

        if (!streq(type, "array"))
                return fail(p, "bad-request", wrong);
        filter_done(&p->request.filter);
        r = db_query(p->json, SQL_JSON_ELEMENTS, &rows, "s", json);
        if (r < 0)
                return r;
        while ((r = rows_next(rows)) > 0) {
                const char *name = rows_text(rows, 1);

                if (!streq(strnull(rows_text(rows, 0)), "text") || !name)
                        return fail(p, "bad-request", wrong);
                r = add_source(p, name);
                if (r < 0)
                        return r;
                n++;
        }
        if (r < 0)
                return r;
        if (n == 0)
                return fail(p, "bad-request", "sources is an empty list; leave it out to get all");
        p->request.filter.names = strdup(json);
        return p->request.filter.names ? 0 : -ENOMEM;
}

static int read_member(Parsing *p, Rows *rows) {
        const char *key = strnull(rows_text(rows, 0)), *type = rows_text(rows, 1);
        const char *value = rows_text(rows, 2);

        p->n_keys++;
        if (streq(key, "after")) {
                if (streq(type, "integer"))
                        return set_after(p, rows_int(rows, 2));
                if (streq(type, "text"))
                        return set_cursor(p, strnull(value));
                return fail(p, "bad-request", "after must be an id or a cursor");
        }
        if (streq(key, "last")) {
                if (!streq(type, "integer") || rows_int(rows, 2) < 0)
                        return fail(p, "bad-request", "last must be a number, 0 or more");
                p->has_last = true;
                p->last = rows_int(rows, 2);
                return 0;
        }
        if (streq(key, "sources"))
                return set_sources(p, type, strnull(value));
        if (streq(key, "live"))
                return set_flag(p, type, "live must be true or false", &p->request.live);
        if (streq(key, "states"))
                return set_flag(p, type, "states must be true or false", &p->request.states);
        if (streq(key, "status"))
                return set_flag(p, type, "status must be true", &p->request.status);
        return fail(p, "bad-request",
                    "unknown key; there are after, last, sources, live, states and status");
}

static int read_members(Parsing *p, const char *line, size_t size) {
        _cleanup_rows_ Rows *rows = NULL;
        int r;

        r = db_query(p->json, SQL_JSON_MEMBERS, &rows, "t", line, size);
        if (r < 0)
                return r;
        while ((r = rows_next(rows)) > 0) {
                r = read_member(p, rows);
                if (r < 0)
                        return r;
        }
        if (r == -EPROTO)
                return fail(p, "bad-request", "not a JSON object");
        return r;
}

static int check(Parsing *p) {
        if (p->request.status && p->n_keys > 1)
                return fail(p, "bad-request", "status stands alone");
        if (p->has_after && p->has_last)
                return fail(p, "bad-request", "after and last do not go together");
        if (p->has_last)
                return tape_last(p->tape, p->last, p->request.filter.names, &p->request.after);
        return 0;
}

int request_parse(Db *json, Tape *tape, const char *line, size_t size, Request *ret,
                  RequestError *ret_error) {
        Parsing p = {
                .json = json,
                .tape = tape,
                .request = { .live = true, .after = tape_newest(tape) },
        };
        int r;

        if (size > REQUEST_MAX || memchr(line, '\0', size) || !utf8_valid(line, size))
                r = fail(&p, "bad-request", "not a line of UTF-8 of at most 16 KiB");
        else if (memmem(line, size, "\\u0000", 6)) /* SQLite would end a name there */
                r = fail(&p, "bad-request", "no name has a NUL in it");
        else if (line[strspn(line, " \t")] != '{')
                r = fail(&p, "bad-request", "not a JSON object");
        else
                r = read_members(&p, line, size);
        if (r >= 0)
                r = check(&p);
        if (r < 0) {
                filter_done(&p.request.filter);
                if (r == -EBADMSG)
                        *ret_error = p.error;
                return r;
        }
        *ret = p.request;
        return 0;
}
