# SPDX-License-Identifier: LGPL-2.1-or-later
"""tickerd-fetch: golden pages, the states of a reply over real HTTP, and what real pages yield."""

import contextlib
import email.utils
import gzip
import hashlib
import json
import os
import shutil
import signal
import socket
import struct
import subprocess
import sys
import threading
import time
import zlib

import pytest

from programs import BUILD, GUARD, ROOT, environment, fetch
from website import DEADLINE, Response, Site, strip_page

GOLDEN = ROOT / "tests/golden"
PAGES = sorted(path for path in GOLDEN.iterdir() if path.suffix in (".html", ".xml", ".page"))


def read(source, *args):
    done = fetch([f"--source={source}", *args])
    reply = json.loads(done.stdout)
    assert done.returncode in (0, 1) and len(done.stdout.splitlines()) == 1
    return reply, done


@pytest.mark.parametrize("page", PAGES, ids=lambda path: path.stem)
def test_golden(page):
    """NAME.html, .xml or, in JSON, .page, read as NAME.source says, gives NAME.json. What stands after @ tells pages
    of one source apart; a source that is not here is a shipped one."""
    name = page.stem.partition("@")[0]
    source = GOLDEN / f"{name}.source"
    if not source.exists():
        source = ROOT / f"etc/sources/{name}.source"
    reply, done = read(source, f"--page={page}")
    assert reply.pop("source") == name
    assert reply.pop("bytes") == page.stat().st_size
    assert reply.pop("ms") > 0 and reply.pop("cpu") > 0
    assert reply == json.loads(page.with_suffix(".json").read_text(encoding="utf-8"))
    healthy = reply["state"] == "ok" or (reply["state"] == "empty" and "Expect=sometimes" in source.read_text())
    assert done.returncode == (0 if healthy else 1)


def texts(reply):
    return [item["headline"] for item in reply["items"]]


@pytest.fixture
def ask(site, config, fetcher):
    """Sets what the site answers, asks for it once, returns the reply."""
    names = []

    def ask(body=b"", keys={}, **response):
        name = f"s{len(names)}"
        names.append(name)
        site.set(f"/{name}", body, **response)
        config.source(name, site.url(f"/{name}"), **keys)
        reply = fetcher.ask(name)
        assert reply.pop("source") == name
        return reply

    return ask


def test_a_page(ask):
    page = strip_page(["One", ("Two", "/news/2")])
    reply = ask(page)
    assert reply.pop("ms") > 0 and reply.pop("cpu") > 0 and abs(reply.pop("date") - time.time()) < 3600
    url = reply["items"][1].pop("url")
    assert url.startswith("http://127.0.0.1:") and url.endswith("/news/2")
    assert reply == {"state": "ok", "http": 200, "bytes": len(page), "strip": 1,
                     "items": [{"headline": "One"}, {"headline": "Two"}]}


@pytest.mark.parametrize("status, headers, state", [
    (401, {}, "blocked"),
    (403, {}, "blocked"),
    (429, {}, "blocked"),
    (503, {"cf-mitigated": "challenge"}, "blocked"),
    (200, {"cf-mitigated": "challenge"}, "blocked"),
    (202, {"x-amzn-waf-action": "challenge"}, "blocked"),
    (503, {"Server": "ddos-guard"}, "blocked"),
    (503, {}, "http-error"),
    (404, {}, "http-error"),
    (410, {}, "http-error"),
    (500, {}, "http-error"),
    (302, {}, "http-error"),  # where to?
    (304, {}, "http-error"),  # nobody asked
])
def test_bad_status(ask, status, headers, state):
    reply = ask(strip_page(["Not news"]), status=status, headers=headers)
    assert (reply["state"], reply["http"]) == (state, status)
    assert "items" not in reply and reply["detail"] and len(reply["detail"].encode()) <= 256


def test_retry_after(ask):
    assert ask(status=503, headers={"Retry-After": "120"})["retry_after"] == 120
    assert ask(status=429, headers={"Retry-After": "86400"})["retry_after"] == 3600
    date = email.utils.formatdate(time.time() + 600, usegmt=True)
    assert 590 <= ask(status=429, headers={"Retry-After": date})["retry_after"] <= 600
    assert "retry_after" not in ask(status=429, headers={"Retry-After": "soon"})
    assert "retry_after" not in ask(status=429, headers={"Retry-After": "Sun, 06 Nov 1994 08:49:37 GMT"})


def test_fresh_for(ask):
    def fresh_for(**headers):
        return ask(strip_page(["x"]), headers={k.replace("_", "-"): v for k, v in headers.items()}).get("fresh_for")

    assert fresh_for(Cache_Control="public, max-age=90", Age="30") == 60
    assert fresh_for(Cache_Control='Max-Age="15"') == 15
    assert fresh_for(Cache_Control="max-age=10", Age="30") is None
    assert fresh_for(Cache_Control="max-age=90, no-cache") is None
    assert fresh_for(Cache_Control="no-store,max-age=90") is None
    assert fresh_for(Cache_Control="s-maxage=90") is None
    assert fresh_for() is None


