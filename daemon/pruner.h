/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Retain=: items that left their strip long ago are removed, some at a time. */

#include <systemd/sd-event.h>

#include "daemon/store.h"

typedef struct Pruner Pruner;

/* removed is called after items were. The store outlives the pruner. Nothing is removed before
 * pruner_set(). */
int pruner_new(sd_event *event, Store *store, void (*removed)(void *userdata), void *userdata,
               Pruner **ret);
Pruner *pruner_free(Pruner *pruner);

/* Removes what left its strip that long ago, beginning at once. USEC_INFINITY: nothing. */
int pruner_set(Pruner *pruner, usec_t retain);
