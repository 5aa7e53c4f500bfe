/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* An item, from the socket or from the database; tickerd-protocol(7) says what its parts are. */

#include "common/source.h"
#include "common/text.h"
#include "sql/db.h"

#define CURSOR_MAX 80U

/* What is not known is empty, or 0. Texts do nothing to a terminal, whoever sent them: utf8_mask().
 */
typedef struct Item {
        int64_t id;
        int64_t revises;
        int64_t repeats;
        char cursor[CURSOR_MAX + 1];
        char source[SOURCE_NAME_MAX + 1];
        char headline[HEADLINE_MAX + 1];
        char url[URL_MAX + 1];
        char language[64];
        char published[PUBLISHED_MAX + 1];
        char first_seen[TIME_SIZE];
} Item;

/* "5f3c9a1e-42", and nothing else that could get into a request. */
bool cursor_valid(const char *s);

/* The id in a valid cursor; 0 in "". */
int64_t cursor_id(const char *s);

/* From a row: the type, then id, cursor, source, headline, url, language, published, first_seen,
 * revises, repeats. */
void item_read(Rows *rows, Item *ret);

typedef enum ItemParts {
        ITEM_WHOLE,
        ITEM_SHOWN,  /* without language and published */
        ITEM_CURSOR, /* id and cursor */
} ItemParts;

/*
 * A line of the socket, with any database for its JSON. 1: it is an item; 0: another line, or one
 * without what an item must have; negative: no JSON.
 */
int item_parse(Db *json, const char *line, size_t n, ItemParts parts, Item *ret);

/* Copies what fits of a text, cut between characters; NULL is "". It does nothing to a
 * terminal: utf8_mask(). */
void item_copy_text(char *to, size_t size, const char *from);
