# SPDX-License-Identifier: LGPL-2.1-or-later
"""What the network hands over is not always the page of now: bodies that are cut, connections that are dead, answers
that are old, pages that are another."""

import base64
import email.utils
import gzip
import json
import re
import shutil
import struct
import subprocess
import sys
import threading
import time

import pytest

import codings
from programs import BUILD, ROOT, ctl, environment, fetch
from website import DEADLINE, Response, Site, strip_page
from wire import CLOSE, CUT_OFF, Wire

NEWS = ["First news", "Second news", "Third news"]
ITEMS = [{"headline": headline} for headline in NEWS]
PAGE = ("<!DOCTYPE html><html><head><title>x</title></head><body><ul class='ticker'>"
        + "".join(f"<li>{headline}</li>" for headline in NEWS)
        + "</ul><p title='y'>After it</p><!-- z --></body></html>\n").encode()


def states(fetcher, name, n):
    fetcher.send(*[name] * n)
    return [fetcher.reply() for _ in range(n)]


def framed(framing, body, cut, headers=b""):
    """An answer whose body ends after that many bytes."""

    def send(handler):
        head = b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n" + headers
        part = body[:cut]
        if framing == "length":
            handler.wfile.write(head + b"Content-Length: %d\r\n\r\n" % len(body) + part)
        elif framing == "chunked":
            # In two chunks; of a cut body not even the one that is cut has its end.
            chunks = b"".join(b"%x\r\n%s\r\n" % (len(c), c) for c in (body[:cut // 2], body[cut // 2:cut]) if c)
            handler.wfile.write(head + b"Transfer-Encoding: chunked\r\n\r\n" + chunks
                                + (b"0\r\n\r\n" if cut == len(body) else b""))
        else:
            handler.wfile.write(head + b"Connection: close\r\n\r\n" + part)

    return Response(raw=send)


@pytest.mark.parametrize("framing", ["length", "chunked", "close"])
@pytest.mark.parametrize("coding", ["identity", *codings.CODINGS])
def test_cut_at_every_byte(site, config, fetcher, framing, coding):
    """Not one item of a page that was cut, and no word that would make one leave."""
    name, pack = codings.CODINGS.get(coding, (None, bytes))
    body = pack(PAGE)
    headers = f"Content-Encoding: {name}\r\n".encode() if name else b""
    site.script("/", [framed(framing, body, cut, headers) for cut in range(len(body) + 1)])
    config.source("one", site.url("/"), Expect="sometimes")
    replies = states(fetcher, "one", len(body) + 1)
    read = [cut for cut, reply in enumerate(replies) if reply["state"] in ("ok", "unchanged")]
    assert replies[-1]["state"] in ("ok", "unchanged")
    assert replies[read[0]]["items"] == ITEMS
    # What ends at its end but for the last bytes is whole all the same: its strip is.
    first = PAGE.index(b"</ul>") + 5 if (framing, coding) == ("close", "identity") else len(body)
    assert read[0] >= first, replies[read[0]]
    for cut in set(range(len(replies))) - set(read):
        assert replies[cut]["state"] == ("bad-page" if cut == 0 and framing == "close" else "network-error"), cut


def test_cut_at_every_byte_for_the_daemon(site, config, daemon):
    """Every framing and coding, one cut page after the other: nothing is stored, and nothing leaves."""
    n = 0
    for framing in "length", "chunked", "close":
        for coding in "identity", "gzip", "deflate", "br", "zstd":
            name, pack = codings.CODINGS.get(coding, (None, bytes))
            body, path = pack(PAGE), f"/{framing}-{coding}"
            headers = f"Content-Encoding: {name}\r\n".encode() if name else b""
            end = PAGE.index(b"</ul>") if (framing, coding) == ("close", "identity") else len(body)
            site.script(path, [framed(framing, body, len(body), headers),
                               *(framed(framing, body, cut, headers) for cut in range(end)),
                               framed(framing, body, len(body), headers)])
            config.source(path[1:], site.url(path), Expect="sometimes", Interval="1s")
            n += 1
    daemon.start()
    daemon.wait_stdout(3 * n)
    before = daemon.db("SELECT * FROM items")
    scripts = site._scripts
    while any(len(script) > 1 for script in scripts.values()):
        asked = len(site.requests.all())
        daemon.poll_now()
        site.requests.wait(lambda requests: len(requests) > asked, "another request")
    assert daemon.db("SELECT * FROM items") == before
    assert daemon.db("SELECT count(*) FROM items WHERE last_seen IS NOT NULL") == [(0,)]


@pytest.mark.parametrize("page", [
    "<ul class=ticker><li>First news<li>Second news<li>Third news</ul>",
    "<ul class=ticker><li>First news<li>Second news<li>Third news</html>",
    "<ul class=ticker><li>First news<li>Second news<li>Third news</ul></body>\n<script>x</script>",
    "<table><tr><td><ul class=ticker><li>First news<li>Second news<li>Third news</ul>",
    PAGE.decode() + "<p>behind the end</p>",
])
def test_pages_without_a_length_that_are_whole(site, config, fetcher, page):
    site.set("/", raw=framed("close", page.encode(), len(page)).raw)
    config.source("one", site.url("/"))
    assert fetcher.ask("one")["items"] == ITEMS


@pytest.mark.parametrize("end", ["<", "<l", "<li class='x", "<!--", "<!-- x", "<!", "</", "</p", "<script>x = '", "<title>y",
                                 "<style>", "<textarea>"])
def test_pages_without_a_length_that_end_inside_something(site, config, fetcher, end):
    page = (PAGE.decode().partition("</body>")[0] + end).encode()
    site.script("/", [framed("close", page, len(page)), framed("length", page, len(page))])
    config.source("one", site.url("/"))
    assert [reply["state"] for reply in states(fetcher, "one", 2)] == ["network-error", "ok"]


LI = len(PAGE.partition(b"Third")[0])  # inside the strip


def wrong_framing(name):
    """An answer that contradicts itself, or is broken off, and not only by its body."""
    head = b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n"
    chunked = head + b"Transfer-Encoding: chunked\r\n\r\n"
    one = b"%x\r\n%s\r\n" % (len(PAGE), PAGE)
    part = b"%x\r\n%s\r\n" % (LI, PAGE[:LI])
    length = b"Content-Length: %d\r\n"
    return {
        "more than its length": head + length % LI + b"\r\n" + PAGE,
        "two lengths": head + length % len(PAGE) + length % LI + b"\r\n" + PAGE,
        "a length with a sign": head + b"Content-Length: +%d\r\n\r\n" % LI + PAGE,
        "a length and more": head + b"Content-Length: %d abc\r\n\r\n" % LI + PAGE,
        "a chunk that is none": chunked + part + b"zz\r\n" + PAGE[LI:],
        "a chunk without its end": chunked + part[:-2] + b"0\r\n\r\n",
        "a chunk of negative size": chunked + part + b"-5\r\n\r\n0\r\n\r\n",
        "a chunk too large": chunked + part + b"ffffffffffffffffff\r\n" + PAGE[LI:],
        "a chunk's size cut": chunked + part + b"1",
        "no last chunk": chunked + one,
        "half a last chunk": chunked + one + b"0",
        "a last chunk without its end": chunked + one + b"0\r\n",
        "trailers cut": chunked + one + b"0\r\nX-Sum: 1",
        "a range": head + b"Content-Range: bytes 0-%d/%d\r\n" % (LI - 1, len(PAGE)) + length % LI + b"\r\n" + PAGE[:LI],
        "a range of unknown size": head + b"Content-Range: bytes 0-9/*\r\n" + length % len(PAGE) + b"\r\n" + PAGE,
    }[name]


@pytest.mark.parametrize("name", [
    "more than its length", "two lengths", "a length with a sign", "a length and more", "a chunk that is none",
    "a chunk without its end", "a chunk of negative size", "a chunk too large", "a chunk's size cut", "no last chunk",
    "half a last chunk", "a last chunk without its end", "trailers cut", "a range", "a range of unknown size"])
def test_framing_that_is_wrong(site, config, fetcher, name):
    site.set("/", raw=lambda handler: handler.wfile.write(wrong_framing(name)))
    config.source("one", site.url("/"), Expect="sometimes")
    assert fetcher.ask("one")["state"] == "network-error"


@pytest.mark.parametrize("rest", [
    b"Transfer-Encoding: chunked\r\n\r\n%x;name=value\r\n%s\r\n000\r\nX-Sum: 1\r\n\r\n" % (len(PAGE), PAGE),
    b"Content-Length: 10\r\nTransfer-Encoding: chunked\r\n\r\n%x\r\n%s\r\n0\r\n\r\n" % (len(PAGE), PAGE),
    b"Content-Length: %d\r\nContent-Length: %d\r\n\r\n%s" % (len(PAGE), len(PAGE), PAGE),
    b"Content-Range: bytes 0-%d/%d\r\nContent-Length: %d\r\n\r\n%s" % (len(PAGE) - 1, len(PAGE), len(PAGE), PAGE),
    # Counted in characters, say, but no entry is lost.
    b"Content-Length: %d\r\n\r\n%s" % (PAGE.index(b"</body>"), PAGE),
])
def test_framing_that_is_odd(site, config, fetcher, rest):
    site.set("/", raw=lambda handler: handler.wfile.write(b"HTTP/1.1 200 OK\r\n" + rest))
    config.source("one", site.url("/"))
    assert fetcher.ask("one")["items"] == ITEMS


@pytest.mark.parametrize("status", ["200 OK", "304 Not Modified", "302 Found", "403 No", "429 Wait"])
def test_a_header_cut_at_every_byte(site, config, fetcher, status):
    """Not even a 304 is one, nor is half a Location: where to go."""
    site.set("/half", strip_page(["Elsewhere"]))
    head = f"HTTP/1.1 {status}\r\nLocation: /halfway\r\nRetry-After: 1200\r\nContent-Length: 0\r\n\r\n".encode()
    site.script("/", [Response(strip_page(NEWS), etag="e"), *(
        Response(raw=lambda handler, cut=cut: handler.wfile.write(head[:cut])) for cut in range(len(head)))])
    config.source("one", site.url("/"), Expect="sometimes")
    assert fetcher.ask("one")["state"] == "ok"
    assert {reply["state"] for reply in states(fetcher, "one", len(head))} == {"network-error"}
    assert not site.asked("/half")


@pytest.mark.parametrize("page", [b" \r\n\t ", b"\xef\xbb\xbf", b"\xff\xfe \0\n\0", b"\0" * 100, b"<!DOCTYPE html>\n",
                                  b"<!-- cached -->", b"<html><head></head><body></body></html>"])
@pytest.mark.parametrize("framing", ["length", "close"])
def test_a_page_with_nothing_on_it(site, config, fetcher, page, framing):
    """Nor is it one without news."""
    site.set("/", raw=framed(framing, page, len(page)).raw)
    for name, keys in {"one": {}, "flagged": {"When": "//i"}, "script": {"Script": "//script", "Strip": "$.items"},
                       "json": {"Format": "json", "Strip": "$.items"}, "feed": {"Format": "feed", "Strip": None}}.items():
        config.source(name, site.url("/"), Expect="sometimes", **keys)
        state = fetcher.ask(name)["state"]
        assert state == "bad-page" or (framing == "close" and state == "network-error"), name


@pytest.mark.parametrize("headers", ["Transfer-Encoding: identity", "Content-Length: 99999999999999999999",
                                     "Content-Length: 900\r\nContent-Length: {n}", "Content-Length: {n}, 900"])
def test_a_length_that_is_none(site, config, fetcher, headers):
    page = PAGE.partition(b"Third")[0]

    def send(handler):
        handler.wfile.write(f"HTTP/1.1 200 OK\r\n{headers.format(n=len(page))}\r\n\r\n".encode() + page)

    site.set("/", raw=send)
    config.source("one", site.url("/"), Expect="sometimes")
    assert fetcher.ask("one")["state"] == "network-error"


def test_codings_of_the_way(site, config, fetcher):
    """gzip as Transfer-Encoding, which nobody asked for."""
    config.source("one", site.url("/"), Expect="sometimes")
    body = gzip.compress(PAGE)
    for part, state in (body, "ok"), (body[:-60], "network-error"):
        site.set("/", raw=lambda handler, part=part: handler.wfile.write(
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n%x\r\n%s\r\n0\r\n\r\n" % (len(part), part)))
        assert fetcher.ask("one")["state"] == state


@pytest.mark.parametrize("page", ["", "<p>Not yet the strip", "<ul class=ticker>", "<ul class=ticker><li>First"])
def test_pages_without_a_length_that_end_before_their_strip(site, config, fetcher, page):
    page = ("<!DOCTYPE html><body><h1>x</h1>" + page).encode()
    site.set("/", raw=framed("close", page, len(page)).raw)
    config.source("one", site.url("/"), Expect="sometimes")
    assert fetcher.ask("one")["state"] == "network-error"


def test_scripts_without_a_length(site, config, fetcher):
    page = b'<!DOCTYPE html><body><script>{"items": [{"t": "x"}]}</script>'
    site.script("/", [framed("close", page, cut) for cut in range(1, len(page) + 1)])
    config.source("one", site.url("/"), Expect="sometimes", Format="html", Script="//script", Strip="$.items",
                  Headline="$.t")
    assert [reply["state"] for reply in states(fetcher, "one", len(page))] == ["network-error"] * (len(page) - 1) + ["ok"]


@pytest.mark.parametrize("coding", ["gzip", "zstd"])
def test_several_members_are_one_page(site, config, fetcher, coding):
    name, pack = codings.CODINGS[coding]
    members = [pack(PAGE[:100]), pack(b""), pack(PAGE[100:])]
    body, headers = b"".join(members), f"Content-Encoding: {name}\r\n".encode()
    ends = {len(b"".join(members[:n])) for n in range(1, 3)}
    for framing in "length", "close":
        path = f"/{framing}"
        site.script(path, [framed(framing, body, cut, headers) for cut in range(1, len(body) + 1)])
        config.source(framing, site.url(path), Expect="sometimes")
        replies = states(fetcher, framing, len(body))
        assert replies[-1]["items"] == ITEMS
        assert {reply["state"] for reply in replies[:-1]} == {"network-error"}, ends


def test_what_follows_a_stream(site, config, fetcher):
    """Nothing that a browser would show."""
    config.source("one", site.url("/"))
    for n, (coding, rest) in enumerate([("gzip", b"\0" * 100), ("gzip", b"rubbish"), ("deflate", b"rubbish"), ("br", b"rubbish"),
                                        ("zstd", b"rubbish"), ("raw-deflate", b"\0")]):
        name, pack = codings.CODINGS[coding]
        site.set("/", pack(strip_page([f"News {n}"]).encode()) + rest, headers={"Content-Encoding": name})
        assert fetcher.ask("one")["items"] == [{"headline": f"News {n}"}], coding


def test_codings(site, config, fetcher):
    config.source("one", site.url("/"))
    for n, (name, pack) in enumerate(codings.CODINGS.values()):
        page = strip_page([f"News {n}"])
        site.set("/", pack(page.encode()), headers={"Content-Encoding": name})
        reply = fetcher.ask("one")
        assert reply["items"] == [{"headline": f"News {n}"}] and reply["bytes"] == len(page)
    accepted = site.asked("/")[0].headers["Accept-Encoding"]
    assert all(name in accepted.split(", ") for name in ("gzip", "deflate", "br", "zstd"))
    for name in "rot13", "gzip, rot13":
        site.set("/", gzip.compress(b"x"), headers={"Content-Encoding": name})
        assert fetcher.ask("one")["state"] == "bad-page"
    for name in "identity", "none", "":
        site.set("/", strip_page([f"News as it is {name}"]), headers={"Content-Encoding": name})
        reply = fetcher.ask("one")
        assert reply["state"] == "ok", (name, reply)


@pytest.mark.parametrize("coding", codings.CODINGS)
def test_limits_of_codings(site, config, fetcher, coding):
    name, pack = codings.CODINGS[coding]
    config.source("one", site.url("/"), MaxSize="100K")
    for n, (size, state) in enumerate([(90_000, "ok"), (110_000, "too-large"), (20_000_000, "too-large")]):
        page = strip_page([f"News {n}"]) + " " * size
        site.set("/", pack(page.encode()), headers={"Content-Encoding": name})
        assert fetcher.ask("one")["state"] == state
    for rest in b"\xff" * 100, b"":
        body = pack(strip_page(NEWS).encode())[:60] + rest
        site.set("/", body, headers={"Content-Encoding": name})
        assert fetcher.ask("one")["state"] in ("bad-page", "network-error")


def test_a_part_that_was_not_asked_for(site, config, fetcher):
    config.source("one", site.url("/"))
    site.set("/", strip_page(NEWS), status=206, headers={"Content-Range": "bytes 0-99/1000"})
    reply = fetcher.ask("one")
    assert reply["state"] == "network-error" and "part" in reply["detail"]


def pages():
    """Each time another, so that what was read is told."""
    n = 0
    while True:
        n += 1
        yield strip_page([f"News {n}"]).encode()


def test_a_kept_connection_that_has_died_without_a_word(config, fetcher):
    """It costs no poll, and where it happened once no connection is kept for a while."""
    page = pages()
    with Wire(lambda connection, request: next(page) if request == 1 else None) as server:
        config.source("one", server.url(), Timeout="3s")
        assert [fetcher.ask("one")["state"] for _ in range(4)] == ["ok"] * 4
        assert server.requests.all() == [(1, 1), (1, 2), (2, 1), (3, 1), (4, 1)]


def test_a_kept_connection_that_is_closed_for_the_next_request(config, fetcher):
    page = pages()
    with Wire(lambda connection, request: next(page) if request == 1 else CLOSE) as server:
        config.source("one", server.url())
        assert [fetcher.ask("one")["state"] for _ in range(3)] == ["ok"] * 3


def test_no_second_try_where_nothing_was_kept(config, fetcher):
    with Wire(lambda connection, request: CLOSE) as server:
        config.source("one", server.url())
        assert fetcher.ask("one")["state"] == "network-error"
        assert server.requests.all() == [(1, 1)]


def test_after_a_timeout_comes_a_new_connection(config, fetcher):
    """And none is closed that works."""
    page = pages()
    with Wire(lambda connection, request: None if connection == 1 else next(page)) as server:
        config.source("one", server.url(), Timeout="2s")
        assert [fetcher.ask("one")["state"] for _ in range(3)] == ["timeout", "ok", "ok"]
        assert server.requests.all() == [(1, 1), (2, 1), (2, 2)]


def test_a_kept_connection_that_dies_under_the_answer(config, fetcher):
    """Not by turns with polls that go well, so that nobody would hear of it."""
    page = pages()
    with Wire(lambda connection, request: next(page) if request == 1 else CUT_OFF) as server:
        config.source("one", server.url(), Timeout="1s")
        assert [reply["state"] for reply in states(fetcher, "one", 4)] == ["ok", "timeout", "ok", "ok"]
        assert server.requests.all() == [(1, 1), (1, 2), (2, 1), (3, 1)]


def test_a_slow_server_is_not_taken_for_dead(config, fetcher):
    page = pages()

    def answer(*_):
        threading.Event().wait(1.2)  # more than half of Timeout=, when a kept connection is given up
        return next(page)

    with Wire(answer) as server:
        config.source("one", server.url(), Timeout="2s")
        assert [reply["state"] for reply in states(fetcher, "one", 3)] == ["ok"] * 3


INSIDE = """
import gzip, json, subprocess, sys
sys.path.insert(0, sys.argv[1])
from website import strip_page
from wire import CLOSE, Wire

fetcher, config, key = sys.argv[2:5]

def run(answer, n, timeout="50s"):
    # One fetcher, asked so many times; the states, and which requests there were.
    with Wire(answer, key=key) as server:
        with open(f"{config}/sources/one.source", "w") as file:
            file.write(f"[Source]\\nURL={server.url()}\\nTimeout={timeout}\\nExpect=sometimes\\n[Strip]\\nStrip=//ul[has-class('ticker')]\\n")
        with subprocess.Popen([fetcher, f"--config={config}/tickerd.conf"], stdin=-1, stdout=-1, text=True) as process:
            states = []
            for _ in range(n):
                print("one", file=process.stdin, flush=True)
                states.append(json.loads(process.stdout.readline())["state"])
        return states, server.requests.all()

numbers = iter(range(1000))
def page():
    return strip_page([f"News {next(numbers)}", "More news"]).encode()

def cut_page():
    return page().partition(b"<li>More")[0]

def answer(*headers, body=None, end=True, reset=None, goaway=False, close=False):
    def send(machine, stream):
        machine.send_headers(stream, [(":status", "200"), ("content-type", "text/html"), *headers])
        machine.send_data(stream, body or page(), end_stream=end)
        if reset is not None:
            machine.reset_stream(stream, error_code=reset)
        if goaway:
            machine.close_connection()
        return CLOSE if close else None
    return lambda connection, request: send

def refuse_first(connection, request):
    # Nothing has been done, so it may be asked again.
    def refuse(machine, stream):
        machine.reset_stream(stream, error_code=7)
    def goaway(machine, stream):
        machine.close_connection(last_stream_id=0)
        return CLOSE
    return page() if request == 1 else (refuse if connection == 1 else goaway)

packed = gzip.compress(page())
print(json.dumps({
    "healthy": run(lambda connection, request: page(), 3),
    "silent": run(lambda connection, request: page() if request == 1 else None, 3, "6s"),
    "hanging": run(lambda connection, request: None if connection == 1 else page(), 3, "4s"),
    "closed": run(lambda connection, request: page() if request == 1 else CLOSE, 3),
    "refused": run(refuse_first, 4),
    "closed at once": run(lambda connection, request: CLOSE, 2),
    "reset": run(answer(body=page()[:-30], end=False, reset=8), 1),
    "reset in the strip": run(answer(body=cut_page(), end=False, reset=8), 2),
    "reset without an error": run(answer(body=cut_page(), end=False, reset=0), 2),
    "closed in the strip": run(answer(body=cut_page(), end=False, close=True), 2),
    "goaway in the strip": run(answer(body=cut_page(), end=False, goaway=True, close=True), 2),
    "goaway after the page": run(answer(goaway=True), 2),
    "longer length": run(answer(("content-length", "5000")), 1),
    "shorter length": run(answer(("content-length", "100")), 1),
    "cut gzip": run(answer(("content-encoding", "gzip"), body=packed[:-5]), 1),
    "gzip": run(answer(("content-encoding", "gzip"), body=packed), 1),
    "long line": run(answer(("x-long", "y" * 60_000)), 1),
    "large header": run(answer(*[(f"x-{n}", "y" * 1000) for n in range(400)]), 1),
}))
"""


def test_http2(config, tls):
    pytest.importorskip("h2")
    answers = tls(INSIDE, config.folder)
    assert answers["healthy"] == [["ok"] * 3, [[1, 1], [1, 2], [1, 3]]]
    assert answers["silent"] == [["ok"] * 3, [[1, 1], [1, 2], [2, 1], [3, 1]]]
    assert answers["hanging"] == [["timeout", "ok", "ok"], [[1, 1], [2, 1], [2, 2]]]
    for name in "closed", "refused":
        assert set(answers[name][0]) == {"ok"}, name
    for name in ("closed at once", "reset", "reset in the strip", "reset without an error", "closed in the strip",
                 "goaway in the strip", "longer length", "shorter length", "cut gzip"):
        assert set(answers[name][0]) == {"network-error"}, name
    for name in "goaway after the page", "gzip", "long line":
        assert set(answers[name][0]) == {"ok"}, name
    assert answers["large header"][0][0] in ("http-error", "network-error")


@pytest.fixture
def tls(tmp_path):
    """Runs a script with a network, a certificate authority and a list of hosts of its own; returns what it says. Its
    loopback has addresses that are public elsewhere."""
    bundle = "/etc/ssl/certs/ca-certificates.crt"
    key, hosts = tmp_path / "key.pem", tmp_path / "hosts"
    if not shutil.which("openssl") or not shutil.which("ip"):
        pytest.skip("needs openssl and ip")
    subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", key, "-out", f"{key}.crt",
                    "-days", "2", "-subj", "/CN=test", "-addext", "subjectAltName=IP:127.0.0.1"],
                   check=True, capture_output=True)
    with key.open("a") as file:
        file.write((tmp_path / "key.pem.crt").read_text())
    hosts.write_text("127.0.0.1 news.example\n")
    setup = (f"ip link set lo up && ip addr add 5.5.5.5/32 dev lo && mount --bind {key}.crt {bundle} && "
             f"mount --bind {hosts} /etc/hosts && exec \"$@\"")
    inside = ["unshare", "--user", "--map-root-user", "--net", "--mount", "sh", "-c", setup, "sh"]
    if subprocess.run([*inside, "true"], capture_output=True).returncode != 0:
        pytest.skip("needs user, network and mount namespaces")

    def run(text, folder, **env):
        script = tmp_path / "inside.py"
        script.write_text(text)
        done = subprocess.run([*inside, sys.executable, script, ROOT / "tests", BUILD / "fetch/tickerd-fetch", folder, key],
                              capture_output=True, text=True, env=environment(**env), timeout=DEADLINE)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    return run


@pytest.fixture
def clock(tmp_path):
    """The environment of a program whose clocks can be put forward, and the function that does it."""
    ahead = tmp_path / "clock"
    ahead.write_bytes(bytes(8))
    if b"libasan" in subprocess.run(["ldd", BUILD / "fetch/tickerd-fetch"], capture_output=True).stdout:
        pytest.skip("a sanitizer wants to be the first library")

    def forward(seconds):
        with ahead.open("r+b") as file:
            file.write(struct.pack("=q", struct.unpack("=q", ahead.read_bytes())[0] + seconds))

    return {"LD_PRELOAD": BUILD / "tests/clock.so", "TICKERD_CLOCK": ahead}, forward


def test_every_quarter_of_an_hour_a_page_is_asked_for_without_conditions(site, config, fetcher, clock):
    env, forward = clock
    config.source("one", site.url("/"))
    site.set("/", strip_page(["x"]), etag="e")
    fetcher.start(env=env)
    for seconds in 0, 60, 13 * 60, 2 * 60, 60, 15 * 60:
        forward(seconds)
        assert fetcher.ask("one")["state"] == ("unchanged" if seconds else "ok")
    assert ["If-None-Match" in request.headers for request in site.asked("/")] == [False, True, True, False, True, False]


def test_no_connection_is_older_than_five_minutes(config, fetcher, clock):
    env, forward = clock
    page = pages()
    with Wire(lambda connection, request: next(page)) as server:
        config.source("one", server.url())
        fetcher.start(env=env)
        for seconds in 0, 100, 100, 102, 100:
            forward(seconds)
            assert fetcher.ask("one")["state"] == "ok"
        assert server.requests.all() == [(1, 1), (1, 2), (1, 3), (2, 1), (2, 2)]


MOVED = """
import json, os, struct, subprocess, sys
sys.path.insert(0, sys.argv[1])
from website import Response, Site, strip_page

fetcher, config = sys.argv[2:4]
numbers = iter(range(100))

def source(name, url):
    with open(f"{config}/sources/{name}.source", "w") as file:
        file.write(f"[Source]\\nURL={url}\\nTimeout=5s\\n[Strip]\\nStrip=//ul[has-class('ticker')]\\n")

def ask(process, name):
    print(name, file=process.stdin, flush=True)
    reply = json.loads(process.stdout.readline())
    return reply["items"][0]["headline"] if "items" in reply else [reply["state"], reply.get("detail")]

def start(**env):
    return subprocess.Popen([fetcher, f"--config={config}/tickerd.conf"], stdin=-1, stdout=-1, text=True,
                            env={**os.environ, **env})

def forward(seconds):
    with open(os.environ["TICKERD_CLOCK"], "r+b") as file:
        file.write(struct.pack("=q", seconds))

answers = {}
with Site("127.0.0.1") as old, Site("127.0.0.2", old.port) as new, Site("5.5.5.5") as public:
    def set_pages():
        n = next(numbers)
        old.set("/", strip_page([f"old {n}"]))
        new.set("/", strip_page([f"new {n}"]))
    source("named", f"http://news.example:{old.port}/")
    with start() as process:
        def ask_anew():
            set_pages()
            return ask(process, "named")[:3]
        answers["before"] = ask_anew()
        with open("/etc/hosts", "w") as file:
            file.write("127.0.0.2 news.example\\n")
        forward(301)
        answers["moved"] = ask_anew()

        # It moves back, and the server that is left goes down.
        with open("/etc/hosts", "w") as file:
            file.write("127.0.0.1 news.example\\n")
        new.close()
        answers["down"] = [ask_anew(), ask_anew()]

    # A public host that needs no proxy leads to one that does.
    source("public", public.url("/"))
    public.set("/", status=302, headers={"Location": "http://far.example/page"})
    old.set("http://far.example/page", strip_page(["far"]))
    with start(http_proxy=old.url(""), no_proxy="5.5.5.5") as process:
        answers["proxied"] = ask(process, "public")
print(json.dumps(answers))
"""


def test_the_unit_has_room_for_all_look_ups():
    """Each is a thread of its own, and one that has come to nothing may last for as long again."""
    unit = (ROOT / "systemd/tickerd-fetch@.service").read_text()
    in_flight = int(re.search(r"IN_FLIGHT_MAX (\d+)U", (ROOT / "fetch/filter.h").read_text())[1])
    assert int(re.search(r"^TasksMax=(\d+)$", unit, re.M)[1]) > 2 * in_flight  # and the reader itself
    assert int(re.search(r"^LimitNOFILE=(\d+)$", unit, re.M)[1]) >= 8 * in_flight


def test_names_that_move_and_proxies(config, tls, clock):
    answers = tls(MOVED, config.folder, **clock[0])
    assert answers["before"] == "old" and answers["moved"] == "new"
    assert answers["down"][-1] == "old"
    assert answers["proxied"] == "far"


CHANGING = """
import json, os, subprocess, sys
sys.path.insert(0, sys.argv[1])

fetcher, config = sys.argv[2:4]
SERVER = '''
import sys
sys.path.insert(0, sys.argv[1])
from website import Site, strip_page
with Site("10.8.0.1") as site:
    site.set("/", strip_page(["News"]))
    print(site.port, flush=True)
    sys.stdin.read()
'''

def ip(*words):
    subprocess.run(["ip", *words], check=True)

# The server is on another network, behind a link of its own.
server = subprocess.Popen(["unshare", "--net", "sh", "-c", 'echo here; read line; ip addr add 10.9.0.1/24 dev there; '
                           'ip addr add 10.8.0.1/32 dev there; ip link set there up; exec "$@"', "sh", sys.executable, "-c", SERVER,
                           sys.argv[1]], stdin=-1, stdout=-1, text=True)
server.stdout.readline()  # now it is
ip("link", "add", "here", "type", "veth", "peer", "name", "there", "netns", str(server.pid))
ip("addr", "add", "10.9.0.2/24", "dev", "here")
ip("link", "set", "here", "up")
ip("route", "add", "10.8.0.1", "via", "10.9.0.1")
print("go", file=server.stdin, flush=True)
port = server.stdout.readline().strip()
with open(f"{config}/sources/far.source", "w") as file:
    file.write(f"[Source]\\nURL=http://10.8.0.1:{port}/\\nTimeout=4s\\n[Strip]\\nStrip=//ul[has-class('ticker')]\\n")
reader = subprocess.Popen([fetcher, f"--config={config}/tickerd.conf"], stdin=-1, stdout=-1, text=True)

def ask():
    print("far", file=reader.stdin, flush=True)
    state = json.loads(reader.stdout.readline())["state"]
    return "ok" if state == "unchanged" else state

answers = {"before": [ask(), ask()]}
ip("addr", "del", "10.9.0.2/24", "dev", "here")
ip("addr", "add", "10.9.0.3/24", "dev", "here")
ip("route", "replace", "10.8.0.1", "via", "10.9.0.1")
answers["another address"] = [ask(), ask()]
ip("route", "del", "10.8.0.1")
answers["no route"] = [ask()]
ip("route", "add", "10.8.0.1", "via", "10.9.0.1")
answers["a route again"] = [ask(), ask()]
ip("link", "set", "here", "down")
answers["no network"] = [ask()]
ip("link", "set", "here", "up")
ip("route", "replace", "10.8.0.1", "via", "10.9.0.1")
answers["a network again"] = [ask(), ask()]
reader.stdin.close()
server.stdin.close()
reader.wait()
server.wait()
print(json.dumps(answers))
"""


def test_a_network_that_changes_costs_one_poll_at_most(config, tls):
    answers = tls(CHANGING, config.folder)
    assert answers["before"] == ["ok", "ok"]
    for change in "another address", "a route again", "a network again":
        assert answers[change][-1] == "ok", answers
    for change in "no route", "no network":
        assert answers[change][0] in ("network-error", "timeout")


def now(seconds=0):
    return email.utils.formatdate(time.time() + seconds, usegmt=True)


def test_the_same_again_is_unchanged(site, config, fetcher):
    """The same bytes, or the same entries on another page; and after a page that was another all is told again."""
    page = strip_page([("One", "/1"), "Two"])
    config.source("one", site.url("/"))
    for body, state in [(page, "ok"), (page, "unchanged"), (page.replace("</body>", "<p>Rain</body>"), "unchanged"),
                        (page, "unchanged"), (page.replace("/1", "/2"), "ok"), (strip_page(["Two", ("One", "/2")]), "ok"),
                        ("<p>Nothing here</p>", "no-strip"), (strip_page(["Two", ("One", "/2")]), "ok")]:
        site.set("/", body)
        reply = fetcher.ask("one")
        assert reply["state"] == state and ("items" in reply) == (state == "ok"), body
        assert state != "unchanged" or "detail" not in reply and reply["http"] == 200


def test_a_link_that_comes_to_a_headline_is_told(site, config, fetcher):
    """Also an empty one, which leads to the page itself, as in browsers."""
    config.source("one", site.url("/"))
    for before, behind, url in [("", "", None), ("<a href=''>", "</a>", site.url("/")), ("", "", None)]:
        site.set("/", f"<ul class=ticker><li>{before}Ferry leaves{behind}</ul>")
        reply = fetcher.ask("one")
        assert reply["state"] == "ok" and reply["items"][0].get("url") == url


@pytest.mark.parametrize("age, asked", [(60, True), (3, True), (1, False), (0, False), (-3600, False)])
def test_a_date_of_just_now_is_not_asked_with(site, config, fetcher, age, asked):
    config.source("one", site.url("/"))
    moment = time.time()
    dates = {"Date": email.utils.formatdate(moment, usegmt=True),
             "Last-Modified": email.utils.formatdate(moment - age, usegmt=True)}
    config.source("two", site.url("/tagged"))

    def send(handler, tag=b""):
        page = strip_page(["x"]).encode()
        handler.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n%s%s\r\n%s" % (len(page), tag, "".join(
            f"{name}: {value}\r\n" for name, value in dates.items()).encode(), page))

    site.set("/", raw=send)
    site.set("/tagged", raw=lambda handler: send(handler, b'ETag: "t"\r\n'))
    for name, path in ("one", "/"), ("two", "/tagged"):
        assert [reply["state"] for reply in states(fetcher, name, 2)] == ["ok", "unchanged"]
        first, second = site.asked(path)
        assert ("If-Modified-Since" in second.headers) == asked
        assert ("If-None-Match" in second.headers) == (name == "two")


