/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <fcntl.h>
#include <inttypes.h>

#include "common/buffer.h"
#include "common/log.h"
#include "relay/place.h"

#define MARKS_MAX 64U /* a span has at most 33; more only if the clock was set */
#define MARKS_A_SPAN 32U
#define FILE_MAX (16U * 1024U)
#define STREAM_MAX 255U

typedef struct Mark {
        usec_t time;
        int64_t id;
} Mark;

struct Place {
        char *path;
        usec_t span;
        char stream[STREAM_MAX + 1];
        int64_t created; /* the stream */
        char store[PLACE_STORE_MAX + 1];
        Mark marks[MARKS_MAX]; /* ids grow, times do not fall; the last is the place reached */
        size_t n;
        size_t begun; /* as many marks stand before what is offered again */
        bool again;   /* something is */
        bool changed;
};

Place *place_free(Place *place) {
        if (!place)
                return NULL;
        free(place->path);
        free(place);
        return NULL;
}

static void forget(Place *place) {
        *place->store = '\0';
        place->n = 0;
        place->again = false;
        place->changed = true;
}

/* A damaged file is treated as if it were not there. */
static void parse(Place *place, char *text) {
        char *line, *rest = NULL;

        line = strtok_r(text, "\n", &rest);
        if (!line || sscanf(line, "stream %255s %" SCNd64, place->stream, &place->created) != 2)
                return;
        line = strtok_r(NULL, "\n", &rest);
        if (!line || sscanf(line, "store %63s", place->store) != 1)
                return;
        while ((line = strtok_r(NULL, "\n", &rest)) && place->n < MARKS_MAX) {
                Mark m;

                if (sscanf(line, "%" SCNu64 " %" SCNd64, &m.time, &m.id) != 2 || m.id < 0)
                        return;
                if (place->n > 0 && (m.id <= place->marks[place->n - 1].id ||
                                     m.time < place->marks[place->n - 1].time))
                        return;
                place->marks[place->n++] = m;
        }
}

int place_new(const char *path, usec_t span, Place **ret) {
        _cleanup_(place_freep) Place *place = NULL;
        _cleanup_buffer_ Buffer text = BUFFER(FILE_MAX);
        _cleanup_close_ int fd = -1;
        int r;

        place = calloc(1, sizeof(Place));
        if (!place || !(place->path = strdup(path)))
                return log_oom();
        place->span = span;

        fd = open(path, O_RDONLY | O_CLOEXEC);
        r = fd < 0 ? -errno : buffer_read_file(fd, FILE_MAX, &text);
        if (r < 0 && r != -ENOENT && r != -EFBIG) {
                log_error("%s: %s", path, strerror(-r));
                return r;
        }
        if (r >= 0 && text.size > 0)
                parse(place, text.data);
        *ret = STEAL_POINTER(place);
        return 0;
}

int64_t place_begin(Place *place, const char *stream, int64_t created) {
        if (!streq(place->stream, stream) || place->created != created) {
                forget(place);
                (void) snprintf(place->stream, sizeof(place->stream), "%s", stream);
                place->created = created;
        }
        place->again = place->n > 0;
        place->begun = 0;
        for (size_t i = place->n; i > 0 && place->begun == 0; i--)
                if (place->marks[i - 1].time + place->span <= place->marks[place->n - 1].time)
                        place->begun = i;
        return place->begun > 0 ? place->marks[place->begun - 1].id : 0;
}

const char *place_store(const Place *place) {
        return place->store;
}

void place_set_store(Place *place, const char *store) {
        if (streq(place->store, store))
                return;
        forget(place);
        (void) snprintf(place->store, sizeof(place->store), "%s", store);
}

int64_t place_furthest(const Place *place) {
        return place->n > 0 ? place->marks[place->n - 1].id : 0;
}

/* Keeps the marks of the last span, and one that is older. */
static void drop_old(Place *place) {
        const Mark *last = place->marks + place->n - 1;
        size_t old = 0, drop_at = 0;

        while (old + 1 < place->n && place->marks[old + 1].time + place->span <= last->time)
                old++;
        if (old == 0 && place->n == MARKS_MAX) {
                old = 1;
                drop_at = 1; /* who then looks for it finds one further back */
        }
        memmove(place->marks + drop_at, place->marks + drop_at + old,
                (place->n - drop_at - old) * sizeof(Mark));
        place->n -= old;
}

bool place_reached(Place *place, int64_t id, usec_t now) {
        Mark *last;

        if (place->n > 0 && id <= place_furthest(place))
                return false;
        if (place->again) {
                /* What came after where we began was acknowledged once more, at some time until
                 * now. */
                place->again = false;
                place->n = place->begun;
        }
        /* If the clock was set back, marks of the future get the present time. */
        for (size_t i = place->n; i > 0 && place->marks[i - 1].time > now; i--)
                place->marks[i - 1].time = now;

        last = place->n > 0 ? place->marks + place->n - 1 : NULL;
        if (last && place->n > 1 && last->time - last[-1].time < place->span / MARKS_A_SPAN)
                *last = (Mark){ .time = now, .id = id };
        else
                place->marks[place->n++] = (Mark){ .time = now, .id = id };
        drop_old(place);
        place->changed = true;
        return true;
}

static int write_file(const Place *place, const char *path) {
        _cleanup_buffer_ Buffer text = BUFFER(FILE_MAX);
        _cleanup_close_ int fd = -1;
        ssize_t n;

        buffer_printf(&text, "stream %s %" PRId64 "\nstore %s\n", place->stream, place->created,
                      place->store);
        for (size_t i = 0; i < place->n; i++)
                buffer_printf(&text, "%" PRIu64 " %" PRId64 "\n", place->marks[i].time,
                              place->marks[i].id);
        if (buffer_error(&text) < 0)
                return buffer_error(&text);
        fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0640);
        if (fd < 0)
                return -errno;
        n = write(fd, text.data, text.size);
        if (n < 0 || fsync(fd) < 0)
                return -errno;
        return (size_t) n == text.size ? 0 : -ENOSPC;
}

int place_save(Place *place) {
        _cleanup_free_ char *beside = NULL;
        int r;

        if (!place->changed)
                return 0;
        if (asprintf(&beside, "%s.new", place->path) < 0) {
                beside = NULL;
                return log_oom();
        }
        r = write_file(place, beside);
        if (r >= 0 && rename(beside, place->path) < 0)
                r = -errno;
        if (r < 0) {
                log_error("%s: %s", place->path, strerror(-r));
                return r;
        }
        place->changed = false;
        return 0;
}
