/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <sys/random.h>

#include "common/log.h"
#include "common/utf8.h"
#include "relay/consumer.h"
#include "relay/session.h"
#include "relay/stop.h"

#define NAME_MAX_LENGTH 64U
#define BATCH 256
#define FETCH_MSEC 500 /* so long it may take to stop */
/* How long a server keeps a consumer without a name after its last request, in nanoseconds. */
#define ABANDONED (INT64_C(3600) * 1000000000)

typedef struct Consumer {
        const ConsumerOptions *options;
        const Session *session;
        natsSubscription *subscription;
        char name[NAME_MAX_LENGTH + 1];
        bool level; /* it had all that there was: from then on what comes is waited for one by one
                     */
        int error;  /* of the output */
} Consumer;

bool consumer_name_valid(const char *name) {
        size_t n = strlen(name);

        return n > 0 && n <= NAME_MAX_LENGTH &&
               strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_") ==
                       n;
}

static natsStatus make(const Consumer *consumer, jsErrCode *ret_code) {
        const Session *session = consumer->session;
        jsConsumerConfig c;

        (void) jsConsumerConfig_Init(&c);
        c.Durable = consumer->name;
        c.DeliverPolicy = consumer->options->all ? js_DeliverAll : js_DeliverNew;
        c.AckPolicy = js_AckExplicit;
        c.MaxAckPending = BATCH;
        if (!consumer->options->name)
                c.InactiveThreshold = ABANDONED;
        return js_AddConsumer(NULL, session->js, session->config->stream.text, &c, NULL, ret_code);
}

static int subscribe(Consumer *consumer) {
        const char *stream = consumer->session->config->stream.text;
        jsCtx *js = consumer->session->js;
        jsConsumerInfo *info = NULL;
        jsSubOptions options;
        jsErrCode code = 0;
        char what[256];
        natsStatus s;

        (void) snprintf(what, sizeof(what), "the consumer %s of the stream %s", consumer->name,
                        stream);
        s = js_GetConsumerInfo(&info, js, stream, consumer->name, NULL, &code);
        jsConsumerInfo_Destroy(info);
        if (code == JSConsumerNotFoundErr)
                s = make(consumer, &code);
        (void) jsSubOptions_Init(&options);
        options.Stream = stream;
        options.Consumer = consumer->name;
        IFOK(s, js_PullSubscribe(&consumer->subscription, js, NULL, NULL, NULL, &options, &code));
        if (s == NATS_OK)
                return 0;
        session_fail(consumer->session, what, s, code);
        return -ENOTCONN;
}

/* Anybody may have published the message: it is printed as one line in any case, and without what
 * would control a terminal. */
static int print(natsMsg *message) {
        _cleanup_buffer_ Buffer line = BUFFER(SIZE_MAX - 1);

        buffer_append(&line, natsMsg_GetData(message), (size_t) natsMsg_GetDataLength(message));
        if (buffer_error(&line) < 0)
                return buffer_error(&line);
        utf8_mask(line.data, line.size, "");
        line.data[line.size] = '\n'; /* instead of its NUL */
        return fwrite(line.data, line.size + 1, 1, stdout) == 1 ? 0 : -errno;
}

/* Prints what there is. */
static int print_some(Consumer *consumer) {
        natsMsgList list = {};
        jsErrCode code = 0;
        natsStatus s;
        int r = 0;

        s = natsSubscription_Fetch(&list, consumer->subscription, consumer->level ? 1 : BATCH,
                                   FETCH_MSEC, &code);
        if (list.Count == 0)
                consumer->level = true;
        for (int i = 0; i < list.Count && r >= 0; i++)
                r = print(list.Msgs[i]);
        if (r >= 0 && list.Count > 0 && fflush(stdout) < 0)
                r = -errno;
        for (int i = 0; i < list.Count && r >= 0; i++)
                (void) natsMsg_Ack(list.Msgs[i],
                                   NULL); /* if it gets lost, the message comes again */
        natsMsgList_Destroy(&list);
        if (s != NATS_OK && s != NATS_TIMEOUT)
                session_fail(consumer->session, consumer->session->server, s, code);
        return r;
}

/* Ends the subscription in good order. */
static void unsubscribe(const Consumer *consumer) {
        const Session *session = consumer->session;

        (void) natsConnection_FlushTimeout(session->connection, FETCH_MSEC);
        if (!consumer->options->name)
                (void) js_DeleteConsumer(session->js, session->config->stream.text, consumer->name,
                                         NULL, NULL);
}

/* One connection to the servers. */
static int run(Session *session, void *userdata) {
        Consumer *consumer = userdata;
        WindowState state;

        consumer->session = session;
        consumer->level = false;
        if (subscribe(consumer) < 0)
                return 0;
        stop_set_idle(false);
        for (;;) {
                window_look(session->window, &state);
                if (state.failed || consumer->error < 0 || stop_asked())
                        break;
                session_well(session);
                consumer->error = print_some(consumer);
        }
        if (!state.failed)
                unsubscribe(consumer);
        natsSubscription_Destroy(consumer->subscription);
        consumer->subscription = NULL;
        return consumer->error;
}

int consumer_run(const RelayConfig *config, const ConsumerOptions *options) {
        Consumer consumer = { .options = options };
        uint64_t random = 0;
        int r;

        if (options->name)
                (void) snprintf(consumer.name, sizeof(consumer.name), "%s", options->name);
        else {
                (void) getrandom(&random, sizeof(random), 0);
                (void) snprintf(consumer.name, sizeof(consumer.name), "watch-%016llx",
                                (unsigned long long) random);
        }
        r = session_run(config, NULL, run, &consumer);
        if (consumer.error < 0 && consumer.error != -EPIPE) {
                log_error("%s", strerror(-consumer.error));
                return EXIT_FAILURE;
        }
        return r;
}
