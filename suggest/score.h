/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "suggest/candidate.h"

/*
 * Gives points to each and sorts them, the best first; n is then the number of those that may be a
 * strip.
 */
void candidates_score(const Outline *outline, Candidates *candidates);
