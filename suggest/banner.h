/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "suggest/candidate.h"

/* Adds strips of one entry: a name or a label, and one text beside it that is like a headline. */
void banners_find(const Outline *outline, Candidates *candidates);
