/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Reading a fetcher's reply, which is trusted in nothing: what is not exactly a reply is -EBADMSG.
 */

#include "common/source.h"
#include "common/state.h"
#include "common/text.h"
#include "sql/db.h"

#define FETCH_REPLY_MAX (16U * 1024U * 1024U) /* bytes of a line */
#define FETCH_REPLY_ENTRIES_MAX 2000U
#define FETCH_REPLY_RETRY_AFTER_MAX 3600 /* seconds; a longer wait counts as this */

typedef struct FetchReply {
        char source[SOURCE_NAME_MAX + 1];
        State state;
        char detail[DETAIL_MAX + 1]; /* clean; "" when there is none */
        int64_t http;                /* status of HTTP, 0: none */
        int64_t retry_after;         /* seconds, 0: none */
        int64_t fresh_for; /* seconds that a cache on the way keeps the page, 0: none does */
        int64_t date;      /* the server's clock, seconds since 1970, 0: not known */
        int64_t bytes;
        int64_t cpu;      /* milliseconds that it took to read the page, 0: less, or not known */
        const char *line; /* the reply itself, for the store; not a copy */
        size_t size;
} FetchReply;

/*
 * SQLite ends a string at an escaped NUL; any other control character is dropped where strings are
 * cleaned. So this turns the one into another, in place.
 */
void fetch_reply_defuse(char *line, size_t size);

/* db is any connection: its JSON functions are used, nothing is read or written. */
int fetch_reply_parse(Db *db, const char *line, size_t size, FetchReply *ret);
