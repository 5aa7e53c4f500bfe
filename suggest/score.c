/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Two things make a strip: something says so (a name in the markup or a label that readers see),
 * and it has the form of one (several short texts, mostly links). Both are counted in points, so
 * that no single thing decides: a menu may hold a strip, a strip may have one entry.
 */

#include <regex.h>

#include "suggest/candidate.h"
#include "suggest/label.h"
#include "suggest/memory.h"

#define FRAMES_MAX 12U /* elements around a list that may name it */
#define TOTAL_MIN 11   /* the points of what may be a strip, */
#define VAGUE_MIN 13   /* and of what has only a vague name */
#define CUE_TIMED 5    /* what it is worth that each entry has its time */
#define CUE_MIN 4      /* of these for what says so */
#define SAMPLE 12U     /* entries */

#define CLOCK "(^|[^0-9])([01]?[0-9]|2[0-3])[:.hH]([0-5][0-9])([^0-9]|$)"
#define AGE                                                                                                             \
        "[0-9]+ ?((m|min|mins|h|hr|hrs|std|dk|sa|t|u|мин|ч|хв)([^[:alpha:]]|$)|minut|minút|hour|"                \
        "stunde|heure|hora|dakika|saat|минут|час|хвил|годин|godzin|uur|timm|分|時間|小时|小時|" \
        "분|시간|phút|giờ|मिनट|मिनिट|घंट|মিনিট|นาที|ชั่วโมง|دقائق|دقيقة|ساع|دقیقه|λεπτ|ώρ|דק|שע)"

/* Minutes since midnight; -1: the text has no time of day. */
static int clock_of(const regex_t *clock, const char *text) {
        regmatch_t match[4];

        if (regexec(clock, text, ELEMENTSOF(match), match, 0) != 0)
                return -1;
        return atoi(text + match[2].rm_so) * 60 + atoi(text + match[3].rm_so);
}

static bool has_picture(const Element *item) {
        for (const Element *element = item; element < item->end; element++)
                if (element_is(element, "img") || element_is(element, "picture"))
                        return true;
        return false;
}

static const regex_t *expression(regex_t *regex, const char *text, int flags) {
        if (regcomp(regex, text, REG_EXTENDED | flags) != 0)
                memory_out();
        return regex;
}

/*
 * News carries its time, and the newest comes first. That is so in every language, whatever the
 * markup; a programme of what is to come has the other order, and teasers have pictures. Ages are
 * not compared: their units differ.
 */
static bool is_timed(const Candidate *candidate) {
        static regex_t clock_regex, age_regex;
        static const regex_t *clock, *age;
        const Element *items[SAMPLE];
        unsigned n = candidate_items(candidate, items, SAMPLE);
        unsigned clocks = 0, falling = 0, ages = 0, pictures = 0;
        int before = 0;

        if (!clock)
                clock = expression(&clock_regex, CLOCK, 0);
        if (!age)
                age = expression(&age_regex, AGE, REG_NOSUB);
        for (unsigned i = 0; i < n; i++) {
                _cleanup_free_ char *text = element_text(items[i], 600);
                int now = clock_of(clock, text);

                pictures += has_picture(items[i]);
                if (now < 0) {
                        ages += regexec(age, text, 0, NULL, 0) == 0;
                        continue;
                }
                falling += clocks > 0 && now <= before;
                clocks++;
                before = now;
        }
        return n >= 3 && pictures * 2 < n &&
               (ages * 10 >= n * 8 || (clocks * 10 >= n * 8 && falling * 10 >= (clocks - 1) * 7));
}

static void take_name(Candidate *candidate, const Element *element, const Cue *cue, int score) {
        if (score > candidate->name && cue->score > 0) {
                candidate->name = score;
                candidate->named = element;
        }
}

