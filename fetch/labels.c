/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <ctype.h>
#include <strings.h>

#include "fetch/labels.h"

typedef struct Encoding {
        const char *name;   /* iconv's */
        const char *labels; /* those in use, in lower case, divided by spaces */
        bool wide;          /* more than one byte a character */
} Encoding;

/*
 * Browsers read several labels as a larger encoding than they name, Latin-1 as windows-1252 say,
 * and pages are written for browsers. Left out on purpose: x-user-defined, and those that browsers
 * refuse.
 */
static const Encoding encodings[] = {
        { "UTF-8", "utf-8 utf8 unicode-1-1-utf-8 unicode11utf8 unicode20utf8 x-unicode20utf8",
          true },
        { "CP1252",
          "windows-1252 cp1252 x-cp1252 iso-8859-1 iso8859-1 iso88591 iso_8859-1 iso_8859-1:1987 "
          "latin1 latin-1 l1 cp819 ibm819 iso-ir-100 csisolatin1 ascii us-ascii ansi_x3.4-1968" },
        { "CP1250", "windows-1250 cp1250 x-cp1250" },
        { "CP1251", "windows-1251 cp1251 x-cp1251" },
        { "CP1253", "windows-1253 cp1253 x-cp1253" },
        { "CP1254",
          "windows-1254 cp1254 x-cp1254 iso-8859-9 iso8859-9 iso88599 iso_8859-9 iso_8859-9:1989 "
          "latin5 l5 iso-ir-148 csisolatin5" },
        { "CP1255", "windows-1255 cp1255 x-cp1255" },
        { "CP1256", "windows-1256 cp1256 x-cp1256" },
        { "CP1257", "windows-1257 cp1257 x-cp1257" },
        { "CP1258", "windows-1258 cp1258 x-cp1258" },
        { "CP874", "windows-874 dos-874 tis-620 iso-8859-11 iso8859-11 iso885911" },
        { "ISO-8859-2",
          "iso-8859-2 iso8859-2 iso88592 iso_8859-2 iso_8859-2:1987 latin2 l2 iso-ir-101 csisolatin2" },
        { "ISO-8859-3",
          "iso-8859-3 iso8859-3 iso88593 iso_8859-3 latin3 l3 iso-ir-109 iso_8859-3:1988 csisolatin3" },
        { "ISO-8859-4",
          "iso-8859-4 iso8859-4 iso88594 iso_8859-4 latin4 l4 iso-ir-110 iso_8859-4:1988 csisolatin4" },
        { "ISO-8859-5",
          "iso-8859-5 iso8859-5 iso88595 iso_8859-5 iso_8859-5:1988 cyrillic csisolatincyrillic iso-ir-144" },
        { "ISO-8859-6",
          "iso-8859-6 iso8859-6 iso88596 iso_8859-6 iso-8859-6-e iso-8859-6-i arabic asmo-708 "
          "ecma-114 csisolatinarabic iso-ir-127 iso_8859-6:1987 csiso88596e csiso88596i" },
        { "ISO-8859-7",
          "iso-8859-7 iso8859-7 iso88597 iso_8859-7 greek greek8 ecma-118 elot_928 sun_eu_greek "
          "csisolatingreek iso-ir-126 iso_8859-7:1987" },
        { "ISO-8859-8",
          "iso-8859-8 iso8859-8 iso88598 iso_8859-8 iso-8859-8-i iso-8859-8-e hebrew visual "
          "logical csisolatinhebrew iso-ir-138 iso_8859-8:1988 csiso88598e csiso88598i" },
        { "ISO-8859-10", "iso-8859-10 iso8859-10 iso885910 latin6 l6 iso-ir-157 csisolatin6" },
        { "ISO-8859-13", "iso-8859-13 iso8859-13 iso885913" },
        { "ISO-8859-14", "iso-8859-14 iso8859-14 iso885914" },
        { "ISO-8859-15",
          "iso-8859-15 iso8859-15 iso885915 iso_8859-15 latin9 latin-9 l9 csisolatin9" },
        { "ISO-8859-16", "iso-8859-16" },
        { "KOI8-R", "koi8-r koi koi8 koi8_r cskoi8r" },
        { "KOI8-U", "koi8-u koi8-ru" },
        { "CP866", "ibm866 cp866 866 csibm866" },
        { "MACINTOSH", "macintosh mac x-mac-roman csmacintosh" },
        { "MAC-CYRILLIC", "x-mac-cyrillic x-mac-ukrainian" },
        { "GB18030",
          "gb18030 gbk gb2312 gb_2312 gb_2312-80 gb2312-80 csgb2312 x-gbk chinese cp936 windows-936 "
          "iso-ir-58 csiso58gb231280",
          true },
        { "BIG5-HKSCS", "big5 big5-hkscs big-5 cn-big5 x-x-big5 csbig5 cp950", true },
        { "CP932", "shift_jis shift-jis sjis x-sjis ms_kanji ms932 windows-31j cp932 csshiftjis",
          true },
        { "EUC-JP-MS", "euc-jp x-euc-jp eucjp cseucpkdfmtjapanese", true },
        { "ISO-2022-JP", "iso-2022-jp csiso2022jp", true },
        { "UHC",
          "euc-kr ks_c_5601-1987 ks_c_5601-1989 ks_c_5601 ksc5601 ksc_5601 korean windows-949 cp949 uhc "
          "cseuckr csksc56011987 iso-ir-149",
          true },
        { "UTF-16LE", "utf-16 utf-16le ucs-2 unicode iso-10646-ucs-2 csunicode unicodefeff", true },
        { "UTF-16BE", "utf-16be unicodefffe", true },
};

static bool has_label(const char *labels, const char *label, size_t n) {
        for (;;) {
                size_t length = strcspn(labels, " ");

                if (length == n && strncasecmp(labels, label, n) == 0)
                        return true;
                if (!labels[length])
                        return false;
                labels += length + 1;
        }
}

const char *charset_by_label(const char *label, size_t n) {
        while (n > 0 && isspace((unsigned char) *label)) {
                label++;
                n--;
        }
        while (n > 0 && isspace((unsigned char) label[n - 1]))
                n--;
        for (size_t i = 0; n > 0 && i < ELEMENTSOF(encodings); i++)
                if (has_label(encodings[i].labels, label, n))
                        return encodings[i].name;
        return NULL;
}

bool label_is_single_byte(const char *name) {
        for (size_t i = 0; i < ELEMENTSOF(encodings); i++)
                if (streq(encodings[i].name, name))
                        return !encodings[i].wide;
        return false;
}
