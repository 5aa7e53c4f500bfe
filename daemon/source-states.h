/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * The last change of state of each source that had one, as lines for subscribers who want to hear
 * of changes. Like the tape it has places instead of queues: who is slow hears the last one only.
 */

#include "common/util.h"

typedef struct SourceStates SourceStates;

int source_states_new(SourceStates **ret);
SourceStates *source_states_free(SourceStates *states);

/* Puts a line, with its newline, in place of the source's last. -ENOMEM: the old one stays. */
int source_states_put(SourceStates *states, const char *source, const char *line);

/* The place of the newest change; 0: there was none yet. */
uint64_t source_states_newest(const SourceStates *states);

/*
 * The first change after a place, and where that is. false: there is none. Strings are valid until
 * the next source_states_put().
 */
bool source_states_next(const SourceStates *states, uint64_t after, const char **ret_source,
                        const char **ret_line, uint64_t *ret_place);
