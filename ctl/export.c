/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* export: items for other programs, as one document. */

#include <time.h>

#include "common/json.h"
#include "common/log.h"
#include "common/utf8.h"
#include "ctl/archive.h"
#include "ctl/terminal.h"
#include "ctl/verbs.h"
#include "ctl/when.h"
#include "version.h"

#define FEED_DEFAULT 100 /* items of a feed; of the others there is no limit */
#define PAGE_MAX (16U * 1024U * 1024U)

typedef struct Export {
        Output format;
        Terminal terminal;
        Buffer out;
        bool first;
} Export;

/* Always between quotes, CRLF at the end (RFC 4180). */
static int put_csv(Buffer *b, const Item *item) {
        const char *const texts[] = { item->source,   item->headline,  item->url,
                                      item->language, item->published, item->first_seen };
        int r;

        r = buffer_printf(b, "%lld,\"%s\"", (long long) item->id, item->cursor);
        for (size_t i = 0; r >= 0 && i < ELEMENTSOF(texts); i++) {
                r = buffer_puts(b, ",\"");
                for (const char *s = texts[i]; r >= 0 && *s; s++)
                        r = buffer_append(b, *s == '"' ? "\"\"" : s, *s == '"' ? 2 : 1);
                if (r >= 0)
                        r = buffer_append(b, "\"", 1);
        }
        for (size_t i = 0; r >= 0 && i < 2; i++) {
                int64_t id = i == 0 ? item->revises : item->repeats;

                r = id > 0 ? buffer_printf(b, ",%lld", (long long) id) : buffer_puts(b, ",");
        }
        return r < 0 ? r : buffer_puts(b, "\r\n");
}

/* As the text of an element. The two characters that no XML may have become U+FFFD. */
static int put_xml(Buffer *b, const char *element, const char *text) {
        size_t n = strlen(text);
        int r;

        r = buffer_printf(b, "<%s>", element);
        for (size_t i = 0, k; r >= 0 && i < n; i += k) {
                uint32_t c;

                k = utf8_next(text + i, n - i, &c);
                if (c == '&' || c == '<' || c == '>')
                        r = buffer_printf(b, "&#%u;", c);
                else
                        r = utf8_put(b, c == 0xfffe || c == 0xffff ? 0xfffd : c);
        }
        return r < 0 ? r : buffer_printf(b, "</%.*s>\n", (int) strcspn(element, " "), element);
}