def test_too_large(ask):
    page = strip_page(["x" * 3000])
    assert ask(page, keys={"MaxSize": "2K"})["state"] == "too-large"
    packed = gzip.compress(b"<li>" * 30_000_000)
    reply = ask(packed, headers={"Content-Encoding": "gzip"})
    assert reply["state"] == "too-large" and reply["detail"]
    assert ask(strip_page(["x"] * 2001))["state"] == "too-large"
    assert len(ask(strip_page(["x"] * 2000))["items"]) == 2000


def test_limits_of_the_tree(ask):
    head = "<!DOCTYPE html><meta charset=utf-8><ul class=ticker><li>x</li></ul>"
    assert ask(head + "<i></i>" * 249_990)["state"] == "ok"
    assert ask(head + "<i></i>" * 250_001)["state"] == "too-large"
    assert ask(head + "<div>" * 250)["state"] == "ok"
    assert ask(head + "<div>" * 260)["state"] == "bad-page"
    xml = {"Format": "xml", "Strip": "/a", "Item": ".//i"}
    assert ask("<a><i>x</i>" + "<b/>" * 250_000 + "</a>", keys=xml)["state"] == "too-large"
    assert ask("<a>" * 256 + "</a>" * 256, keys=xml)["state"] == "empty"
    assert ask("<a>" * 257 + "</a>" * 257, keys=xml)["state"] == "bad-page"


def test_a_selector_without_end(ask):
    page = strip_page(["x"]) + "<i></i>" * 3000
    reply = ask(page, keys={"Strip": "//*[count(//*[count(//*) > 1]) > 1]"})
    assert reply["state"] == "bad-page" and "Strip=" in reply["detail"]


def test_bad_page(ask):
    assert ask(b"no gzip at all", headers={"Content-Encoding": "gzip"})["state"] == "bad-page"
    assert ask("<rss><channel>", keys={"Format": "xml", "Strip": "/rss"})["state"] == "bad-page"
    assert ask("", keys={"Format": "xml", "Strip": "/rss"})["state"] == "bad-page"


def test_no_page(ask):
    for expect in "always", "sometimes":
        assert ask("", keys={"Expect": expect})["state"] == "bad-page"
        assert ask(status=204, keys={"Expect": expect})["state"] == "bad-page"
    assert ask("plain words")["state"] == "no-strip"


def test_http_charset_comes_first(ask):
    page = '<meta charset="utf-8"><ul class="ticker"><li>Žižkov</li></ul>'.encode("iso-8859-2")
    headers = {"Content-Type": 'text/html; x=y; Charset="ISO-8859-2"'}
    assert texts(ask(page, headers=headers)) == ["Žižkov"]
    headers = {"Content-Type": "text/html; charset=windows-1252"}
    assert texts(ask(page, headers=headers, keys={"Charset": "latin2"})) == ["Žižkov"]


def test_network_errors(site, config, ask, fetcher):
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    config.source("closed", f"http://127.0.0.1:{port}/")
    reply = fetcher.ask("closed")
    assert reply["state"] == "network-error" and "http" not in reply

    def reset(handler):
        handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        handler.connection.close()

    assert ask(raw=reset)["state"] == "network-error"

    def part(handler):
        handler.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n<ul class=ticker><li>x")

    assert ask(raw=part)["state"] == "network-error"

    def nonsense(handler):
        handler.wfile.write(b"220 smtp.example ESMTP\r\n")

    assert ask(raw=nonsense)["state"] in ("http-error", "network-error")

    def headers(handler):
        handler.wfile.write(b"HTTP/1.1 200 OK\r\n" + (b"X-Long: " + b"y" * 1000 + b"\r\n") * 300 + b"\r\n")

    reply = ask(raw=headers)
    assert reply["state"] in ("http-error", "network-error")


def test_timeout(ask):
    hold = threading.Event()
    try:
        reply = ask("x", hold=hold, keys={"Timeout": "300ms"})
        assert reply["state"] == "timeout" and 290 <= reply["ms"] < 20_000

        def drip(handler):
            handler.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")
            while not hold.wait(0.02):
                handler.wfile.write(b"<")

        assert ask(raw=drip, keys={"Timeout": "300ms"})["state"] == "timeout"
    finally:
        hold.set()


