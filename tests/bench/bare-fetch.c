/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * What libcurl and libxml2 cost by themselves: one page fetched into memory and parsed, once. The
 * rival of the fetcher in the memory benchmark. Prints "ready" with the parsed page in memory, runs
 * until its input ends.
 */

#include <curl/curl.h>
#include <libxml/HTMLparser.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char *page;
static size_t page_size;

static size_t on_data(char *data, size_t size, size_t n, void *userdata) {
        char *grown = realloc(page, page_size + size * n);

        if (!grown)
                return 0;
        page = grown;
        memcpy(page + page_size, data, size * n);
        page_size += size * n;
        return size * n;
}

int main(int argc, char **argv) {
        CURL *curl;
        htmlDocPtr doc;

        if (argc != 2 || curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
                return EXIT_FAILURE;
        curl = curl_easy_init();
        if (!curl || curl_easy_setopt(curl, CURLOPT_URL, argv[1]) != CURLE_OK ||
            curl_easy_setopt(curl, CURLOPT_ACCEPT_ENCODING, "") != CURLE_OK ||
            curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, on_data) != CURLE_OK ||
            curl_easy_perform(curl) != CURLE_OK)
                return EXIT_FAILURE;
        doc = htmlReadMemory(page, (int) page_size, argv[1], "UTF-8",
                             HTML_PARSE_NOERROR | HTML_PARSE_NOWARNING | HTML_PARSE_NONET);
        if (!doc)
                return EXIT_FAILURE;
        (void) puts("ready");
        (void) fflush(stdout);
        (void) getchar();
        xmlFreeDoc(doc);
        return EXIT_SUCCESS;
}