/* RFC 822 with a year of four digits, whatever the locale. */
static void write_date(time_t t, char text[static 40]) {
        static const char days[][4] = { "Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat" };
        static const char months[][4] = { "Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                          "Jul", "Aug", "Sep", "Oct", "Nov", "Dec" };
        struct tm tm = {};

        (void) gmtime_r(&t, &tm);
        (void) snprintf(text, 40, "%s, %02d %s %04d %02d:%02d:%02d GMT", days[tm.tm_wday],
                        tm.tm_mday, months[tm.tm_mon], tm.tm_year + 1900, tm.tm_hour, tm.tm_min,
                        tm.tm_sec);
}

static int put_rss(Buffer *b, const Item *item) {
        char date[40];
        int r;

        write_date(when_seconds(item->first_seen), date);
        r = buffer_puts(b, "<item>\n");
        if (r >= 0)
                r = put_xml(b, "title", item->headline);
        if (r >= 0 && *item->url)
                r = put_xml(b, "link", item->url);
        if (r >= 0)
                r = put_xml(b, "guid isPermaLink=\"false\"", item->cursor);
        if (r >= 0)
                r = put_xml(b, "pubDate", date);
        if (r >= 0)
                r = put_xml(b, "category", item->source);
        return r < 0 ? r : buffer_puts(b, "</item>\n");
}

static int put_feed_item(Buffer *b, const Item *item) {
        const struct {
                const char *key, *text;
        } members[] = {
                { "id", item->cursor },
                { "url", item->url },
                { "content_text", item->headline },
                { "date_published", item->first_seen },
                { "language", item->language },
        };
        int r;

        r = json_begin(b);
        for (size_t i = 0; r >= 0 && i < ELEMENTSOF(members); i++)
                if (*members[i].text)
                        r = json_add_string(b, members[i].key, members[i].text);
        if (r >= 0)
                r = buffer_puts(b, ",\"tags\":[");
        if (r >= 0)
                r = json_string(b, item->source);
        return r < 0 ? r : buffer_puts(b, "]}\n");
}

static int on_item(const Item *item, void *userdata) {
        Export *export = userdata;
        Buffer *b = &export->out;
        int r = 0;

        if (export->format == OUTPUT_CSV)
                return put_csv(b, item);
        if (export->format == OUTPUT_RSS)
                return put_rss(b, item);
        if (!export->first)
                r = buffer_append(b, ",", 1);
        export->first = false;
        if (r < 0)
                return r;
        return export->format == OUTPUT_JSON ? item_write(item, b) : put_feed_item(b, item);
}

static int on_page(void *userdata) {
        Export *export = userdata;

        return export->out.size > 0 ? terminal_flush(&export->terminal, &export->out) : 0;
}

/* What a feed says of itself. */
static int begin_rss(Buffer *b, const char *title, const char *home) {
        char date[40];
        int r;

        write_date((time_t) (time_now() / USEC_PER_SEC), date);
        r = buffer_puts(
                b,
                "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<rss version=\"2.0\">\n<channel>\n");
        if (r >= 0)
                r = put_xml(b, "title", title);
        if (r >= 0)
                r = put_xml(b, "link", home);
        if (r >= 0)
                r = put_xml(b, "description", "What is new on the strips of front pages");
        if (r >= 0)
                r = put_xml(b, "generator", "tickerctl " TICKERD_VERSION);
        return r < 0 ? r : put_xml(b, "lastBuildDate", date);
}

static int begin_feed(Buffer *b, const char *title, const char *home) {
        int r;

        r = buffer_puts(b, "{\"version\":\"https://jsonfeed.org/version/1.1\"");
        if (r >= 0)
                r = json_add_string(b, "title", title);
        if (r >= 0)
                r = json_add_string(b, "home_page_url", home);
        return r < 0 ? r : buffer_puts(b, ",\"items\":[\n");
}

static int begin(Export *export, Db *db, const char *sources) {
        _cleanup_rows_ Rows *rows = NULL;
        const char *title, *home;
        int r;

        if (export->format == OUTPUT_CSV)
                return buffer_puts(&export->out, "id,cursor,source,headline,url,language,published,"
                                                 "first_seen,revises,repeats\r\n");
        if (export->format == OUTPUT_JSON)
                return buffer_puts(&export->out, "[\n");
        r = db_query(db, SQL_CTL_CHANNEL, &rows, "s", sources);
        if (r >= 0)
                r = rows_next(rows);
        if (r <= 0) {
                rows = NULL;
                log_error("cannot read the database: %s; try again", db_message(db));
                return -EIO;
        }
        title = rows_text(rows, 0);
        home = rows_text(rows, 1);
        if (!home)
                home = "http://localhost/"; /* RSS wants one; without a source there are no items */
        return export->format == OUTPUT_RSS ? begin_rss(&export->out, title, home)
                                            : begin_feed(&export->out, title, home);
}

static int end(Export *export) {
        switch (export->format) {
        case OUTPUT_CSV:
                return 0;
        case OUTPUT_RSS:
                return buffer_puts(&export->out, "</channel>\n</rss>\n");
        case OUTPUT_JSONFEED:
                return buffer_puts(&export->out, "]}\n");
        default:
                return buffer_puts(&export->out, "]\n");
        }
}

int export_run(const Options *options, const Config *config) {
        bool feed = options->format == OUTPUT_RSS || options->format == OUTPUT_JSONFEED;
        Export export = { .format = options->format, .out = BUFFER(PAGE_MAX), .first = true };
        const ArchiveReader reader = { on_item, on_page, &export };
        _cleanup_(db_freep) Db *db = NULL;
        _cleanup_query_ Query query = {};
        int r;

        r = query_init(&query, options, feed && !options->since ? FEED_DEFAULT : NUMBER_ALL);
        if (r < 0)
                return r == -EINVAL ? EXIT_USAGE : EXIT_FAILURE;
        if (archive_open(config->database.text, &db) < 0)
                return EXIT_FAILURE;
        terminal_init(&export.terminal, COLOR_NEVER);
        export.terminal.document = true;
        export.terminal.utf8 = true; /* the document is, wherever it goes */
        r = begin(&export, db, query.sources);
        if (r >= 0)
                r = archive_read(db, &query, &reader);
        if (r >= 0)
                r = end(&export);
        if (r >= 0)
                r = on_page(&export);
        buffer_done(&export.out);
        return terminal_status(r);
}
