/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* A folder of each test's own, its files, and the places in them that messages on stderr name. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <fcntl.h>
#include <ftw.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "common/buffer.h"

/* The test's folder, and where in it the configuration is. */
static char folder[] = "/tmp/tickerd-unit-XXXXXX";
static char conf[sizeof(folder) + sizeof("/tickerd.conf")];

static inline int set_up(void **state) {
        memcpy(folder + sizeof(folder) - 7, "XXXXXX", 6);
        if (!mkdtemp(folder))
                return -1;
        (void) snprintf(conf, sizeof(conf), "%s/tickerd.conf", folder);
        (void) unsetenv("STATE_DIRECTORY");
        (void) unsetenv("RUNTIME_DIRECTORY");
        return 0;
}

static inline int remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw) {
        return remove(path);
}

static inline int tear_down(void **state) {
        return nftw(folder, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

#define IN_FOLDER(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

/* The path in the test's folder; valid until the next but three. */
static inline const char *in_folder(const char *name) {
        static char paths[4][512];
        static unsigned next;
        char *path = paths[next++ % ELEMENTSOF(paths)];

        (void) snprintf(path, sizeof(paths[0]), "%s/%s", folder, name);
        return path;
}

static inline void write_file(const char *name, const char *text) {
        _cleanup_fclose_ FILE *file = NULL;
        char path[512];

        (void) snprintf(path, sizeof(path), "%s", in_folder(name));
        for (char *slash = strchr(path + sizeof(folder), '/'); slash;
             slash = strchr(slash + 1, '/')) {
                *slash = '\0';
                assert_true(mkdir(path, 0700) == 0 || errno == EEXIST);
                *slash = '/';
        }
        file = fopen(path, "we");
        assert_non_null(file);
        assert_true(fputs(text, file) >= 0);
}

/* What was on stderr between capture_begin() and capture_end(). */
static int captured, stderr_before;

static inline void capture_begin(void) {
        captured = memfd_create("stderr", MFD_CLOEXEC);
        stderr_before = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 3);
        assert_true(captured >= 0 && stderr_before >= 0);
        assert_true(dup2(captured, STDERR_FILENO) >= 0);
}

static inline Buffer capture_end(void) {
        Buffer b = BUFFER(0);

        assert_true(dup2(stderr_before, STDERR_FILENO) >= 0);
        assert_int_equal(lseek(captured, 0, SEEK_SET), 0);
        assert_int_equal(buffer_read_file(captured, 1 << 20, &b), 0);
        (void) safe_close(stderr_before);
        (void) safe_close(captured);
        return b;
}

/* Messages, each "FILE:LINE: what is wrong", as "NAME:LINE NAME:LINE": without the folder. */
static inline char *places_of(const Buffer *messages) {
        Buffer b = BUFFER(1 << 20);

        buffer_puts(&b, "");
        for (const char *line = messages->data; *line; line = strchr(line, '\n') + 1) {
                const char *name = startswith(line, folder),
                           *colon = name ? strchr(name, ':') : NULL;
                size_t digits;

                if (!colon || *name != '/')
                        fail_msg("not about a file: %s", line);
                digits = strspn(colon + 1, "0123456789");
                if (digits == 0 || strncmp(colon + 1 + digits, ": ", 2) != 0)
                        fail_msg("without a line: %s", line);
                buffer_printf(&b, "%s%.*s", b.size > 0 ? " " : "", (int) (colon + digits - name),
                              name + 1);
        }
        return b.data;
}

/* As capture_end(); the places of all messages are as expected. */
static inline void capture_end_at(const char *expected_places) {
        _cleanup_buffer_ Buffer messages = capture_end();
        _cleanup_free_ char *places = places_of(&messages);

        assert_string_equal(places, expected_places);
}
