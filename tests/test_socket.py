# SPDX-License-Identifier: LGPL-2.1-or-later
"""The socket, as tickerd-protocol(7) describes it."""

import contextlib
import errno
import json
import os
import re
import resource
import shutil
import signal
import socket
import stat
import subprocess

import pytest

from website import DEADLINE, strip_page


def ids(items):
    assert all(item["type"] == "item" for item in items), items
    return [item["id"] for item in items]


@pytest.fixture
def tape(site, config, daemon):
    """A daemon whose tape has items 1 to 10, odd ones of the source left, even ones of the source right."""
    config.source("left", site.url("/left"))
    config.source("right", site.url("/right"))
    shown = {"left": [], "right": []}
    site.set("/left", strip_page(["Left 1"]))
    site.set("/right", strip_page([]))
    daemon.start()
    daemon.wait_stdout(1)
    shown["left"].append("Left 1")
    for n in range(2, 11):
        name = "left" if n % 2 else "right"
        shown[name].insert(0, f"{name.title()} {n}")
        site.set(f"/{name}", strip_page(shown[name]))
        daemon.poll_now()
        daemon.wait_stdout(n)
    return daemon


def test_silent_client_gets_what_is_new(site, tape):
    client = tape.connect()
    # Its connection is accepted before this one's, whose answer we see.
    assert tape.connect(last=0).line()["type"] == "hello"
    site.set("/left", strip_page(["Left 11"]))
    tape.poll_now()
    item = client.line()
    assert (item["id"], item["source"], item["headline"]) == (11, "left", "Left 11")
    assert item["cursor"].endswith("-11") and item["first_seen"].endswith("Z")
    assert None not in item.values()


def test_after(tape):
    client = tape.connect(after=4)
    hello = client.line()
    assert (hello["type"], hello["protocol"], hello["oldest"], hello["newest"], hello["after"]) == ("hello", 1, 1, 10, 4)
    assert hello["server"].startswith("tickerd ")
    items = client.lines(6)
    assert ids(items) == [5, 6, 7, 8, 9, 10]
    again = tape.connect(after=items[2]["cursor"], live=False)
    assert again.line()["after"] == 7
    assert ids(again.lines(3)) == [8, 9, 10]
    assert again.line() == {"type": "bye", "reason": "end"}
    again.eof()


def test_after_the_newest(tape):
    client = tape.connect(after=10, live=False)
    assert client.line()["after"] == 10
    assert client.line() == {"type": "bye", "reason": "end"}
    client.eof()


@pytest.mark.parametrize("request_, expected", [
    ({"last": 3}, [8, 9, 10]),
    ({"last": 0}, []),
    ({"last": 100}, list(range(1, 11))),
    ({"last": 2**62}, list(range(1, 11))),
    ({"last": 2, "sources": ["left"]}, [7, 9]),
    ({"last": 100, "sources": ["right"]}, [2, 4, 6, 8, 10]),
    ({"last": 3, "sources": ["left", "right"]}, [8, 9, 10]),
    ({"after": 5, "sources": ["right"]}, [6, 8, 10]),
    ({"after": 0, "sources": ["left", "left"]}, [1, 3, 5, 7, 9]),
    ({}, []),
])
def test_replay(tape, request_, expected):
    client = tape.connect(**request_, live=False)
    assert client.line()["type"] == "hello"
    assert ids(client.lines(len(expected))) == expected
    assert client.line() == {"type": "bye", "reason": "end"}
    client.eof()


def test_filter_holds_for_what_is_new(site, tape):
    client = tape.connect(sources=["right"])
    assert client.line()["type"] == "hello"
    site.set("/left", strip_page(["Left 11"]))
    site.set("/right", strip_page(["Right 12"]))
    tape.poll_now()
    assert client.line()["headline"] == "Right 12"