def test_a_304_for_another_page(site, config, fetcher):
    """It names another Last-Modified than the page we have, so the page is asked for as if we had none."""
    old, new = "Sun, 04 May 2025 10:00:00 GMT", "Sun, 04 May 2025 11:00:00 GMT"
    config.source("one", site.url("/"))
    site.script("/", [Response(strip_page(["Old"]), headers={"Last-Modified": old}),
                      Response(status=304, headers={"Last-Modified": new}),
                      Response(strip_page(["New"]), headers={"Last-Modified": new}),
                      Response(status=304, headers={"Last-Modified": new})])
    assert [reply["state"] for reply in states(fetcher, "one", 3)] == ["ok", "ok", "unchanged"]
    assert [request.headers.get("If-Modified-Since") for request in site.asked("/")] == [None, old, None, new]


@pytest.mark.parametrize("page", [
    '<html><head><META NAME="robots"></head><iframe src="/_Incapsula_Resource?SWUDNSAI=31"></iframe></html>',
    "<html><body>Request unsuccessful. Incapsula incident ID: 1-2</body></html>",
    "<html><div id='px-captcha'></div></html>",
    "<html><script>window._pxAppId = 'PX1';</script></html>",
    "<html><meta http-equiv='refresh' content=\"5; URL='/?bm-verify=AAQ'\"></html>",
    "<html><div id='sec-if-cpt-container'></div></html>",
    "<html><script src='https://ct.captcha-delivery.com/c.js'></script></html>",
    "<html><title>Just a moment...</title><script>window._cf_chl_opt={}</script></html>",
    "<html><script>AwsWafIntegration.getToken()</script></html>",
])
def test_challenge_pages_with_status_200(site, config, fetcher, page):
    config.source("one", site.url("/"), Expect="sometimes")
    config.source("json", site.url("/"), Format="json", Strip="$.items")
    config.source("flagged", site.url("/"), Expect="sometimes", When="//i/@data-on")
    site.set("/", page)
    for name in "one", "json", "flagged":
        reply = fetcher.ask(name)
        assert (reply["state"], reply["http"]) == ("blocked", 200) and "challenge" in reply["detail"]
    # The same marks on a page that has its strip are no news.
    site.set("/", page.replace("</html>", "<ul class=ticker><li>News</ul></html>"))
    assert fetcher.ask("one")["items"] == [{"headline": "News"}]


