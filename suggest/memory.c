/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <stdarg.h>

#include "common/log.h"
#include "suggest/memory.h"

void memory_out(void) {
        (void) log_oom();
        exit(EXIT_FAILURE);
}

char *xstrdup(const char *s) {
        return memory_check(strdup(s));
}

char *xasprintf(const char *format, ...) {
        va_list arguments;
        char *text;

        va_start(arguments, format);
        if (vasprintf(&text, format, arguments) < 0)
                memory_out();
        va_end(arguments);
        return text;
}

void *xcalloc(size_t n, size_t size) {
        return memory_check(calloc(MAX(n, (size_t) 1), size));
}

char *xtext_clean(const char *s, size_t n, size_t max) {
        char *clean;

        if (text_clean(s, n, max, &clean) < 0)
                memory_out();
        return clean;
}

char *xtext_key(const char *s) {
        char *key;

        if (text_key(s, &key) < 0)
                memory_out();
        return key;
}