def test_several_requests_on_one_connection(tape):
    client = tape.connect()
    client.send({"after": 8})
    client.send({"last": 1})
    client.send_raw(b'\r\n\n{"after":3}\r\n{"last":5,"live":false}\n')
    lines = []
    while (line := client.raw_line()) is not None:
        lines.append(json.loads(line))
    # Each hello begins the stream anew, whatever of the one before has come.
    kinds = [line["type"] for line in lines]
    assert kinds.count("hello") == 4 and kinds[-1] == "bye"
    last = len(kinds) - 1 - kinds[::-1].index("hello")
    assert lines[last]["after"] == 5 and ids(lines[last + 1:-1]) == [6, 7, 8, 9, 10]


@pytest.mark.parametrize("raw, code", [
    (b"hello\n", "bad-request"),
    (b"[]\n", "bad-request"),
    (b"null\n", "bad-request"),
    (b'{"after":1\n', "bad-request"),
    (b'{"after":1}}\n', "bad-request"),
    (b"{after:1}\n", "bad-request"),
    (b'{"after":-1}\n', "bad-request"),
    (b'{"after":1.5}\n', "bad-request"),
    (b'{"after":null}\n', "bad-request"),
    (b'{"after":"x"}\n', "bad-request"),
    (b'{"after":"5f3c9a1e-"}\n', "bad-request"),
    (b'{"after":true}\n', "bad-request"),
    (b'{"last":"3"}\n', "bad-request"),
    (b'{"last":-3}\n', "bad-request"),
    (b'{"after":1,"last":1}\n', "bad-request"),
    (b'{"live":"no"}\n', "bad-request"),
    (b'{"sources":"left"}\n', "bad-request"),
    (b'{"sources":[1]}\n', "bad-request"),
    (b'{"sources":[]}\n', "bad-request"),
    (b'{"colour":"red"}\n', "bad-request"),
    (b'{"status":true,"last":1}\n', "bad-request"),
    (b'{"states":1}\n', "bad-request"),
    (b"\xff\xfe\n", "bad-request"),
    (b'{"after":1,"sources":["left\xff"]}\n', "bad-request"),
    (b'{"sources":["left\xed\xa0\x80"]}\n', "bad-request"),
    (b'\xef\xbb\xbf{"after":1}\n', "bad-request"),
    (b'{"sources":["left\\u0000"]}\n', "bad-request"),
    (b'{"after\\u0000":1}\n', "bad-request"),
    (b'{"after":1}{"after":1}\n', "bad-request"),
    (b'{"live":null}\n', "bad-request"),
    (b'{"sources":{"0":"left"}}\n', "bad-request"),
    (b'{"sources":' + b"[" * 2000 + b'"left"' + b"]" * 2000 + b"}\n", "bad-request"),
    (b'{"a":' * 3000 + b"1" + b"}" * 3000 + b"\n", "bad-request"),
    (b'{"after":1}\0\n', "bad-request"),
    (b"[" * 16000 + b"\n", "bad-request"),
    (b'{"after":' + b"[" * 10000 + b"\n", "bad-request"),
    (b" " * 16384 + b"{}\n", "bad-request"),
    (b"x" * 1000000, "bad-request"),
    (b'{"sources":["nowhere"]}\n', "unknown-source"),
    (b'{"sources":["left","No Such"]}\n', "unknown-source"),
    (b'{"after":11}\n', "unknown-cursor"),
    (b'{"after":9223372036854775807}\n', "unknown-cursor"),
    (b'{"after":"00000000-3"}\n', "unknown-cursor"),
])
def test_errors(tape, raw, code):
    client = tape.connect()
    try:
        client.send_raw(raw)
    except (BrokenPipeError, ConnectionResetError):
        pass  # it need not read all of a request that is too long
    error = client.line()
    assert (error["type"], error["code"]) == ("error", code)
    assert error["message"]
    client.eof()


def test_longest_request(tape):
    client = tape.connect()
    request = b'{"last":1,"live":false'
    client.send_raw(request + b" " * (16 * 1024 - len(request) - 1) + b"}\n")
    assert client.line()["type"] == "hello"
    assert ids(client.lines(1)) == [10]