@pytest.mark.parametrize("headers", [{"X-Iinfo": "1-2"}, {"X-DataDome": "protected"}, {"Server": "AkamaiGHost"},
                                     {"Set-Cookie": "_px3=x"}])
def test_challenge_pages_by_their_header(site, config, fetcher, headers):
    config.source("one", site.url("/"))
    site.set("/", "<html><script src=/x></script></html>", headers=headers)
    assert fetcher.ask("one")["state"] == "blocked"
    site.set("/", "<html>" + "<p>A front page, made anew</p>" * 1000 + "</html>", headers=headers)
    assert fetcher.ask("one")["state"] == "no-strip"
    site.set("/", "<html>small, but of nobody</html>")
    assert fetcher.ask("one")["state"] == "no-strip"
    config.source("json", site.url("/json"), Format="json", Strip="$.items", Expect="sometimes")
    site.set("/json", '{"others": []}', headers=headers)
    assert fetcher.ask("json")["state"] == "no-strip"


CHALLENGES = {
    "cloudflare": ({}, "<html><title>Just a moment...</title><script>window._cf_chl_opt={}</script>"),
    "cloudflare's word": ({"cf-mitigated": "challenge"}, "<html>"),
    "cloudflare's block": ({}, "<html><title>Attention Required! | Cloudflare</title>"),
    "datadome": ({}, "<html><script src='https://geo.captcha-delivery.com/c.js'></script>"),
    "kasada": ({"x-kpsdk-ct": "0x"}, "<html><script>window.KPSDK={}</script><script src=/x/ips.js></script>"),
    "aws": ({"x-amzn-waf-action": "challenge"}, "<html>"),
    "aws captcha": ({}, "<html><script>window.gokuProps = {}; window.awsWafCookieDomainList = [];</script>"),
    "imperva": ({}, "<html><title>Pardon Our Interruption</title><p>Something about your browser"),
    "incapsula": ({}, "<html><iframe src='/_Incapsula_Resource?CWUDNSAI=9&xinfo=1'></iframe>"),
    "perimeterx": ({}, "<html><title>Access to this page has been denied</title>"),
    "sucuri": ({}, "<html><script>var sucuri_cloudproxy_js='';</script>"),
    "sucuri's block": ({}, "<html><title>Sucuri WebSite Firewall - Access Denied</title>"),
    "ddos-guard": ({}, "<html><title>DDoS-Guard</title><script src='/.well-known/ddos-guard/js-challenge/x.js'>"),
    "queue-it": ({}, "<html><title>Wait</title><script>var queueViewModel = {}</script>"),
    "packed": ({"Content-Encoding": "gzip"}, "<html><title>Just a moment...</title>"),
}


