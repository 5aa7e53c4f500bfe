/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * How the hosts of the sources are treated: a host is the name and the port of URL=. It is asked at
 * most two things at a time, and not in a burst; when it asks for a pause, all of its sources wait,
 * and then come back one after the other. Pure: no clock, no input, no output. Times are those of
 * one clock that never steps back.
 */

#include "common/source.h"

#define HOST_POLLS_MAX 2U /* at a time */
#define HOST_NAME_MAX 300U

/* How a poll ended, for its host. */
typedef enum HostAnswer {
        HOST_PAGE,    /* with a page, whatever stands on it */
        HOST_REFUSAL, /* 429: too many requests */
        HOST_TROUBLE, /* in any other way */
} HostAnswer;

typedef struct Host {
        char *name;         /* "example.org:443", in small letters */
        usec_t interval;    /* the shortest of its sources */
        usec_t apart;       /* so far apart are its polls when they are spread evenly */
        unsigned in_flight; /* polls now */
        usec_t next;        /* not before this the next begins, unless somebody is in a hurry */
        usec_t pause;       /* the host wants to be left alone until then */
        usec_t guessed;     /* how long the last pause was that it asked for without saying so */
        bool careful;       /* it has asked for a pause once, */
        usec_t slower;      /* and then again: its polls are at least so far apart */
        bool returning;     /* after a pause, until a poll went well: one at a time */
} Host;

/* Name and port of a URL; false: it is none, or too long. */
bool host_name(const char *url, char ret[static HOST_NAME_MAX]);

/* Is it in a pause that it asked for? */
bool host_pauses(const Host *host, usec_t now);

/*
 * When may the next poll begin? At once, if that is not after now; USEC_INFINITY: when another has
 * ended. hurry: the polls need not be apart (somebody waits for them), a pause is kept all the
 * same.
 */
usec_t host_next(const Host *host, usec_t now, bool hurry);

/* A poll has begun. */
void host_begin(Host *host, usec_t now);

/*
 * It has ended. Unless with a page, retry_after counts: seconds that the host wants to be left
 * alone, 0: it does not say. After a refusal a pause is guessed then: 10 seconds or the interval if
 * that is less, twice as long each time until there is a page, up to the interval.
 */
void host_end(Host *host, usec_t now, HostAnswer answer, int64_t retry_after);

/* A host for each of the sources, which may share it, and when each source is to be polled first.
 */
typedef struct Hosts {
        Host *hosts;
        size_t n;
        size_t *of;    /* the number of the host of each source */
        usec_t *first; /* after the start: the sources of a host are spread over their interval, or
                        * 27 s if that is less */
} Hosts;

/* before: those of before a reload, whose pauses go on, or NULL. -ENOMEM. */
int hosts_new(Source *const *sources, size_t n, const Hosts *before, Hosts *ret);
void hosts_done(Hosts *hosts);