def test_client_that_shut_its_sending_side(site, tape):
    client = tape.connect()
    client.send_raw(b'{"last":1}')  # the end of input ends the line
    client.shutdown()
    assert client.line()["after"] == 9
    assert client.line()["id"] == 10
    site.set("/left", strip_page(["Left 11"]))
    tape.poll_now()
    assert client.line()["id"] == 11


def test_client_that_goes_away(site, tape):
    for _ in range(20):
        tape.connect(after=0).close()
    site.set("/left", strip_page(["Left 11"]))
    tape.poll_now()
    tape.wait_stdout(11)
    tape.wait_notify(lambda n: n.get("STATUS", "").endswith("; 11 items, 0 subscribers"))


def test_client_that_has_closed_is_let_go_at_once(site, tape):
    """Not when the next item cannot be sent to it."""
    silent, asking = tape.connect(), tape.connect(last=0)
    assert asking.line()["type"] == "hello"
    tape.settle(site, "/left")
    tape.wait_notify(lambda notice: "2 subscribers" in notice.get("STATUS", ""))
    before = len(tape.notices.all())
    silent.close()
    asking.close()
    tape.settle(site, "/left")
    tape.settle(site, "/left")
    tape.notices.wait(lambda notices: any(notice.get("STATUS", "").endswith(" 10 items, 0 subscribers")
                                          for notice in notices[before:]), "status without them")


def test_an_item_before_the_hello(site, tape):
    """A client that has waited and then asks gets what it asks for after the hello, also what it had before."""
    client = tape.connect()
    assert tape.connect(last=0).line()["type"] == "hello"  # the other one is connected, too
    site.set("/left", strip_page(["Left 11"]))
    tape.settle(site, "/left")
    client.send({"after": 9, "live": False})
    assert client.line()["id"] == 11
    hello = client.line()
    assert (hello["type"], hello["after"]) == ("hello", 9)
    assert ids(client.lines(2)) == [10, 11]
    assert client.line()["type"] == "bye"


def test_a_long_search_for_few_items_is_no_reason_to_wait(site, config, daemon, tmp_path):
    """Who wants little of a long tape gives the others their turn in between."""
    if not shutil.which("strace"):
        pytest.skip("strace is not here")
    config.source("rare", site.url("/rare"))
    config.source("port", site.url("/"))
    site.set("/rare", strip_page(["A rare one"]))
    site.set("/", strip_page([f"Report {n}" for n in range(2000)]))
    trace = tmp_path / "trace"
    daemon.start(wrap=["strace", "-D", "-s", "60", "-o", trace, "-e", "trace=/^send(to)?$"],
                 env={"ASAN_OPTIONS": "detect_leaks=0"}, )
    daemon.wait_stdout(2001)
    for i in range(1, 6):
        site.set("/", strip_page([f"Report {n} of {i}" for n in range(2000)]))
        daemon.settle(site)
    first, second = daemon.connect(last=0), daemon.connect(last=0)
    assert first.line()["type"] == second.line()["type"] == "hello"
    before = trace.stat().st_size
    daemon.signal(signal.SIGSTOP)
    first.send({"after": 2001, "sources": ["rare"], "live": False})
    second.send({"last": 0, "live": False})
    daemon.signal(signal.SIGCONT)
    for client in (first, second):
        assert [line["type"] for line in client.lines(2)] == ["hello", "bye"]
    said = re.findall(r'send(?:to)?\((\d+), "\{\\"type\\":\\"(hello|bye)', trace.read_text()[before:])
    (one, _), (two, _) = [call for call in said if call[1] == "hello"]
    assert [fd for fd, word in said if word == "bye"] == [two, one]


def test_reader_that_takes_nothing_delays_nobody(site, config, daemon):
    """A long tape goes to one client through a small buffer, byte by byte and late, and to another at once."""
    text = "A headline that is as long as a headline can well be, " * 30
    config.source("port", site.url("/"))
    site.set("/", strip_page([f"{n} {text}" for n in range(1500)]))
    daemon.start()
    slow = daemon.connect(after=0)
    quick = daemon.connect(after=0, live=True)
    assert quick.line()["type"] == "hello"
    quick.lines(1500)
    site.set("/", strip_page(["The last one", *[f"{n} {text}" for n in range(1500)]]))
    daemon.poll_now()
    assert quick.line()["headline"] == "The last one"

    assert slow.line()["type"] == "hello"
    received = []
    while len(received) < 1501:
        received.append(slow.line())
    assert ids(received) == list(range(1, 1502))


