/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What --verbose says on stderr about how a page was read: for whoever writes a source file. */

#include "common/util.h"

/* Set once by main(). */
extern bool explain_enabled;

#define explain(...)                                                                               \
        do {                                                                                       \
                if (explain_enabled)                                                               \
                        explain_message(__VA_ARGS__);                                              \
        } while (0)

void explain_message(const char *format, ...) _printf_(1, 2);

/*
 * What is told of the items that Item= finds, a line each, and the keys of those that are entries,
 * to know a copy. All that is below does nothing unless explain_enabled.
 */
typedef struct Account {
        size_t number; /* of the item at hand, from 1 */
        long line;     /* of the page, where it stands; 0: not known */
        struct Told *told;
        size_t n_told, n_copies;
} Account;

/* Begins with the items of another node. */
void account_clear(Account *account);

/* "item 3, line 120: message" */
#define explain_item(account, ...)                                                                 \
        do {                                                                                       \
                if (explain_enabled)                                                               \
                        explain_item_message(account, __VA_ARGS__);                                \
        } while (0)

void explain_item_message(const Account *account, const char *format, ...) _printf_(2, 3);

/* The item at hand is an entry: tells its headline, and whether one before it has the same key. */
void explain_entry(Account *account, const char *headline, const char *key);

/* ", line 120", or nothing for 0; in a buffer of the caller. */
#define LINE_TEXT_MAX 32
const char *explain_line(long line, char buffer[static LINE_TEXT_MAX]);
