/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Texts from JSON, which are plain on one site and HTML on the next. */

/*
 * The text of a string as a reader would see it: if it has something like a tag or an entity in it,
 * it is read as HTML. White space is folded, and what is past 16 KiB is not read. -ENOMEM.
 */
int fragment_text(const char *s, char **ret);
