/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <sys/socket.h>

#include "daemon/answer.h"
#include "daemon/subscriber-record.h"
#include "daemon/subscriber.h"

/* Sent to one subscriber before the others have their turn; pages looked through for a filter
 * likewise. */
#define TURN_BYTES (1U << 20)
#define TURN_PAGES 16U
#define DRAIN_READS 64U
#define PIECES_MAX 64 /* of a page, for a filter, in one call */

/* The rest of a line begun and a few short answers. */
#define PENDING_MAX (TAPE_LINE_MAX + 4096U)
#define READ_BYTES 4096U

struct Subscriber {
        const SubscriberContext *context;
        void *userdata; /* for ended() */
        int fd;
        EpollEntry member;

        int64_t place; /* the last item that was sent or passed over */
        int64_t end;   /* live = false: say goodbye after this one */
        RequestFilter filter;
        bool states;           /* wants to hear of changes of state, */
        uint64_t states_place; /* beginning after this one */
        SharedText *status;    /* the status asked for, and how much of it went out */
        size_t status_sent;
        pid_t pid;
        bool live;
        bool read_closed; /* the client has shut its sending side */
        bool saved;       /* the connection is another daemon's from now on */
        bool closing;     /* nothing but pending goes out any more */
        Buffer pending;
        Buffer input;
};

/* The stream begins anew as the request says, whose filter is taken over. */
static void begin_stream(Subscriber *s, const Request *request) {
        filter_done(&s->filter);
        s->filter = request->filter;
        s->states = request->states;
        s->states_place = source_states_newest(s->context->states);
        s->place = MAX(request->after, tape_oldest(s->context->tape) - 1);
        s->live = request->live;
        s->end = tape_newest(s->context->tape);
}

static int handle_request(Subscriber *s, const char *line, size_t size) {
        RequestError error;
        Request request;
        int r;

        if (size > 0 && line[size - 1] == '\r')
                size--;
        if (size == 0)
                return 0;
        r = request_parse(s->context->json, s->context->tape, line, size, &request, &error);
        if (r == -EBADMSG) {
                s->closing = true;
                return answer_error(s->context->json, error.code, error.message, &s->pending);
        }
        if (r < 0)
                return r;

        if (request.status) {
                s->status_sent = 0;
                return s->context->status(s->context->userdata, &s->status);
        }
        begin_stream(s, &request);
        return answer_hello(s->context->json, s->context->tape, s->place, &s->pending);
}

/* Requests are taken one at a time: the next when the answer to the one before has gone out. */
static int handle_input(Subscriber *s) {
        int r;

        while (s->input.size > 0 && s->pending.size == 0 && !s->status && !s->closing) {
                char *newline = memchr(s->input.data, '\n', s->input.size);
                size_t size = newline ? (size_t) (newline - s->input.data) : s->input.size;

                if (size > REQUEST_MAX) {
                        s->closing = true;
                        return answer_error(s->context->json, "bad-request",
                                            "a request is at most 16 KiB", &s->pending);
                }
                if (!newline && !s->read_closed)
                        return 0;
                s->input.data[size] = '\0';
                r = handle_request(s, s->input.data, size);
                if (r < 0)
                        return r;
                buffer_drop(&s->input, size + 1);
        }
        if (s->input.size == 0)
                buffer_done(&s->input);
        return 0;
}

static int read_some(Subscriber *s) {
        ssize_t n;
        int r;

        r = buffer_reserve(&s->input, READ_BYTES);
        if (r < 0)
                return r;
        n = recv(s->fd, s->input.data + s->input.size, READ_BYTES, MSG_DONTWAIT);
        if (n < 0)
                return errno == EAGAIN || errno == EINTR ? 0 : -errno;
        if (n == 0)
                s->read_closed = true;
        s->input.size += (size_t) n;
        s->input.data[s->input.size] = '\0';
        return 0;
}

/* -EAGAIN: the socket is full. */
static int send_pending(Subscriber *s) {
        while (s->pending.size > 0) {
                ssize_t n =
                        send(s->fd, s->pending.data, s->pending.size, MSG_DONTWAIT | MSG_NOSIGNAL);

                if (n < 0 && errno == EINTR)
                        continue;
                if (n < 0)
                        return -errno;
                buffer_drop(&s->pending, (size_t) n);
        }
        buffer_done(&s->pending);
        return 0;
}

static int send_status(Subscriber *s) {
        const Buffer *text = s->status ? &s->status->text : NULL;

        while (text && s->status_sent < text->size) {
                ssize_t n = send(s->fd, text->data + s->status_sent, text->size - s->status_sent,
                                 MSG_DONTWAIT | MSG_NOSIGNAL);

                if (n < 0 && errno == EINTR)
                        continue;
                if (n < 0)
                        return -errno;
                s->status_sent += (size_t) n;
        }
        s->status = shared_text_unref(s->status);
        return 0;
}

