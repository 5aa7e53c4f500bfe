/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <pthread.h>
#include <stdarg.h>
#include <sys/eventfd.h>

#include "relay/tape.h"
#include "relay/window.h"

typedef struct Slot {
        int64_t id;
        size_t size;
        bool there;
} Slot;

struct Window {
        pthread_mutex_t lock;
        int fd;
        const void *owners[2];
        Slot slots[WINDOW_ITEMS]; /* a ring */
        size_t first;
        size_t bytes;
        bool full; /* somebody waits for room */
        WindowState state;
};

int window_new(Window **ret) {
        _cleanup_(window_freep) Window *window = NULL;

        window = calloc(1, sizeof(Window));
        if (!window)
                return -ENOMEM;
        window->fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
        if (window->fd < 0)
                return -errno;
        (void) pthread_mutex_init(&window->lock, NULL);
        *ret = STEAL_POINTER(window);
        return 0;
}

Window *window_free(Window *window) {
        if (!window)
                return NULL;
        (void) safe_close(window->fd);
        free(window);
        return NULL;
}

int window_fd(const Window *window) {
        return window->fd;
}

static void notify(Window *window) {
        (void) eventfd_write(window->fd, 1);
}

static bool has_room(const Window *window) {
        return window->state.n < WINDOW_ITEMS && window->bytes + TAPE_LINE_MAX <= WINDOW_BYTES;
}

void window_open(Window *window, const void *owner, const void *other_owner) {
        (void) pthread_mutex_lock(&window->lock);
        window->owners[0] = owner;
        window->owners[1] = other_owner;
        window->first = window->bytes = 0;
        window->full = false;
        window->state = (WindowState){};
        (void) pthread_mutex_unlock(&window->lock);
}

int window_add(Window *window, int64_t id, size_t size) {
        int r = -EAGAIN;

        (void) pthread_mutex_lock(&window->lock);
        if (has_room(window)) {
                size_t at = (window->first + window->state.n++) % WINDOW_ITEMS;

                window->slots[at] = (Slot){ .id = id, .size = size };
                window->bytes += size;
                r = 0;
        }
        (void) pthread_mutex_unlock(&window->lock);
        return r;
}

static Slot *find(Window *window, int64_t id) {
        size_t low = 0, high = window->state.n;

        while (low < high) {
                size_t middle = (low + high) / 2;
                Slot *slot = window->slots + (window->first + middle) % WINDOW_ITEMS;

                if (slot->id == id)
                        return slot;
                if (slot->id < id)
                        low = middle + 1;
                else
                        high = middle;
        }
        return NULL;
}

static bool is_owner(const Window *window, const void *owner) {
        return owner == window->owners[0] || owner == window->owners[1];
}

void window_there(Window *window, const void *owner, int64_t id) {
        Slot *slot;

        (void) pthread_mutex_lock(&window->lock);
        slot = is_owner(window, owner) ? find(window, id) : NULL;
        if (slot)
                slot->there = true;
        while (window->state.n > 0 && window->slots[window->first].there) {
                slot = window->slots + window->first;
                window->state.reached = slot->id;
                window->state.n--;
                window->bytes -= slot->size;
                window->first = (window->first + 1) % WINDOW_ITEMS;
        }
        if (slot && (window->state.n == 0 ||
                     (window->full && window->state.n <= WINDOW_ITEMS / 2 && has_room(window)))) {
                window->full = false;
                notify(window);
        }
        (void) pthread_mutex_unlock(&window->lock);
}

void window_fail(Window *window, const void *owner, bool refused, const char *format, ...) {
        va_list arguments;

        (void) pthread_mutex_lock(&window->lock);
        if (is_owner(window, owner) && !window->state.failed) {
                window->state.failed = true;
                window->state.refused = refused;
                va_start(arguments, format);
                (void) vsnprintf(window->state.why, sizeof(window->state.why), format, arguments);
                va_end(arguments);
                notify(window);
        }
        (void) pthread_mutex_unlock(&window->lock);
}

void window_look(Window *window, WindowState *ret) {
        eventfd_t ignored;

        (void) pthread_mutex_lock(&window->lock);
        (void) eventfd_read(window->fd, &ignored);
        window->state.room = has_room(window);
        window->full = !window->state.room;
        *ret = window->state;
        (void) pthread_mutex_unlock(&window->lock);
}
