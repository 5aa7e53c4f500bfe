/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* A line of the daemon's socket, taken apart (tickerd-protocol(7)). */

#include "sql/db.h"

typedef enum LineType {
        LINE_OTHER, /* of no interest here, or of a later version */
        LINE_ITEM,
        LINE_HELLO,
        LINE_GAP,
        LINE_BYE,
        LINE_ERROR,
} LineType;

/* What the line has not is NULL, 0 or false. */
typedef struct Line {
        LineType type;
        int64_t id;
        const char *cursor;
        const char *source;
        const char *headline;
        const char *url;
        const char *language;
        const char *first_seen;
        bool repeats;
        const char *store;
        int64_t newest;
        int64_t after;
        int64_t oldest;
        const char *code;
        const char *message;
        Rows *rows; /* in which the texts live */
} Line;

/*
 * Reads n bytes of JSON with the connection db, of which it needs no file. The texts live until
 * line_done(), and one line at a time. -EBADMSG: not a JSON object with a type; else as db_query().
 */
int line_parse(Db *db, const char *text, size_t n, Line *ret);
void line_done(Line *line);
