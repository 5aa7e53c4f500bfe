/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* tickerd-suggest reads one page and ends. If memory runs out, it logs that and ends at once, with
 * the status of a failure. So none of these functions returns NULL. */

#include "common/text.h"

_Noreturn void memory_out(void);

/* Ends the program if there is nothing behind the pointer, or if the error is -ENOMEM. */
static inline void *memory_check(void *pointer) {
        if (!pointer)
                memory_out();
        return pointer;
}

static inline int memory_result(int r) {
        if (r == -ENOMEM)
                memory_out();
        return r;
}

/* As the functions without the x; to be freed. */
char *xstrdup(const char *s);
char *xasprintf(const char *format, ...) _printf_(1, 2);
void *xcalloc(size_t n, size_t size);
char *xtext_clean(const char *s, size_t n, size_t max);
char *xtext_key(const char *s);
