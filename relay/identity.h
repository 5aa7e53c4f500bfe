/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * What an item is for everybody: not its id, which another daemon's store gives to another item,
 * but its content. Two daemons that read the same page find the same identity.
 */

#include "client/item.h"

#define IDENTITY_SIZE 33U /* 32 hexadecimal digits and a NUL */

/*
 * Of source, link and text key; of an item that repeats an earlier one also of the UTC date when it
 * was first seen, so that it is not the earlier one. -EBADMSG: the item lacks what every item has;
 * -ENOMEM.
 */
int identity_of(const Item *item, char ret[static IDENTITY_SIZE]);
