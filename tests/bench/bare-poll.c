/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The rival of `bench poll`: what libcurl, libxml2 and SQLite cost by themselves, in a program that
 * stays, keeps its connection and does no more than it must.
 *
 *     bare-poll fetch|hash|parse|html|xml|json DATABASE [XPATH]
 *
 * For each line of its input, which is an address, it fetches the page and hashes it, or parses it
 * as XML, or finds the entries in it, too, and stores those that are new; then it says how many
 * there were. With BARE_FRESH set each has a connection of its own, with BARE_ETAG set it asks for
 * a page that is not that one.
 */

#include <curl/curl.h>
#include <libxml/HTMLparser.h>
#include <libxml/xpath.h>
#include <sqlite3.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

static struct {
        char *data;
        size_t size, allocated;
} page;

static sqlite3_stmt *insert;
static xmlXPathCompExpr *entry_path, *link_path;

static void fail(const char *what) {
        (void) fprintf(stderr, "bare-poll: %s\n", what);
        exit(EXIT_FAILURE);
}

static size_t on_data(char *data, size_t size, size_t n, void *userdata) {
        (void) userdata;
        n *= size;
        if (page.size + n > page.allocated) {
                page.allocated = 2 * (page.size + n);
                page.data = realloc(page.data, page.allocated);
                if (!page.data)
                        fail("out of memory");
        }
        memcpy(page.data + page.size, data, n);
        page.size += n;
        return n;
}

static void run(sqlite3 *db, const char *statement) {
        if (sqlite3_exec(db, statement, NULL, NULL, NULL) != SQLITE_OK)
                fail(sqlite3_errmsg(db));
}

static void store(sqlite3 *db, const char *headline, const char *url) {
        if (sqlite3_bind_text(insert, 1, headline, -1, SQLITE_TRANSIENT) != SQLITE_OK ||
            sqlite3_bind_text(insert, 2, url, -1, SQLITE_TRANSIENT) != SQLITE_OK ||
            sqlite3_step(insert) != SQLITE_DONE || sqlite3_reset(insert) != SQLITE_OK)
                fail(sqlite3_errmsg(db));
}

static int store_tree(sqlite3 *db, xmlDoc *document) {
        xmlXPathContext *context = xmlXPathNewContext(document);
        xmlXPathObject *found = xmlXPathCompiledEval(entry_path, context);
        int n = found && found->nodesetval ? found->nodesetval->nodeNr : 0;

        run(db, "BEGIN");
        for (int i = 0; i < n; i++) {
                xmlNode *node = found->nodesetval->nodeTab[i];
                xmlChar *headline = xmlNodeGetContent(node), *url;
                xmlXPathObject *links;

                context->node = node;
                links = xmlXPathCompiledEval(link_path, context);
                url = xmlXPathCastToString(links);
                store(db, (char *) headline, (char *) url);
                xmlXPathFreeObject(links);
                xmlFree(headline);
                xmlFree(url);
        }
        run(db, "COMMIT");
        xmlXPathFreeObject(found);
        xmlXPathFreeContext(context);
        xmlFreeDoc(document);
        return n;
}

static int store_json(sqlite3 *db) {
        sqlite3_stmt *statement;
        int n;

        run(db, "BEGIN");
        if (sqlite3_prepare_v2(db,
                               "INSERT OR IGNORE INTO items SELECT value ->> '$.title', value ->> "
                               "'$.url' FROM json_each(?1, '$.items')",
                               -1, &statement, NULL) != SQLITE_OK ||
            sqlite3_bind_text(statement, 1, page.data, (int) page.size, SQLITE_STATIC) !=
                    SQLITE_OK ||
            sqlite3_step(statement) != SQLITE_DONE)
                fail(sqlite3_errmsg(db));
        n = sqlite3_changes(db);
        (void) sqlite3_finalize(statement);
        run(db, "COMMIT");
        return n;
}

static int use(const char *mode, sqlite3 *db, const char *url) {
        xmlDoc *document;

        if (strcmp(mode, "fetch") == 0)
                return 0;
        if (strcmp(mode, "hash") == 0)
                return (int) (crc32_z(0, (const Bytef *) page.data, page.size) & 0xffff);
        if (strcmp(mode, "json") == 0)
                return store_json(db);
        if (strcmp(mode, "html") == 0)
                document = htmlReadMemory(page.data, (int) page.size, url, "UTF-8",
                                          HTML_PARSE_NOERROR | HTML_PARSE_NOWARNING |
                                                  HTML_PARSE_NONET);
        else
                document = xmlReadMemory(page.data, (int) page.size, url, NULL,
                                         XML_PARSE_NOERROR | XML_PARSE_NOWARNING | XML_PARSE_NONET);
        if (!document)
                fail("the page cannot be parsed");
        if (strcmp(mode, "parse") == 0) {
                xmlFreeDoc(document);
                return 0;
        }
        return store_tree(db, document);
}

static sqlite3 *open_database(const char *path) {
        sqlite3 *db;

        if (sqlite3_open(path, &db) != SQLITE_OK)
                fail("the database cannot be opened");
        run(db, "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;"
                "CREATE TABLE IF NOT EXISTS items (headline TEXT PRIMARY KEY, url TEXT)");
        if (sqlite3_prepare_v2(db, "INSERT OR IGNORE INTO items VALUES (?1, ?2)", -1, &insert,
                               NULL) != SQLITE_OK)
                fail(sqlite3_errmsg(db));
        return db;
}

/* As far as the curl that it is built with keeps what it has read of the authorities. */
static CURL *open_curl(void) {
        const char *authorities = getenv("CURL_CA_BUNDLE"), *etag = getenv("BARE_ETAG");
        CURL *curl = curl_easy_init();
        char header[256];

        if (!curl || curl_easy_setopt(curl, CURLOPT_CAPATH, NULL) != CURLE_OK ||
            curl_easy_setopt(curl, CURLOPT_ACCEPT_ENCODING, "") != CURLE_OK ||
            curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, on_data) != CURLE_OK ||
            curl_easy_setopt(curl, CURLOPT_FORBID_REUSE, getenv("BARE_FRESH") ? 1L : 0L) !=
                    CURLE_OK)
                fail("no curl");
        if (authorities)
                (void) curl_easy_setopt(curl, CURLOPT_CAINFO, authorities);
        if (etag) {
                (void) snprintf(header, sizeof(header), "If-None-Match: %s", etag);
                (void) curl_easy_setopt(curl, CURLOPT_HTTPHEADER, curl_slist_append(NULL, header));
        }
        return curl;
}

int main(int argc, char **argv) {
        char url[4096];
        sqlite3 *db;
        CURL *curl;

        if (argc < 3 || curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
                return EXIT_FAILURE;
        db = open_database(argv[2]);
        curl = open_curl();
        entry_path = xmlXPathCompile((const xmlChar *) (argc > 3 ? argv[3] : "//li"));
        link_path = xmlXPathCompile(
                (const xmlChar *) (strcmp(argv[1], "xml") == 0 ? "link" : ".//a/@href"));
        while (fgets(url, sizeof(url), stdin)) {
                url[strcspn(url, "\n")] = '\0';
                page.size = 0;
                if (curl_easy_setopt(curl, CURLOPT_URL, url) != CURLE_OK ||
                    curl_easy_perform(curl) != CURLE_OK)
                        fail(url);
                (void) printf("%d\n", use(argv[1], db, url));
                (void) fflush(stdout);
        }
        return EXIT_SUCCESS;
}
