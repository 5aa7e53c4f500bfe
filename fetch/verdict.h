/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What an answer means: HTTP's words and curl's errors as states of a reply. */

#include "fetch/exchange.h"
#include "fetch/reply.h"

/*
 * The state of an exchange that has ended, redirects aside. STATE_OK: there is a page in its body.
 * Sets http, retry_after and fresh_for too.
 */
void verdict(const Exchange *e, Reply *reply);

/* Shall it go on where its Location says? */
bool verdict_is_redirect(const Exchange *e);
