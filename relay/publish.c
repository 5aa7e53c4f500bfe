/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "relay/publish.h"
#include "common/log.h"
#include "relay/identity.h"
#include "relay/subject.h"

#define HEADER_SOURCE "Ticker-Source"
#define HEADER_LANGUAGE "Ticker-Language"
#define HEADER_CURSOR "Ticker-Cursor"

/* The id in a cursor. */
static int64_t id_of(natsMsg *message) {
        const char *cursor = NULL;

        return natsMsgHeader_Get(message, HEADER_CURSOR, &cursor) == NATS_OK ? cursor_id(cursor)
                                                                             : 0;
}

/* A message was refused: is it in the stream already? The stream gives the same code for its limit
 * of one message a subject as for all its limits; only the words differ. */
static bool is_there(const jsPubAckErr *error) {
        return error->ErrCode == JSStreamWrongLastSequenceErr ||
               (error->ErrCode == JSStreamStoreFailedErr && error->ErrText &&
                strstr(error->ErrText, "per subject"));
}

void publish_acknowledged(jsCtx *js, natsMsg *message, jsPubAck *ack, jsPubAckErr *error,
                          void *window) {
        int64_t id = id_of(message);

        if (error ? is_there(error) : ack->Sequence > 0)
                window_acknowledge(window, js, id);
        else if (error)
                window_fail(window, js, false, "item %lld: %s", (long long) id,
                            isempty(error->ErrText) ? natsStatus_GetText(error->Err)
                                                    : error->ErrText);
        else /* of one that is under way, and may get lost */
                window_fail(window, js, false, "item %lld: a duplicate of what is not stored yet",
                            (long long) id);
        natsMsg_Destroy(message);
}

static natsStatus make(const ClientEvent *event, const char *subject, natsMsg **ret) {
        const Item *item = event->item;
        natsStatus s = NATS_OK;

        IFOK(s, natsMsg_Create(ret, subject, NULL, event->line, (int) event->size));
        IFOK(s, natsMsgHeader_Set(*ret, HEADER_SOURCE, item->source));
        if (*item->language)
                IFOK(s, natsMsgHeader_Set(*ret, HEADER_LANGUAGE, item->language));
        IFOK(s, natsMsgHeader_Set(*ret, HEADER_CURSOR, item->cursor));
        return s;
}

void publish_item(const Session *session, const ClientEvent *event) {
        char subject[SUBJECT_MAX + 1], identity[IDENTITY_SIZE];
        const RelayConfig *config = session->config;
        const Item *item = event->item;
        jsPubOptions options;
        natsMsg *message = NULL;
        natsStatus s;
        int r;

        r = identity_of(item, identity);
        if (r >= 0)
                r = subject_of(config->subject.text, item->source, identity, subject,
                               sizeof(subject));
        if (r >= 0)
                r = window_add(session->window, item->id, event->size);
        if (r < 0) {
                window_fail(session->window, session->js, false,
                            "item %lld cannot be published: %s", (long long) item->id,
                            strerror(-r));
                return;
        }
        (void) jsPubOptions_Init(&options);
        options.MsgId = identity;
        options.ExpectStream = config->stream.text;
        options.ExpectNoMessage = true;
        s = make(event, subject, &message);
        IFOK(s, js_PublishMsgAsync(session->js, &message, &options));
        if (s != NATS_OK)
                session_fail(session, session->server, s, 0);
        natsMsg_Destroy(message);
}
