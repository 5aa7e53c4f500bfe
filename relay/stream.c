/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "relay/stream.h"
#include "common/log.h"
#include "relay/subject.h"

static const char *first_fault(const jsStreamConfig *c, const char *subjects) {
        bool has_subjects = false;

        for (int i = 0; i < c->SubjectsLen; i++)
                has_subjects = has_subjects || streq(c->Subjects[i], subjects);

        if (!has_subjects)
                return "its subjects are others";
        if (c->Mirror || c->Sealed)
                return "it is a mirror, or sealed";
        if (c->NoAck)
                return "it acknowledges nothing (no_ack)";
        if (c->Retention != js_LimitsPolicy)
                return "its retention is not \"limits\"";
        if (c->Storage != js_FileStorage)
                return "its storage is not \"file\"";
        if (c->MaxMsgsPerSubject != 1)
                return "max_msgs_per_subject is not 1";
        if (c->Discard != js_DiscardNew || !c->DiscardNewPerSubject)
                return "discard is not \"new\" with discard_new_per_subject";
        if (!c->DenyDelete)
                return "deny_delete is not set";
        return NULL;
}

static int look(const Session *session, const jsStreamInfo *info, const char *subjects,
                int64_t *ret_created) {
        static bool said_replicas; /* once is enough, however often we connect */
        const RelayConfig *config = session->config;
        const char *fault;

        if (!info->Config) {
                window_fail(session->window, session->js, false,
                            "looking for the stream %s: an answer that does not say how it is made",
                            config->stream.text);
                return -EBADMSG;
        }
        fault = first_fault(info->Config, subjects);
        if (fault) {
                window_fail(session->window, session->js, true,
                            "the stream %s is not one for the ticker: %s; name another with "
                            "Stream=, or change that one",
                            config->stream.text, fault);
                return -EINVAL;
        }
        if (info->Config->Replicas != config->replicas && !said_replicas) {
                said_replicas = true;
                log_notice(
                        "the stream %s has %lld replicas; Replicas=%u counts only when it is made",
                        config->stream.text, (long long) info->Config->Replicas, config->replicas);
        }
        *ret_created = info->Created;
        return 0;
}

static natsStatus make(const Session *session, const char *subjects, jsStreamInfo **ret,
                       jsErrCode *ret_code) {
        const RelayConfig *config = session->config;
        jsStreamConfig c;

        (void) jsStreamConfig_Init(&c);
        c.Name = config->stream.text;
        c.Description = "Breaking news, each item once (tickerd-relay)";
        c.Subjects = &subjects;
        c.SubjectsLen = 1;
        c.Storage = js_FileStorage;
        c.Replicas = config->replicas;
        c.MaxMsgsPerSubject = 1;
        c.Discard = js_DiscardNew;
        c.DiscardNewPerSubject = true;
        c.DenyDelete = true;
        return js_AddStream(ret, session->js, &c, NULL, ret_code);
}

int stream_ensure(const Session *session, int64_t *ret_created) {
        const char *name = session->config->stream.text;
        char subjects[SUBJECT_MAX + 1], what[128];
        jsStreamInfo *info = NULL;
        jsErrCode code = 0;
        natsStatus s;
        int r;

        r = subject_of_all(session->config->subject.text, subjects, sizeof(subjects));
        if (r < 0) {
                session_fail(session, "the subject", NATS_INVALID_SUBJECT, 0);
                return r;
        }
        s = js_GetStreamInfo(&info, session->js, name, NULL, &code);
        (void) snprintf(what, sizeof(what), "looking for the stream %s", name);
        if (s == NATS_NOT_FOUND || code == JSStreamNotFoundErr) {
                s = make(session, subjects, &info, &code);
                (void) snprintf(what, sizeof(what), "making the stream %s", name);
                if (s == NATS_OK)
                        log_info("made the stream %s with %u replicas", name,
                                 session->config->replicas);
        }
        if (s != NATS_OK) {
                session_fail(session, what, s, code);
                return -ENOTCONN;
        }
        r = look(session, info, subjects, ret_created);
        jsStreamInfo_Destroy(info);
        return r;
}