def test_bad_sources(site, config, fetcher):
    def bad(text, reply_has, line=None):
        path = config.source("bad", site.url("/"))
        path.write_text(text, encoding="utf-8")
        reply = fetcher.ask("bad")
        fetcher.end()
        assert reply["state"] == "bad-source" and reply_has in reply["detail"], reply
        if line:
            assert f"{path}:{line}:" in reply["detail"]
            done = fetch([f"--config={config.path}", "--check"])
            assert done.returncode == 78 and f"{path}:{line}: " in done.stderr
            assert len(done.stderr.splitlines()) == 1

    good = "[Source]\nURL=http://127.0.0.1/\n[Strip]\nStrip=//ul\n"
    bad("[Source]\nURL=gopher://x/\n", "errors")
    bad(good + "Strip=//[\n", "//[", 5)
    bad(good + "Item=.//li[contains(@class 'x')]\n", "contains", 5)
    bad(good + "Item=.//li[has-clas('x')]\n", "has-clas", 5)
    bad(good + "Drop=a\nDrop=!\n", "!", 6)
    # libxml2 would compile all of these.
    for expression in ("string(", "a |", "concat('a',", ".//a[has-class()]", ".//a[contains(.)]", ".//a[. = $x]",
                       "substring('a', 1, 2, 3)", "count(a, b)"):
        bad(good + f"Headline={expression}\n", expression, 5)
    bad(good + "Strike=(\n", "(", 5)
    bad(good + "Strike=a\nStrike=(\n", "(", 6)
    bad(good + "Strike=((a{1,255}){1,255}){1,255}\n", "{1,255}", 5)
    bad(good + "[Source]\nCharset=latin-47\n", "Charset=", 6)
    json = good.replace("//ul", "$.a") + "Format=json\n"
    bad(good + "Format=json\n", "//ul", 4)
    bad(json + "Strip=$.b\nStrip=$.c[*]\n", "$.c[*]", 7)
    bad(json + "Item=.//a\n", ".//a", 6)
    bad(json + "Link=$.\n", "$.", 6)
    bad(json + "Drop=$.b\n", "$.b", 6)
    bad(json + "Strike=a\nStrike=(\n", "(", 7)
    bad(json + "Script=//script\n", "Script=", 6)
    bad(json.replace("Format=json", "Script=//["), "//[", 5)
    bad(json.replace("Format=json", "Script=//script\nWhen=true()"), "true()", 6)


JSON = {"Format": "json", "Strip": "$.items", "Headline": "$.t", "Link": "$.u"}


def test_json(ask):
    page = json.dumps({"items": [{"t": "Žižkov", "u": "/1"}, {"t": "Two"}]}, ensure_ascii=False)
    reply = ask(page, keys=JSON)
    url = reply["items"][0].pop("url")
    assert url.startswith("http://127.0.0.1:") and url.endswith("/1")
    assert reply.pop("ms") > 0 and reply.pop("cpu") > 0 and reply.pop("date") > 0
    assert reply == {"state": "ok", "http": 200, "bytes": len(page.encode()), "strip": 1,
                                             "items": [{"headline": "Žižkov"}, {"headline": "Two"}]}
    assert ask("", keys=JSON)["state"] == "bad-page"
    assert ask(status=204, keys=JSON)["state"] == "bad-page"
    assert ask("<!DOCTYPE html><p>Sorry", keys=JSON)["state"] == "bad-page"
    assert ask("{}", keys=JSON)["state"] == "no-strip"
    assert ask('{"items": null}', keys=JSON)["state"] == "empty"
    reply = ask('{"items": [{"t": "x"}]}', keys={**JSON, "Strip": ["$.no", "$.items"]})
    assert (reply["state"], reply["strip"]) == ("ok", 2)


def test_json_in_other_encodings(ask):
    page = '{"items": [{"t": "Žižkov <meta charset=windows-1252>"}]}'
    for body, charset in [(page.encode("iso-8859-2"), "iso-8859-2"), (page.encode("utf-16"), None),
                          (page.encode("utf-8-sig"), None), (page.encode(), None)]:
        content_type = "application/json" + (f"; charset={charset}" if charset else "")
        reply = ask(body, headers={"Content-Type": content_type}, keys=JSON)
        assert texts(reply) == ["Žižkov"], content_type


def test_json_redirected(site, config, fetcher):
    site.script("/a", [moved("/b/c.json")])
    site.set("/b/c.json", '{"items": [{"t": "x", "u": "d"}]}', etag="e")
    config.source("one", site.url("/a"), **JSON)
    assert fetcher.ask("one")["items"] == [{"headline": "x", "url": site.url("/b/d")}]
    assert fetcher.ask("one")["state"] == "unchanged"


def test_limits_of_json(ask):
    def state(page):
        return ask(page, keys=JSON)["state"]

    entry = '{"t":"x"},'
    assert state('{"items":[' + entry * 1999 + entry[:-1] + "]}") == "ok"
    assert state('{"items":[' + entry * 2000 + entry[:-1] + "]}") == "too-large"
    # Of the values the list, the object in it, its text and the list of noughts are four.
    assert state('{"items":[{"t":"x"}],"pad":[' + "0," * 249_995 + "0]}") == "ok"
    assert state('{"items":[{"t":"x"}],"pad":[' + "0," * 249_996 + "0]}") == "too-large"
    assert state('{"items":"' + "[,]" * 250_000 + '"}') == "empty"
    assert state("[" * 256 + "]" * 256) == "no-strip"
    assert state("[" * 257 + "]" * 257) == "bad-page"
    assert state("[" * 1_000_000) == "bad-page"
    assert state('{"a":' * 1_000_000) == "bad-page"
    long = {"items": [{"t": "Ü" * 2000, "u": "/" + "x" * 5000}]}
    reply = ask(json.dumps(long), keys=JSON)
    assert "url" not in reply["items"][0] and reply["items"][0]["headline"].endswith("…")
    assert len(reply["items"][0]["headline"].encode()) <= 2048


def test_large_json(ask):
    """Each entry is read on its own; the page is not parsed for each."""
    page = {"items": [{"t": f"Number {i}", "u": f"/{i}", "more": ["x" * 400] * 10} for i in range(2000)]}
    reply = ask(json.dumps(page), keys=JSON)
    assert len(reply["items"]) == 2000 and reply["items"][-1]["headline"] == "Number 1999"
    assert reply["bytes"] > 7_000_000 and reply["ms"] < 10_000


