/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Which words of a new wording the one before did not have. */

#include "common/text.h"

/*
 * Sets changed[i] for each byte of text that is part of a word which is new, or stands elsewhere;
 * and of the spaces between two such words. Texts of more than 300 words are not looked at. text
 * has at most HEADLINE_MAX bytes.
 */
void word_diff(const char *before, const char *text, bool changed[static HEADLINE_MAX]);
