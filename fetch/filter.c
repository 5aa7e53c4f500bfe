/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Requests are taken from the input in order, and only as many as can be worked on: what cannot be
 * begun stays in the pipe, so a client that asks too much is slowed down instead of stored. One
 * request a source at a time; a second one waits, and what stands behind it too.
 */

#include <malloc.h>
#include <poll.h>
#include <unistd.h>

#include "common/log.h"
#include "common/text.h"
#include "fetch/filter.h"
#include "fetch/source-memory.h"

#define IDLE_MSEC 1000
#define GIVE_BACK_INTERVAL (10 * USEC_PER_SEC)

typedef struct Filter {
        Http *http;
        Db *db; /* writes JSON */
        Memories memories;
        int in, out;
        Buffer input;
        bool skipping;   /* the rest of a line that was too long */
        bool ended;      /* no more input */
        bool pages_read; /* since memory was given back, the last time: */
        usec_t given_back;
        int error; /* of a callback: the filter must end */
} Filter;

static int write_all(int fd, const char *data, size_t n) {
        while (n > 0) {
                ssize_t written = write(fd, data, n);

                if (written < 0 && errno == EAGAIN) {
                        struct pollfd p = { .fd = fd, .events = POLLOUT };

                        (void) poll(&p, 1, -1);
                        continue;
                }
                if (written < 0 && errno == EINTR)
                        continue;
                if (written < 0)
                        return -errno;
                data += written;
                n -= (size_t) written;
        }
        return 0;
}

static int send_reply(Filter *filter, const Reply *reply, const char *name) {
        _cleanup_buffer_ Buffer line = BUFFER(0);
        int r;

        r = reply_write(filter->db, reply, name, &line);
        if (r < 0)
                return log_oom();
        return write_all(filter->out, line.data, line.size);
}

/*
 * The tree of a page is 20 times what stays. It is given back once nothing has happened for a
 * second, and now and then where something always does: what comes next would need it again, and
 * the kernel to clear it, at a fifth of the cost of reading.
 */
static void give_back(Filter *filter) {
        filter->pages_read = false;
        filter->given_back = time_monotonic();
        (void) malloc_trim(0);
}

static void rest(Filter *filter) {
        struct pollfd input = { .fd = filter->in, .events = POLLIN };

        if (filter->pages_read && !filter->ended && http_in_flight(filter->http) == 0 &&
            poll(&input, 1, IDLE_MSEC) == 0)
                give_back(filter);
}

static void on_answer(const HttpAnswer *answer, void *userdata) {
        Memory *memory = userdata;
        Filter *filter = memory->owner;
        usec_t begin = time_monotonic();
        int r;

        memory->in_flight = false;
        memory_answer(memory, answer);
        answer->reply->elapsed += time_monotonic() - begin;
        r = send_reply(filter, answer->reply, memory->name);
        memory_keep(memory, answer->reply);
        filter->pages_read |= answer->reply->cpu > 0;
        if (filter->pages_read && time_monotonic() > filter->given_back + GIVE_BACK_INTERVAL)
                give_back(filter);
        if (r < 0 && filter->error == 0)
                filter->error = r;
}

static int refuse(Filter *filter, const char *line, size_t n) {
        static const Reply unknown = { .state = STATE_UNKNOWN_SOURCE };
        _cleanup_free_ char *name = NULL;
        int r;

        r = text_clean(line, n, SOURCE_NAME_MAX, &name);
        if (r < 0)
                return log_oom();
        return send_reply(filter, &unknown, name);
}

static int start(Filter *filter, Memory *memory) {
        int r;

        if (!memory->reader)
                return send_reply(filter, &memory->bad, memory->name);
        memory->owner = filter;
        r = http_get(filter->http, memory->source, memory->source->url.text, &memory->http,
                     on_answer, memory);
        if (r < 0)
                return log_oom();
        memory->in_flight = true;
        return 0;
}

