/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <assert.h>
#include <ctype.h>
#include <strings.h>

#include "daemon/hosts.h"

/* First polls are spread over so long at most, so that half a minute after the start all were
 * begun. */
#define SPREAD_MAX (27 * USEC_PER_SEC)
/* Polls of a host are never further apart than that: of a host that nothing is known of, of one
 * that has asked for a pause. */
#define APART_MAX (2 * USEC_PER_SEC)
#define APART_CAREFUL_MAX (10 * USEC_PER_SEC)
/* The first pause of a host that does not say how long. */
#define PAUSE_GUESSED (10 * USEC_PER_SEC)

bool host_name(const char *url, char ret[static HOST_NAME_MAX]) {
        const char *begin = strstr(url, "://"), *end, *at, *port;
        bool https = strncasecmp(url, "https:", 6) == 0;
        int n;

        if (!begin)
                return false;
        begin += 3;
        end = begin + strcspn(begin, "/?#\\");
        for (at = begin; at < end; at++) /* a user and a password, which may have an "@" in them */
                if (*at == '@')
                        begin = at + 1;
        port = memrchr(begin, ':', (size_t) (end - begin));
        if (port && memchr(port, ']', (size_t) (end - port)))
                port = NULL; /* it is within an IPv6 address */
        if (port && port + 1 == end)
                end = port, port = NULL;
        n = snprintf(ret, HOST_NAME_MAX, "%.*s%s", (int) (end - begin), begin,
                     port    ? ""
                     : https ? ":443"
                             : ":80");
        for (char *c = ret; *c; c++)
                *c = (char) tolower((unsigned char) *c);
        return n > 0 && n < (int) HOST_NAME_MAX;
}

/* How far apart two polls begin. */
static usec_t apart(const Host *host) {
        if (host->careful)
                return MAX(host->slower, MIN(host->apart, APART_CAREFUL_MAX));
        return MIN(host->apart / 5 * 4, APART_MAX);
}

bool host_pauses(const Host *host, usec_t now) {
        return host->pause > now;
}

usec_t host_next(const Host *host, usec_t now, bool hurry) {
        if (host_pauses(host, now))
                return host->pause;
        if (host->in_flight >= (host->returning ? 1 : HOST_POLLS_MAX))
                return USEC_INFINITY;
        return hurry && !host->careful ? now : MAX(host->next, now);
}

void host_begin(Host *host, usec_t now) {
        host->in_flight++;
        host->next = now + apart(host);
}

/* How long a pause the host has asked for; 0: none. */
static usec_t pause_wanted(Host *host, HostAnswer answer, int64_t retry_after) {
        if (retry_after > 0)
                return (usec_t) retry_after * USEC_PER_SEC;
        if (answer != HOST_REFUSAL)
                return 0;
        host->guessed = host->guessed > 0 ? host->guessed * 2 : PAUSE_GUESSED;
        host->guessed = MIN(host->guessed, host->interval);
        return host->guessed;
}

/* A host that asks for a pause again is asked less often, and then, page by page, a little more
 * often: so we find what it allows. */
static void slow_down(Host *host) {
        if (host->careful)
                host->slower = MIN(apart(host) / 2 * 3, APART_CAREFUL_MAX);
        host->careful = host->returning = true;
}

void host_end(Host *host, usec_t now, HostAnswer answer, int64_t retry_after) {
        bool pauses = host_pauses(host, now);
        usec_t pause;

        assert(host->in_flight > 0);
        host->in_flight--;
        if (answer == HOST_PAGE) {
                host->returning = false;
                host->guessed = 0;
                host->slower -= host->slower / 64;
                return;
        }
        if (pauses && retry_after == 0)
                return; /* it was asked before it said so */
        pause = pause_wanted(host, answer, retry_after);
        if (pause > 0 && !pauses)
                slow_down(host);
        if (pause > 0)
                host->pause = MAX(host->pause, now + pause);
}

typedef struct Named {
        char name[HOST_NAME_MAX];
        size_t source; /* its number */
} Named;