def test_request_in_the_middle_of_a_long_replay(site, config, daemon):
    """It is taken while the replay goes on, not after it."""
    text = "A headline that is as long as a headline can well be, " * 30
    config.source("port", site.url("/"))
    site.set("/", strip_page([f"{n} {text}" for n in range(400)]))
    daemon.start()
    client = daemon.connect(after=0)
    assert client.line()["type"] == "hello"
    assert ids(client.lines(10)) == list(range(1, 11))
    client.send({"last": 2, "live": False})
    before = 10
    while (line := client.line())["type"] == "item":
        before += 1
        assert line["id"] == before
    assert (line["type"], line["after"]) == ("hello", 398)
    assert before < 400
    assert ids(client.lines(2)) == [399, 400]
    assert client.line()["type"] == "bye"


def test_full(site, config, daemon):
    config.set(MaxSubscribers=2)
    site.set("/", strip_page(["One"]))
    config.source("port", site.url("/"))
    daemon.start()
    daemon.wait_stdout(1)
    clients = [daemon.connect(last=1) for _ in range(2)]
    for client in clients:
        assert client.line()["type"] == "hello"
    third = daemon.connect()
    error = third.line()
    assert (error["type"], error["code"]) == ("error", "full")
    third.eof()
    # One that goes makes room for another.
    clients[0].close()
    daemon.settle(site)
    assert daemon.connect(last=1).line()["type"] == "hello"


def test_socket_mode_and_what_is_left_of_a_dead_daemon(site, config, daemon):
    site.set("/", strip_page(["One"]))
    config.source("port", site.url("/"))
    config.set(SocketMode="0600")
    daemon.start()
    assert stat.S_IMODE(os.stat(config.socket).st_mode) == 0o600
    daemon.kill()
    assert config.socket.exists()
    config.set(SocketMode="0666")
    daemon.start()
    assert stat.S_IMODE(os.stat(config.socket).st_mode) == 0o666
    assert daemon.connect(last=0).line()["type"] == "hello"
    config.set(SocketMode="0660")
    daemon.reload()
    assert stat.S_IMODE(os.stat(config.socket).st_mode) == 0o660


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can be somebody else")
def test_who_may_connect(site, config, daemon):
    """A member of the socket's group may, others may not."""
    site.set("/", strip_page(["One"]))
    config.source("port", site.url("/"))
    config.short.chmod(0o755)
    daemon.start()

    def connect(group):
        program = "import socket, sys; sys.exit(socket.socket(socket.AF_UNIX).connect_ex(sys.argv[1]))"
        return subprocess.run(["setpriv", "--reuid=65534", f"--regid={group}", "--clear-groups", "/usr/bin/python3", "-c",
                               program, config.socket], timeout=DEADLINE).returncode

    assert connect(0) == 0
    assert connect(65534) == errno.EACCES
    config.set(SocketMode="0666")
    daemon.reload()
    assert connect(65534) == 0
    config.set(SocketMode="0600")
    daemon.reload()
    assert connect(0) == errno.EACCES


