/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Time spans and sizes as systemd.time(7) and systemd.syntax(7) write them, and times in RFC 3339.
 */

#include "common/util.h"

typedef uint64_t usec_t;

#define USEC_PER_MSEC ((usec_t) 1000)
#define USEC_PER_SEC ((usec_t) 1000000)
#define USEC_PER_MINUTE (60 * USEC_PER_SEC)
#define USEC_PER_HOUR (60 * USEC_PER_MINUTE)
#define USEC_PER_DAY (24 * USEC_PER_HOUR)
#define USEC_INFINITY ((usec_t) UINT64_MAX)

/*
 * "30s", "1h 30min", "1.5h", "infinity"; a bare number is seconds. -EINVAL; -ERANGE: does not fit.
 */
int timespan_parse(const char *s, usec_t *ret);

/* Writes a span in words a person reads, its largest two units ("2h 5min"). Size 32 is enough. */
const char *timespan_format(usec_t span, char *buffer, size_t size);

/* "8M": a number of bytes with an optional K, M, G or T, each 1024 of the one before. -EINVAL,
 * -ERANGE. */
int size_parse(const char *s, uint64_t *ret);

#define TIME_SIZE sizeof("2026-11-23T07:00:12.345Z")

/* Microseconds since 1970 as UTC with milliseconds. Times past the year 9999 are written as its
 * end. */
const char *time_format(usec_t time, char buffer[static TIME_SIZE]);

/*
 * A date of an HTTP header, in any of the three forms of RFC 9110, 5.6.7. -EINVAL: it is none, or
 * before 1970. (libcurl's own reader has a time_t of 32 bits on machines where ours has 64.)
 */
int time_parse_http(const char *s, usec_t *ret);

/* Now, by the wall clock. */
usec_t time_now(void);

/* Now, by a clock that never steps (CLOCK_MONOTONIC). */
usec_t time_monotonic(void);
