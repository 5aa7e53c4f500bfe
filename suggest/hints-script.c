/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Scripts are not run, and not even read as what they are: only strings are looked at that are
 * addresses, and names that a list or an object follows.
 */

#include <ctype.h>

#include "suggest/hints.h"

#define SCRIPT_MAX (4U * 1024U * 1024U)
#define STRING_MAX 300U
#define STRINGS_MAX 20000U

/* An address that may give data, rather than a picture, a program or an article. */
static bool is_data_address(const char *s) {
        static const char *const wrong[] = { ".js",  ".css",  ".png",    ".jpg",  ".svg",
                                             ".gif", ".webp", ".woff",   ".html", ".mp4",
                                             ".ico", "/tag/", "/article" };

        for (size_t i = 0; i < ELEMENTSOF(wrong); i++)
                if (strstr(s, wrong[i]) && !strstr(s, ".json"))
                        return false;
        return true;
}

static int check_string(Hints *hints, const char *s, size_t n, const char *behind) {
        char copy[STRING_MAX + 1], *to = copy;

        /* "\/" is how JSON may write a slash */
        for (size_t i = 0; i < n; i++)
                if (s[i] != '\\' || i + 1 == n || s[i + 1] != '/')
                        *to++ = s[i];
        *to = '\0';
        if (strpbrk(copy, " <>{}()") || words_name(copy).score < CUE_STRONG ||
            words_name(copy).against)
                return 0;
        while (isspace((unsigned char) *behind))
                behind++;
        if (strchr(copy, '/'))
                return is_data_address(copy) ? hints_add(hints, "a script names %s", copy) : 0;
        if (*behind != ':')
                return 0;
        do
                behind++;
        while (isspace((unsigned char) *behind));
        if (*behind != '[' && *behind != '{')
                return 0;
        return hints_add(hints, "a script holds data called \"%s\"%s", copy,
                         behind[1] == ']' || behind[1] == '}' ? ", now empty" : "");
}

int hints_add_script(Hints *hints, const char *script) {
        unsigned strings = 0;
        int r = 0;

        if (strlen(script) > SCRIPT_MAX)
                return 0;
        if (strstr(script, "\"LiveBlogPosting\"")) {
                r = hints_add(hints, "a script holds a LiveBlogPosting (JSON-LD)");
                if (r < 0)
                        return r;
        }
        for (const char *p = script; r >= 0 && *p && strings < STRINGS_MAX; strings++) {
                const char *end;
                char quote;

                p = strpbrk(p, "\"'");
                if (!p)
                        break;
                quote = *p++;
                for (end = p; *end && *end != quote && *end != '\n'; end++)
                        if (*end == '\\' && end[1])
                                end++;
                if (*end == quote && end > p && (size_t) (end - p) <= STRING_MAX)
                        r = check_string(hints, p, (size_t) (end - p), end + 1);
                p = *end ? end + 1 : end;
        }
        return r;
}
