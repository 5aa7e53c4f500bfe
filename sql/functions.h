/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * The functions of tickerd's own that the statements use; common/text.h says what they mean:
 *   clean(text, max)          text_clean(); NULL for NULL
 *   clean_url(text)           the URL if it is http or https, visible ASCII and within URL_MAX,
 * else NULL text_key(text)            text_key() identity(source, text)    a 16-byte hash of both
 *   words(key)                text_words(), as bytes
 *   closeness(words, words)   text_closeness()
 * Views and triggers use none of them: any sqlite3 program can read the database.
 */

struct sqlite3;

/* Returns an SQLite result code. */
int functions_register(struct sqlite3 *handle);
