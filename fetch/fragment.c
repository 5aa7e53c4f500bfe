/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <ctype.h>

#include "common/text.h"
#include "fetch/content.h"
#include "fetch/document.h"
#include "fetch/fragment.h"

/* "S&P 500" and "a < b" have none. */
static bool has_markup(const char *s) {
        for (; (s = strpbrk(s, "<&")); s++)
                if (isalpha((unsigned char) s[1]) || strchr(*s == '<' ? "/!" : "#", s[1] ?: ' '))
                        return true;
        return false;
}

int fragment_text(const char *s, char **ret) {
        _cleanup_(document_freep) xmlDoc *document = NULL;
        _cleanup_buffer_ Buffer b = BUFFER(CONTENT_MAX);
        const char *why;
        int r;

        if (has_markup(s)) {
                r = document_parse(s, strlen(s), FORMAT_HTML, &document, &why);
                if (r == -ENOMEM)
                        return r;
        }

        /* What is nested too deep to be read stays as it is written. */
        if (!document)
                return text_clean(s, strlen(s), CONTENT_MAX, ret);
        r = content_text((const xmlNode *) document, false, &b);
        if (r < 0)
                return r;
        return text_clean(strnull(b.data), b.size, CONTENT_MAX, ret);
}
