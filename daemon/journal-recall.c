/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <stdio.h>
#include <systemd/sd-journal.h>

#include "common/util.h"
#include "daemon/journal-recall.h"

struct Recall {
        sd_journal *journal;
        sd_event_source *io;
        void (*changed)(void *userdata);
        void *userdata;
};

int recall_new(Recall **ret) {
        Recall *recall;
        int r;

        recall = calloc(1, sizeof(Recall));
        if (!recall)
                return -ENOMEM;
        r = sd_journal_open_namespace(&recall->journal, NULL,
                                      SD_JOURNAL_LOCAL_ONLY | SD_JOURNAL_ALL_NAMESPACES);
        if (r < 0) {
                (void) recall_free(recall);
                return r;
        }
        *ret = recall;
        return 0;
}

Recall *recall_free(Recall *recall) {
        if (!recall)
                return NULL;
        (void) sd_event_source_disable_unref(recall->io);
        sd_journal_close(recall->journal);
        free(recall);
        return NULL;
}

bool recall_readable(const Recall *recall) {
        return sd_journal_has_runtime_files(recall->journal) > 0 ||
               sd_journal_has_persistent_files(recall->journal) > 0;
}

static int on_change(_unused_ sd_event_source *s, _unused_ int fd, _unused_ uint32_t revents,
                     void *userdata) {
        Recall *recall = userdata;

        if (sd_journal_process(recall->journal) < 0) /* or the loop would spin on it */
                (void) sd_event_source_set_enabled(recall->io, SD_EVENT_OFF);
        recall->changed(recall->userdata); /* may free it */
        return 0;
}

int recall_watch(Recall *recall, sd_event *event, void (*changed)(void *userdata), void *userdata) {
        int fd, events;

        fd = sd_journal_get_fd(recall->journal);
        if (fd < 0)
                return fd;
        events = sd_journal_get_events(recall->journal);
        if (events < 0)
                return events;
        recall->changed = changed;
        recall->userdata = userdata;
        return sd_event_add_io(event, &recall->io, fd, (uint32_t) events, on_change, recall);
}

int recall_has(Recall *recall, const char *field, const char *value) {
        char own[64], wanted[256];
        int r;

        if ((size_t) snprintf(wanted, sizeof(wanted), "%s=%s", field, value) >= sizeof(wanted))
                return -E2BIG;
        (void) snprintf(own, sizeof(own), "_UID=%u", (unsigned) getuid());
        sd_journal_flush_matches(recall->journal);
        r = sd_journal_add_match(recall->journal, own, 0);
        if (r >= 0)
                r = sd_journal_add_match(recall->journal, wanted, 0);
        if (r >= 0)
                r = sd_journal_seek_head(recall->journal);
        return r < 0 ? r : sd_journal_next(recall->journal);
}