@pytest.mark.parametrize("name", CHALLENGES)
def test_challenges_with_any_status(site, config, fetcher, name):
    headers, page = CHALLENGES[name]
    body = page + "<p>Please wait</p></html>"
    if "Content-Encoding" in headers:
        body = gzip.compress(body.encode())
    config.source("one", site.url("/"), Expect="sometimes")
    for status in 200, 202, 403, 503:
        site.set("/", body, status=status, headers=headers)
        reply = fetcher.ask("one")
        assert (reply["state"], reply["http"]) == ("blocked", status)


def test_what_is_no_challenge(site, config, fetcher):
    """Pages that were let through have the scripts of who let them, and some write about it."""
    config.source("one", site.url("/"), Expect="sometimes")
    scripts = ("<script>window._pxAppId='PX1'</script><script src='/_Incapsula_Resource?SWJIYLWA=7'></script><script src='/TSPD/x'>"
               "</script><script src='https://static.queue-it.net/q.js'></script><script src='https://a.awswaf.com/c.js'></script>")
    quiet = "<html>" + scripts + "<p>Nothing new here</p>" * 1000 + "</html>"
    story = "<p>Just a moment... said Cloudflare, _cf_chl_opt, px-captcha, captcha-delivery.com</p>"
    for page, state in (quiet, "no-strip"), (story + strip_page(["News"]), "ok"):
        site.set("/", page, headers={"X-DataDome": "protected", "Server": "AkamaiGHost"})
        assert fetcher.ask("one")["state"] == state
    # Any error is not a challenge either, whoever stands before the site.
    site.set("/", "<html><h1>Bad gateway</h1></html>", status=502, headers={"X-DataDome": "protected", "X-Iinfo": "1"})
    assert fetcher.ask("one")["state"] == "http-error"
    # Of several cookies any counts.
    site.set("/", raw=lambda handler: handler.wfile.write(
        b"HTTP/1.1 200 OK\r\nContent-Length: 12\r\nSet-Cookie: visid_incap_1=x\r\nSet-Cookie: a=b\r\n\r\n<html><p>x  "))
    assert fetcher.ask("one")["state"] == "blocked"


