/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <poll.h>
#include <sys/random.h>

#include "common/log.h"
#include "relay/link.h"
#include "relay/stop.h"
#include "relay/watch.h"

#define NAME_MAX_LENGTH 64U
#define BATCH 256
#define FETCH_MSEC 500 /* so long it may take to stop */
#define PAUSE_MSEC 1000
#define ABANDONED                                                                                  \
        (INT64_C(3600) * 1000000000) /* so long a server keeps a consumer without a name */

typedef struct Watch {
        const RelayConfig *config;
        const WatchOptions *options;
        Window *window; /* which nothing is ever in; it hears of the connection's end */
        Link *link;
        natsSubscription *subscription;
        char name[NAME_MAX_LENGTH + 1];
        bool level; /* the last time there was nothing more */
        char trouble[WINDOW_WHY_MAX];
} Watch;

bool watch_name_valid(const char *name) {
        size_t n = strlen(name);

        return n > 0 && n <= NAME_MAX_LENGTH &&
               strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_") ==
                       n;
}

static natsStatus make_consumer(Watch *watch, jsErrCode *ret_code) {
        jsConsumerConfig c;

        (void) jsConsumerConfig_Init(&c);
        c.Durable = watch->name;
        c.DeliverPolicy = watch->options->all ? js_DeliverAll : js_DeliverNew;
        c.AckPolicy = js_AckExplicit;
        c.MaxAckPending = BATCH;
        if (!watch->options->name)
                c.InactiveThreshold = ABANDONED;
        return js_AddConsumer(NULL, watch->link->js, watch->config->stream.text, &c, NULL,
                              ret_code);
}

static Outcome subscribe(Watch *watch, char *why) {
        jsConsumerInfo *info = NULL;
        jsSubOptions options;
        jsErrCode code = 0;
        char what[256];
        natsStatus s;

        (void) snprintf(what, sizeof(what), "the consumer %s of the stream %s", watch->name,
                        watch->config->stream.text);
        s = js_GetConsumerInfo(&info, watch->link->js, watch->config->stream.text, watch->name,
                               NULL, &code);
        jsConsumerInfo_Destroy(info);
        if (code == JSConsumerNotFoundErr)
                s = make_consumer(watch, &code);
        if (s == NATS_OK) {
                (void) jsSubOptions_Init(&options);
                options.Stream = watch->config->stream.text;
                options.Consumer = watch->name;
                s = js_PullSubscribe(&watch->subscription, watch->link->js, NULL, NULL, NULL,
                                     &options, &code);
        }
        return s == NATS_OK ? OUTCOME_GOOD : link_explain(what, s, code, why);
}

/* What a message is, is its publisher's word: it shall be one line in any case. */
static int print(natsMsg *message) {
        const char *data = natsMsg_GetData(message);
        int n = natsMsg_GetDataLength(message);

        for (int i = 0; i < n; i++)
                if (putchar((unsigned char) data[i] < 0x20 || data[i] == 0x7f ? '?' : data[i]) < 0)
                        return -errno;
        return putchar('\n') < 0 ? -errno : 0;
}

/* Prints what there is. -EPIPE: nobody reads it. */
static int print_some(Watch *watch, Outcome *ret_outcome, char *why) {
        natsMsgList list = {};
        jsErrCode code = 0;
        natsStatus s;
        int r = 0;

        s = natsSubscription_Fetch(&list, watch->subscription, watch->level ? 1 : BATCH, FETCH_MSEC,
                                   &code);
        watch->level = list.Count == 0 || (watch->level && list.Count == 1);
        for (int i = 0; i < list.Count && r >= 0; i++)
                r = print(list.Msgs[i]);
        if (r >= 0 && list.Count > 0 && fflush(stdout) < 0)
                r = -errno;
        for (int i = 0; i < list.Count && r >= 0; i++)
                (void) natsMsg_Ack(list.Msgs[i],
                                   NULL); /* if it gets lost, the message comes again */
        natsMsgList_Destroy(&list);
        *ret_outcome = s == NATS_OK || s == NATS_TIMEOUT
                               ? OUTCOME_GOOD
                               : link_explain(watch->link->server, s, code, why);
        return r;
}

/* One connection. Negative: the output failed. */
static int run_link(Watch *watch, Outcome *ret_outcome, char *why) {
        WindowState state;
        int r = 0;

        *ret_outcome = link_new(watch->config, watch->window, NULL, &watch->link, why);
        if (*ret_outcome != OUTCOME_GOOD)
                return 0;
        *ret_outcome = subscribe(watch, why);
        stop_set_idle(false);
        watch->level = false;
        for (;;) {
                window_look(watch->window, &state);
                if (state.failed) {
                        *ret_outcome = state.refused ? OUTCOME_REFUSED : OUTCOME_WAIT;
                        memcpy(why, state.why, WINDOW_WHY_MAX);
                }
                if (*ret_outcome != OUTCOME_GOOD || r < 0 || stop_asked())
                        break;
                *watch->trouble = '\0';
                r = print_some(watch, ret_outcome, why);
        }
        if (*ret_outcome == OUTCOME_GOOD) {
                (void) natsConnection_FlushTimeout(watch->link->connection, FETCH_MSEC);
                if (!watch->options->name)
                        (void) js_DeleteConsumer(watch->link->js, watch->config->stream.text,
                                                 watch->name, NULL, NULL);
        }
        natsSubscription_Destroy(watch->subscription);
        watch->subscription = NULL;
        watch->link = link_free(watch->link);
        stop_set_idle(true);
        return r;
}

static int run(Watch *watch) {
        struct pollfd fd = { .fd = stop_fd(), .events = POLLIN };

        while (!stop_asked()) {
                char why[WINDOW_WHY_MAX] = "";
                Outcome outcome;
                int r;

                r = run_link(watch, &outcome, why);
                if (r == -EPIPE)
                        return EXIT_SUCCESS;
                if (r < 0 || outcome == OUTCOME_REFUSED) {
                        log_error("%s", r < 0 ? strerror(-r) : why);
                        return EXIT_FAILURE;
                }
                if (outcome == OUTCOME_GOOD)
                        continue;
                if (!streq(watch->trouble, why))
                        log_warning("%s; trying again every second", why);
                (void) snprintf(watch->trouble, sizeof(watch->trouble), "%s", why);
                (void) poll(&fd, 1, PAUSE_MSEC);
        }
        return EXIT_SUCCESS;
}

int watch_run(const RelayConfig *config, const WatchOptions *options) {
        Watch watch = { .config = config, .options = options };
        uint64_t random = 0;
        int r;

        if (options->name)
                (void) snprintf(watch.name, sizeof(watch.name), "%s", options->name);
        else {
                (void) getrandom(&random, sizeof(random), 0);
                (void) snprintf(watch.name, sizeof(watch.name), "watch-%016llx",
                                (unsigned long long) random);
        }
        r = stop_init();
        if (r >= 0)
                r = window_new(&watch.window);
        if (r >= 0)
                r = run(&watch);
        else {
                log_error("cannot begin: %s", strerror(-r));
                r = EXIT_FAILURE;
        }
        nats_CloseAndWait(2000); /* its threads use the window */
        (void) window_free(watch.window);
        return r;
}
