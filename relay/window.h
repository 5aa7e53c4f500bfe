/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * The items that were published and not acknowledged yet, in the order of their ids. Any thread may
 * say what became of one; the thread that publishes hears of it through a descriptor.
 *
 * A window is used for one connection after the other. What is still said by a connection that is
 * over does not count: whoever speaks gives an owner, by which it was opened.
 */

#include "common/util.h"

#define WINDOW_ITEMS 1024U
#define WINDOW_BYTES (1024U * 1024U) /* of their lines together */
#define WINDOW_WHY_MAX 512U

typedef struct Window Window;

int window_new(Window **ret);
Window *window_free(Window *window);
DEFINE_CLEANUP(Window, window_free);

/* Empties it. Either owner may speak from now on. */
void window_open(Window *window, const void *owner, const void *other_owner);

/* Readable when window_look() has something new to tell: it failed, or half of it is free again, or
 * all. */
int window_fd(const Window *window);

/* Adds an item of so many bytes, whose id is higher than that of the last. -EAGAIN: no room. */
int window_add(Window *window, int64_t id, size_t size);

/* The stream has this item. */
void window_acknowledge(Window *window, const void *owner, int64_t id);

/* Nothing good will come any more. The first reason counts; refused: waiting will not help. */
void window_fail(Window *window, const void *owner, bool refused, const char *format, ...)
        _printf_(4, 5);

typedef struct WindowState {
        size_t n;        /* items in it */
        int64_t reached; /* everything published up to this id is there; 0: nothing yet */
        bool room;       /* for an item of any size */
        bool failed;
        bool refused;
        char why[WINDOW_WHY_MAX]; /* if it failed */
} WindowState;

void window_look(Window *window, WindowState *ret);
