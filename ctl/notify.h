/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Notifications on the desktop, by org.freedesktop.Notifications on the session bus. */

#include <systemd/sd-event.h>

#include "client/item.h"

typedef struct Notifier Notifier;

/* Ends the loop when the bus ends. What is wrong is said. */
int notifier_new(sd_event *event, Notifier **ret);
Notifier *notifier_free(Notifier *notifier);
DEFINE_CLEANUP(Notifier, notifier_free);

/*
 * Shows an item; an edit in the bubble of what it revises. What was new more than an hour ago makes
 * no bubble: a morning shall not begin with a hundred of them. A bubble that cannot be shown is
 * said, and no error.
 */
int notifier_show(Notifier *notifier, const Item *item);
