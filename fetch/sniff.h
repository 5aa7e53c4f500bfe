/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The encoding that a page declares in its own text. */

#include "common/util.h"

/*
 * The label in the first <meta> that names an encoding we know, comments and scripts not searched;
 * in XML that of the declaration. False: there is none. The label points into the page.
 */
bool sniff_meta(const char *page, size_t size, const char **ret_label, size_t *ret_n);
bool sniff_xml(const char *page, size_t size, const char **ret_label, size_t *ret_n);