def test_out_of_descriptors(site, config, daemon, tmp_path):
    """It waits for better times, without a rush; who is there already is served, and so are the others later."""
    if not shutil.which("strace"):
        pytest.skip("strace is not here")
    site.set("/", strip_page(["One"]))
    config.source("port", site.url("/"))
    trace = tmp_path / "trace"
    daemon.start(wrap=["prlimit", "--nofile=64:64", "strace", "-D", "-o", trace, "-e",
                       "trace=accept4,epoll_wait,epoll_pwait,epoll_pwait2"], env={"ASAN_OPTIONS": "detect_leaks=0"})
    daemon.wait_stdout(1)

    def wait_short(n):
        daemon.stderr.wait(lambda lines: sum("no more subscribers for now: Too many" in line for line in lines) >= n,
                           f"word {n} that descriptors ran out")

    clients = [daemon.connect(last=0) for _ in range(100)]
    assert clients[0].line()["type"] == "hello"
    wait_short(1)
    before = trace.stat().st_size
    for n in range(2, 7):
        site.set("/", strip_page([f"Number {n}"]))
        daemon.settle(site)
        assert clients[0].line()["id"] == n
    wait_short(3)
    calls = trace.read_text()[before:]
    assert 2 <= calls.count("EMFILE") <= 4
    assert 10 <= calls.count("epoll_") < 1000  # a rush would be many thousands

    for client in clients[:70]:
        client.close()
    for client in clients[70:]:
        assert client.line()["type"] == "hello"
    site.set("/", strip_page(["The last one"]))
    daemon.settle(site)
    assert {client.line()["id"] for client in clients[70:]} == {7}


def test_socket_in_use_and_not_a_socket(site, config, daemon):
    site.set("/", strip_page(["One"]))
    config.source("port", site.url("/"))
    with socket.socket(socket.AF_UNIX) as other:
        other.bind(str(config.socket))
        other.listen()
        daemon.start(ready=False)
        assert daemon.wait_exit() == 1
        assert any("another program listens there" in line for line in daemon.stderr.all())
    config.socket.unlink()
    config.socket.write_text("a file\n")
    daemon.start(ready=False)
    assert daemon.wait_exit() == 1
    assert config.socket.read_text() == "a file\n"


def test_removed_items(site, config, daemon):
    """Retain= takes the beginning off the tape: whoever asks for it is told where it begins now."""
    site.set("/", strip_page(["One", "Two", "Three"]))
    config.source("port", site.url("/"))
    config.set(Retain="1ms")
    daemon.start()
    daemon.wait_stdout(3)
    site.set("/", strip_page(["Five", "Four"]))
    daemon.poll_now()
    daemon.wait_stdout(5)
    daemon.reload()  # looks after Retain= at once
    daemon.settle(site)
    client = daemon.connect(after=1)
    hello = client.line()
    assert (hello["oldest"], hello["after"]) == (4, 3)
    assert ids(client.lines(2)) == [4, 5]
    assert daemon.db("SELECT id FROM items") == [(4,), (5,)]
    assert daemon.db("SELECT headline FROM search('three')") == []


def test_removed_under_a_slow_reader(site, config, daemon):
    text = "A headline that is as long as a headline can well be, " * 30
    site.set("/", strip_page([f"{n} {text}" for n in range(400)]))
    config.source("port", site.url("/"))
    config.set(Retain="1ms")
    daemon.start()
    slow = daemon.connect(after=0)
    assert slow.line()["type"] == "hello"
    assert ids(slow.lines(1)) == [1]
    site.set("/", strip_page(["The last one"]))
    daemon.settle(site)
    daemon.reload()  # looks after Retain= at once
    daemon.settle(site)
    place = 1
    while (line := slow.line())["type"] == "item":
        place += 1
        assert line["id"] == place
    assert place < 400
    assert line == {"type": "gap", "after": place, "oldest": 401}
    assert ids(slow.lines(1)) == [401]


def read_status(client):
    lines = []
    while not lines or lines[-1]["type"] != "status-end":
        line = client.line()
        if line["type"] != "item":
            lines.append(line)
    return lines[:-1]


