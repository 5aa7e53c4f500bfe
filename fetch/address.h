/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Which addresses a page in the open Internet has no business to send us to. */

#include <sys/socket.h>

#include "common/util.h"

/*
 * False for loopback, link-local, private, unique-local, carrier-grade NAT, unspecified, multicast
 * and the like, also where they stand in an IPv6 address of another kind; and for what is not IP.
 */
bool address_is_public(const struct sockaddr *address);

/* The same for an address in text. */
bool address_text_is_public(const char *text);