def test_script(ask):
    page = '<base href="/x/"><script id=s>{"items": [{"t": "x", "u": "y"}], "on": %s}</script>'
    keys = {**JSON, "Format": "html", "Script": "//script[@id='s']", "When": "$.on"}
    assert ask(page % "true", keys=keys)["items"][0]["url"].endswith("/x/y")
    assert ask(page % "false", keys=keys)["state"] == "empty"
    assert ask(page % "maybe", keys=keys)["state"] == "bad-page"
    assert ask(page.replace("items", "rows") % "true", keys=keys)["state"] == "no-strip"
    assert ask(page.replace("id=s", "id=t") % "true", keys=keys)["state"] == "no-strip"
    assert ask("", keys=keys)["state"] == "bad-page"
    assert ask("<i>" * 300 + page % "true", keys=keys)["state"] == "bad-page"
    reply = ask(page % "true", keys={**keys, "Script": "//script[count('x')]"})
    assert reply["state"] == "bad-source" and "Script=" in reply["detail"]


def test_json_explained(config, site, tmp_path):
    page = tmp_path / "page.json"
    page.write_text('{"items": [{"t": "x", "u": "ftp://x/"}, {"t": 1}]}')
    _, done = read(config.source("one", site.url("/"), **{**JSON, "Strip": ["$.no", "$.items"]}), f"--page={page}", "-v")
    for part in ("Strip= number 1 finds nothing", "number 2 finds an array", "dropped", "$.t", "no link", "1 entries"):
        assert part in done.stderr, part
    page.write_text('<script>x()</script><script>{"items": [{"t": "x"}]}</script>')
    keys = {**JSON, "Format": "html", "Script": "//script"}
    _, done = read(config.source("two", site.url("/"), **keys), f"--page={page}", "-v")
    for part in ("Script= finds 2 node(s)", "number 1 is bad-page", "number 2 is ok"):
        assert part in done.stderr, part


def test_selectors_of_a_wrong_kind(ask):
    reply = ask(strip_page(["x"]), keys={"Item": "count(.//li)"})
    assert reply["state"] == "bad-source" and "Item=" in reply["detail"]
    reply = ask(strip_page(["x"]), keys={"Item": ".//li[count('x')]"})
    assert reply["state"] == "bad-source" and "Item=" in reply["detail"]
    assert ask(strip_page(["x"]), keys={"Strip": "//svg:g | //ul"})["state"] == "ok"


def test_check(config, site):
    config.source("good", site.url("/"))
    done = fetch([f"--config={config.path}", "--check"])
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    config.set(Sources=["good", "missing"])
    done = fetch([f"--config={config.path}", "--check"])
    assert done.returncode == 78 and "missing" in done.stderr
    # What is wrong in one source does not hide what is wrong in another.
    config.source("good", site.url("/"), Interval="nonsense")
    config.source("missing", site.url("/"), Strip="//[")
    done = fetch([f"--config={config.path}", "--check"])
    assert done.returncode == 78 and "nonsense" in done.stderr and "//[" in done.stderr


def test_unknown_sources(config, fetcher):
    assert fetcher.ask("nobody") == {"source": "nobody", "state": "unknown-source"}
    assert fetcher.ask("../../etc/passwd") == {"source": "../../etc/passwd", "state": "unknown-source"}
    reply = fetcher.ask("\x1b[2J" + "Ü" * 60)
    assert reply["state"] == "unknown-source" and reply["source"].startswith("[2JÜÜ")
    assert len(reply["source"].encode()) <= 64
    reply = fetcher.ask("y" * 100_000)
    assert reply["state"] == "unknown-source" and len(reply["source"].encode()) == 64
    fetcher.send("", "")
    assert fetcher.ask("z")["source"] == "z"


def test_conditional_get(site, config, fetcher):
    config.source("one", site.url("/"))
    site.set("/", strip_page(["x"]), etag="v1", headers={"Last-Modified": "Sun, 04 May 2025 10:00:00 GMT"})
    assert fetcher.ask("one")["state"] == "ok"
    reply = fetcher.ask("one")
    assert (reply["state"], reply["http"]) == ("unchanged", 304) and "items" not in reply
    asked = site.asked("/")
    assert "If-None-Match" not in asked[0].headers
    assert asked[1].headers["If-None-Match"] == '"v1"'
    assert asked[1].headers["If-Modified-Since"] == "Sun, 04 May 2025 10:00:00 GMT"

    # The validator of a 304 counts from then on; the one it does not repeat stays.
    site.set("/", status=304, headers={"ETag": '"v2"'})
    assert fetcher.ask("one")["state"] == "unchanged"
    assert fetcher.ask("one")["state"] == "unchanged"
    assert site.asked("/")[3].headers["If-None-Match"] == '"v2"'
    assert site.asked("/")[3].headers["If-Modified-Since"] == "Sun, 04 May 2025 10:00:00 GMT"

    # An error is no page, and changes nothing.
    site.set("/", status=500, headers={"ETag": '"error"'})
    assert fetcher.ask("one")["state"] == "http-error"
    site.set("/", strip_page(["x"]), etag="v2")
    assert fetcher.ask("one")["state"] == "unchanged"

    # A page without the strip does: what it brings is not to be called unchanged.
    site.set("/", "<p>no strip", etag="v3")
    assert fetcher.ask("one")["state"] == "no-strip"
    assert fetcher.ask("one")["state"] == "no-strip"
    assert "If-None-Match" not in site.asked("/")[7].headers

    # Memory ends with the connection.
    site.set("/", strip_page(["x"]), etag="v4")
    assert fetcher.ask("one")["state"] == "ok"
    assert fetcher.ask("one")["state"] == "unchanged"
    assert fetcher.end() == 0
    assert fetcher.ask("one")["state"] == "ok"