def test_status(tape):
    follower = tape.connect(after=3, sources=["left"])
    assert follower.line()["type"] == "hello"
    follower.lines(3)
    client = tape.connect(status=True)
    status, *rest = read_status(client)
    assert (status["type"], status["version"], status["items"], status["newest"]) == ("status", "0.1.0", 10, 10)
    assert status["journal"] == 10 and status["wal"] > 0 and status["subscribers"] == 2
    sources = [line for line in rest if line["type"] == "source"]
    assert [(s["source"], s["state"]) for s in sources] == [("left", "ok"), ("right", "ok")]
    for source in sources:
        assert source["polls"] >= 1 and source["bytes"] > 100
        assert source["last_poll"] < source["next_poll"] and source["since"] <= source["last_poll"]
    assert sources[1]["failures"] == 1  # it began empty
    subscribers = [line for line in rest if line["type"] == "subscriber"]
    assert {s["pid"] for s in subscribers} == {os.getpid()}
    (other,) = [s for s in subscribers if "filter" in s]
    assert other["filter"] == ["left"] and other["cursor"].endswith("-10") and other["lag"] == 0
    # The stream goes on where it was.
    client.send({"last": 1})
    assert client.line()["after"] == 9
    assert client.line()["id"] == 10


def test_status_of_very_many(site, config, daemon):
    """Filters are left out where they would take too much; that there is somebody is said all the same."""
    many = 5000
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if 0 <= hard < 2 * many + 100:
        pytest.skip(f"only {hard} descriptors are allowed here")
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    config.source("left", site.url("/"))
    config.set(MaxSubscribers=many + 1)
    site.set("/", strip_page(["One"]))
    daemon.start()
    daemon.wait_stdout(1)
    with contextlib.ExitStack() as stack:
        for _ in range(many):
            client = stack.enter_context(socket.socket(socket.AF_UNIX))
            client.connect(str(config.socket))
            client.sendall(json.dumps({"last": 0, "sources": ["left"] * 1000}).encode() + b"\n")
            assert client.recv(10).startswith(b'{"type"')
        client = daemon.connect(status=True)
        status, *rest = read_status(client)
    subscribers = [line for line in rest if line["type"] == "subscriber"]
    assert status["subscribers"] == len(subscribers) == many + 1
    assert 1000 < len([line for line in subscribers if "filter" in line]) < many


def test_stop_in_the_middle_of_a_status(tape):
    """The line begun is finished, and nothing comes after the last word."""
    long = [tape.connect(last=0, sources=["left"] * 1000) for _ in range(80)]
    for client in long:
        assert client.line()["type"] == "hello"
    client = tape.connect(status=True)  # more than a socket takes
    assert client.line()["type"] == "status"
    tape.signal(signal.SIGTERM)
    tape.wait_notify(lambda notice: notice.get("STOPPING") == "1")
    lines = []
    while (line := client.raw_line()) is not None:
        lines.append(json.loads(line))
    assert lines[-1] == {"type": "bye", "reason": "stopping"}
    assert {line["type"] for line in lines[:-1]} == {"source", "subscriber"}
    assert tape.wait_exit() == 0


def test_status_does_not_disturb_the_stream(site, tape):
    client = tape.connect(after=8)
    assert client.line()["type"] == "hello"
    assert ids(client.lines(2)) == [9, 10]
    client.send({"status": True})
    assert read_status(client)[0]["type"] == "status"
    site.set("/left", strip_page(["Left 11"]))
    tape.poll_now()
    assert client.line()["id"] == 11


def test_states(site, tape):
    client = tape.connect(states=True)
    only_right = tape.connect(states=True, sources=["right"])
    silent = tape.connect(last=0)
    for c in (client, only_right, silent):
        assert c.line()["type"] == "hello"
    site.set("/left", "gone", status=404)
    tape.settle(site, "/left")
    line = client.line()
    assert (line["type"], line["source"], line["state"]) == ("source", "left", "http-error")
    assert line["since"].endswith("Z") and "404" in line["detail"]
    site.set("/left", strip_page(["Left 11"]))
    site.set("/right", "gone", status=404)
    tape.settle(site, "/left")
    seen = [client.line() for _ in range(3)]
    assert {(s["source"], s["state"]) for s in seen if s["type"] == "source"} == {
        ("left", "ok"), ("right", "http-error")}
    assert [s["id"] for s in seen if s["type"] == "item"] == [11]
    line = only_right.line()
    assert (line["source"], line["state"]) == ("right", "http-error")
    assert silent.line()["id"] == 11