def test_after_another_page_none_is_asked_for_by_its_validators(site, config, fetcher):
    """The page of a challenge or of an error has dates, too: it might be that one which has not changed."""
    config.source("one", site.url("/"))
    for status in 403, 503:
        site.set("/", strip_page([f"News {status}"]), etag=f"e{status}")
        fetcher.ask("one")
        site.set("/", "Not now", status=status)
        assert fetcher.ask("one")["http"] == status
        site.set("/", strip_page([f"News {status}"]), etag=f"e{status}")
        assert fetcher.ask("one")["state"] == "unchanged"
        assert "If-None-Match" not in site.asked("/")[-1].headers


def test_a_small_page_that_comes_through_cloudflare(site, config, fetcher):
    """As every fifth page does."""
    config.source("one", site.url("/"), Expect="sometimes")
    site.set("/", "<html><p>Nothing new</html>", headers={"Server": "cloudflare"})
    assert fetcher.ask("one")["state"] == "no-strip"


def test_another_page_with_status_200(site, config, fetcher):
    """Where nothing is normal, a page that asks for consent is not the page without news."""
    def told(name, page):
        site.set("/", page)
        reply = fetcher.ask(name)
        return reply["state"], "before" in reply.get("detail", "")

    empty, wall = "<ul class=ticker></ul>", "<p>May we?</p>"
    config.source("placed", site.url("/"), Expect="sometimes")
    assert [told("placed", page) for page in (wall, empty, wall, empty)] == [
        ("no-strip", False), ("empty", False), ("no-strip", True), ("empty", False)]
    # Without news this strip is not there at all.
    config.source("absent", site.url("/"), Expect="sometimes")
    assert [told("absent", page) for page in (strip_page(["x"]), wall)] == [("ok", False), ("no-strip", False)]
    config.source("flagged", site.url("/"), Expect="sometimes", When="//i/@data-on")
    on, off = "<i data-on=true></i>" + strip_page(["x"]), "<i data-on=false></i>"
    assert [told("flagged", page) for page in (wall, on, off, wall, on)] == [
        ("empty", False), ("ok", False), ("empty", False), ("no-strip", True), ("ok", False)]
    config.source("data", site.url("/"), Expect="sometimes", Format="json", Strip="$.items", Headline="$.t", When="$.on")
    pages = ('{"on": true, "items": [{"t": "x"}]}', '{"on": false}', '{"error": "soon back"}')
    assert [told("data", page) for page in pages] == [("ok", False), ("empty", False), ("no-strip", True)]


