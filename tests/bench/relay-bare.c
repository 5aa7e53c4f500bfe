/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * What libnats does without a relay: relay-bare SERVERS STREAM LINES SUBJECT REPLICAS publishes the
 * lines of a file to the stream, which it makes, each on a subject of its own, with the options of
 * the relay and as many under way, and prints the seconds from the first message to the last
 * acknowledgement.
 */

#include <nats/nats.h>

#include "common/buffer.h"
#include "common/timespan.h"
#include "relay/window.h"

#include <fcntl.h>

static unsigned n_refused;

static void check(natsStatus s, const char *what) {
        if (s == NATS_OK)
                return;
        (void) fprintf(stderr, "%s: %s\n", what, natsStatus_GetText(s));
        exit(EXIT_FAILURE);
}

static void on_error(_unused_ jsCtx *js, _unused_ jsPubAckErr *error, _unused_ void *userdata) {
        (void) __atomic_add_fetch(&n_refused, 1, __ATOMIC_RELAXED);
}

static void make_stream(jsCtx *js, const char *name, const char *subject, int replicas) {
        char subjects[128];
        const char *list[] = { subjects };
        jsStreamConfig c;

        (void) snprintf(subjects, sizeof(subjects), "%s.*", subject);
        (void) jsStreamConfig_Init(&c);
        c.Name = name;
        c.Subjects = list;
        c.SubjectsLen = 1;
        c.Replicas = replicas;
        c.MaxMsgsPerSubject = 1;
        c.Discard = js_DiscardNew;
        c.DiscardNewPerSubject = true;
        c.DenyDelete = true;
        check(js_AddStream(NULL, js, &c, NULL, NULL), "stream");
}

static void publish(jsCtx *js, const char *prefix, unsigned n, const char *line, size_t size) {
        char subject[128], id[33];
        natsMsg *message = NULL;
        jsPubOptions options;

        (void) snprintf(id, sizeof(id), "%032x", n);
        (void) snprintf(subject, sizeof(subject), "%s.%s", prefix, id);
        (void) jsPubOptions_Init(&options);
        options.MsgId = id;
        options.ExpectNoMessage = true;
        check(natsMsg_Create(&message, subject, NULL, line, (int) size), "message");
        check(js_PublishMsgAsync(js, &message, &options), "publish");
}

int main(int argc, char **argv) {
        _cleanup_buffer_ Buffer lines = BUFFER(0);
        _cleanup_close_ int fd = -1;
        natsConnection *connection;
        jsOptions options;
        unsigned n = 0;
        usec_t begin;
        jsCtx *js;

        if (argc != 6)
                return 2;
        fd = open(argv[3], O_RDONLY | O_CLOEXEC);
        if (fd < 0 || buffer_read_file(fd, 256U << 20, &lines) < 0)
                return 2;
        check(natsConnection_ConnectTo(&connection, argv[1]), argv[1]);
        (void) jsOptions_Init(&options);
        options.PublishAsync.MaxPending = WINDOW_ITEMS;
        options.PublishAsync.StallWait = 60000;
        options.PublishAsync.ErrHandler = on_error;
        check(natsConnection_JetStream(&js, connection, &options), "JetStream");
        make_stream(js, argv[2], argv[4], atoi(argv[5]));

        begin = time_monotonic();
        for (const char *line = lines.data, *end; (end = strchr(line, '\n')); line = end + 1)
                publish(js, argv[4], n++, line, (size_t) (end - line));
        check(js_PublishAsyncComplete(js, NULL), "the end");
        (void) printf("%.6f\n", (double) (time_monotonic() - begin) / 1e6);
        return n_refused == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