/* Gives points for the names of the entries, of their box, and of what is wrapped around it. */
static void judge_names(Candidate *candidate, const Element *first) {
        const Element *element = candidate->box;
        Cue cue;

        for (unsigned level = 0; level < FRAMES_MAX; level++) {
                if (level == 0 || element_is_frame(element, candidate->weight)) {
                        cue = element_cue(element);
                        take_name(candidate, element, &cue, cue.score - (int) level / 4);
                        if (cue.against && candidate->named == element && cue.score >= CUE_MEDIUM)
                                candidate->against = MAX(candidate->against, 10);
                        else if (cue.against)
                                candidate->against = MAX(candidate->against, level == 0 ? 8 : 5);
                }
                if (!element->parent || element_is_page(element->parent))
                        break;
                element = element->parent;
        }
        for (unsigned level = 0; level < 2 && candidate->tag; level++) {
                cue = element_cue(first);
                if (cue.against && candidate->against == 0)
                        candidate->against = 4;
                take_name(candidate, first, &cue, cue.score - 1 - (int) level);
                /* What is inside names the entry only if it is most of it. */
                if (first + 1 >= first->end || first[1].weight * 3 < first->weight * 2)
                        break;
                first++;
        }
}

static int judge_form(const Candidate *candidate) {
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
        points -= (int) ((candidate->n - candidate->good) * 10 / candidate->n);
        return points;
}

/* Is there a label near the beginning of the list which says that it is advertising? */
static bool is_paid(const Outline *outline, const Element *entry) {
        const TextRun *first = entry->runs > outline->runs ? entry->runs - 1 : entry->runs;

        for (const TextRun *run = first; run < outline->runs_end && run < first + 3; run++)
                if (run->weight <= 30 && words_label(run->text).paid)
                        return true;
        return false;
}

/* The label of a list: before the list, in its first entry, or in each entry. */
static Label find_label(const Outline *outline, const Candidate *candidate) {
        const Element *items[12];
        unsigned n = candidate_items(candidate, items, ELEMENTSOF(items));
        Label label = label_before(outline, items[0]);
        bool against = label.against;

        if (label.score == 0 && n >= 3 && items[0]->weight <= LABEL_SHORT)
                label = label_inside(items[0]);
        if (label.score == 0)
                label = label_in_entries(items, n);
        label.against = against;
        return label;
}

static void judge(const Outline *outline, Candidate *candidate) {
        const Element *first;
        Label label;
        int cue;

        (void) candidate_items(candidate, &first, 1);
        judge_names(candidate, first);
        label = candidate->tag ? find_label(outline, candidate) : label_inside(candidate->box);
        candidate->label = label.score;
        candidate->labelled = label.element;
        if (label.against)
                candidate->against += 6;
        if (is_paid(outline, first))
                candidate->against += 8;
        candidate->form = judge_form(candidate);
        cue = MAX(candidate->name, candidate->label);
        if (candidate->tag && candidate->form + MAX(cue, CUE_TIMED) >= TOTAL_MIN)
                candidate->timed = is_timed(candidate);
        if (candidate->timed)
                cue = MAX(cue, CUE_TIMED);
        candidate->cue = cue;
        candidate->total = cue + MIN(candidate->name, candidate->label) / 2 + candidate->form -
                           candidate->against;
}

static bool may_be_strip(const Candidate *candidate) {
        return candidate->cue >= CUE_MIN &&
               candidate->total >= (candidate->cue < CUE_MEDIUM ? VAGUE_MIN : TOTAL_MIN);
}

static int compare(const void *a, const void *b) {
        const Candidate *x = a, *y = b;

        if (x->total != y->total)
                return x->total < y->total ? 1 : -1;
        /* Of a box and what is wrapped around it, which have the same entries, the box comes first.
         */
        if (element_contains(x->box, y->box) && x->weight == y->weight)
                return 1;
        if (element_contains(y->box, x->box) && x->weight == y->weight)
                return -1;
        return x->box < y->box ? -1 : x->box > y->box;
}

void candidates_score(const Outline *outline, Candidates *candidates) {
        unsigned n = 0;

        for (unsigned i = 0; i < candidates->n; i++) {
                Candidate *candidate = candidates->items + i;

                judge(outline, candidate);
                if (may_be_strip(candidate))
                        candidates->items[n++] = *candidate;
        }
        candidates->n = n;
        if (n > 0)
                qsort(candidates->items, n, sizeof(Candidate), compare);
}
