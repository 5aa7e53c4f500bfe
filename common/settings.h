/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * Files of settings described by a table: which keys there are, how each value is read, where it
 * goes and what it is when the user says nothing. An unknown key or section is a warning, a bad
 * value an error, each said once with file and line.
 */

#include "common/timespan.h"
#include "common/util.h"

#define VALUES_MAX 16384U /* entries of one list */

/* A text the user wrote, and where, so that a later check can name the place. No file: a fallback.
 */
typedef struct Value {
        char *text;
        char *file;
        unsigned line;
} Value;

typedef struct Values {
        Value *items;
        size_t n;
} Values;

void value_done(Value *v);
void values_done(Values *v);

/*
 * If v has no text: FILE in the first folder of the list that systemd passes in this variable, else
 * in the given one. -ENOMEM, logged.
 */
int value_default_path(Value *v, const char *variable, const char *folder, const char *file);

/*
 * Reads one value into target, which is what the setting's kind says. Returns negative with a
 * reason, "is not a time span" say, in *ret_why when the value is bad; -ENOMEM without one.
 */
typedef int (*setting_fn)(const Value *value, void *target, const char **ret_why);

/* The user and the password of a URL: where they begin, and how long they are with the "@". 0:
 * there are none. */
size_t url_user(const char *url, const char **ret);

int setting_text(const Value *value, void *target, const char **ret_why);
int setting_words(const Value *value, void *target, const char **ret_why); /* divided by spaces */
int setting_lines(const Value *value, void *target, const char **ret_why); /* one each time */
int setting_timespan(const Value *value, void *target, const char **ret_why);
int setting_boolean(const Value *value, void *target, const char **ret_why); /* bool */
int setting_count(const Value *value, void *target, const char **ret_why);   /* unsigned, not 0 */
int setting_size(const Value *value, void *target, const char **ret_why);    /* uint64_t, not 0 */
int setting_mode(const Value *value, void *target, const char **ret_why);    /* mode_t, octal */

/* For settings with limits: a time span; of one that is not within them, otherwise is the reason.
 */
int setting_span_within(const Value *value, usec_t least, usec_t most, const char *otherwise,
                        void *target, const char **ret_why);

typedef enum SettingKind {
        KIND_VALUE,  /* a Value; one that is not set has no text */
        KIND_VALUES, /* Values; an empty value resets the list to nothing */
        KIND_SPAN,   /* a usec_t; 0: not set */
        KIND_OTHER,  /* whatever its function fills; has a fallback */
} SettingKind;

typedef struct Setting {
        const char *section;
        const char *key;
        SettingKind kind;
        setting_fn parse;
        size_t offset;        /* of the target in the object */
        const char *fallback; /* as a user would write it; an empty value resets to it, but a list
                                 to nothing */
        bool empty_is_value;  /* but here "Key=" sets the empty text */
} Setting;

/* Gives each setting of an object that was zeroed its fallback. -ENOMEM. */
int settings_init(const Setting *table, size_t n, void *object);

/* Frees what the settings own. */
void settings_done(const Setting *table, size_t n, void *object);

/* Reads one file over what is there. Errors as ini_read(), or that of the first bad value. */
int settings_read(const char *path, const Setting *table, size_t n, void *object);

/*
 * Reads path, which may be missing unless it is required, and then path.d/ *.conf in name order,
 * all of them even if one is bad. Problems are logged; negative when there was one that is not just
 * a warning.
 */
int settings_load(const char *path, bool required, const Setting *table, size_t n, void *object);
