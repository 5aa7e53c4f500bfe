# SPDX-License-Identifier: LGPL-2.1-or-later
"""What the network hands over is not always the page of now: bodies that are cut, connections that are dead, answers
that are old, pages that are another."""

import gzip
import json
import shutil
import subprocess
import sys

import pytest

import codings
from programs import BUILD, ROOT, environment
from website import DEADLINE, Response, strip_page
from wire import CLOSE, Wire

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

    def answer(connection, request):
        return None if (connection, request) in [(1, 1), (2, 3)] else next(page)

    with Wire(answer) as server:
        config.source("one", server.url(), Timeout="300ms")
        assert fetcher.ask("one")["state"] == "timeout"
        config.source("one", server.url(), Timeout="300ms")
        assert [fetcher.ask("one")["state"] for _ in range(2)] == ["ok", "ok"]
        assert server.requests.all() == [(1, 1), (2, 1), (2, 2)]


INSIDE = """
import json, subprocess, sys
sys.path.insert(0, sys.argv[1])
from website import strip_page
from wire import CLOSE, Wire

fetcher, config, key = sys.argv[2:5]

def run(answer, n, timeout="2s"):
    # One fetcher, asked so many times; the states, and which requests there were.
    with Wire(answer, key=key) as server:
        with open(f"{config}/sources/one.source", "w") as file:
            file.write(f"[Source]\\nURL={server.url()}\\nTimeout={timeout}\\n[Strip]\\nStrip=//ul[has-class('ticker')]\\n")
        with subprocess.Popen([fetcher, f"--config={config}/tickerd.conf"], stdin=-1, stdout=-1, text=True) as process:
            states = []
            for _ in range(n):
                print("one", file=process.stdin, flush=True)
                states.append(json.loads(process.stdout.readline())["state"])
        return states, server.requests.all()

numbers = iter(range(100))
def page():
    return strip_page([f"News {next(numbers)}"]).encode()

print(json.dumps({
    "healthy": run(lambda connection, request: page(), 3),
    "silent": run(lambda connection, request: page() if request == 1 else None, 3),
    "hanging": run(lambda connection, request: None if connection == 1 else page(), 3),
    "closed": run(lambda connection, request: page() if request == 1 else CLOSE, 3),
    "reset": run(lambda connection, request: [page()[:-30]], 1),
}))
"""


def test_http2(config, tmp_path, tls):
    pytest.importorskip("h2")
    script = tmp_path / "inside.py"
    script.write_text(INSIDE)
    answers = json.loads(tls(script, config.folder))
    assert answers["healthy"] == [["ok"] * 3, [[1, 1], [1, 2], [1, 3]]]
    assert answers["silent"] == [["ok"] * 3, [[1, 1], [1, 2], [2, 1], [3, 1]]]
    assert answers["hanging"] == [["timeout", "ok", "ok"], [[1, 1], [2, 1], [2, 2]]]
    assert answers["closed"][0] == ["ok"] * 3
    assert answers["reset"][0] == ["network-error"]


@pytest.fixture
def tls(tmp_path):
    """Runs a script with a network and a certificate authority of its own; returns what it says."""
    bundle = "/etc/ssl/certs/ca-certificates.crt"
    key = tmp_path / "key.pem"
    if not shutil.which("openssl") or not shutil.which("ip"):
        pytest.skip("needs openssl and ip")
    subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", key, "-out", f"{key}.crt",
                    "-days", "2", "-subj", "/CN=test", "-addext", "subjectAltName=IP:127.0.0.1,DNS:news.example"],
                   check=True, capture_output=True)
    with key.open("a") as file:
        file.write((tmp_path / "key.pem.crt").read_text())
    setup = f"ip link set lo up && mount --bind {key}.crt {bundle} && exec \"$@\""
    inside = ["unshare", "--user", "--map-root-user", "--net", "--mount", "sh", "-c", setup, "sh"]
    if subprocess.run([*inside, "true"], capture_output=True).returncode != 0:
        pytest.skip("needs user, network and mount namespaces")

    def run(script, folder):
        done = subprocess.run([*inside, sys.executable, script, ROOT / "tests", BUILD / "fetch/tickerd-fetch", folder, key],
                              capture_output=True, text=True, env=environment(), timeout=DEADLINE)
        assert done.returncode == 0, done.stderr
        return done.stdout

    return run
