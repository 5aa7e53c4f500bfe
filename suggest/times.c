/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * News carries its time, and the newest comes first. That is so in every language, whatever the
 * markup; a programme of what is to come has the other order, and teasers have pictures. Ages are
 * not compared: their units differ.
 */

#include <regex.h>

#include "suggest/candidate.h"

#define SAMPLE 12U /* entries */

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

static bool has_picture(const Survey *survey, const Spot *item) {
        for (const Spot *spot = item; spot < survey->spots + item->end; spot++)
                if (spot_is(spot, "img") || spot_is(spot, "picture"))
                        return true;
        return false;
}

static bool look(const Survey *survey, const Candidate *candidate, const regex_t *clock,
                 const regex_t *age) {
        const Spot *items[SAMPLE];
        unsigned n = candidate_items(survey, candidate, items, SAMPLE);
        unsigned clocks = 0, falling = 0, ages = 0, pictures = 0;
        int before = 0;

        for (unsigned i = 0; i < n; i++) {
                _cleanup_free_ char *text = spot_text(items[i], 600);
                int now = text ? clock_of(clock, text) : -1;

                pictures += has_picture(survey, items[i]);
                ages += now < 0 && text && regexec(age, text, 0, NULL, 0) == 0;
                if (now < 0)
                        continue;
                falling += clocks > 0 && now <= before;
                clocks++;
                before = now;
        }
        return n >= 3 && pictures * 2 < n &&
               (ages * 10 >= n * 8 || (clocks * 10 >= n * 8 && falling * 10 >= (clocks - 1) * 7));
}

bool candidate_is_timed(const Survey *survey, const Candidate *candidate) {
        regex_t clock, age;
        bool timed = false;

        if (regcomp(&clock, CLOCK, REG_EXTENDED) != 0)
                return false;
        if (regcomp(&age, AGE, REG_EXTENDED | REG_NOSUB) == 0) {
                timed = look(survey, candidate, &clock, &age);
                regfree(&age);
        }
        regfree(&clock);
        return timed;
}
