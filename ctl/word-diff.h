/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Finds the words of a new wording that the old one did not have. */

#include "common/text.h"

/*
 * Sets changed[i] for each byte of text that belongs to a word which is new or stands at another
 * place, and for the spaces between two such words. If a text has more than 300 words, nothing is
 * set. text has at most HEADLINE_MAX bytes.
 */
void word_diff(const char *before, const char *text, bool changed[static HEADLINE_MAX]);
