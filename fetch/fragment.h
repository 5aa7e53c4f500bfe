/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The text of a string that is HTML, or may be. White space is folded, and what is past 16 KiB is
 * not read. -ENOMEM. */

int fragment_html(const char *s, char **ret);

/*
 * For strings of JSON and titles of RSS, which are plain on one site and HTML on the next: only
 * references and whole tags of known elements are markup. "R&D", "a<b" and "the <blink> tag" stay.
 */
int fragment_text(const char *s, char **ret);
