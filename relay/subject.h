/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * Subjects of NATS from a template such as "ticker.{source}.{item}": tokens divided by dots, of
 * which {item} and {source} stand for an item's identity and its source. {item} must be there, so
 * that each identity has a subject of its own.
 */

#include "common/util.h"

#define SUBJECT_MAX 255U

/* NULL, or what is wrong with a template: "lacks {item}", say. */
const char *subject_problem(const char *template);

/* The subject of an item. A size of SUBJECT_MAX + 1 is always enough. -ENOBUFS. */
int subject_of(const char *template, const char *source, const char *item, char *ret, size_t size);

/* The subject that stands for those of all items. */
int subject_of_all(const char *template, char *ret, size_t size);
