# SPDX-License-Identifier: LGPL-2.1-or-later
"""A restart under a service manager, which keeps the socket and the connections: no subscriber notices it."""

import os
import random
import resource
import shutil
import socket

import pytest

from programs import Client
from website import strip_page

# A thousand connections have two ends here, and the programs inherit the limit.
_, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
pytestmark = pytest.mark.skipif(0 <= hard < 12000, reason=f"only {hard} descriptors are allowed here")


def restart(service):
    service.stop()
    service.start()


def test_nobody_notices(site, config, service):
    shown = ["One", "Two", "Three"]
    site.set("/", strip_page(shown))
    config.source("port", site.url("/"))
    service.start()
    service.wait_stdout(3)
    plain, resumed, filtered = service.connect(last=0), service.connect(after=1), service.connect(sources=["port"])
    for client in (plain, resumed, filtered):
        assert client.line()["type"] == "hello"
    assert [item["id"] for item in resumed.lines(2)] == [2, 3]
    for n in range(4, 9):
        restart(service)
        shown.insert(0, f"Number {n}")
        site.set("/", strip_page(shown))
        service.settle(site)
        for client in (plain, resumed, filtered):
            item = client.line()
            assert (item["id"], item["headline"]) == (n, f"Number {n}")
        assert service.connect(last=1).line()["newest"] == n
    # A request goes on working, too.
    plain.send({"last": 2, "live": False})
    assert plain.line()["type"] == "hello"
    assert [item["id"] for item in plain.lines(2)] == [7, 8]
    assert plain.line()["type"] == "bye"
    plain.eof()


def test_half_a_line_and_half_a_request(site, config, service):
    """A client that reads slowly is in the middle of a line; one that writes slowly, of a request."""
    text = "A headline that is as long as a headline can well be, " * 30
    site.set("/", strip_page([f"{n} {text}" for n in range(1000)]))
    config.source("port", site.url("/"))
    service.start()
    service.wait_stdout(1000)
    slow, writer, ended = service.connect(after=0), service.connect(), service.connect()
    writer.send_raw(b'{"last":1,')
    ended.send_raw(b'{"last":0}')
    ended.shutdown()
    assert ended.line()["type"] == "hello"
    assert slow.line()["type"] == "hello"
    chance = random.Random(3)
    ids = []
    while len(ids) < 1000:
        ids += [item["id"] for item in slow.lines(min(chance.randrange(1, 300), 1000 - len(ids)))]
        restart(service)
    assert ids == list(range(1, 1001))
    writer.send_raw(b'"live":false}\n')
    assert writer.line()["after"] == 999
    assert writer.line()["id"] == 1000
    site.set("/", strip_page(["The last one"]))
    service.poll_now()
    assert ended.line()["id"] == 1001 and slow.line()["id"] == 1001


def test_a_plain_stop_ends_the_stream(site, config, service):
    site.set("/", strip_page(["One"]))
    config.source("port", site.url("/"))
    service.start()
    service.wait_stdout(1)
    client = service.connect(last=0)
    assert client.line()["type"] == "hello"
    service.stop()
    service.forget()
    client.eof()


def test_what_was_left_is_not_kept_after_the_start(site, config, service):
    """Otherwise a connection that the daemon closes would stay open."""
    site.set("/", strip_page(["One"]))
    config.source("port", site.url("/"))
    service.start()
    service.wait_stdout(1)
    client = service.connect(last=0)
    assert client.line()["type"] == "hello"
    restart(service)
    service.wait_notify(lambda notice: notice.get("FDSTOREREMOVE") == "1" and notice["FDNAME"] == "s")
    client.send_raw(b"rubbish\n")
    assert client.line()["code"] == "bad-request"
    client.eof()