@pytest.mark.parametrize("value, seconds", [
    ("120", 120), (" 120 ", 120), ("1.5", 2), ("60.0", 60), ("0.2", 1), ("30, 60", 60), ("60, 30", 60), ("120;x", 120),
    ("0", None), ("-5", None), ("soon", None), ("120, 120", 120), ("\t120\t", 120), ("1e3", None), ("0.0", None), ("1.", 1),
    ("Sunday, 06-Nov-94 08:49:37 GMT", None), ("Sun Nov  6 08:49:37 1994", None), ("Tue, 01 Jan 2999 00:00:00 GMT", 3600),
    ("Fri Jan  1 00:00:00 2999", 3600), ("Mon, 99 Foo 2999 00:00:00 GMT", None), ("99999999999999999999", 3600), ("", None)])
def test_retry_after(site, config, fetcher, value, seconds):
    config.source("one", site.url("/"))
    site.set("/", status=429, headers={"Retry-After": value})
    assert fetcher.ask("one").get("retry_after") == seconds


def test_retry_after_told_twice(site, config, fetcher):
    config.source("one", site.url("/"))
    site.set("/", raw=lambda handler: handler.wfile.write(
        b"HTTP/1.1 429 No\r\nContent-Length: 0\r\nRetry-After: 60\r\nRetry-After: 30\r\n\r\n"))
    assert fetcher.ask("one")["retry_after"] == 60


