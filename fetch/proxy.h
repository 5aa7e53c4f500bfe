/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * http_proxy, https_proxy, all_proxy and no_proxy, as curl(1) reads them. By ourselves, because it
 * has to be known, as a socket is opened, whether that leads to a proxy.
 */

/* The proxy for a URL; "": none. */
const char *proxy_for(const char *url);
