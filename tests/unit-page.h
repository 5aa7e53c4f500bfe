/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The keys of [Strip] and a page, and what comes of them. */

#include <locale.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "common/source.h"
#include "common/text.h"
#include "fetch/page.h"

typedef struct Fixture {
        Source *source;
        Reader *reader;
        Reply reply;
} Fixture;

/* A source with these lines in [Strip]. */
static inline Source *make_source(const char *lines) {
        char path[] = "unit-page-XXXXXX";
        Source *source = NULL;
        FILE *file;
        int fd;

        fd = mkstemp(path);
        assert_true(fd >= 0);
        file = fdopen(fd, "w");
        assert_non_null(file);
        (void) fprintf(file, "[Source]\nURL=http://a.example/\n[Strip]\n%s\n", lines);
        assert_int_equal(fclose(file), 0);
        assert_return_code(source_load(path, "unit", &source), 0);
        assert_return_code(unlink(path), 0);
        return source;
}

static inline void open_fixture(Fixture *f, const char *lines) {
        *f = (Fixture){ .source = make_source(lines) };
        assert_return_code(reader_new(f->source, &f->reader, &f->reply), 0);
}

static inline void close_fixture(Fixture *f) {
        reply_done(&f->reply);
        f->reader = reader_free(f->reader);
        f->source = source_free(f->source);
}

static inline void read_text(Fixture *f, const char *text) {
        Buffer b = BUFFER(1 << 20);

        buffer_puts(&b, text);
        reply_done(&f->reply);
        reader_read(f->reader, &b, &(PageOrigin){ .url = "http://a.example/" }, &f->reply);
        assert_null(b.data);
}

/* What a page of one entry has for its headline; NULL: no entry. */
static inline void check(const char *lines, const char *page, const char *headline) {
        Fixture f;

        open_fixture(&f, lines);
        read_text(&f, page);
        if (headline) {
                assert_int_equal(f.reply.state, STATE_OK);
                assert_int_equal(f.reply.n_entries, 1);
                assert_string_equal(f.reply.entries[0].headline, headline);
        } else {
                assert_int_not_equal(f.reply.state, STATE_OK);
                assert_int_equal(f.reply.n_entries, 0);
        }
        close_fixture(&f);
}

/* The source is refused, and the reply says where. */
static inline void check_bad(const char *lines) {
        Source *source = make_source(lines);
        _cleanup_reply_ Reply reply = {};
        Reader *reader = NULL;

        assert_true(reader_new(source, &reader, &reply) < 0);
        assert_null(reader);
        assert_int_equal(reply.state, STATE_BAD_SOURCE);
        assert_non_null(strstr(reply.detail, source->path));
        source_free(source);
}

static inline int set_locale(void **state) {
        return setlocale(LC_CTYPE, "C.UTF-8") ? 0 : -1;
}