def test_retry_after_by_the_clock_of_the_server(site, config, fetcher):
    config.source("one", site.url("/"))

    def send(handler):
        handler.wfile.write(f"HTTP/1.1 503 Busy\r\nContent-Length: 0\r\nDate: {now(-86400)}\r\n"
                            f"Retry-After: {now(-86400 + 90)}\r\n\r\n".encode())

    site.set("/", raw=send)
    reply = fetcher.ask("one")
    assert 89 <= reply["retry_after"] <= 91 and abs(reply["date"] - (time.time() - 86400)) < 60


def test_cookies_for_the_length_of_one_poll(site, config, fetcher):
    """Sites send back where one came from until the cookie that they set comes along."""
    def door(handler):
        if "seen=1" in handler.headers.get("Cookie", ""):
            page = strip_page(["x"]).encode()
            handler.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(page), page))
        else:
            handler.wfile.write(b"HTTP/1.1 302 Found\r\nSet-Cookie: seen=1; Path=/\r\nLocation: /\r\n"
                                b"Content-Length: 0\r\n\r\n")

    site.set("/", raw=door)
    config.source("one", site.url("/"), Header="Cookie: a=b")
    assert [reply["state"] for reply in states(fetcher, "one", 2)] == ["ok", "unchanged"]
    cookies = [sorted(request.headers["Cookie"].split("; ")) for request in site.asked("/")]
    assert cookies == [["a=b"], ["a=b", "seen=1"]] * 2


