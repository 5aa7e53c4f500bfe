/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "suggest/candidate.h"

/*
 * Adds each list of repeated neighbours that have some text, and lists of one make that stand side
 * by side as one each: a strip may stand on the page by days, in columns, or with a part that
 * phones hide.
 */
void lists_find(const Outline *outline, Candidates *candidates);
