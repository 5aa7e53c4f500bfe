/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "relay/subject.h"
#include "common/source.h"
#include "relay/identity.h"

static bool is_token(const char *s, size_t n, const char *token) {
        return n == strlen(token) && memcmp(s, token, n) == 0;
}

const char *subject_problem(const char *template) {
        size_t longest = 0;
        unsigned n_items = 0, n_sources = 0;
        const char *token = template;

        for (;;) {
                size_t n = strcspn(token, ".");

                if (n == 0)
                        return "has an empty word";
                if (is_token(token, n, "{item}"))
                        n_items++;
                else if (is_token(token, n, "{source}"))
                        n_sources++;
                else
                        for (size_t i = 0; i < n; i++)
                                if (token[i] <= ' ' || token[i] > '~' || strchr("*>{}", token[i]))
                                        return "may have letters, digits and signs other than * > { and }; "
                                               "{source} and {item} are words of their own";
                longest += n + 1;
                if (token[n] == '\0')
                        break;
                token += n + 1;
        }
        longest += n_items * IDENTITY_SIZE + n_sources * SOURCE_NAME_MAX;
        if (*template == '$' || *template == '_')
                return "must not begin with $ or _, which are NATS's own";
        if (n_items != 1)
                return "must have {item} in it once";
        if (longest > SUBJECT_MAX)
                return "is too long";
        return NULL;
}

int subject_of(const char *template, const char *source, const char *item, char *ret, size_t size) {
        size_t used = 0;

        for (const char *token = template; *token;) {
                size_t n = strcspn(token, ".");
                const char *text = token;
                size_t length = n;

                if (is_token(token, n, "{item}"))
                        text = item, length = strlen(item);
                else if (is_token(token, n, "{source}"))
                        text = source, length = strlen(source);
                if (used + length + (token[n] == '.') + 1 > size)
                        return -ENOBUFS;
                memcpy(ret + used, text, length);
                used += length;
                token += n;
                if (*token == '.')
                        ret[used++] = *token++;
        }
        ret[used] = '\0';
        return 0;
}

int subject_of_all(const char *template, char *ret, size_t size) {
        return subject_of(template, "*", "*", ret, size);
}
