/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * A statement parses the text that it is given, so what is read once for each entry is given the
 * entry alone, not the page.
 */

#include "fetch/json.h"
#include "common/log.h"
#include "fetch/alternatives.h"
#include "fetch/entry.h"
#include "fetch/fragment.h"
#include "fetch/json-paths.h"
#include "fetch/json-text.h"
#include "sql/db.h"

struct JsonStrip {
        const Source *source;
        Db *db;
        JsonPaths paths;
        Strikes strikes;
};

/* One text being read. */
typedef struct JsonPage {
        const JsonStrip *strip;
        const char *text, *base;
        size_t size;
        Account account;
        Reply *reply;
} JsonPage;

int json_strip_new(const Source *source, JsonStrip **ret, const Value **ret_where) {
        _cleanup_(json_strip_freep) JsonStrip *strip = NULL;
        const Value *where = NULL, *strike = NULL;
        int r, error;

        strip = calloc(1, sizeof(JsonStrip));
        if (!strip)
                return log_oom();
        strip->source = source;
        error = json_paths_make(source, &strip->paths, &where);
        r = strikes_compile(&source->strike, &strip->strikes, &strike);
        if (error < 0 || r < 0) {
                *ret_where = error < 0 ? where : strike;
                return error < 0 ? error : r;
        }
        r = json_db_open(&strip->db);
        if (r < 0) {
                log_error("cannot read JSON: %s", strerror(-r));
                return r;
        }
        *ret = STEAL_POINTER(strip);
        return 0;
}

JsonStrip *json_strip_free(JsonStrip *strip) {
        if (!strip)
                return NULL;
        json_db_close(strip->db);
        json_paths_done(&strip->paths);
        strikes_done(&strip->strikes);
        free(strip);
        return NULL;
}

/* Starts a query about the page and steps to its row; *ret lives until rows_end(). */
static int query_page(const JsonPage *page, Sql statement, const char *path, Rows **ret) {
        int r;

        r = db_query(page->strip->db, statement, ret, path ? "ts" : "t", page->text, page->size,
                     path);
        return r < 0 ? r : rows_next(*ret);
}

/* The row of one entry. */
static int add_entry(JsonPage *page, Rows *row) {
        _cleanup_free_ char *headline = NULL;
        RawEntry raw = {
                .link = rows_text(row, 1),
                .published = rows_text(row, 2),
                .account = &page->account,
        };
        Entry entry;
        int r;

        if (rows_null(row, 0)) {
                explain_item(&page->account, "dropped, there is no text in it at %s",
                             page->strip->paths.headline);
                return 0;
        }
        r = rows_text(row, 0) ? fragment_text(rows_text(row, 0), &headline) : -ENOMEM;
        if (r < 0)
                return r;
        raw.headline = headline;
        raw.n_headline = strlen(headline);
        if (isempty(raw.link))
                raw.link = NULL;
        r = entry_make(&raw, &page->strip->strikes, page->base, page->reply->known, &entry);
        return r > 0 ? reply_add(page->reply, &entry) : r;
}

/* The entries of one strip, which is given as JSON. */
static int read_strip(JsonPage *page, const char *text) {
        const JsonPaths *paths = &page->strip->paths;
        _cleanup_rows_ Rows *entries = NULL;
        int r;

        account_clear(&page->account);
        r = db_query(page->strip->db, SQL_JSON_ENTRIES, &entries, "ss", text, paths->headline);
        while (r >= 0 && (r = rows_next(entries)) > 0) {
                _cleanup_rows_ Rows *row = NULL;

                page->account.number++;
                r = db_query(page->strip->db, SQL_JSON_ENTRY, &row, "ssss", rows_text(entries, 0),
                             paths->headline, paths->link, paths->published);
                if (r >= 0)
                        r = rows_next(row);
                if (r > 0)
                        r = add_entry(page, row);
        }
        return r;
}

static const char *kind_of(const char *json) {
        return *json == '[' ? "an array" : *json == '{' ? "an object" : "a value";
}

/* One alternative. 1: its strip was found and has entries. */
static int read_alternative(void *userdata, size_t i) {
        _cleanup_rows_ Rows *part = NULL;
        JsonPage *page = userdata;
        int r;

        r = query_page(page, SQL_JSON_PART, page->strip->source->strip.items[i].text, &part);
        if (r <= 0)
                return r;
        if (i == 0)
                page->reply->has_first = !rows_null(part, 0);
        if (rows_null(part, 0)) {
                explain("Strip= number %zu finds nothing", i + 1);
                return 0;
        }
        if (!rows_text(part, 0))
                return -ENOMEM;
        explain("Strip= number %zu finds %s", i + 1, kind_of(rows_text(part, 0)));
        r = read_strip(page, rows_text(part, 0));
        return r < 0 ? r : alternatives_took(i, &page->account, page->reply);
}

static int is_shown(const JsonPage *page) {
        const Value *when = &page->strip->source->when;
        _cleanup_rows_ Rows *flag = NULL;
        int r;

        if (isempty(when->text))
                return true;
        r = query_page(page, SQL_JSON_FLAG, when->text, &flag);
        page->reply->has_when = r > 0 && !rows_null(flag, 0);
        return r <= 0 ? r : entry_says_yes(rows_text(flag, 0));
}

static int read_page(JsonPage *page) {
        const Source *source = page->strip->source;
        _cleanup_rows_ Rows *valid = NULL;
        int r;

        /* SQLite knows dialects that are none of JSON's. */
        r = query_page(page, SQL_JSON_VALID, NULL, &valid);
        if (r <= 0)
                return r;
        if (!rows_int(valid, 0)) {
                reply_set(page->reply, STATE_BAD_PAGE, "%s is not JSON",
                          source->script.text ? "the text of the script" : "the page");
                return 0;
        }
        return alternatives_read(source, is_shown(page), read_alternative, page, "in the JSON",
                                 page->reply);
}

int json_strip_read(const JsonStrip *strip, char *text, size_t size, const char *base,
                    Reply *reply) {
        JsonPage page = {
                .strip = strip, .text = text, .size = size, .base = base, .reply = reply
        };
        const char *why;
        int r;

        r = json_text_check(text, size, &why);
        if (r < 0) {
                reply_set(reply, r == -E2BIG ? STATE_TOO_LARGE : STATE_BAD_PAGE, "%s", why);
                return 0;
        }
        r = read_page(&page);
        account_clear(&page.account);
        if (r == -E2BIG && reply->n_entries < ENTRIES_MAX)
                reply_set(reply, STATE_TOO_LARGE, "the JSON is more than SQLite can hold");
        else if (r == -E2BIG)
                reply_set(reply, STATE_TOO_LARGE, "the strip has more than %u entries",
                          ENTRIES_MAX);
        else if (r < 0 && r != -ENOMEM)
                reply_set(reply, STATE_BAD_SOURCE, "the JSON cannot be read: %s",
                          db_message(strip->db));
        return r == -ENOMEM ? r : 0;
}