def test_what_stands_in_a_url(site, config, fetcher):
    site.set("/caf%C3%A9?q=%C3%A9%20%7c", strip_page([("x", "y")]))
    config.source("one", site.url("/café?q=é%20%7c"))
    assert fetcher.ask("one")["items"] == [{"headline": "x", "url": site.url("/y")}]


def test_user_and_password_are_for_the_request_only(site, config, fetcher, tmp_path):
    with Site() as other:
        site.script("/", [Response(status=302, headers={"Location": "/a"}),
                          Response(status=302, headers={"Location": "/a"}), Response(status=500)])
        site.set("/a", status=302, headers={"Location": other.url("/b")})
        other.script("/b", [Response(strip_page([("x", "y")]), etag="e"), Response(status=500)])
        path = config.source("one", site.url("/").replace("http://", "http://me:s%40fe@"))
        replies = states(fetcher, "one", 3)
        assert replies[0]["items"] == [{"headline": "x", "url": other.url("/y")}]
        assert [reply["state"] for reply in replies[1:]] == ["http-error"] * 2
        for path_asked in "/", "/a":
            assert site.asked(path_asked)[0].headers["Authorization"] == "Basic " + base64.b64encode(b"me:s@fe").decode()
        assert "Authorization" not in other.asked("/b")[0].headers
        assert other.asked("/b")[1].headers["If-None-Match"] == '"e"'
        # A page on the very host, the longest way of telling, and a host that is not there.
        site.set("/", strip_page([("x", "y"), ("z", "?q")]))
        assert fetcher.ask("one")["items"] == [{"headline": "x", "url": site.url("/y")},
                                               {"headline": "z", "url": site.url("/?q")}]
        told = json.dumps(replies) + "".join(fetcher.stderr.all())
        done = fetch([f"--source={path}", "--verbose"])
        told += done.stdout + done.stderr
        config.source("two", "http://me:s%40fe@127.0.0.1:1/")
        told += json.dumps(fetcher.ask("two"))
        assert "me:" not in told and "s@fe" not in told and "s%40fe" not in told


def test_user_and_password_are_told_nowhere(site, config, daemon):
    site.set("/", strip_page([("x", "y")]))
    secret = site.url("/").replace("http://", "http://me:s%40f@e@")
    config.source("one", secret)
    daemon.start()
    daemon.settle(site)
    assert site.asked("/")[0].headers["Authorization"] == "Basic " + base64.b64encode(b"me:s@f@e").decode()
    assert daemon.db("SELECT url FROM sources") == [(site.url("/"),)]
    assert daemon.db("SELECT url FROM items") == [(site.url("/y"),)]
    assert "me:" not in ctl(config, "sources").stdout + ctl(config, "status").stdout
    path = config.source("one", secret + " x")
    done = fetch([f"--config={config.path}", "--check"])
    assert done.returncode == 78 and f"{path}:2: URL=http://127.0.0.1:" in done.stderr and "me:" not in done.stderr


def test_a_header_that_is_too_long(site, config, fetcher):
    config.source("one", site.url("/"))
    for n in 90_000, 150_000, 1_000_000:
        site.set("/", strip_page(["x"]), headers={"X-Long": "y" * n})
        reply = fetcher.ask("one")
        assert reply["state"] == "ok" if n < 100_000 else (reply["state"] == "http-error" and "header" in reply["detail"]), n


def test_no_proxy(site, config, fetcher):
    """From a host that needs no proxy to one that does."""
    with Site() as proxy:
        proxy.set("http://news.example/page", strip_page(["x"]))
        proxy.set("http://news.example/", status=302, headers={"Location": site.url("/back")})
        site.set("/", status=302, headers={"Location": "http://news.example/page"})
        site.set("/back", strip_page(["y"]))
        config.source("there", site.url("/"))
        config.source("back", "http://news.example/")
        fetcher.start(env={"http_proxy": proxy.url(""), "no_proxy": "x.example, 127.0.0.0/8"})
        assert fetcher.ask("there")["items"] == [{"headline": "x"}]
        assert fetcher.ask("back")["items"] == [{"headline": "y"}]
        assert len(site.requests.all()) == 2 and len(proxy.requests.all()) == 2
