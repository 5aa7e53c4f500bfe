/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <ctype.h>
#include <libxml/HTMLparser.h>
#include <strings.h>

#include "common/utf8.h"
#include "fetch/reply.h"
#include "fetch/xml-mend.h"

#define ATTRIBUTES_MAX 1000U
#define DECLARED_MAX 64U

typedef struct XmlName {
        const char *s;
        size_t n;
} XmlName;

typedef struct Mender {
        const char *at, *end;
        XmlName declared[DECLARED_MAX]; /* entities */
        size_t n_declared;
        bool nests;              /* elements, and closes what is left open */
        XmlName open[DEPTH_MAX]; /* where it nests: the elements that are */
        size_t depth;
        bool ended; /* the root is closed */
        Buffer *out;
} Mender;

static bool is_same(const XmlName *name, const char *s, size_t n) {
        return name->n == n && memcmp(name->s, s, n) == 0;
}

static bool begins(const Mender *m, const char *word) {
        size_t n = strlen(word);

        return (size_t) (m->end - m->at) >= n && memcmp(m->at, word, n) == 0;
}

static bool is_name_start(char c) {
        return isalpha((unsigned char) c) || c == '_' || c == ':' || (unsigned char) c >= 0x80;
}

static bool is_white(char c) {
        return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/* A character of the text that is no markup. */
static void put_character(Mender *m) {
        unsigned char c = (unsigned char) *m->at;
        uint32_t character;
        size_t n = 1;

        if (c >= 0x80)
                n = utf8_next(m->at, (size_t) (m->end - m->at), &character);
        if (c < 0x80 ? c < 0x20 && !is_white((char) c) : character == 0xfffe || character == 0xffff)
                buffer_append(m->out, " ", 1);
        else
                buffer_append(m->out, m->at, n);
        m->at += n;
}

static void put_until(Mender *m, const char *end) {
        while (m->at < end)
                if ((unsigned char) *m->at >= 0x20 && (unsigned char) *m->at < 0x80) {
                        const char *from = m->at;

                        while (m->at < end && (unsigned char) *m->at >= 0x20 &&
                               (unsigned char) *m->at < 0x80)
                                m->at++;
                        buffer_append(m->out, from, (size_t) (m->at - from));
                } else
                        put_character(m);
}

static void put_utf8(Buffer *out, uint32_t character) {
        if (character < 0x80 && strchr("&<>\"'", (int) character))
                buffer_printf(out, "&#%u;", character);
        else
                utf8_put(out, character);
}

/* What browsers take the C1 controls for. */
static uint32_t windows_1252(uint32_t c) {
        static const uint16_t characters[32] = {
                0x20ac, 0x81,   0x201a, 0x192,  0x201e, 0x2026, 0x2020, 0x2021,
                0x2c6,  0x2030, 0x160,  0x2039, 0x152,  0x8d,   0x17d,  0x8f,
                0x90,   0x2018, 0x2019, 0x201c, 0x201d, 0x2022, 0x2013, 0x2014,
                0x2dc,  0x2122, 0x161,  0x203a, 0x153,  0x9d,   0x17e,  0x178,
        };

        return c >= 0x80 && c < 0xa0 ? characters[c - 0x80] : c;
}

static bool is_allowed(unsigned long c) {
        return c == 9 || c == 10 || c == 13 || (c >= 0x20 && c < 0xd800) ||
               (c > 0xdfff && c < 0xfffe) || (c > 0xffff && c <= 0x10ffff);
}

/* "&#...;" is put as it is meant; false: it is none. */
static bool put_numeric(Mender *m, const char *semicolon) {
        bool hex = (m->at[2] | 0x20) == 'x';
        const char *digits = m->at + (hex ? 3 : 2);
        unsigned long c;
        char *end;

        if (!isxdigit((unsigned char) *digits))
                return false;
        c = strtoul(digits, &end, hex ? 16 : 10);
        if (end != semicolon)
                return false;
        if (is_allowed(c))
                put_utf8(m->out, windows_1252((uint32_t) c));
        else
                buffer_append(m->out, " ", 1);
        return true;
}

static void find_declared(Mender *m) {
        static const char word[] = "<!ENTITY";
        const char *p = m->at;

        while (m->n_declared < DECLARED_MAX && (p = find_word(p, m->end, word))) {
                const char *name;

                p += strlen(word);
                while (p < m->end && is_white(*p))
                        p++;
                name = p;
                while (p < m->end && !is_white(*p) && *p != '>')
                        p++;
                if (p > name)
                        m->declared[m->n_declared++] = (XmlName){ name, (size_t) (p - name) };
        }
}

/* Of more names than are remembered each may be one. */
static bool is_declared(const Mender *m, const char *name, size_t n) {
        for (size_t i = 0; i < m->n_declared; i++)
                if (is_same(m->declared + i, name, n))
                        return true;
        return m->n_declared == DECLARED_MAX;
}

/* "&name;", likewise. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wdeprecated-declarations" /* htmlEntityLookup(), from 2.14 on */
static bool put_named(Mender *m, const char *semicolon) {
        static const char *const xml[] = { "amp", "lt", "gt", "quot", "apos" };
        size_t n = (size_t) (semicolon - m->at) - 1;
        const htmlEntityDesc *entity;
        char name[40];

        if (n == 0 || n >= sizeof(name) || !is_name_start(m->at[1]))
                return false;
        memcpy(name, m->at + 1, n);
        name[n] = '\0';
        for (size_t i = 0; i < n; i++)
                if (!isalnum((unsigned char) name[i]) && !strchr("_-.:", name[i]))
                        return false;
        for (size_t i = 0; i < ELEMENTSOF(xml); i++)
                if (streq(name, xml[i])) {
                        buffer_append(m->out, m->at, n + 2);
                        return true;
                }
        if (is_declared(m, name, n))
                buffer_append(m->out, m->at, n + 2);
        else {
                entity = htmlEntityLookup((const xmlChar *) name);
                if (!entity)
                        return false;
                put_utf8(m->out, entity->value);
        }
        return true;
}

#pragma GCC diagnostic pop

static void put_reference(Mender *m) {
        size_t n = MIN((size_t) (m->end - m->at), (size_t) 48);
        const char *semicolon = memchr(m->at, ';', n);

        if (semicolon && (m->at[1] == '#' ? put_numeric(m, semicolon) : put_named(m, semicolon)))
                m->at = semicolon + 1;
        else {
                buffer_puts(m->out, "&amp;");
                m->at++;
        }
}

/* What stands between a quotation mark and the next, as a value. */
static void put_value(Mender *m, char quote) {
        buffer_append(m->out, m->at++, 1);
        while (m->at < m->end && *m->at != quote)
                if (*m->at == '&')
                        put_reference(m);
                else if (*m->at == '<') {
                        buffer_puts(m->out, "&lt;");
                        m->at++;
                } else
                        put_character(m);
        if (m->at < m->end)
                buffer_append(m->out, m->at++, 1);
}

/* A value without quotation marks, at "=". */
static void put_bare_value(Mender *m) {
        buffer_puts(m->out, "=\"");
        m->at++;
        while (m->at < m->end && !is_white(*m->at) && *m->at != '>' && *m->at != '<' &&
               !begins(m, "/>"))
                if (*m->at == '&')
                        put_reference(m);
                else
                        put_character(m);
        buffer_puts(m->out, "\"");
}

static bool is_bare_value(const Mender *m) {
        return *m->at == '=' && m->end - m->at > 1 && !is_white(m->at[1]) &&
               !strchr("\"'<>", m->at[1]);
}

static void put_tag(Mender *m) {
        size_t from, n = 0;

        while (m->at < m->end && !is_white(*m->at) && *m->at != '>' && *m->at != '/')
                put_character(m);
        from = m->out->size;
        while (m->at < m->end && *m->at != '>' && *m->at != '<') {
                if (*m->at == '"' || *m->at == '\'')
                        put_value(m, *m->at);
                else if (is_bare_value(m))
                        put_bare_value(m);
                else {
                        put_character(m);
                        continue;
                }
                n++;
                if (n >= ATTRIBUTES_MAX)
                        m->out->size = from; /* written, and forgotten again */
                else
                        from = m->out->size;
        }
        if (m->at == m->end)
                return; /* the page breaks off here */
        m->at += *m->at == '>';
        buffer_puts(m->out, ">");
}

/* Closes elements until only so many are open. */
static void close_until(Mender *m, size_t depth) {
        while (m->depth > depth) {
                const XmlName *name = m->open + --m->depth;

                buffer_printf(m->out, "</%.*s>", (int) name->n, name->s);
        }
}

/* The place of the innermost open element of that name; SIZE_MAX: there is none. */
static size_t find_open(const Mender *m, const char *name, size_t n) {
        for (size_t i = m->depth; i > 0; i--)
                if (is_same(m->open + i - 1, name, n))
                        return i - 1;
        return SIZE_MAX;
}

/* A tag of a feed whose elements are not closed, or not in their order. */
static void put_nested_tag(Mender *m) {
        bool closes = m->at[1] == '/';
        const char *name = m->at + 1 + closes;
        size_t n = 0, open;

        while (name + n < m->end && !is_white(name[n]) && !strchr("<>/", name[n]))
                n++;
        open = find_open(m, name, n);
        if (closes) {
                if (open != SIZE_MAX)
                        close_until(m, open);
                m->ended = open == 0; /* even if its ">" is missing: nothing comes behind it */
                while (m->at < m->end && *m->at != '>')
                        m->at++;
                m->at += m->at < m->end;
                return;
        }
        if (open != SIZE_MAX &&
            (is_same(m->open + open, "item", 4) || is_same(m->open + open, "entry", 5)))
                close_until(m, open); /* no entry stands in another */
        put_tag(m);
        if (buffer_error(m->out) < 0 || m->out->data[m->out->size - 2] == '/')
                return;
        if (m->depth < DEPTH_MAX)
                m->open[m->depth++] = (XmlName){ name, n };
        else
                m->nests = false; /* the parser will say that it is too deep */
}

/* A declaration that has no markup in it, or an internal subset. */
static const char *end_of_doctype(const Mender *m) {
        const char *p = m->at, *close;

        while (p < m->end && *p != '>' && *p != '[')
                p++;
        if (p == m->end || *p == '>')
                return p == m->end ? p : p + 1;
        close = find_word(p, m->end, "]>");
        if (close)
                return close + 2;
        while (p < m->end && *p != ']')
                p++;
        while (p < m->end && *p != '>')
                p++;
        return p == m->end ? p : p + 1;
}

static void put_markup(Mender *m) {
        static const char *const verbatim[][2] = {
                { "<!--", "-->" },
                { "<![CDATA[", "]]>" },
                { "<?", "?>" },
        };

        for (size_t i = 0; i < ELEMENTSOF(verbatim); i++)
                if (begins(m, verbatim[i][0])) {
                        const char *stop =
                                find_word(m->at + strlen(verbatim[i][0]), m->end, verbatim[i][1]);

                        put_until(m, stop ? stop + strlen(verbatim[i][1]) : m->end);
                        return;
                }
        if (m->end - m->at > 9 && strncasecmp(m->at, "<!DOCTYPE", 9) == 0) {
                buffer_puts(m->out, "<!DOCTYPE");
                m->at += 9;
                put_until(m, end_of_doctype(m));
        } else if (m->end - m->at > 1 && (is_name_start(m->at[1]) || m->at[1] == '/'))
                m->nests ? put_nested_tag(m) : put_tag(m);
        else {
                buffer_puts(m->out, "&lt;");
                m->at++;
        }
}

int xml_mend(const char *text, size_t size, bool nest, Buffer *ret) {
        Buffer out = BUFFER(SIZE_MAX);
        Mender m = { .at = text, .end = text + size, .nests = nest, .out = &out };

        while (m.at < m.end && (is_white(*m.at) || *m.at == '\x01'))
                m.at++;
        find_declared(&m);
        (void) buffer_reserve(&out, size + size / 16);
        while (m.at < m.end && !m.ended)
                if (*m.at == '<')
                        put_markup(&m);
                else if (m.nests && m.depth == 0)
                        m.at++;
                else if (*m.at == '&')
                        put_reference(&m);
                else {
                        const char *next = m.at;

                        while (next < m.end && *next != '<' && *next != '&')
                                next++;
                        put_until(&m, next);
                }
        if (buffer_error(&out) < 0) {
                buffer_done(&out);
                return -ENOMEM;
        }
        if (nest && !m.ended) {
                buffer_done(&out);
                return -EBADMSG;
        }
        *ret = out;
        return 0;
}

static bool is_own_reference(const char *s, size_t n) {
        static const char *const names[] = { "&amp;", "&lt;", "&gt;", "&quot;", "&apos;" };

        for (size_t i = 0; i < ELEMENTSOF(names); i++)
                if (n >= strlen(names[i]) && memcmp(s, names[i], strlen(names[i])) == 0)
                        return true;
        return false;
}

/* From "<" to the next one: a tag, and what stands behind it. */
static bool is_plain_tag(const char *s, size_t n) {
        const char *end = s + n;
        size_t n_equals = 0;

        if (n > 2 && s[1] == '!' && toupper(s[2]) == 'D')
                return false;
        if (n < 4 * ATTRIBUTES_MAX)
                return true; /* none is shorter than " a=''" */
        for (; (s = memchr(s, '=', (size_t) (end - s))); s++)
                n_equals++;
        return n_equals <= ATTRIBUTES_MAX;
}

bool xml_is_plain(const char *text, size_t size) {
        const char *end = text + size;

        if (size == 0)
                return false; /* text may be NULL */
        for (const char *s = text; (s = memchr(s, '&', (size_t) (end - s))); s++)
                if (!is_own_reference(s, (size_t) (end - s)))
                        return false;
        for (const char *s = memchr(text, '<', size), *next; s; s = next) {
                next = memchr(s + 1, '<', (size_t) (end - s - 1));
                if (!is_plain_tag(s, (size_t) ((next ?: end) - s)))
                        return false;
        }
        return true;
}