static int compare(const void *a, const void *b) {
        const Named *x = a, *y = b;
        int order = strcmp(x->name, y->name);

        return order != 0 ? order : x->source < y->source ? -1 : x->source > y->source;
}

static const Host *find(const Hosts *hosts, const char *name) {
        size_t low = 0, high = hosts ? hosts->n : 0;

        while (low < high) {
                size_t middle = low + (high - low) / 2;
                int order = strcmp(hosts->hosts[middle].name, name);

                if (order == 0)
                        return hosts->hosts + middle;
                if (order < 0)
                        low = middle + 1;
                else
                        high = middle;
        }
        return NULL;
}

/* The next host, of these n sources; they are sorted. */
static int add_host(Source *const *sources, const Named *named, size_t n, const Hosts *before,
                    Hosts *hosts) {
        const Host *old = find(before, named->name);
        Host *host = hosts->hosts + hosts->n;
        double rate = 0; /* polls a microsecond */

        *host = old ? *old : (Host){};
        host->in_flight = 0;
        host->interval = USEC_INFINITY;
        host->name = strdup(named->name);
        if (!host->name)
                return -ENOMEM;
        for (size_t i = 0; i < n; i++) {
                usec_t interval = sources[named[i].source]->interval;

                hosts->of[named[i].source] = hosts->n;
                host->interval = MIN(host->interval, interval);
                rate += 1.0 / (double) interval;
        }
        host->apart = (usec_t) (1 / rate);
        hosts->n++;
        return 0;
}

/*
 * The sources of a host in their order, the first of them a little later for each host before it.
 * So the first source of all is polled at once.
 */
static int spread(Source *const *sources, size_t n, Hosts *hosts) {
        struct {
                size_t rank, n, seen; /* its place among the hosts; its sources: all, and so far */
        } * counts;
        size_t rank = 0;

        counts = calloc(hosts->n + 1, sizeof(*counts));
        if (!counts)
                return -ENOMEM;
        for (size_t i = 0; i < n; i++)
                if (counts[hosts->of[i]].n++ == 0)
                        counts[hosts->of[i]].rank = rank++;
        for (size_t i = 0; i < n; i++) {
                size_t h = hosts->of[i];
                double place =
                        (double) counts[h].seen++ + (double) counts[h].rank / (double) hosts->n;

                hosts->first[i] = (usec_t) ((double) MIN(sources[i]->interval, SPREAD_MAX) * place /
                                            (double) counts[h].n);
        }
        free(counts);
        return 0;
}

int hosts_new(Source *const *sources, size_t n, const Hosts *before, Hosts *ret) {
        _cleanup_free_ Named *named = NULL;
        Hosts hosts = {};
        int r = 0;

        named = calloc(n + 1, sizeof(Named));
        hosts.hosts = calloc(n + 1, sizeof(Host));
        hosts.of = calloc(n + 1, sizeof(size_t));
        hosts.first = calloc(n + 1, sizeof(usec_t));
        if (!named || !hosts.hosts || !hosts.of || !hosts.first)
                r = -ENOMEM;
        for (size_t i = 0; i < n && r >= 0; i++) {
                named[i].source = i;
                if (!host_name(sources[i]->url.text, named[i].name))
                        named[i].name[0] = '\0'; /* all that have none are one */
        }
        if (r >= 0)
                qsort(named, n, sizeof(Named), compare);
        for (size_t i = 0, end; i < n && r >= 0; i = end) {
                for (end = i + 1; end < n && streq(named[i].name, named[end].name);)
                        end++;
                r = add_host(sources, named + i, end - i, before, &hosts);
        }
        if (r >= 0)
                r = spread(sources, n, &hosts);
        if (r < 0) {
                hosts_done(&hosts);
                return r;
        }
        *ret = hosts;
        return 0;
}

void hosts_done(Hosts *hosts) {
        for (size_t i = 0; i < hosts->n; i++)
                free(hosts->hosts[i].name);
        free(hosts->hosts);
        free(hosts->of);
        free(hosts->first);
        *hosts = (Hosts){};
}
