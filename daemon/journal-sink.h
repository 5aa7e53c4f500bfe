/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * The journal as a follower's sink: one entry an item, across crashes of this daemon and of
 * journald.
 *
 * journald confirms nothing, so what was sent may be in its queue, in the journal, or lost. At
 * start, and whenever something may have been lost, a mark is sent, an entry with a random
 * TICKERD_RUN=. journald takes entries in the order they were sent: once the mark can be read back,
 * whatever was sent before it is in the journal, or lost. Then the items after the stored place and
 * those of the ten minutes before the newest (journald writes to the disk every five) are looked
 * up, and those that are missing are sent.
 *
 * Items are sent as they come and looked for five seconds later; only then the place is stored, and
 * if one is missing it all begins again. That notices a journald that stalls, is full or was
 * killed, of which sending need not tell.
 *
 * While the mark does not come back, items wait in the store:
 * - as long as it is in journald's queue, which journald does not read (it stalls);
 * - for ten minutes if journald has taken the mark, but it is not to be found (a full disk);
 * - not at all if no file of the journal can be read. In this and the case before, what comes after
 *   the stored place is sent unseen, and that is said.
 *
 * It errs towards twice: an entry that journald removed meanwhile (SystemMaxUse=) counts as
 * missing, and so does one of a file that is damaged. It errs towards never only where journald
 * drops an entry twice, which is said, or cannot be read and drops it.
 */

#include <systemd/sd-event.h>

#include "daemon/follower.h"
#include "daemon/journal.h"

typedef struct JournalSink JournalSink;

/*
 * Nothing is sent before the follower runs. wake is called, from the loop, when it should run
 * again. The journal and the store outlive the sink.
 */
int journal_sink_new(sd_event *event, Journal *journal, Store *store, void (*wake)(void *userdata),
                     void *userdata, JournalSink **ret);
JournalSink *journal_sink_free(JournalSink *sink);

Sink journal_sink(JournalSink *sink);
