/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Two things make a strip: something says so (a name in the markup or a label that readers see),
 * and it has the form of one (several short texts, mostly links). Both are counted in points, so
 * that no single thing decides: a menu may hold a strip, a strip may have one entry.
 */

#include "suggest/candidate.h"

#define FRAMES_MAX 12U    /* elements around a list that may name it */
#define TOTAL_MIN 11      /* the points of what may be a strip, */
#define VAGUE_MIN 13      /* and of what has only a vague name */
#define CUE_TIMED 5       /* what it is worth that each entry has its time */
#define CUE_MIN 4         /* of these for what says so */
#define SHARE_OF_PAGE 40U /* per cent of a page's text that make a list the page's own */
#define MANY 15U

static void take_name(Candidate *candidate, const Spot *spot, const Cue *cue, int score) {
        if (score > candidate->name && cue->score > 0) {
                candidate->name = score;
                candidate->named = spot;
        }
}

/* Names of the entries, of their box and of what is wrapped around it. */
static void judge_names(const Survey *survey, Candidate *candidate, const Spot *first) {
        const Spot *spot = candidate->box;
        Cue cue;

        for (unsigned level = 0; level < FRAMES_MAX; level++) {
                cue = spot_cue(spot);
                if (level == 0 || spot_is_frame(spot, candidate->weight)) {
                        take_name(candidate, spot, &cue, cue.score - (int) level / 4);
                        if (cue.against && candidate->named == spot && cue.score >= CUE_MEDIUM)
                                candidate->against = MAX(candidate->against, 10);
                        else if (cue.against)
                                candidate->against = MAX(candidate->against, level == 0 ? 8 : 5);
                }
                if (spot_is_root(survey, spot) || spot_is_page(spot_parent(survey, spot)))
                        break;
                spot = spot_parent(survey, spot);
        }
        for (unsigned level = 0; level < 2 && candidate->tag; level++) {
                cue = spot_cue(first);
                if (cue.against && candidate->against == 0)
                        candidate->against = 4;
                take_name(candidate, first, &cue, cue.score - 1 - (int) level);
                /* What is inside names the entry only if it is most of it. */
                if ((unsigned) (first - survey->spots) + 1 >= first->end ||
                    first[1].weight * 3 < first->weight * 2)
                        break;
                first++;
        }
}

static int judge_form(const Candidate *candidate) {
        unsigned impure = (candidate->n - candidate->good) * 10 / candidate->n;
        int points = 0;

        if (!candidate->tag)
                return candidate->linked ? 3 : 0;
        points += candidate->good >= 5 ? 4 : candidate->good >= 3 ? 3 : 1;
        if (candidate->median >= 24 && candidate->median <= 170)
                points += 3;
        else if (candidate->median >= 16 && candidate->median <= 260)
                points += 1;
        else if (candidate->median < 16)
                points -= 3;
        else
                points -= 1;
        points += candidate->linked ? 1 : candidate->n < 3 ? -3 : 0;
        points -= (int) impure;
        return points;
}

/* Does the page's title say that it is such a list? */
static int page_cue(const char *title) {
        _cleanup_free_ char *copy = strdup(strnull(title));
        char *saved = NULL;
        int best = 0;

        for (char *s = copy ? strtok_r(copy, "|-:", &saved) : NULL; s;
             s = strtok_r(NULL, "|-:", &saved)) {
                Cue cue;

                if (words_label(s, &cue) >= 0)
                        best = MAX(best, cue.score);
        }
        return best;
}

/* Does the list begin with a word that it is paid for? */
static bool is_paid(const Survey *survey, const Spot *entry) {
        unsigned first = entry->run > 0 ? entry->run - 1 : 0;

        for (unsigned i = first; i < survey->n_runs && i < first + 3; i++) {
                Cue cue;

                if (survey->runs[i].weight <= 30 &&
                    words_label((const char *) survey->runs[i].text->content, &cue) >= 0 &&
                    cue.paid)
                        return true;
        }
        return false;
}

/* The label of a list: before it, above it, its first entry, or in each entry. */
static int find_label(const Survey *survey, const Candidate *candidate, const Spot **ret,
                      bool *ret_against) {
        const Spot *items[12];
        unsigned n = candidate_items(survey, candidate, items, ELEMENTSOF(items));
        int r;

        r = label_before(survey, items[0], ret, ret_against);
        if (r == 0 && n >= 3 && items[0]->weight <= LABEL_SHORT)
                r = label_inside(survey, items[0], ret);
        if (r == 0)
                r = label_in_entries(survey, items, n, ret);
        return r;
}

static int judge(const Survey *survey, Candidate *candidate, int page) {
        const Spot *first, *labelled = NULL;
        bool against = false;
        int r, cue;

        if (candidate_items(survey, candidate, &first, 1) == 0)
                return 0;
        candidate->at = (unsigned) (candidate->box - survey->spots);
        judge_names(survey, candidate, first);
        r = candidate->tag ? find_label(survey, candidate, &labelled, &against)
                           : label_inside(survey, candidate->box, &labelled);
        if (r < 0)
                return r;
        candidate->label = r;
        candidate->labelled = r > 0 ? labelled : NULL;
        if (against)
                candidate->against += 6;
        if (is_paid(survey, first))
                candidate->against += 8;
        candidate->form = judge_form(candidate);
        cue = MAX(candidate->name, candidate->label);
        if (candidate->tag && candidate->form + MAX(cue, CUE_TIMED) >= TOTAL_MIN)
                candidate->timed = candidate_is_timed(survey, candidate);
        if (candidate->timed)
                cue = MAX(cue, CUE_TIMED);
        candidate->cue = cue;
        candidate->total = cue + MIN(candidate->name, candidate->label) / 2 + candidate->form -
                           candidate->against;
        if (page > 0 && candidate->n >= MANY &&
            candidate->weight >= survey->spots->weight / 100 * SHARE_OF_PAGE && page > cue) {
                candidate->doubt = "only the page's title says that this is its list of news";
                candidate->total += page - cue;
                candidate->cue = candidate->name = page;
        }
        return 0;
}

static int compare(const void *a, const void *b) {
        const Candidate *x = a, *y = b;

        if (x->total != y->total)
                return x->total < y->total ? 1 : -1;
        /* The same entries in a box and in what is wrapped around it: the box. */
        if (x->at <= y->at && y->at < x->box->end && x->weight == y->weight)
                return 1;
        if (y->at <= x->at && x->at < y->box->end && x->weight == y->weight)
                return -1;
        return x->box < y->box ? -1 : x->box > y->box;
}

int candidates_judge(const Survey *survey, const char *title, Candidates *candidates) {
        unsigned n = 0;
        int r = 0, page = page_cue(title);

        for (unsigned i = 0; i < candidates->n && r >= 0; i++)
                r = judge(survey, candidates->items + i, page);
        if (r < 0)
                return r;
        for (unsigned i = 0; i < candidates->n; i++) {
                Candidate *candidate = candidates->items + i;

                if (candidate->cue >= CUE_MIN &&
                    candidate->total >= (candidate->cue < CUE_MEDIUM ? VAGUE_MIN : TOTAL_MIN)) {
                        candidates->items[n++] = *candidate;
                        if (n - 1 != i)
                                candidate->class = NULL;
                } else
                        free(candidate->class);
        }
        candidates->n = n;
        if (n > 0)
                qsort(candidates->items, n, sizeof(Candidate), compare);
        return 0;
}
