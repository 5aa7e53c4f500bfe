/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The order of what is believed: Charset=, a byte-order mark, HTTP, the page's own declaration, the
 * bytes if they are valid UTF-8, and windows-1252 at last. Declarations are often wrong, bytes
 * hardly ever look like UTF-8 by chance, so against the bytes a declaration in the page does not
 * count.
 */

#include <iconv.h>

#include "common/utf8.h"
#include "fetch/charset.h"
#include "fetch/labels.h"
#include "fetch/sniff.h"

#define REPLACEMENT "\xef\xbf\xbd"

/* How the bytes look as UTF-8. */
typedef struct Census {
        size_t good; /* characters of several bytes */
        size_t bad;  /* ill-formed sequences */
} Census;

static const char utf8[] = "UTF-8";

static bool is_replacement(const char *s, size_t length, uint32_t character) {
        return character == 0xfffd && (length != 3 || memcmp(s, REPLACEMENT, 3) != 0);
}

static Census take_census(const char *s, size_t n) {
        Census census = {};

        for (size_t i = 0; i < n;) {
                uint32_t character;
                size_t length;

                if ((unsigned char) s[i] < 0x80) {
                        i++;
                        continue;
                }
                length = utf8_next(s + i, n - i, &character);
                if (is_replacement(s + i, length, character))
                        census.bad++;
                else
                        census.good++;
                i += length;
        }
        return census;
}

static const char *bom_charset(const Buffer *page, size_t *ret_size) {
        const char *s = page->data;

        if (page->size >= 3 && memcmp(s, "\xef\xbb\xbf", 3) == 0) {
                *ret_size = 3;
                return utf8;
        }
        if (page->size >= 2 && (memcmp(s, "\xff\xfe", 2) == 0 || memcmp(s, "\xfe\xff", 2) == 0)) {
                *ret_size = 2;
                return s[0] == '\xff' ? "UTF-16LE" : "UTF-16BE";
        }
        return NULL;
}

/* UTF-16 without a mark, as Appendix F of XML 1.0 recognises it: XML and JSON begin with ASCII. */
static const char *unmarked_utf16(const Buffer *page) {
        const char *s = page->data;

        if (page->size < 4 || !s[0] == !s[1] || !s[2] == !s[3] || !s[0] != !s[2])
                return NULL;
        return s[0] ? "UTF-16LE" : "UTF-16BE";
}

static bool is_utf16(const char *name) {
        return startswith(name, "UTF-16");
}

/* What the page says of itself, unless its bytes say otherwise. */
static bool believe_declaration(const Buffer *page, bool xml, const Census *census, Charset *ret) {
        const char *label, *name;
        size_t n;

        /* Browsers believe an XML declaration in HTML, too, if there is no <meta>. */
        if (!xml && !sniff_meta(page->data, page->size, &label, &n))
                xml = true;
        if (xml && !sniff_xml(page->data, page->size, &label, &n))
                return false;
        name = charset_by_label(label, n);

        /* Whoever could read the declaration byte by byte is not reading UTF-16. */
        if (is_utf16(name))
                name = utf8;
        if (streq(name, utf8) && census->bad > census->good)
                return false;
        if (label_is_single_byte(name) && census->bad == 0 && census->good > 0) {
                *ret = (Charset){ utf8, "the bytes are valid UTF-8, whatever the page declares" };
                return true;
        }
        *ret = (Charset){ name, xml ? "the XML declaration says so" : "a <meta> says so" };
        return true;
}

/* "utf-16" alone leaves the order of the bytes to the mark. */
static const char *by_label(const Buffer *page, const char *label) {
        const char *name = label ? charset_by_label(label, strlen(label)) : NULL, *marked;
        size_t n;

        marked = name && is_utf16(name) ? bom_charset(page, &n) : NULL;
        return marked && is_utf16(marked) ? marked : name;
}

static Charset decide(const Buffer *page, const CharsetHints *hints, const Census *census) {
        const char *name;
        Charset charset;
        size_t n;

        name = by_label(page, hints->forced);
        if (name)
                return (Charset){ name, "Charset= says so" };
        name = bom_charset(page, &n);
        if (name)
                return (Charset){ name, "the page begins with a byte-order mark" };
        name = hints->xml || hints->json ? unmarked_utf16(page) : NULL;
        if (name)
                return (Charset){ name, "every other byte of it is 0" };
        if (hints->json && census->bad == 0)
                return (Charset){ utf8, "JSON is UTF-8" };
        name = by_label(page, hints->http);
        if (name)
                return (Charset){ name, "HTTP says so" };
        if (hints->json)
                return (Charset){ utf8, "JSON is UTF-8" };
        if (believe_declaration(page, hints->xml, census, &charset))
                return charset;
        if (census->bad == 0)
                return (Charset){ utf8, "the bytes are valid UTF-8" };
        return (Charset){ "CP1252", "nothing believable is declared and the bytes are not UTF-8" };
}

