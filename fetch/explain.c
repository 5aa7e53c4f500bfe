/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <stdarg.h>

#include "common/log.h"
#include "common/utf8.h"
#include "fetch/explain.h"

#define TEXT_SHOWN 60 /* characters of a headline */

typedef struct Told {
        char *key;
        size_t number;
} Told;

bool explain_enabled;

static _printf_(2, 0) void say(const char *prefix, const char *format, va_list arguments) {
        _cleanup_free_ char *text = NULL;

        if (vasprintf(&text, format, arguments) < 0)
                text = NULL;
        if (text)
                log_info("%s%s", prefix, text);
}

void explain_message(const char *format, ...) {
        va_list arguments;

        va_start(arguments, format);
        say("", format, arguments);
        va_end(arguments);
}

const char *explain_line(long line, char buffer[static LINE_TEXT_MAX]) {
        buffer[0] = '\0';
        if (line > 0)
                (void) snprintf(buffer, LINE_TEXT_MAX, ", line %ld", line);
        return buffer;
}

void explain_item_message(const Account *account, const char *format, ...) {
        char line[LINE_TEXT_MAX], prefix[LINE_TEXT_MAX + 32];
        va_list arguments;

        (void) snprintf(prefix, sizeof(prefix), "item %zu%s: ", account->number,
                        explain_line(account->line, line));
        va_start(arguments, format);
        say(prefix, format, arguments);
        va_end(arguments);
}

/* Bytes of the characters that are shown. */
static int shown(const char *text) {
        size_t n = strlen(text), at = 0;
        uint32_t character;

        for (size_t i = 0; i < TEXT_SHOWN && at < n; i++)
                at += utf8_next(text + at, n - at, &character);
        return (int) at;
}

void account_clear(Account *account) {
        for (size_t i = 0; i < account->n_told; i++)
                free(account->told[i].key);
        free(account->told);
        *account = (Account){};
}

/* Short of memory nothing is remembered, and a copy told as if it were none. */
static void remember(Account *account, const char *key) {
        Told *grown = account->told;

        if ((account->n_told & (account->n_told - 1)) == 0)
                grown = reallocarray(grown, MAX(2 * account->n_told, (size_t) 1), sizeof(Told));
        if (!grown)
                return;
        account->told = grown;
        grown[account->n_told] = (Told){ strdup(key), account->number };
        if (grown[account->n_told].key)
                account->n_told++;
}

void explain_entry(Account *account, const char *headline, const char *key) {
        int n;

        if (!explain_enabled)
                return;
        n = shown(headline);
        for (size_t i = 0; i < account->n_told; i++) {
                if (!streq(account->told[i].key, key))
                        continue;
                account->n_copies++;
                explain_item_message(account,
                                     "a copy of item %zu, which tickerd merges: \"%.*s%s\"",
                                     account->told[i].number, n, headline, headline[n] ? "…" : "");
                return;
        }
        explain_item_message(account, "\"%.*s%s\"", n, headline, headline[n] ? "…" : "");
        remember(account, key);
}
