/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The identity of an item: made of its content, not of its id, since the same item has another id
 * in another daemon's store. Two daemons that read the same page find the same identity. */

#include "client/item.h"

#define IDENTITY_SIZE 33U /* 32 hexadecimal digits and a NUL */

/*
 * A hash of source, link and text key. If the item repeats an earlier one, the UTC date when it was
 * first seen is hashed, too, so that the two differ. -EBADMSG: the item lacks what every item has;
 * -ENOMEM.
 */
int identity_of(const Item *item, char ret[static IDENTITY_SIZE]);
