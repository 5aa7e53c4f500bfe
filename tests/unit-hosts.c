/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Which sources share a host, when each may be asked, and whole half hours of polls with a clock of
 * our own against a host that allows one request a second. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "daemon/hosts.h"
#include "daemon/schedule.h"

#define SEC USEC_PER_SEC
#define MSEC USEC_PER_MSEC
#define N 20U

static void test_names(_unused_ void **state) {
        static const struct {
                const char *url, *name;
        } table[] = {
                { "http://example.org/", "example.org:80" },
                { "HTTPS://Example.ORG", "example.org:443" },
                { "https://example.org:/x", "example.org:443" },
                { "https://example.org:80?x=http://other.example/", "example.org:80" },
                { "http://user:pass@word@example.org#@other.example", "example.org:80" },
                { "http://[2001:DB8::1]/", "[2001:db8::1]:80" },
                { "http://[2001:db8::1]:8080/a:b", "[2001:db8::1]:8080" },
                { "example.org", NULL },
        };
        char long_url[HOST_NAME_MAX + 32] = "http://", name[HOST_NAME_MAX];

        for (size_t i = 0; i < ELEMENTSOF(table); i++) {
                assert_int_equal(host_name(table[i].url, name), !!table[i].name);
                if (table[i].name)
                        assert_string_equal(name, table[i].name);
        }
        memset(long_url + 7, 'a', HOST_NAME_MAX);
        assert_false(host_name(long_url, name));
}

static void test_turns(_unused_ void **state) {
        Host host = { .apart = 15 * SEC };

        assert_int_equal(host_next(&host, 100 * SEC, false), 100 * SEC);
        host_begin(&host, 100 * SEC);
        assert_int_equal(host_next(&host, 100 * SEC, false), 102 * SEC); /* not in a burst, */
        assert_int_equal(host_next(&host, 100 * SEC, true), 100 * SEC);  /* unless in a hurry */
        host_begin(&host, 100 * SEC);
        assert_true(host_next(&host, 200 * SEC, true) == USEC_INFINITY); /* two at a time */
        host_end(&host, 101 * SEC, HOST_PAGE, 0);
        assert_int_equal(host_next(&host, 103 * SEC, false), 103 * SEC);

        host_begin(&host, 103 * SEC);
        host_end(&host, 104 * SEC, HOST_PAGE, 50); /* a good poll is not told to come back later */
        assert_false(host_pauses(&host, 104 * SEC));
        host_begin(&host, 110 * SEC);
        host_end(&host, 110 * SEC, HOST_TROUBLE, 0);
        assert_false(host_pauses(&host, 110 * SEC));
        host_end(&host, 110 * SEC, HOST_TROUBLE, 50);
        assert_true(host_pauses(&host, 159 * SEC));
        assert_int_equal(host_next(&host, 111 * SEC, true), 160 * SEC);
        assert_false(host_pauses(&host, 160 * SEC));

        /* They come back one after the other, and never in a hurry again. */
        host_begin(&host, 160 * SEC);
        assert_true(host_next(&host, 200 * SEC, true) == USEC_INFINITY);
        host_end(&host, 161 * SEC, HOST_PAGE, 0);
        assert_int_equal(host_next(&host, 161 * SEC, true), 170 * SEC);
        host_begin(&host, 170 * SEC);
        host_end(&host, 170 * SEC, HOST_REFUSAL, 10); /* a shorter pause ends no longer one */
        assert_int_equal(host_next(&host, 171 * SEC, false), 180 * SEC);
}

/* It refuses and does not say for how long. */
static void test_guessed_pauses(_unused_ void **state) {
        static const unsigned pauses[] = { 10, 20, 40, 60, 60 };
        Host host = { .interval = 60 * SEC, .apart = SEC };
        usec_t now = 1000 * SEC;

        for (size_t i = 0; i < ELEMENTSOF(pauses); i++) {
                host_begin(&host, now);
                host_end(&host, now, HOST_REFUSAL, 0);
                assert_int_equal(host_next(&host, now, true), now + pauses[i] * SEC);
                now += pauses[i] * SEC;
        }
        /* Trouble of another kind is no refusal, and ends nothing. */
        host_begin(&host, now);
        host_end(&host, now, HOST_TROUBLE, 0);
        assert_false(host_pauses(&host, now));
        host_begin(&host, now);
        host_end(&host, now, HOST_REFUSAL, 0);
        assert_int_equal(host.pause, now + 60 * SEC);
        /* After a page it begins anew; and a second refusal that was on its way is no second one.
         */
        now += 60 * SEC;
        host_begin(&host, now);
        host_end(&host, now, HOST_PAGE, 0);
        host_begin(&host, now);
        host_begin(&host, now);
        host_end(&host, now, HOST_REFUSAL, 0);
        host_end(&host, now + SEC, HOST_REFUSAL, 0);
        assert_int_equal(host.pause, now + 10 * SEC);
        /* What the host says goes before, be it shorter. */
        now += 10 * SEC;
        host_begin(&host, now);
        host_end(&host, now, HOST_REFUSAL, 3);
        assert_int_equal(host.pause, now + 3 * SEC);
        /* No pause of ours is longer than the interval. */
        host = (Host){ .interval = 4 * SEC };
        host_begin(&host, now);
        host_end(&host, now, HOST_REFUSAL, 0);
        assert_int_equal(host.pause, now + 4 * SEC);
}

