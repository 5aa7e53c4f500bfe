/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * What does the journal hold? Reading back entries that this user sent, through sd-journal, and
 * nothing else of the journal. Anybody may send entries with any field, so only those that journald
 * marked with our own _UID= count.
 *
 * Opening takes a look at each file of the journal, and each question one at the index of each;
 * with files in the cache that is some microseconds a file. While an owner waits (recall_watch()),
 * the loop is woken whenever journald writes anything, so nobody waits longer than there is need.
 */

#include <systemd/sd-event.h>

typedef struct Recall Recall;

/* Opens the files of this machine's journal that we may read, persistent and volatile ones, of all
 * namespaces. None at all is no error. */
int recall_new(Recall **ret);
Recall *recall_free(Recall *recall);

/* Is there a file that we may read? Without group systemd-journal there is none. */
bool recall_readable(const Recall *recall);

/* Calls changed when the journal may have grown. Without it files that are new are not noticed. */
int recall_watch(Recall *recall, sd_event *event, void (*changed)(void *userdata), void *userdata);

/* Has the journal an entry of ours in which this field has this value? 1 or 0. */
int recall_has(Recall *recall, const char *field, const char *value);
