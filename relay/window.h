/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * The items that were published and are not acknowledged yet, in the order of their ids. Any thread
 * may say what became of an item; the thread that publishes learns it through a descriptor. One
 * window serves many connections, one after the other. What an old connection still says must not
 * count: so everybody who speaks names an owner, and only the owners of the present connection are
 * heard.
 */

#include "common/util.h"

#define WINDOW_ITEMS 1024U
#define WINDOW_BYTES (1024U * 1024U) /* of their lines together */
#define WINDOW_WHY_MAX 512U

typedef struct Window Window;

int window_new(Window **ret);
Window *window_free(Window *window);
DEFINE_CLEANUP(Window, window_free);

/* Empties the window for a new connection with these two owners. */
void window_open(Window *window, const void *owner, const void *other_owner);

/* A descriptor that is readable when window_look() has news: the window has failed, or half of it
 * or all of it is free again. */
int window_fd(const Window *window);

/* Adds an item of so many bytes. Its id must be higher than that of the last. -EAGAIN: no room. */
int window_add(Window *window, int64_t id, size_t size);

/* Notes that the stream has this item. */
void window_acknowledge(Window *window, const void *owner, int64_t id);

/* Notes that the connection is of no use any more. Only the first reason is kept. refused: waiting
 * will not help. */
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