/* One that goes on refusing is asked less often, but never less than once in 10 s. */
static void test_slower(_unused_ void **state) {
        Host host = { .interval = 30 * SEC, .apart = 1500 * MSEC };
        usec_t now = 1000 * SEC, last = 0;

        for (unsigned i = 0; i < 20; i++) {
                host_begin(&host, now);
                assert_true(host.next - now >= MAX(last, 1200 * MSEC) &&
                            host.next - now <= 10 * SEC);
                last = host.next - now;
                host_end(&host, now, HOST_REFUSAL, 1);
                now += SEC;
        }
        assert_int_equal(last, 10 * SEC);
        for (unsigned i = 0; i < 200; i++) {
                host_begin(&host, now);
                assert_true(host.next - now >= 1500 * MSEC && host.next - now <= last);
                last = host.next - now;
                host_end(&host, now, HOST_PAGE, 0);
        }
        assert_int_equal(last, 1500 * MSEC);
}

static void make_sources(Source *sources, Source **pointers, size_t n, const char *const *urls,
                         usec_t interval) {
        for (size_t i = 0; i < n; i++) {
                sources[i] = (Source){ .url.text = (char *) urls[i], .interval = interval };
                pointers[i] = sources + i;
        }
}

static void test_spread(_unused_ void **state) {
        static const char *const urls[] = { "http://b.example/1", "https://a.example/",
                                            "http://b.example/2", "http://b.example:80/3" };
        Source sources[4], *pointers[4];
        Hosts hosts, again;

        make_sources(sources, pointers, 4, urls, 3600 * SEC);
        assert_return_code(hosts_new(pointers, 4, NULL, &hosts), 0);
        assert_int_equal(hosts.n, 2);
        assert_int_equal(hosts.of[0], hosts.of[2]);
        assert_int_equal(hosts.of[0], hosts.of[3]);
        assert_int_not_equal(hosts.of[0], hosts.of[1]);
        assert_int_equal(hosts.hosts[hosts.of[0]].apart / SEC, 1200);
        /* Of the first host at 0, 9, 18 s, of the second half a turn later. */
        assert_int_equal(hosts.first[0], 0);
        assert_int_equal(hosts.first[2], 9 * SEC);
        assert_int_equal(hosts.first[3], 18 * SEC);
        assert_int_equal(hosts.first[1], 27 * SEC / 2);

        /* A pause goes on after a reload, also with other sources. */
        host_begin(hosts.hosts + hosts.of[0], SEC);
        host_end(hosts.hosts + hosts.of[0], 2 * SEC, HOST_TROUBLE, 100);
        sources[0].interval = sources[2].interval = 3 * SEC;
        assert_return_code(hosts_new(pointers, 3, &hosts, &again), 0);
        assert_true(host_pauses(again.hosts + again.of[2], 101 * SEC));
        assert_false(host_pauses(again.hosts + again.of[1], 101 * SEC));
        assert_int_equal(again.hosts[again.of[2]].in_flight, 0);
        assert_int_equal(again.first[2], 3 * SEC / 2);
        hosts_done(&again);
        hosts_done(&hosts);

        assert_return_code(hosts_new(NULL, 0, NULL, &hosts), 0);
        hosts_done(&hosts);
}

static uint32_t chance(uint32_t *seed) {
        *seed = *seed * 1664525U + 1013904223U;
        return *seed >> 8 | *seed << 24;
}

/* One source of the simulated host. */
typedef struct Simulated {
        usec_t due, began, ends, last_good;
        bool waiting, in_flight;
        unsigned n_refused, n_good;
        Health health;
        unsigned turn; /* the order of those who wait */
} Simulated;

typedef struct Simulation {
        Simulated sources[N];
        Hosts hosts;
        usec_t interval, asked; /* when the host was asked last */
        usec_t allows;          /* one request in so long */
        int64_t retry_after;    /* what it says when it refuses, 0: nothing */
        unsigned n_turns, n_at_once;
        uint32_t seed;
} Simulation;

