/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* A source file: one front page and how to read its strip; tickerd.source(5). */

#include "common/settings.h"

#define SOURCE_NAME_MAX 64U
#define SOURCE_INTERVAL_MIN USEC_PER_SEC

typedef enum Format {
        FORMAT_HTML,
        FORMAT_XML,
        FORMAT_JSON,
        FORMAT_FEED /* RSS, Atom or JSON Feed */
} Format;

/* Must a healthy page have its strip with entries? */
typedef enum ExpectMode {
        EXPECT_MODE_ALWAYS,
        EXPECT_MODE_SOMETIMES,
        EXPECT_MODE_WITHIN
} ExpectMode;

typedef struct Expect {
        ExpectMode mode;
        usec_t span; /* EXPECT_MODE_WITHIN: alarm when nothing was read for so long */
} Expect;

typedef struct Source {
        char *name;
        char *path;

        Value description;
        Value url;           /* without user and password */
        char *user;          /* "user:password" as it stands there, or NULL */
        usec_t interval;     /* the longer one, if it is a range, */
        usec_t interval_min; /* and the shorter */
        usec_t timeout;
        uint64_t max_size; /* bytes, decompressed */
        Value language;
        Expect expect;
        Values headers; /* "Name: value", or "@NAME": the lines of a file */
        Value charset;
        usec_t reappear; /* 0: as the configuration says */

        Format format;
        Values strip;
        Value when;
        Value item;
        Value headline;
        Value link; /* text "" for no links */
        Value published;
        Values drop;
        Values strike;
        bool oldest_first;
        Value script;
} Source;

/* [a-z0-9][a-z0-9-]{0,63} */
bool source_name_valid(const char *name);

/* The form of a tag in BCP 47 (RFC 5646, 2.1): subtags of up to eight letters and digits. Whether
 * there is such a language is not looked up. */
bool source_language_valid(const char *tag);

/* Adds a header, "Name: value". -EINVAL with a reason in *ret_why when it is none; -ENOMEM. */
int source_add_header(const Value *value, Values *headers, const char **ret_why);

/*
 * Reads a source file. Problems are logged; -EBADMSG or the error of the first bad value. A file
 * that is not there or may not be read is an error without a message: -ENOENT, -EACCES.
 */
int source_load(const char *path, const char *name, Source **ret);
Source *source_free(Source *source);
DEFINE_CLEANUP(Source, source_free);