def test_rubbish_is_not_taken_over(site, config, service):
    """Descriptors of other kinds, and a connection without a word about it."""
    site.set("/", strip_page(["One"]))
    config.source("port", site.url("/"))
    here, there = socket.socketpair()
    memory = os.memfd_create("rubbish")
    os.write(memory, b'{"cookie":"1","request":[]}\nrubbish\n{"cookie":')
    service.kept = [memory, here.detach(), os.open("/dev/null", os.O_RDONLY), *os.pipe()]
    service.start()
    service.wait_stderr("could not be taken over")
    assert there.recv(1) == b""
    there.close()
    assert service.connect(last=0).line()["type"] == "hello"


def test_the_thousand_and_first_is_told(site, config, service):
    site.set("/", strip_page(["One"]))
    config.source("port", site.url("/"))
    config.set(MaxSubscribers=2000)
    service.start()
    service.wait_stdout(1)
    clients = [Client(config.socket) for _ in range(1010)]
    try:
        for client in clients:
            client.send({"last": 0})
        for client in clients:
            assert client.line()["type"] == "hello"
        restart(service)
        site.set("/", strip_page(["Two", "One"]))
        service.settle(site)
        lines = [client.line() for client in clients]
        assert sum(line["type"] == "item" and line["id"] == 2 for line in lines) == 1000
        assert sum(line == {"type": "bye", "reason": "stopping"} for line in lines) == 10
    finally:
        for client in clients:
            client.close()


def test_another_socket(site, config, service):
    """Socket= has changed: the old subscribers stay, new ones come to the new place."""
    site.set("/", strip_page(["One"]))
    config.source("port", site.url("/"))
    service.start()
    service.wait_stdout(1)
    client = service.connect(last=0)
    assert client.line()["type"] == "hello"
    service.stop()
    config.socket = config.short / "another"
    config.set(Socket=config.socket)
    service.start()
    site.set("/", strip_page(["Two", "One"]))
    service.settle(site)
    assert client.line()["id"] == 2
    assert service.connect(last=1).line()["newest"] == 2


def test_the_work_of_a_restart_grows_with_the_number_of_subscribers(site, config, service, tmp_path):
    """Not with its square: what was saved is not looked through again for each of them."""
    if not shutil.which("strace"):
        pytest.skip("strace is not here")
    site.set("/", strip_page(["One"]))
    config.source("port", site.url("/"))
    service.start()
    service.wait_stdout(1)
    clients = [service.connect(last=0) for _ in range(200)]
    for n, client in enumerate(clients):
        assert client.line()["type"] == "hello"
        client.send_raw(b'{"last":%d,' % (n % 2))
    trace = tmp_path / "trace"
    service.stop()
    service.start(wrap=["strace", "-D", "-o", trace, "-e", "trace=getsockopt,sendto,sendmsg"], env={"ASAN_OPTIONS": "detect_leaks=0"})
    for n, client in enumerate(clients):
        client.send_raw(b'"live":false}\n')
        assert [line["type"] for line in client.lines(1 + n % 2 + 1)] == ["hello", *["item"] * (n % 2), "bye"]
    calls = trace.read_text()
    assert calls.count("SO_COOKIE") == len(clients)
    assert calls.count("\n") < 10 * len(clients)


def test_a_restart_in_a_replay_that_ends(site, config, service):
    """live: false ends at what was the newest item when it was asked for, also when more has come since."""
    text = "A headline that is as long as a headline can well be, " * 30
    shown = [f"{n} {text}" for n in range(1000)]
    site.set("/", strip_page(shown))
    config.source("port", site.url("/"))
    service.start()
    service.wait_stdout(1000)
    client = service.connect(after=0, live=False)
    assert client.line()["type"] == "hello"
    assert client.line()["id"] == 1
    site.set("/", strip_page(["A late one", *shown]))
    service.settle(site)
    restart(service)
    assert [item["id"] for item in client.lines(999)] == list(range(2, 1001))
    assert client.line() == {"type": "bye", "reason": "end"}
    client.eof()
