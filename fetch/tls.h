/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * What makes a new TLS connection cheap: the authorities are read once, not for each (a fifth of a
 * poll of a large page), and a host that was spoken to before is not asked to prove itself anew.
 */

#include <curl/curl.h>

#include "common/util.h"

typedef struct Tls Tls;

/* Reads what the environment says of authorities: CURL_CA_BUNDLE, SSL_CERT_FILE and SSL_CERT_DIR,
 * as curl(1) does. -ENOMEM. */
int tls_new(Tls **ret);

/* After the last transfer that tls_set() was called for is gone. */
Tls *tls_free(Tls *tls);
DEFINE_CLEANUP(Tls, tls_free);

/* Sets the options of a transfer from this URL. -ENOMEM. */
int tls_set(Tls *tls, CURL *easy, const char *url);