def test_empty_is_remembered_where_it_is_normal(site, config, fetcher):
    site.set("/", "<ul class=ticker></ul>", etag="e")
    config.source("always", site.url("/"))
    config.source("sometimes", site.url("/"), Expect="sometimes")
    config.source("within", site.url("/"), Expect="1d")
    assert [fetcher.ask("always")["state"] for _ in range(2)] == ["empty", "empty"]
    assert [fetcher.ask("sometimes")["state"] for _ in range(2)] == ["empty", "unchanged"]
    assert [fetcher.ask("within")["state"] for _ in range(2)] == ["empty", "empty"]


def moved(to, status=302):
    return Response("<p>elsewhere</p>", status=status, headers={"Location": to})


def test_redirects(site, config, fetcher):
    for i in range(7):
        site.script(f"/{i}", [moved(f"/{i + 1}", [301, 302, 303, 307, 308, 302, 301][i])])
    site.set("/7", strip_page([("x", "y/z")]))
    config.source("five", site.url("/2"))
    config.source("six", site.url("/1"))
    reply = fetcher.ask("five")
    assert (reply["state"], reply["http"]) == ("ok", 200)
    assert reply["items"][0]["url"] == site.url("/y/z")
    reply = fetcher.ask("six")
    assert reply["state"] == "http-error" and "5 redirects" in reply["detail"]

    site.script("/a/b", [moved("../c/d?q#f")])
    site.set("/c/d?q", strip_page([("x", "y")]), etag="e")
    config.source("relative", site.url("/a/b"))
    assert fetcher.ask("relative")["items"][0]["url"] == site.url("/c/y")
    assert fetcher.ask("relative")["state"] == "unchanged"
    assert "If-None-Match" not in site.asked("/a/b")[1].headers
    assert site.asked("/c/d?q")[1].headers["If-None-Match"] == '"e"'

    for target in ("ftp://127.0.0.1/x", "file:///etc/passwd", "gopher://127.0.0.1/"):
        site.script("/away", [moved(target)])
        config.source("away", site.url("/away"))
        reply = fetcher.ask("away")
        assert reply["state"] == "http-error" and "refused" in reply["detail"], target


def test_headers_for_the_own_host_only(site, config, fetcher):
    with Site() as other:
        site.script("/", [moved("/second")])
        site.script("/second", [moved(other.url("/third"))])
        other.script("/third", [moved(site.url("/fourth"))])
        site.set("/fourth", strip_page(["x"]))
        config.source("one", site.url("/"), Header=["X-Key: secret", "Authorization: Bearer secret",
                                                    "Cookie: a=secret"])
        config.set(UserAgent="test-agent/1 (someone@example.org)")
        assert fetcher.ask("one")["state"] == "ok"
        for path in ("/", "/second", "/fourth"):
            headers = site.asked(path)[0].headers
            assert headers["X-Key"] == "secret" and headers["Authorization"] == "Bearer secret"
            assert headers["User-Agent"] == "test-agent/1 (someone@example.org)"
        headers = other.asked("/third")[0].headers
        assert headers["User-Agent"] == "test-agent/1 (someone@example.org)"
        assert "secret" not in str(headers)

        # Another port is another host; --url= may lead anywhere, the headers do not go along.
        reply, _ = read(config.folder / "sources/one.source", f"--url={other.url('/third')}")
        assert reply["state"] == "ok" and "secret" not in str(other.asked("/third")[1].headers)


def test_secret_headers(site, config, fetcher, tmp_path):
    """Header=@NAME stands for the lines of a file: beside the configuration, or a credential of the service."""
    site.set("/", strip_page(["x"]))
    config.source("one", site.url("/"), Header=["X-Open: 1", "@harbour", "X-Last: 3"])
    reply = fetcher.ask("one")
    assert reply["state"] == "bad-source" and "@harbour" in reply["detail"] and not site.asked("/")
    fetcher.wait_stderr(r"one\.source:5: .*@harbour.*No such file")
    fetcher.end()

    beside, credentials = config.folder / "secret", tmp_path / "credentials"
    for path, key in (beside / "harbour", "a"), (credentials / "secret_harbour", "b"):
        path.parent.mkdir()
        path.write_text(f"Authorization: Bearer {key}\r\n\nX-Key: {key}")
    for env, key in ({}, "a"), ({"CREDENTIALS_DIRECTORY": credentials}, "b"):
        fetcher.start(env=env)
        assert fetcher.ask("one")["state"] == "ok"
        headers = site.asked("/")[-1].headers
        assert (headers["Authorization"], headers["X-Key"]) == (f"Bearer {key}", key)
        assert (headers["X-Open"], headers["X-Last"]) == ("1", "3")
        fetcher.end()

    for bad in ("no header", "@another", "X-Key: a\rX-Other: b", "X" * 100_000):
        (beside / "harbour").write_text(bad)
        reply = fetcher.ask("one")
        assert reply["state"] == "bad-source" and bad[:8] not in reply["detail"], bad
        fetcher.end()
    assert len(site.asked("/")) == 2
    # What is read from a file needs no secret.
    (tmp_path / "page").write_text(strip_page(["x"]))
    reply, _ = read(config.folder / "sources/one.source", f"--page={tmp_path}/page")
    assert reply["state"] == "ok"


