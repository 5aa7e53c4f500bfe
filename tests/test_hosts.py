# SPDX-License-Identifier: LGPL-2.1-or-later
"""When sources are polled: those of one host share its pauses and its turns."""

import contextlib
import datetime
import sqlite3
import threading
import time

import pytest

from test_daemon import fake_fetcher
from test_socket import read_status
from website import Response, Site, strip_page


@pytest.fixture
def other():
    """Another host: the port is part of the name."""
    with Site() as it:
        yield it


def refuse(seconds):
    return Response("Not so fast", status=429, headers={"Retry-After": str(seconds)})


def test_two_at_a_time(site, other, config, daemon):
    """Of one host; another is asked all the same."""
    go = threading.Event()
    for n in range(6):
        site.set(f"/{n}", strip_page([f"Item {n}"]), hold=go)
        config.source(f"s{n}", site.url(f"/{n}"))
    other.set("/", strip_page(["From elsewhere"]))
    config.source("other", other.url("/"))
    daemon.start()
    site.requests.wait(lambda requests: len(requests) >= 2, "two requests")
    for _ in range(3):
        daemon.settle(other)
    assert len(site.requests.all()) == 2
    go.set()
    daemon.wait_stdout(7)


@pytest.mark.parametrize("who", ["first", "last"])
def test_a_pause_binds_all_sources_of_the_host(site, other, config, daemon, who):
    names = ["first", "second", "last"]
    for name in names:
        site.set(f"/{name}", strip_page([f"Item of {name}"]))
        config.source(name, site.url(f"/{name}"))
    other.set("/", strip_page(["From elsewhere"]))
    config.source("other", other.url("/"))
    daemon.start()
    daemon.wait_stdout(4)
    for name in names:
        daemon.settle(site, f"/{name}")
    daemon.settle(other)

    n = len(site.asked(f"/{who}"))
    site.script(f"/{who}", [refuse(1000)])
    daemon.poll_now()
    # A poll of before may be the one that is refused: then this one is not made.
    site.wait(f"/{who}", n + 1)
    daemon.wait_notify(lambda notice: f"{who}: blocked" in notice.get("STATUS", ""))
    for _ in range(2):
        daemon.settle(other)  # what was on its way to the host has come
    assert daemon.db("SELECT state FROM sources WHERE name = ?", who) == [("blocked",)]
    before = len(site.requests.all())
    for _ in range(3):
        daemon.settle(other)
    assert len(site.requests.all()) == before
    # Nor does a reload end the pause, and `status` tells when it will be over.
    daemon.reload()
    daemon.settle(other)
    assert len(site.requests.all()) == before
    status, *lines = read_status(daemon.connect(status=True))
    for line in lines:
        if line["type"] == "source" and line["source"] in names:
            assert 900 < seconds_between(line["last_poll"], line["next_poll"]) < 1100


def test_a_pause_counts_also_where_the_poll_cannot_be_stored(site, other, config, daemon):
    site.set("/a", strip_page(["One"]))
    site.set("/b", strip_page(["Two"]))
    config.source("a", site.url("/a"))
    config.source("b", site.url("/b"))
    other.set("/", strip_page(["From elsewhere"]))
    config.source("other", other.url("/"))
    daemon.start()
    daemon.wait_stdout(3)
    for path in ("/a", "/b"):
        daemon.settle(site, path)
    daemon.settle(other)
    site.script("/a", [refuse(1000)])
    site.script("/b", [refuse(1000)])
    with contextlib.closing(sqlite3.connect(config.database, isolation_level=None)) as writer:
        writer.execute("BEGIN IMMEDIATE")
        daemon.poll_now()
        daemon.wait_stderr("could not be stored")
        daemon.settle(other)
        before = len(site.requests.all())
        for _ in range(2):
            daemon.settle(other)
        assert len(site.requests.all()) == before
        writer.execute("ROLLBACK")


def seconds_between(before, after):
    before, after = (datetime.datetime.fromisoformat(time.replace("Z", "+00:00")) for time in (before, after))
    return (after - before).total_seconds()


def test_after_a_pause_they_come_back_and_are_read(site, config, daemon):
    for n in range(5):
        site.script(f"/{n}", [refuse(1), strip_page([f"Item {n}"])])
        config.source(f"s{n}", site.url(f"/{n}"), Interval="2s")
    daemon.start()
    daemon.wait_stdout(5)
    assert daemon.db("SELECT * FROM outages") == []


