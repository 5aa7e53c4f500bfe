/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* export: items for other programs, as one document. */

#include <assert.h>
#include <time.h>

#include "common/log.h"
#include "common/utf8.h"
#include "ctl/archive.h"
#include "ctl/terminal.h"
#include "ctl/verbs.h"
#include "ctl/when.h"
#include "version.h"

#define FEED_DEFAULT 100 /* items of a feed; of the others there is no limit */
#define PAGE_MAX (16U * 1024U * 1024U)

typedef struct DocumentFormat {
        const char *json; /* which JSON of an item is asked for */
        bool feed;        /* has a title, and few items */
        const char *head; /* before the items; of feeds a function knows it */
        void (*feed_head)(const char *title, const char *home, const char *json, Buffer *b);
        void (*item)(const Item *item, const char *json, Buffer *b);
        const char *between, *end;
} DocumentFormat;

typedef struct Export {
        const DocumentFormat *format;
        Terminal terminal;
        Buffer out;
        bool first;
} Export;

/* Always between quotes, CRLF at the end (RFC 4180). */
static void put_csv(const Item *item, _unused_ const char *json, Buffer *b) {
        const char *const texts[] = { item->source,   item->headline,  item->url,
                                      item->language, item->published, item->first_seen };
        const int64_t ids[] = { item->revises, item->repeats };

        buffer_printf(b, "%lld,\"%s\"", (long long) item->id, item->cursor);
        for (size_t i = 0; i < ELEMENTSOF(texts); i++) {
                buffer_puts(b, ",\"");
                for (const char *s = texts[i]; *s; s++)
                        buffer_append(b, *s == '"' ? "\"\"" : s, *s == '"' ? 2 : 1);
                buffer_puts(b, "\"");
        }
        for (size_t i = 0; i < ELEMENTSOF(ids); i++) {
                buffer_puts(b, ",");
                if (ids[i] > 0)
                        buffer_printf(b, "%lld", (long long) ids[i]);
        }
        buffer_puts(b, "\r\n");
}

/* As the text of an element. The two characters that no XML may have become U+FFFD. */
static void put_xml(Buffer *b, const char *element, const char *text) {
        size_t n = strlen(text);

        buffer_printf(b, "<%s>", element);
        for (size_t i = 0; i < n;) {
                uint32_t c;

                i += utf8_next(text + i, n - i, &c);
                if (c == '&' || c == '<' || c == '>')
                        buffer_printf(b, "&#%u;", c);
                else
                        utf8_put(b, c == 0xfffe || c == 0xffff ? 0xfffd : c);
        }
        buffer_printf(b, "</%.*s>\n", (int) strcspn(element, " "), element);
}

/* RFC 822 with a year of four digits, whatever the locale. */
static void put_date(Buffer *b, const char *element, time_t t) {
        static const char days[][4] = { "Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat" };
        static const char months[][4] = { "Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                          "Jul", "Aug", "Sep", "Oct", "Nov", "Dec" };
        struct tm tm = {};

        (void) gmtime_r(&t, &tm);
        buffer_printf(b, "<%s>%s, %02d %s %04d %02d:%02d:%02d GMT</%s>\n", element,
                      days[tm.tm_wday], tm.tm_mday, months[tm.tm_mon], tm.tm_year + 1900,
                      tm.tm_hour, tm.tm_min, tm.tm_sec, element);
}

static void put_rss_head(const char *title, const char *home, _unused_ const char *json,
                         Buffer *b) {
        buffer_puts(b, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
                       "<rss version=\"2.0\">\n<channel>\n");
        put_xml(b, "title", title);
        put_xml(b, "link", home);
        put_xml(b, "description", "What is new on the strips of front pages");
        put_xml(b, "generator", "tickerctl " TICKERD_VERSION);
        put_date(b, "lastBuildDate", (time_t) (time_now() / USEC_PER_SEC));
}

static void put_rss(const Item *item, _unused_ const char *json, Buffer *b) {
        buffer_puts(b, "<item>\n");
        put_xml(b, "title", item->headline);
        if (*item->url)
                put_xml(b, "link", item->url);
        put_xml(b, "guid isPermaLink=\"false\"", item->cursor);
        put_date(b, "pubDate", when_seconds(item->first_seen));
        put_xml(b, "category", item->source);
        buffer_puts(b, "</item>\n");
}

/* What a feed says of itself; the items become the last member of that object. */
static void put_jsonfeed_head(_unused_ const char *title, _unused_ const char *home,
                              const char *json, Buffer *b) {
        buffer_printf(b, "%.*s,\"items\":[\n", (int) strlen(json) - 1, json);
}

static void put_json(_unused_ const Item *item, const char *json, Buffer *b) {
        buffer_printf(b, "%s\n", json);
}

static const DocumentFormat formats[OUTPUT_MAX] = {
        [OUTPUT_JSON] = { .json = "item",
                          .head = "[\n",
                          .item = put_json,
                          .between = ",",
                          .end = "]\n" },
        [OUTPUT_CSV] = { .head = "id,cursor,source,headline,url,language,published,"
                                 "first_seen,revises,repeats\r\n",
                         .item = put_csv,
                         .between = "",
                         .end = "" },
        [OUTPUT_RSS] = { .feed = true,
                         .feed_head = put_rss_head,
                         .item = put_rss,
                         .between = "",
                         .end = "</channel>\n</rss>\n" },
        [OUTPUT_JSONFEED] = { .json = "feed",
                              .feed = true,
                              .feed_head = put_jsonfeed_head,
                              .item = put_json,
                              .between = ",",
                              .end = "]}\n" },
};

static int on_item(const Item *item, const char *json, void *userdata) {
        Export *export = userdata;

        if (!export->first)
                buffer_puts(&export->out, export->format->between);
        export->first = false;
        export->format->item(item, json, &export->out);
        return 0;
}

static int on_page(void *userdata) {
        Export *export = userdata;

        return terminal_flush(&export->terminal, &export->out);
}

static int put_head(Export *export, Db *db, const char *sources) {
        _cleanup_rows_ Rows *rows = NULL;
        int r;

        if (!export->format->feed) {
                buffer_puts(&export->out, export->format->head);
                return 0;
        }
        r = db_row(db, SQL_CTL_CHANNEL, &rows, "s", sources);
        if (r <= 0) {
                log_error("cannot read the database: %s; try again", db_message(db));
                return -EIO;
        }
        export->format->feed_head(rows_text(rows, 0), rows_text(rows, 1), rows_text(rows, 2),
                                  &export->out);
        return 0;
}

int export_run(const Options *options, const Config *config) {
        Export export = { .format = formats + options->format,
                          .out = BUFFER(PAGE_MAX),
                          .first = true };
        const ArchiveReader reader = { on_item, on_page, &export };
        _cleanup_(db_freep) Db *db = NULL;
        _cleanup_query_ ArchiveQuery query = {};
        int r;

        assert(export.format->item);
        r = query_init(&query, options,
                       export.format->feed && !options->since ? FEED_DEFAULT : NUMBER_ALL);
        if (r < 0)
                return r == -EINVAL ? EXIT_USAGE : EXIT_FAILURE;
        query.json = export.format->json;
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
