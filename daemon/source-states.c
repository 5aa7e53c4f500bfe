/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <sys/queue.h>

#include "daemon/source-states.h"

/* One a source, which the configuration bounds. */
typedef struct StateChange {
        char *source;
        char *line;
        uint64_t place;
        TAILQ_ENTRY(StateChange) list;
} StateChange;

struct SourceStates {
        TAILQ_HEAD(Changes, StateChange) changes; /* in order of their places */
        uint64_t newest;
};

int source_states_new(SourceStates **ret) {
        SourceStates *states;

        states = calloc(1, sizeof(SourceStates));
        if (!states)
                return -ENOMEM;
        TAILQ_INIT(&states->changes);
        *ret = states;
        return 0;
}

static StateChange *change_free(StateChange *change) {
        if (!change)
                return NULL;
        free(change->source);
        free(change->line);
        free(change);
        return NULL;
}
DEFINE_CLEANUP(StateChange, change_free);

SourceStates *source_states_free(SourceStates *states) {
        if (!states)
                return NULL;
        while (!TAILQ_EMPTY(&states->changes)) {
                StateChange *change = TAILQ_FIRST(&states->changes);

                TAILQ_REMOVE(&states->changes, change, list);
                (void) change_free(change);
        }
        free(states);
        return NULL;
}

int source_states_put(SourceStates *states, const char *source, const char *line) {
        _cleanup_(change_freep) StateChange *new = NULL;
        StateChange *old;

        new = calloc(1, sizeof(StateChange));
        if (!new)
                return -ENOMEM;
        new->source = strdup(source);
        new->line = strdup(line);
        if (!new->source || !new->line)
                return -ENOMEM;
        new->place = ++states->newest;

        TAILQ_FOREACH(old, &states->changes, list)
        if (streq(old->source, source)) {
                TAILQ_REMOVE(&states->changes, old, list);
                (void) change_free(old);
                break;
        }
        TAILQ_INSERT_TAIL(&states->changes, new, list);
        new = NULL;
        return 0;
}

uint64_t source_states_newest(const SourceStates *states) {
        return states->newest;
}

bool source_states_next(const SourceStates *states, uint64_t after, const char **ret_source,
                        const char **ret_line, uint64_t *ret_place) {
        const StateChange *found = NULL, *change;

        /* From the newest back: who asks is mostly one change behind. */
        TAILQ_FOREACH_REVERSE(change, &states->changes, Changes, list) {
                if (change->place <= after)
                        break;
                found = change;
        }
        if (!found)
                return false;
        *ret_source = found->source;
        *ret_line = found->line;
        *ret_place = found->place;
        return true;
}