class Sparing:
    """A host that allows one request in so many seconds, and refuses the others."""

    def __init__(self, site, seconds, headers={}):
        self.site, self.seconds, self.headers = site, seconds, headers
        self.read, self.refused = [], []  # paths
        self._lock, self._last = threading.Lock(), -seconds

    def serve(self, path):
        self.site.set(path, raw=lambda handler: self._answer(path, handler))

    def _answer(self, path, handler):
        with self._lock:
            now = time.monotonic()
            refused, self._last = now - self._last < self.seconds, now
            (self.refused if refused else self.read).append(path)
        body = b"Not so fast" if refused else strip_page([f"Item of {path} {self.site.port}"]).encode()
        handler.send_response(429 if refused else 200)
        for name, value in self.headers.items() if refused else ():
            handler.send_header(name, value)
        handler.send_header("Content-Type", "text/html; charset=utf-8")
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body)


def test_many_sources_of_a_host_that_allows_few_requests(site, config, daemon):
    """Twelve sources every 3 s, four requests a second, and no more than one in 60 ms: nobody is refused twice."""
    host = Sparing(site, 0.06, {"Retry-After": "1"})
    for n in range(12):
        host.serve(f"/{n}")
        config.source(f"s{n}", site.url(f"/{n}"), Interval="3s")
    daemon.start(poll=False)
    daemon.wait_stdout(12)
    for n in range(12):
        site.wait(f"/{n}", 3)
    assert len(host.refused) == len(set(host.refused))
    assert daemon.db("SELECT * FROM outages") == []


def test_a_minute_with_hosts_that_allow_one_request_a_second(site, other, config, daemon):
    """Twenty sources each, every 30 s, all of them told to be polled at once; one host says how long it wants to be left
    alone, one does not."""
    hosts = [Sparing(site, 1, {"Retry-After": "5"}), Sparing(other, 1)]
    for n in range(20):
        for host in hosts:
            host.serve(f"/{n}")
            config.source(f"s{n}-{host.site.port}", host.site.url(f"/{n}"), Interval="30s")
    daemon.start()
    daemon.stdout.wait(lambda lines: len(lines) == 40, "40 items within a minute", 60)
    for host in hosts:
        assert 1 <= len(host.refused) == len(set(host.refused)) <= 2, host.refused
    assert daemon.db("SELECT * FROM outages") == []


@pytest.mark.parametrize("fresh, least, most", [
    ([2700], 2699, 2702), ([0, 2700], 2699, 2702), ([7200], 3599, 3961), ([2300], 3599, 3961),
    ([2700, 2700], 3599, 3961), ([2700, 2700, 2700], 2699, 2702)])
def test_fresh_for_brings_a_poll_forward_but_not_twice_in_a_row(site, config, daemon, fresh, least, most):
    config.source("port", site.url("/"))
    env = fake_fetcher(config, f"""
n = len(seen)
seen.append(name)
say(json.dumps({{"source": name, "state": "ok", "fresh_for": {fresh}[n], "date": 1795600000, "items": [{{"headline": str(n)}}]}}))
""")
    daemon.start(env=env)
    for n in range(1, len(fresh)):
        daemon.wait_stdout(n)
        daemon.poll_now()
    daemon.wait_stdout(len(fresh))
    _, source, *_ = read_status(daemon.connect(status=True))
    assert least < seconds_between(source["last_poll"], source["next_poll"]) < most


def test_two_strips_by_turns_are_told_of_once(site, config, daemon):
    pages = [strip_page([f"{word} {n}" for n in range(4)]) for word in ("Ebb", "Flow")]
    config.source("port", site.url("/"))
    site.set("/", pages[0])
    daemon.start()
    daemon.wait_stdout(4)
    for n in range(1, 7):
        site.set("/", pages[n % 2])
        daemon.settle(site)
    assert daemon.db("SELECT state FROM outages") == [("gap",)]
    assert len([line for line in daemon.stderr.all() if "come and gone unseen" in line]) == 1
    # A page that keeps something for once is another matter.
    site.set("/", strip_page(["Ebb 0", "Slack 1", "Slack 2"]))
    daemon.settle(site)
    site.set("/", strip_page(["Storm 0", "Storm 1", "Storm 2"]))
    daemon.settle(site)
    assert daemon.db("SELECT count(*) FROM outages") == [(2,)]