/* The next change of state that passes the filter becomes pending. */
static int take_state(Subscriber *s) {
        const char *source, *line;
        uint32_t number;

        while (s->states && source_states_next(s->context->states, s->states_place, &source, &line,
                                               &s->states_place)) {
                if (s->filter.bits && (tape_source(s->context->tape, source, &number) < 0 ||
                                       !filter_has(&s->filter, number)))
                        continue;
                buffer_puts(&s->pending, line);
                return buffer_error(&s->pending);
        }
        return 0;
}

/* As many lines of a page as go into one call: runs of lines that pass the filter, and where they
 * end. */
static size_t gather(const Subscriber *s, const TapePage *page, struct iovec *pieces,
                     size_t *ret_lines) {
        size_t n = 0, i;

        for (i = 0; i < page->n; i++) {
                const TapeLine *line = page->lines + i;
                char *begin = (char *) page->text + line->begin;
                size_t size = line->end - line->begin;

                if (!s->live && line->id > s->end)
                        break;
                if (!filter_has(&s->filter, line->source))
                        continue;
                if (n > 0 && (char *) pieces[n - 1].iov_base + pieces[n - 1].iov_len == begin) {
                        pieces[n - 1].iov_len += size;
                        continue;
                }
                if (n == PIECES_MAX)
                        break;
                pieces[n++] = (struct iovec){ .iov_base = begin, .iov_len = size };
        }
        *ret_lines = i;
        return n;
}

/* So many bytes of the page went out: go past their lines; the rest of a line that was cut is
 * pending. */
static int advance(Subscriber *s, const TapePage *page, size_t n_lines, size_t sent) {
        for (size_t i = 0; i < n_lines; i++) {
                const TapeLine *line = page->lines + i;
                size_t size = line->end - line->begin;

                if (!filter_has(&s->filter, line->source)) {
                        s->place = line->id;
                        continue;
                }
                if (sent == 0)
                        return 0;
                s->place = line->id;
                if (sent < size) {
                        buffer_append(&s->pending, page->text + line->begin + sent, size - sent);
                        return buffer_error(&s->pending);
                }
                sent -= size;
        }
        return 0;
}

/* Sends from the page that holds the place. Returns how many bytes; -EAGAIN: the socket is full. */
static int send_page(Subscriber *s) {
        struct iovec pieces[PIECES_MAX];
        struct msghdr message = { .msg_iov = pieces };
        size_t n_lines, size = 0;
        ssize_t n;
        TapePage page;
        int r;

        r = tape_page(s->context->tape, s->place, &page);
        if (r < 0)
                return r;
        message.msg_iovlen = gather(s, &page, pieces, &n_lines);
        if (message.msg_iovlen == 0) {
                s->place = n_lines == page.n ? page.last : page.lines[n_lines].id - 1;
                return 0;
        }
        for (size_t i = 0; i < message.msg_iovlen; i++)
                size += pieces[i].iov_len;
        n = sendmsg(s->fd, &message, MSG_DONTWAIT | MSG_NOSIGNAL);
        if (n < 0)
                return errno == EINTR ? 0 : -errno;
        r = advance(s, &page, n_lines, (size_t) n);
        if (r < 0)
                return r;
        return (size_t) n < size ? -EAGAIN : (int) n;
}

static int64_t last_wanted(const Subscriber *s) {
        return s->live ? tape_newest(s->context->tape) : s->end;
}

/* Everything that can go out now, in its order. 1: there is more, but it is the others' turn. */
static int send_all(Subscriber *s) {
        size_t bytes = 0;
        unsigned pages = 0;
        int r;

        for (;;) {
                r = send_pending(s);
                if (r >= 0)
                        r = send_status(s);
                if (r < 0)
                        return r;
                if (s->closing)
                        return -ESHUTDOWN; /* the last word is out */
                r = handle_input(s);
                if (r >= 0 && s->pending.size == 0)
                        r = take_state(s);
                if (r < 0)
                        return r;
                if (s->pending.size > 0 || s->status)
                        continue;

                if (s->place < tape_oldest(s->context->tape) - 1) {
                        r = answer_gap(s->place, tape_oldest(s->context->tape), &s->pending);
                        if (r < 0)
                                return r;
                        s->place = tape_oldest(s->context->tape) - 1;
                        continue;
                }
                if (s->place >= last_wanted(s)) {
                        if (s->live)
                                return 0;
                        s->closing = true;
                        r = answer_bye("end", &s->pending);
                        if (r < 0)
                                return r;
                        continue;
                }
                if (bytes >= TURN_BYTES || pages >= TURN_PAGES)
                        return 1;
                r = send_page(s);
                if (r < 0)
                        return r;
                bytes += (size_t) r;
                pages++;
        }
}

SubscriberInfo subscriber_info(const Subscriber *s) {
        return (SubscriberInfo){ .pid = s->pid, .place = s->place, .filter = s->filter.names };
}

static void end(Subscriber *s) {
        s->context->ended(s->userdata);
}