def test_no_cookies_and_no_netrc(site, config, fetcher, tmp_path):
    (tmp_path / ".netrc").write_text("machine 127.0.0.1 login me password secret\n")
    (tmp_path / ".curlrc").write_text('header = "X-Curlrc: yes"\n')
    site.set("/", strip_page(["x"]), headers={"Set-Cookie": "a=b; Path=/"})
    config.source("one", site.url("/"))
    fetcher.start(env={"HOME": tmp_path})
    for _ in range(2):
        fetcher.ask("one")
    for request in site.asked("/"):
        assert not {"Cookie", "Authorization", "X-Curlrc"} & set(request.headers.keys())


def test_compression(site, config, fetcher):
    page = strip_page(["Ünpacked"]).encode()
    for name, pack in [("gzip", gzip.compress), ("deflate", zlib.compress)]:
        site.set(f"/{name}", pack(page), headers={"Content-Encoding": name})
        config.source(name, site.url(f"/{name}"))
        reply = fetcher.ask(name)
        assert texts(reply) == ["Ünpacked"] and reply["bytes"] == len(page)
        assert name in site.asked(f"/{name}")[0].headers["Accept-Encoding"]


def test_replies_in_the_order_they_finish(site, config, fetcher):
    hold = threading.Event()
    site.set("/slow", strip_page(["slow"]), hold=hold)
    site.set("/fast", strip_page(["fast"]))
    config.source("slow", site.url("/slow"))
    config.source("fast", site.url("/fast"))
    try:
        fetcher.send("slow", "fast")
        assert fetcher.reply()["source"] == "fast"
        # One request a source: the second waits, and what is behind it too.
        fetcher.send("slow", "fast")
        site.wait("/slow", 1)
    finally:
        hold.set()
    assert fetcher.reply()["source"] == "slow"
    assert sorted(fetcher.reply()["source"] for _ in range(2)) == ["fast", "slow"]
    assert len(site.asked("/slow")) == 2 and len(site.asked("/fast")) == 2


def test_a_last_line_without_its_end(config):
    done = fetch([f"--config={config.path}"], stdin="one\r\n\ntwo")
    assert [json.loads(line)["source"] for line in done.stdout.splitlines()] == ["one", "two"]
    assert done.returncode == 0


def test_nobody_reads(config):
    process = subprocess.Popen([*GUARD, BUILD / "fetch/tickerd-fetch", f"--config={config.path}"],
                               stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                               env=environment())
    process.stdout.close()
    process.stdin.write(b"x\n")
    process.stdin.flush()
    assert process.wait(60) == 0
    process.stdin.close()
    process.stderr.close()


def test_connections_are_kept(site, config, fetcher):
    ports = []

    def remember(handler):
        ports.append(handler.client_address[1])
        handler.close_connection = False
        body = strip_page(["x"]).encode()
        handler.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body))

    site.set("/", raw=remember)
    config.source("one", site.url("/"))
    for state in "ok", "unchanged", "unchanged":
        assert fetcher.ask("one")["state"] == state
    assert len(ports) == 3 and len(set(ports)) == 1


def test_a_page_that_takes_too_long_ends_the_process(config, site, fetcher):
    # glibc's matcher of back references is what a source's author can slow down without end.
    page = strip_page(["a" * 1900 + "b"])
    site.set("/", page)
    config.source("one", site.url("/"), Timeout="1s", Strike=r"(a*)(a*)(a*)(a*)(a*)\1\2\3\4\5c")
    fetcher.send("one")
    assert fetcher.wait_stderr("one: reading the page took longer than 6 s")
    assert fetcher.wait_exit() == -signal.SIGALRM


def test_a_page_that_takes_too_long_where_nobody_reads_the_messages(config, site):
    site.set("/", strip_page(["a" * 1900 + "b"]))
    config.source("one", site.url("/"), Timeout="1s", Strike=r"(a*)(a*)(a*)(a*)(a*)\1\2\3\4\5c")
    out, full = os.pipe()
    os.set_blocking(full, False)
    with contextlib.suppress(BlockingIOError):
        while True:
            os.write(full, b"x" * 4096)
    os.set_blocking(full, True)
    process = subprocess.Popen([*GUARD, BUILD / "fetch/tickerd-fetch", f"--config={config.path}"],
                               stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=full, env=environment())
    with process, contextlib.closing(process.stdin):
        process.stdin.write(b"one\n")
        process.stdin.flush()
        try:
            assert process.wait(DEADLINE) == -signal.SIGALRM
        finally:
            process.kill()
    os.close(out)
    os.close(full)