/* One line. 0: it has to wait. */
static int take_request(Filter *filter, const char *line, size_t n) {
        char name[SOURCE_NAME_MAX + 1];
        Memory *memory;
        int r;

        if (n > 0 && line[n - 1] == '\r')
                n--;
        if (n == 0)
                return 1;
        r = -ENOENT;
        if (n < sizeof(name) && !memchr(line, '\0', n)) {
                memcpy(name, line, n);
                name[n] = '\0';
                r = memories_get(&filter->memories, name, &memory);
        }
        if (r == -ENOENT)
                r = refuse(filter, line, n);
        else if (r >= 0) {
                if (memory->in_flight)
                        return 0;
                r = start(filter, memory);
        }
        return r < 0 ? r : 1;
}

/* The next line of the input, or what is there of one that is too long already. False: not whole
 * yet. */
static bool next_line(const Filter *filter, size_t *ret_n, bool *ret_whole) {
        const Buffer *input = &filter->input;
        const char *newline = input->size > 0 ? memchr(input->data, '\n', input->size) : NULL;

        *ret_n = newline ? (size_t) (newline - input->data) : input->size;
        *ret_whole = newline;
        if (input->size == 0)
                return false;
        return newline || filter->skipping || filter->ended || input->size > REQUEST_MAX;
}

/* Begins what can be begun. 1: all of it, so more may be read. */
static int take_requests(Filter *filter) {
        bool whole;
        size_t n;
        int r;

        while (next_line(filter, &n, &whole)) {
                if (!filter->skipping) {
                        if (http_in_flight(filter->http) >= IN_FLIGHT_MAX)
                                return 0;
                        r = take_request(filter, filter->input.data, n);
                        if (r <= 0)
                                return r;
                }
                filter->skipping = !whole;
                buffer_drop(&filter->input, whole ? n + 1 : n);
        }
        return 1;
}

static int read_input(Filter *filter) {
        char chunk[4096];
        ssize_t n;

        n = read(filter->in, chunk, sizeof(chunk));
        if (n < 0 && (errno == EINTR || errno == EAGAIN))
                return 0;
        if (n < 0 && errno != ECONNRESET)
                return -errno;
        if (n <= 0) {
                filter->ended = true;
                return 0;
        }
        buffer_append(&filter->input, chunk, (size_t) n);
        return buffer_error(&filter->input);
}

static int loop(Filter *filter) {
        for (;;) {
                int r, free_to_read, fd = -1;
                bool ready;

                free_to_read = take_requests(filter);
                if (free_to_read < 0)
                        return free_to_read;
                if (filter->ended && filter->input.size == 0 && http_in_flight(filter->http) == 0)
                        return 0;
                free_to_read = free_to_read && !filter->ended;

                if (free_to_read)
                        fd = filter->in;
                else if (filter->ended)
                        fd = filter->out; /* once nobody reads any more, nothing is worth waiting
                                             for */
                rest(filter);
                r = http_turn(filter->http, fd, free_to_read ? POLLIN : 0, &ready);
                if (r < 0 || filter->error < 0)
                        return r < 0 ? r : filter->error;
                if (ready && !free_to_read)
                        return -EPIPE;
                if (ready) {
                        r = read_input(filter);
                        if (r < 0)
                                return r;
                }
        }
}

int filter_run(const Config *config, int in, int out) {
        Filter filter = {
                .memories = { .config = config },
                .in = in,
                .out = out,
                .input = BUFFER(64U * 1024U),
        };
        int r;

        r = db_open(":memory:", false, &filter.db);
        if (r >= 0)
                r = http_new(config->user_agent.text, &filter.http);
        r = r < 0 ? log_oom() : loop(&filter);
        if (r == -EPIPE) /* that nobody reads is nobody's trouble */
                r = 0;
        if (r < 0 && r != -ENOMEM)
                log_error("%s", strerror(-r));

        http_free(filter.http);
        db_free(filter.db);
        memories_done(&filter.memories);
        buffer_done(&filter.input);
        return r;
}