static void run(Subscriber *s) {
        uint32_t events;
        int r;

        r = send_all(s);
        if (r < 0 && r != -EAGAIN) {
                end(s);
                return;
        }
        events = r != 0 ? EPOLLOUT : 0;
        /* Input waits while an answer does; so one that only asks and never reads costs nothing
         * more. */
        if (!s->read_closed && s->pending.size == 0 && !s->status && s->input.size <= REQUEST_MAX)
                events |= EPOLLIN;
        if (epoll_set_change(&s->member, events) < 0)
                end(s);
}

static void on_ready(uint32_t revents, void *userdata) {
        Subscriber *s = userdata;

        if (revents & (EPOLLHUP | EPOLLERR)) /* closed on both sides: nobody would read */
                end(s);
        else if (!s->read_closed && s->input.size <= REQUEST_MAX && read_some(s) < 0)
                end(s); /* also who has only made room may have asked for something else */
        else
                run(s);
}

void subscriber_wake(Subscriber *s) {
        if (!(s->member.events & EPOLLOUT)) /* otherwise it goes on by itself, once there is room */
                run(s);
}

/* Of a status that is going out, only the line begun is left; nothing else is pending then. */
static int cut_status(Subscriber *s) {
        const Buffer *text = s->status ? &s->status->text : NULL;

        if (text && s->status_sent > 0 && text->data[s->status_sent - 1] != '\n') {
                const char *rest = text->data + s->status_sent;
                const char *newline = memchr(rest, '\n', text->size - s->status_sent);

                if (newline)
                        buffer_append(&s->pending, rest, (size_t) (newline + 1 - rest));
        }
        s->status = shared_text_unref(s->status);
        return buffer_error(&s->pending);
}

void subscriber_stop(Subscriber *s) {
        if (cut_status(s) < 0 || (!s->closing && answer_bye("stopping", &s->pending) < 0)) {
                end(s);
                return;
        }
        s->closing = true;
        run(s);
}

void subscriber_drain(int fd) {
        char bytes[READ_BYTES];

        for (unsigned i = 0; i < DRAIN_READS; i++)
                if (recv(fd, bytes, sizeof(bytes), MSG_DONTWAIT) <= 0)
                        return;
}

/* Who has connected; 0 when that cannot be told. */
static pid_t find_pid(int fd) {
        struct ucred peer;
        socklen_t size = sizeof(peer);

        return getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) < 0 ? 0 : peer.pid;
}

int subscriber_new(const SubscriberContext *context, int fd, void *userdata, Subscriber **ret) {
        Subscriber *s;
        int r;

        s = calloc(1, sizeof(Subscriber));
        if (!s) {
                (void) safe_close(fd);
                return -ENOMEM;
        }
        s->context = context;
        s->userdata = userdata;
        s->fd = fd;
        s->pid = find_pid(fd);
        s->place = tape_newest(context->tape);
        s->live = true;
        s->pending = BUFFER(PENDING_MAX);
        s->input = BUFFER(REQUEST_MAX + READ_BYTES);
        s->member = (EpollEntry){ .fd = fd, .events = EPOLLIN, .ready = on_ready, .userdata = s };
        r = epoll_set_add(context->set, &s->member);
        if (r < 0) {
                (void) subscriber_free(s);
                return r;
        }
        *ret = s;
        return 0;
}

Subscriber *subscriber_free(Subscriber *s) {
        if (!s)
                return NULL;
        epoll_set_remove(&s->member);
        if (!s->saved) /* otherwise what it has sent is for the next daemon */
                subscriber_drain(s->fd);
        (void) safe_close(s->fd);
        filter_done(&s->filter);
        (void) shared_text_unref(s->status);
        buffer_done(&s->pending);
        buffer_done(&s->input);
        free(s);
        return NULL;
}

int subscriber_save(Subscriber *s, Buffer *b, int *ret_fd) {
        const SubscriberRecord record = {
                .after = s->place,
                .live = s->live,
                .states = s->states,
                .sources = s->filter.names,
                .end = s->end,
                .pending = &s->pending,
                .input = &s->input,
        };
        int r;

        if (s->closing || s->status)
                return 0;
        r = record_write(s->context->json, s->fd, &record, b);
        if (r < 0)
                return r;
        s->saved = true;
        *ret_fd = s->fd;
        return 1;
}

bool subscriber_was_saved(const Subscriber *s) {
        return s->saved;
}

static int restore(Subscriber *s, const char *line) {
        _cleanup_free_ char *text = NULL;
        RequestError error;
        Request request;
        int64_t end;
        int r;

        r = record_read(s->context->json, line, &text, &end, &s->pending, &s->input);
        if (r < 0)
                return r;
        r = request_parse(s->context->json, s->context->tape, text, strlen(text), &request, &error);
        if (r < 0)
                return r;
        begin_stream(s, &request);
        s->end = end;
        return 0;
}

int subscriber_restore(const SubscriberContext *context, int fd, void *userdata, const char *line,
                       Subscriber **ret) {
        Subscriber *s;
        int r;

        r = subscriber_new(context, fd, userdata, &s);
        if (r < 0)
                return r;
        r = restore(s, line);
        if (r < 0) {
                (void) subscriber_free(s);
                return r;
        }
        *ret = s;
        return 0;
}
