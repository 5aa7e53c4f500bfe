/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The configuration reader: the bytes are read as lines, as tickerd.conf, and as a source file. */

#include "common/config.h"
#include "common/ini.h"
#include "tests/fuzz/fuzz.h"

static int on_line(const char *path, unsigned line, const char *section, const char *key,
                   const char *value, void *userdata) {
        return strlen(section) + (key ? strlen(key) + strlen(value) : 0) > INI_FILE_MAX ? -E2BIG
                                                                                        : 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
        _cleanup_close_ int fd = -1;
        char path[32];
        Source *source;
        Config *config;

        fuzz_be_quiet();
        (void) ini_parse("fuzz", (const char *) data, size, on_line, NULL);

        fuzz_file(data, size, &fd, path);
        if (source_load(path, "fuzz", &source) >= 0)
                (void) source_free(source);
        if (config_load(path, &config) >= 0)
                (void) config_free(config);
        return 0;
}
