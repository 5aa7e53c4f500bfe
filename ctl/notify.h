/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Notifications on the desktop, by org.freedesktop.Notifications on the session bus. */

#include <systemd/sd-event.h>

#include "client/item.h"

typedef struct Notifier Notifier;

/* When the bus ends, so does the loop. Errors are logged. */
int notifier_new(sd_event *event, Notifier **ret);
Notifier *notifier_free(Notifier *notifier);
DEFINE_CLEANUP(Notifier, notifier_free);

/*
 * Shows an item in a bubble; an edit takes the bubble of the item that it revises. Items that were
 * new more than an hour ago are not shown, so that a morning does not begin with a hundred bubbles.
 * If a bubble cannot be shown, that is logged, and is no error.
 */
int notifier_show(Notifier *notifier, const Item *item);
