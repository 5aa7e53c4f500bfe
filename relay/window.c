/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <pthread.h>
#include <stdarg.h>
#include <sys/eventfd.h>

#include "client/client.h"
#include "relay/window.h"

typedef struct Published {
        int64_t id;
        size_t size;
        bool acknowledged;
} Published;

struct Window {
        pthread_mutex_t lock;
        int fd;
        const void *owners[2];
        Published items[WINDOW_ITEMS]; /* a ring */
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
        return window->state.n < WINDOW_ITEMS && window->bytes + CLIENT_LINE_MAX <= WINDOW_BYTES;
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

                window->items[at] = (Published){ .id = id, .size = size };
                window->bytes += size;
                r = 0;
        }
        (void) pthread_mutex_unlock(&window->lock);
        return r;
}

static Published *find(Window *window, int64_t id) {
        size_t low = 0, high = window->state.n;

        while (low < high) {
                size_t middle = (low + high) / 2;
                Published *item = window->items + (window->first + middle) % WINDOW_ITEMS;

                if (item->id == id)
                        return item;
                if (item->id < id)
                        low = middle + 1;
                else
                        high = middle;
        }
        return NULL;
}

static bool is_owner(const Window *window, const void *owner) {
        return owner == window->owners[0] || owner == window->owners[1];
}

void window_acknowledge(Window *window, const void *owner, int64_t id) {
        Published *item;

        (void) pthread_mutex_lock(&window->lock);
        item = is_owner(window, owner) ? find(window, id) : NULL;
        if (item)
                item->acknowledged = true;
        while (window->state.n > 0 && window->items[window->first].acknowledged) {
                item = window->items + window->first;
                window->state.reached = item->id;
                window->state.n--;
                window->bytes -= item->size;
                window->first = (window->first + 1) % WINDOW_ITEMS;
        }
        if (item && (window->state.n == 0 ||
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
