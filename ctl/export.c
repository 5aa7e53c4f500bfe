/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* export: items for other programs, as one document. sql/client.sql makes the text of each item. */

#include <assert.h>

#include "common/log.h"
#include "ctl/archive.h"
#include "ctl/terminal.h"
#include "ctl/verbs.h"
#include "version.h"

#define FEED_DEFAULT 100 /* items of a feed; of the others there is no limit */
#define PAGE_MAX (16U * 1024U * 1024U)

typedef struct DocumentFormat {
        const char *text; /* of an item, as SQL_CTL_ITEMS calls it */
        bool feed;        /* has a title, and few items */
        const char *head; /* before the items; of a feed SQL_CTL_CHANNEL makes it */
        const char *between, *end;
} DocumentFormat;

static const DocumentFormat formats[OUTPUT_MAX] = {
        [OUTPUT_JSON] = { "item", .head = "[", .between = ",", .end = "]\n" },
        [OUTPUT_CSV] = { "csv",
                         .head = "id,cursor,source,headline,url,language,published,first_seen,"
                                 "revises,repeats\r",
                         .between = "", .end = "" },
        [OUTPUT_RSS] = { "rss", .feed = true, .between = "", .end = "</channel>\n</rss>\n" },
        [OUTPUT_JSONFEED] = { "feed", .feed = true, .between = ",", .end = "]}\n" },
};

typedef struct Export {
        const DocumentFormat *format;
        Terminal terminal;
        Buffer out;
        bool begun; /* an item is in it */
} Export;

static int on_item(_unused_ const Item *item, const char *text, void *userdata) {
        Export *export = userdata;

        buffer_printf(&export->out, "%s%s\n", export->begun ? export->format->between : "", text);
        export->begun = true;
        return 0;
}

static int on_page(void *userdata) {
        Export *export = userdata;

        return terminal_flush(&export->terminal, &export->out);
}

static int put_head(Export *export, Db *db, const char *sources) {
        const char *head = export->format->head;
        _cleanup_rows_ Rows *rows = NULL;
        int r;

        if (export->format->feed) {
                r = db_row(db, SQL_CTL_CHANNEL, &rows, "sss", sources, export->format->text,
                           TICKERD_VERSION);
                if (r <= 0) {
                        log_error("cannot read the database: %s; try again", db_message(db));
                        return -EIO;
                }
                head = rows_text(rows, 0);
        }
        buffer_printf(&export->out, "%s\n", head);
        return 0;
}

int export_run(const Options *options, const Config *config) {
        Export export = { .format = formats + options->format, .out = BUFFER(PAGE_MAX) };
        const ArchiveReader reader = { on_item, on_page, &export };
        _cleanup_(db_freep) Db *db = NULL;
        _cleanup_query_ ArchiveQuery query = {};
        int r;

        assert(export.format->text);
        r = query_init(&query, options,
                       export.format->feed && !options->since ? FEED_DEFAULT : NUMBER_ALL);
        if (r < 0)
                return r == -EINVAL ? EXIT_USAGE : EXIT_FAILURE;
        query.text = export.format->text;
        if (archive_open(config->database.text, &db) < 0)
                return EXIT_FAILURE;
        terminal_init(&export.terminal, COLOR_NEVER);
        export.terminal.document = true;
        export.terminal.utf8 = true; /* the document is, wherever it goes */
        r = put_head(&export, db, query.sources);
        if (r >= 0)
                r = archive_read(db, &query, &reader);
        buffer_puts(&export.out, export.format->end);
        if (r >= 0)
                r = on_page(&export);
        buffer_done(&export.out);
        return terminal_status(r);
}
