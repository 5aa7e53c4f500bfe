/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* last and search: items of the database. */

#include "common/log.h"
#include "ctl/archive.h"
#include "ctl/layout.h"
#include "ctl/verbs.h"

#define LAST_DEFAULT 10
#define SEARCH_DEFAULT 50
#define PAGE_MAX (16U * 1024U * 1024U)
#define WORDS_MAX 8192U

typedef struct Printing {
        Db *db;
        const Options *options;
        Terminal terminal;
        Layout layout;
        Buffer out;
        size_t n;
} Printing;

static int on_item(const Item *item, const char *json, void *userdata) {
        _cleanup_free_ char *before = NULL;
        Printing *p = userdata;
        int r = 0;

        p->n++;
        if (json) {
                buffer_printf(&p->out, "%s\n", json);
                return 0;
        }
        if (item->revises > 0 && p->terminal.is_terminal)
                r = archive_wording(p->db, item->revises, item->cursor, &before);
        if (r >= 0)
                layout_item(&p->layout, item, before, &p->out);
        return r;
}

static int on_page(void *userdata) {
        Printing *p = userdata;

        return terminal_flush(&p->terminal, &p->out);
}

/* The words are first taken as a query in the language of FTS5. If they are none (a word with a
 * hyphen, say), each word is searched for as it is. */
static int search(Printing *p, ArchiveQuery *query, const ArchiveReader *reader) {
        _cleanup_buffer_ Buffer words = BUFFER(WORDS_MAX), quoted = BUFFER(2 * WORDS_MAX);
        const Options *o = p->options;
        int r;

        for (size_t i = 0; i < o->n_words; i++)
                buffer_printf(&words, "%s%s", i > 0 ? " " : "", o->words[i]);
        query->words = words.data;
        r = buffer_error(&words);
        if (r >= 0)
                r = archive_read(p->db, query, reader);
        if (r == -EPROTO) {
                r = db_print(p->db, SQL_CTL_QUOTED, &quoted, "s", words.data);
                query->words = quoted.data;
                if (r >= 0)
                        r = archive_read(p->db, query, reader);
        }
        if (r == -EPROTO || r == -ENOBUFS)
                log_error(
                        "these words cannot be searched for; see SEARCHING in tickerd-database(7)");
        return r;
}

int last_run(const Options *options, const Config *config) {
        bool searching = options->verb == VERB_SEARCH;
        Printing p = { .options = options, .out = BUFFER(PAGE_MAX) };
        const ArchiveReader reader = { on_item, on_page, &p };
        _cleanup_query_ ArchiveQuery query = {};
        int r;

        r = query_init(&query, options, searching ? SEARCH_DEFAULT : LAST_DEFAULT);
        if (r < 0)
                return r == -EINVAL ? EXIT_USAGE : EXIT_FAILURE;
        query.text = options->format == OUTPUT_JSON ? "item" : NULL;
        if (archive_open(config->database.text, &p.db) < 0)
                return EXIT_FAILURE;
        terminal_init(&p.terminal, options->color);
        p.terminal.document = options->format != OUTPUT_TEXT;
        p.layout = (Layout){ .terminal = &p.terminal, .ago = options->ago };
        r = searching ? search(&p, &query, &reader) : archive_read(p.db, &query, &reader);
        if (r >= 0 && p.n == 0)
                log_notice("no items");
        buffer_done(&p.out);
        (void) db_free(p.db);
        return terminal_status(r);
}
