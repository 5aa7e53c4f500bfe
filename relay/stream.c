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

static Outcome look(const RelayConfig *config, const jsStreamInfo *info, const char *subjects,
                    int64_t *ret_created, char *why) {
        static bool said_replicas; /* once is enough, however often we connect */
        const char *fault = first_fault(info->Config, subjects);

        if (fault) {
                (void) snprintf(
                        why, WINDOW_WHY_MAX,
                        "the stream %s is not one for the ticker: %s; name another with Stream=, or "
                        "change that one",
                        config->stream.text, fault);
                return OUTCOME_REFUSED;
        }
        if (info->Config->Replicas != config->replicas && !said_replicas) {
                said_replicas = true;
                log_notice(
                        "the stream %s has %lld replicas; Replicas=%u counts only when it is made",
                        config->stream.text, (long long) info->Config->Replicas, config->replicas);
        }
        *ret_created = info->Created;
        return OUTCOME_GOOD;
}

static natsStatus make(const RelayConfig *config, const Link *link, const char *subjects,
                       jsStreamInfo **ret, jsErrCode *ret_code) {
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
        return js_AddStream(ret, link->js, &c, NULL, ret_code);
}

Outcome stream_ensure(const RelayConfig *config, const Link *link, int64_t *ret_created,
                      char *why) {
        char subjects[SUBJECT_MAX + 1], what[128];
        jsStreamInfo *info = NULL;
        jsErrCode code = 0;
        natsStatus s;
        Outcome outcome;
        int r;

        r = subject_of_all(config->subject.text, subjects, sizeof(subjects));
        if (r < 0)
                return link_explain("the subject", NATS_INVALID_SUBJECT, 0, why);

        s = js_GetStreamInfo(&info, link->js, config->stream.text, NULL, &code);
        (void) snprintf(what, sizeof(what), "looking for the stream %s", config->stream.text);
        if (s == NATS_NOT_FOUND || code == JSStreamNotFoundErr) {
                s = make(config, link, subjects, &info, &code);
                (void) snprintf(what, sizeof(what), "making the stream %s", config->stream.text);
                if (s == NATS_OK)
                        log_info("made the stream %s with %u replicas", config->stream.text,
                                 config->replicas);
        }
        if (s != NATS_OK)
                return link_explain(what, s, code, why);
        outcome = look(config, info, subjects, ret_created, why);
        jsStreamInfo_Destroy(info);
        return outcome;
}