def test_usage():
    for args in (["--page=x"], ["--url=http://x/"], ["--source=x", "--page=y", "--url=z"], ["word"], ["--no-such"],
                 ["--check", "--source=x"]):
        done = fetch(args)
        assert done.returncode == 2 and done.stderr and not done.stdout, args
    assert fetch(["--version"]).stdout.startswith("tickerd-fetch ")
    assert "--source=" in fetch(["--help"]).stdout
    assert fetch(["--config=/nowhere/at/all.conf"]).returncode == 78


def test_once(site, config, tmp_path):
    site.set("/", strip_page(["One", "+++"]))
    path = config.source("one", site.url("/"), Strike=r"\+")
    reply, done = read(path, f"--url={site.url('/')}", "--verbose")
    assert reply["source"] == "one" and texts(reply) == ["One"] and done.returncode == 0
    assert "UTF-8" in done.stderr and "HTTP says so" in done.stderr and "dropped" in done.stderr
    assert "Strip= number 1" in done.stderr and "1 entries" in done.stderr
    page = tmp_path / "page.html"
    page.write_text(strip_page(["Saved"]))
    assert texts(read(path, f"--page={page}")[0]) == ["Saved"]
    done = fetch([f"--source={path}", "--page=-"], stdin=strip_page(["Piped"]))
    assert texts(json.loads(done.stdout)) == ["Piped"]
    page.write_text("<p>")
    assert read(path, f"--page={page}")[1].returncode == 1
    assert read(tmp_path / "missing.source", f"--page={page}")[0]["state"] == "unknown-source"


NAMESPACE = """
import json, ssl, subprocess, sys, threading
sys.path.insert(0, sys.argv[1])
from website import DEADLINE, Response, Site, strip_page

fetcher, config, key = sys.argv[2:5]
def moved(to):
    return Response("", status=302, headers={"Location": to})
def ask(*urls):
    # One fetcher, asked for one after the other; its last reply.
    with subprocess.Popen([fetcher, f"--config={config}/tickerd.conf"], stdin=-1, stdout=-1, text=True) as process:
        for n, url in enumerate(urls):
            open(f"{config}/sources/s{n}.source", "w").write(
                f"[Source]\\nURL={url}\\nTimeout=10s\\n[Strip]\\nStrip=//ul[has-class('ticker')]\\n")
            print(f"s{n}", file=process.stdin, flush=True)
            reply = json.loads(process.stdout.readline())
    return [reply["state"], reply.get("detail", "")]

answers = {}
with Site("5.5.5.5") as public, Site("127.0.0.1") as private, Site("6.6.6.6") as other, Site("127.0.0.2") as second:
    private.set("/", strip_page(["secret"]))
    public.set("/", strip_page(["x"]))
    public.script("/in", [moved(private.url("/"))])
    public.script("/in6", [moved(f"http://[::ffff:127.0.0.1]:{private.port}/")])
    public.script("/on", [moved(other.url("/in"))])
    other.script("/in", [moved(private.url("/"))])
    public.script("/across", [moved(other.url("/page"))])
    other.set("/page", strip_page(["x"]))
    second.script("/between", [moved(private.url("/"))])
    second.script("/out", [moved(public.url("/"))])
    answers["public to private"] = ask(public.url("/in"))
    answers["public to mapped"] = ask(public.url("/in6"))
    answers["public to public to private"] = ask(public.url("/on"))
    answers["private asked"] = len(private.requests.all())
    answers["over a kept connection"] = ask(private.url("/"), public.url("/in"))
    answers["public to public"] = ask(public.url("/across"))
    answers["private to private"] = ask(second.url("/between"))
    answers["private to public"] = ask(second.url("/out"))

    secure = Site("127.0.0.1")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(key)
    secure._server.socket = context.wrap_socket(secure._server.socket, server_side=True)
    https = f"https://127.0.0.1:{secure.port}"
    secure.set("/", strip_page(["x"]))
    secure.script("/down", [moved(private.url("/"))])
    answers["https"] = ask(https + "/")
    answers["https to http"] = ask(https + "/down")
    if len(sys.argv) > 5:
        subprocess.run(["umount", sys.argv[5]], check=True)
        answers["untrusted"] = ask(https + "/")
    secure.close()
print(json.dumps(answers))
"""