/*
 * What iconv(3) does not take. The bytes that an encoding leaves free where Latin-1 has controls
 * are these controls to browsers: windows-1252 has five of them.
 */
static void put_ill_formed(const char *name, unsigned char byte, Buffer *out) {
        if (label_is_single_byte(name) && byte >= 0x80 && byte < 0xa0)
                utf8_put(out, byte);
        else
                buffer_puts(out, REPLACEMENT);
}

/* The bytes after the mark in valid UTF-8. */
static void convert(iconv_t handle, const char *s, size_t n, const char *name, Buffer *out) {
        size_t unit = is_utf16(name) ? 2 : 1;
        char *in = (char *) s;
        bool more = true;

        while (more) {
                char chunk[16384], *to = chunk;
                size_t room = sizeof(chunk), result;
                int error;

                /* The last call has no input: some encodings hold a character back. */
                more = n > 0;
                result = iconv(handle, more ? &in : NULL, more ? &n : NULL, &to, &room);
                error = result == (size_t) -1 ? errno : 0;
                buffer_append(out, chunk, sizeof(chunk) - room);
                if (more && (error == EILSEQ || error == EINVAL)) {
                        /* EINVAL: the page ends in mid-character, one mark for all that is left. */
                        size_t skip = error == EINVAL ? n : MIN(unit, n);

                        put_ill_formed(name, (unsigned char) *in, out);
                        in += skip;
                        n -= skip;
                }
        }
}

static void repair(const char *s, size_t n, Buffer *out) {
        size_t plain = 0;

        for (size_t i = 0; i < n;) {
                uint32_t character;
                size_t length = utf8_next(s + i, n - i, &character);

                if (is_replacement(s + i, length, character)) {
                        buffer_append(out, s + plain, i - plain);
                        buffer_puts(out, REPLACEMENT);
                        plain = i + length;
                }
                i += length;
        }
        buffer_append(out, s + plain, n - plain);
}

static int recode(Buffer *page, const char *name) {
        _cleanup_buffer_ Buffer out = BUFFER(page->size * 3 + 16); /* U+FFFD for each byte */
        iconv_t handle;
        int r;

        r = buffer_reserve(&out, page->size + page->size / 8);
        if (r < 0)
                return r;
        if (streq(name, utf8))
                repair(page->data, page->size, &out);
        else {
                handle = iconv_open(utf8, name);
                if (handle == (iconv_t) -1)
                        return errno == ENOMEM ? -ENOMEM : -EINVAL;
                convert(handle, page->data, page->size, name, &out);
                (void) iconv_close(handle);
        }
        r = buffer_error(&out);
        if (r < 0)
                return r;
        buffer_done(page);
        *page = out;
        out.data = NULL;
        return 0;
}

/* A mark at the start belongs to no text: not in front of the DOCTYPE, not in a headline. */
static void drop_mark(Buffer *page, const char *name) {
        const char *marked;
        size_t n;

        marked = bom_charset(page, &n);
        if (marked && streq(marked, name))
                buffer_drop(page, n);
}

int charset_decode(Buffer *page, const CharsetHints *hints, Charset *ret) {
        Charset charset;
        Census census;
        int r;

        r = buffer_reserve(page, 0);
        if (r < 0)
                return r;
        census = take_census(page->data, page->size);
        charset = decide(page, hints, &census);
        drop_mark(page, charset.name);

        if (!streq(charset.name, utf8) || census.bad > 0)
                r = recode(page, charset.name);
        if (r == -EINVAL) {
                /* This C library does not have it. ASCII is right in any case. */
                charset = (Charset){ utf8, "the encoding it has is not installed here" };
                r = recode(page, utf8);
        }
        if (r < 0)
                return r == -ENOBUFS ? -ENOMEM : r;

        for (char *p = page->data; (p = memchr(p, '\0', (size_t) (page->data + page->size - p)));)
                *p = '\x01';
        *ret = charset;
        return 0;
}
