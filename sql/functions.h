/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * The functions of our own that the statements use; common/text.h says what they mean:
 *   clean(text, max)          text_clean()
 *   clean_url(text)           the URL; NULL unless it is http or https, visible ASCII and short
 *   text_key(text)            text_key()
 *   identity(source, text)    a 16-byte hash of both
 *   words(key)                text_words(), as bytes
 *   closeness(words, words)   text_closeness()
 * NULL for NULL, but closeness() takes it for no words. The only error is that memory runs out.
 * Views and triggers use none of them: any sqlite3 program can read the database.
 */

struct sqlite3;

/* Returns an SQLite result code. */
int functions_register(struct sqlite3 *handle);