def test_public_addresses_and_tls(config, tmp_path):
    """In a network of its own, where the loopback has addresses that are public elsewhere, with a certificate
    authority of its own."""
    bundle = "/etc/ssl/certs/ca-certificates.crt"
    key = tmp_path / "key.pem"
    if not shutil.which("openssl") or not shutil.which("ip"):
        pytest.skip("needs openssl and ip")
    subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", key, "-out", f"{key}.crt",
                    "-days", "2", "-subj", "/CN=test", "-addext", "subjectAltName=IP:127.0.0.1"],
                   check=True, capture_output=True)
    with key.open("a") as file:
        file.write((tmp_path / "key.pem.crt").read_text())
    setup = (f"ip link set lo up && ip addr add 5.5.5.5/32 dev lo && ip addr add 6.6.6.6/32 dev lo && "
             f"mount --bind {key}.crt {bundle} && exec \"$@\"")
    script = tmp_path / "inside.py"
    script.write_text(NAMESPACE)
    inside = ["unshare", "--user", "--map-root-user", "--net", "--mount", "sh", "-c", setup, "sh"]
    if subprocess.run([*inside, "true"], capture_output=True).returncode != 0:
        pytest.skip("needs user, network and mount namespaces")
    done = subprocess.run([*inside, sys.executable, script, ROOT / "tests", BUILD / "fetch/tickerd-fetch",
                           config.folder, key, bundle], capture_output=True, text=True, env=environment())
    assert done.returncode == 0, done.stderr
    answers = json.loads(done.stdout)
    refused = ["http-error", "a redirect leads from a public to a private address, refused"]
    assert answers["public to private"] == refused
    assert answers["public to mapped"][0] == "http-error"
    assert answers["public to public to private"] == refused
    assert answers["private asked"] == 0
    assert answers["over a kept connection"] == refused
    assert answers["public to public"] == answers["private to private"] == answers["private to public"] == ["ok", ""]
    assert answers["https"] == ["ok", ""]
    assert answers["https to http"] == ["http-error", "a redirect leads from https to http, refused"]
    assert answers["untrusted"][0] == "network-error" and "certificate" in answers["untrusted"][1]


STRIPS = {
    "newscomau": ("//div[has-class('sectionref-breaking-news')]", ".//ul[has-class('breaking-news-list')]/li",
                  {"Drop": ".//span[has-class('timestamp')]"}),
    "imlebanon.1": ("//ul[@id='theTimeline']", "./li[.//time]", {"Headline": ".//span[has-class('title')]"}),
    "imlebanon.2": ("//ul[@id='theTimeline']", "./li[.//time]", {"Headline": ".//span[has-class('title')]"}),
    "lebanonfiles": ("//div[@id='ticker']", "./div", {"Drop": "./i"}),
    "lesothotimes": ("//ul[has-class('marquee-content-items')]", "./li", {}),
    "pentagonpost.1": ("//marquee", ".//li[has-class('ticker')]", {}),
    "pentagonpost.2": ("//marquee", ".//li[has-class('ticker')]", {}),
    "asahishimbun": ("//*[@id='LatestNews']", ".//ul[has-class('LatestNewsList')]/li",
                     {"Drop": ".//span[has-class('p-breaking__timeCell')]", "Headline": "./a"}),
}


def check_truth(captures, prefix, reply):
    truth = [entry for entry in captures.truth() if entry["file"].startswith(prefix)]
    assert len(truth) == 1 and reply["state"] == "ok"
    items = reply["items"]
    digests = [hashlib.sha1(items[i]["headline"].encode()).hexdigest()[:12] for i in (0, -1)]
    assert (len(items), *digests) == (truth[0]["n"], truth[0]["first"], truth[0]["last"])
    assert sum("url" in item for item in items) == truth[0]["n_links"]
    assert len({item["headline"] for item in items}) == truth[0]["n_distinct"]


@pytest.mark.parametrize("name", STRIPS)
def test_captures(captures, config, tmp_path, name):
    strip, item, keys = STRIPS[name]
    path = config.source("site", "https://site.example/", Strip=strip, Item=item, **keys)
    page = tmp_path / "page.html"
    page.write_bytes(captures.page(name))
    check_truth(captures, name, read(path, f"--page={page}")[0])


@pytest.mark.parametrize("time", ["2208", "2230"])
def test_almayadeen(captures, tmp_path, time):
    name = f"almayadeen-arabic.2023-11-02T{time}"
    page = tmp_path / "page.html"
    page.write_bytes(captures.page(name))
    reply, _ = read(ROOT / "etc/sources/almayadeen-arabic.source", f"--page={page}")
    check_truth(captures, name, reply)
    assert all(item["url"].startswith("https://www.almayadeen.net/latestnews/2023/11/2/") for item in reply["items"])
    assert len({item["url"] for item in reply["items"]}) == 10


def test_scripts_of_captures(captures, config, tmp_path):
    """A flag beside an old headline; lists for search engines."""
    page = tmp_path / "page.html"

    def ask(name, **keys):
        page.write_bytes(captures.page(name))
        return read(config.source("site", "https://site.example/", **keys), f"--page={page}")[0]

    state = {"Script": "//script[contains(., '__INITIAL_STATE__')]", "Strip": "$.straps.straps.breakingNews.links",
             "Headline": "$.headline", "Link": "$.url"}
    assert len(ask("ninenews", **state)["items"]) == 1
    assert ask("ninenews", **state, When="$.straps.straps.breakingNewsActivated")["state"] == "empty"
    data = {"Script": "//script[@type='application/ld+json']", "Strip": "$.itemListElement", "Headline": "$.name",
            "Link": "$.url"}
    reply = ask("almayadeen-arabic.2023-11-02T2208", **data)
    assert reply["state"] == "ok" and all("url" in item for item in reply["items"])
    reply = ask("zeit.news.990f261", **{**data, "Headline": "$.url"})
    assert len(reply["items"]) > 100 and all("url" in item for item in reply["items"])