/* The host answers at the end of each poll, after a while on the network. */
static void end_poll(Simulation *s, Simulated *w, usec_t now) {
        static const Expect always = { .mode = EXPECT_MODE_ALWAYS };
        bool refused = s->asked > 0 && now - s->asked < s->allows;
        State state = refused ? STATE_BLOCKED : STATE_OK;
        usec_t alarm;
        bool clear;

        s->asked = now;
        w->in_flight = false;
        (void) health_count(&w->health, &always, state, now, &alarm, &clear);
        assert_int_equal(alarm, 0);
        w->n_refused += refused;
        w->n_good += !refused;
        if (!refused)
                w->last_good = now;
        host_end(s->hosts.hosts, now, refused ? HOST_REFUSAL : HOST_PAGE,
                 refused ? s->retry_after : 0);
        w->due = w->began + schedule_delay(s->interval, &w->health, state,
                                           refused ? s->retry_after : 0, chance(&s->seed));
}

static void step(Simulation *s, usec_t now) {
        unsigned n_began = 0;

        for (size_t i = 0; i < N; i++) {
                Simulated *w = s->sources + i;

                if (w->in_flight && w->ends <= now)
                        end_poll(s, w, now);
                if (!w->in_flight && !w->waiting && w->due <= now) {
                        w->waiting = true;
                        w->turn = s->n_turns++;
                }
        }
        while (host_next(s->hosts.hosts, now, false) <= now) {
                Simulated *first = NULL;

                for (size_t i = 0; i < N; i++)
                        if (s->sources[i].waiting && (!first || s->sources[i].turn < first->turn))
                                first = s->sources + i;
                if (!first)
                        break;
                host_begin(s->hosts.hosts, now);
                first->waiting = false;
                first->in_flight = true;
                first->began = now;
                first->ends = now + 20 * MSEC + chance(&s->seed) % (60 * MSEC);
                n_began++;
        }
        s->n_at_once = MAX(s->n_at_once, n_began);
}

/* together: all are due at once at the start, as if nobody had spread them. */
static void simulate(bool together, usec_t allows, int64_t retry_after, uint32_t seed) {
        Simulation s = {
                .interval = 30 * SEC,
                .allows = allows,
                .retry_after = retry_after,
                .seed = seed,
        };
        bool enough = N * allows < s.interval;
        Source sources[N], *pointers[N];
        const char *urls[N];
        usec_t begin = 1000 * SEC;

        for (size_t i = 0; i < N; i++)
                urls[i] = "http://one.example/";
        make_sources(sources, pointers, N, urls, s.interval);
        assert_return_code(hosts_new(pointers, N, NULL, &s.hosts), 0);
        for (size_t i = 0; i < N; i++)
                s.sources[i].due = begin + (together ? 0 : s.hosts.first[i]);
        if (together) /* and a hurry brings two out at once */
                s.hosts.hosts[0].apart = 0;
        for (usec_t now = begin; now < begin + 1800 * SEC; now += 5 * MSEC) {
                step(&s, now);
                if (now == begin)
                        s.hosts.hosts[0].apart = s.interval / N;
                if (now == begin + 60 * SEC && enough)
                        for (size_t i = 0; i < N; i++)
                                assert_true(s.sources[i].n_good > 0);
        }
        for (size_t i = 0; i < N; i++) {
                if (enough)
                        assert_true(s.sources[i].n_refused <= (together ? 1 : 0));
                assert_true(s.sources[i].n_good >=
                            (enough ? 1800 / 36 : 1800 * SEC / allows / N / 2));
                assert_true(s.sources[i].n_good <= 1800 / 30 + 1);
        }
        assert_int_equal(s.n_at_once, together ? HOST_POLLS_MAX : 1);
        hosts_done(&s.hosts);
}

static void test_one_request_a_second(_unused_ void **state) {
        for (uint32_t seed = 1; seed <= 20; seed++)
                for (int64_t retry_after = 0; retry_after <= 5; retry_after += 5) {
                        simulate(false, SEC, retry_after, seed);
                        simulate(true, SEC, retry_after, seed);
                }
}

/* Nor is there an alarm where the host allows less than we want. */
static void test_fewer_requests_than_we_want(_unused_ void **state) {
        for (uint32_t seed = 1; seed <= 20; seed++)
                for (usec_t allows = 2 * SEC; allows <= 5 * SEC; allows += SEC) {
                        simulate(false, allows, 0, seed);
                        simulate(false, allows, 3, seed);
                        simulate(true, allows, 1, seed);
                }
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_names),
                cmocka_unit_test(test_turns),
                cmocka_unit_test(test_guessed_pauses),
                cmocka_unit_test(test_slower),
                cmocka_unit_test(test_spread),
                cmocka_unit_test(test_one_request_a_second),
                cmocka_unit_test(test_fewer_requests_than_we_want),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
