# SPDX-License-Identifier: LGPL-2.1-or-later
"""tickerd-fetch with many sources at once, and what new connections cost it."""

import json
import json
import pathlib
import re
import shutil
import ssl
import subprocess
import threading
from random import Random

import pytest

from programs import BUILD, GUARD, environment, fetch
from website import DEADLINE, Site, strip_page

IN_FLIGHT = 256
SANITIZED = b"libasan" in subprocess.run(["ldd", BUILD / "fetch/tickerd-fetch"], capture_output=True).stdout


def peak(pid):
    """MiB."""
    status = pathlib.Path(f"/proc/{pid}/status").read_text()
    return int(re.search(r"VmHWM:\s+(\d+)", status)[1]) / 1024


def add_sources(site, config, names, **response):
    for name in names:
        site.set(f"/{name}", strip_page([name]), **response)
        config.source(name, site.url(f"/{name}"))


def test_how_many_are_in_flight(site, config, fetcher):
    hold = threading.Event()
    names = [f"n{i}" for i in range(IN_FLIGHT + 10)]
    add_sources(site, config, names, hold=hold)
    try:
        fetcher.send(*names, "unknown")
        site.requests.wait(lambda all: len(all) >= IN_FLIGHT, f"{IN_FLIGHT} requests")
        fetcher.process.stdin.close()
    finally:
        hold.set()
    # What needs no page would be answered at once, had it not to wait for its turn behind the 257th.
    replies = [fetcher.reply()["source"] for _ in [*names, "unknown"]]
    assert replies.index("unknown") > 4
    # The input has ended; what was asked is answered, and then it ends.
    assert sorted(replies) == sorted([*names, "unknown"])
    assert fetcher.wait_exit() == 0


def test_nobody_waits_for_those_that_hang(site, config, fetcher):
    """Every fourth of 400 says nothing, and the others are answered, each twice, before the first of them is."""
    hold = threading.Event()
    names = [f"n{i:03}" for i in range(400)]
    hanging = names[::4]
    healthy = sorted(set(names) - set(hanging))
    add_sources(site, config, healthy)
    add_sources(site, config, hanging, hold=hold)
    try:
        fetcher.send(*names)
        assert sorted(fetcher.reply()["source"] for _ in healthy) == healthy
        site.requests.wait(lambda all: len(all) == len(names), "all requests")
        fetcher.send(*healthy)
        assert sorted(fetcher.reply()["source"] for _ in healthy) == healthy
    finally:
        hold.set()
    replies = [fetcher.reply() for _ in hanging]
    assert sorted(reply["source"] for reply in replies) == hanging
    assert {reply["state"] for reply in replies} == {"ok"}


def test_few_descriptors(config):
    """Connections that are kept, here to 600 hosts, leave enough for those that are made."""
    names = [f"n{i}" for i in range(600)]
    with Site("0.0.0.0") as site:
        for i, name in enumerate(names):
            site.set(f"/{name}", strip_page([name]))
            config.source(name, f"http://127.1.{i // 200}.{i % 200 + 1}:{site.port}/{name}")
        done = subprocess.run([*GUARD, "prlimit", "--nofile=400", BUILD / "fetch/tickerd-fetch", f"--config={config.path}"],
                              input="".join(f"{name}\n" for name in names), capture_output=True, text=True,
                              env=environment(), timeout=DEADLINE)
        assert [json.loads(line)["state"] for line in done.stdout.splitlines()] == ["ok"] * len(names)


def html_of(entries, base):
    rows = "".join(f"<li><a href='{link}'>{text}</a><time>{at}</time>" for text, link, at in entries)
    return f"<!DOCTYPE html><meta charset=utf-8><base href='{base}'><ul class=ticker>{rows}</ul>"


def feed_of(entries, base):
    items = "".join(f"<item><title>{text}</title><link>{link}</link><pubDate>{at}</pubDate></item>"
                    for text, link, at in entries)
    return f"<rss version='2.0' xml:base='{base}'><channel><title>x</title>{items}</channel></rss>"


def atom_of(entries, base):
    items = "".join(f"<entry><title type='html'><![CDATA[{text}]]></title><link href='{link}'/>"
                    f"<updated>{at}</updated></entry>" for text, link, at in entries)
    return f"<feed xmlns='http://www.w3.org/2005/Atom' xml:base='{base}'><title>x</title>{items}</feed>"


def json_of(entries, base):
    return json.dumps({"items": [{"t": text, "u": base + link, "p": at} for text, link, at in entries]})


@pytest.mark.parametrize("page_of, keys", [
    (html_of, {"Published": ".//time", "Headline": ".//a"}),
    (feed_of, {"Format": "feed", "Strip": None}),
    (atom_of, {"Format": "feed", "Strip": None}),
    (json_of, {"Format": "json", "Strip": "$.items", "Headline": "$.t", "Link": "$.u", "Published": "$.p"}),
], ids=["html", "rss", "atom", "json"])
def test_what_is_known_is_read_as_if_it_were_new(site, config, fetcher, tmp_path, page_of, keys):
    """Pages that have most of their entries in common, read by one reader and, each by itself, by others."""
    random = Random(7)
    texts = ["A ferry", "The port", "A ferry &amp; more", "Tom &amp;amp; Jerry", "x", "---", "3 &lt; 5", "Ünder", "الأخبار"]
    url = site.url("/page/")
    config.source("one", url, **keys)
    last = None
    for _ in range(40):
        base = random.choice([url, url, url, "http://y.example/z/"])
        entries = [(f"{random.choice(texts)} {random.choice([1, 1, 2])}" if random.random() < 0.9 else random.choice(texts),
                    random.choice(["/1", "2", "#3"]), random.choice(["now", "now", "then"]))
                   for _ in range(random.randrange(1, 7))]
        page = page_of(entries, base)
        site.set("/page/", page)
        (tmp_path / "page").write_text(page)
        alone = json.loads(fetch([f"--source={config.folder}/sources/one.source", f"--page={tmp_path / 'page'}"]).stdout)
        reply = fetcher.ask("one")
        items = reply.get("items") if reply["state"] != "unchanged" else last

        def news(items):
            return [(item["headline"], item.get("url")) for item in items or []]

        assert news(items) == news(alone.get("items"))
        if reply["state"] != "unchanged":
            assert reply["state"] == alone["state"] and items == alone.get("items")
        if reply["state"] in ("ok", "unchanged"):
            last = alone.get("items")


def large_page(headline, size):
    page = strip_page([headline]).encode()
    return page + b"<!--" + b"x" * (size - len(page) - 7) + b"-->"


def test_what_all_pages_take_together(config, fetcher, site):
    """32 pages of 4 MiB that come at once do not stand in memory at once."""
    names, hold = [f"n{i}" for i in range(32)], threading.Event()
    for name in names:
        site.set(f"/{name}", large_page(name, 4 << 20), hold=hold)
        config.source(name, site.url(f"/{name}"))
    try:
        fetcher.send(*names)
        site.requests.wait(lambda all: len(all) == len(names), "all requests")
    finally:
        hold.set()
    assert {fetcher.reply()["state"] for _ in names} == {"ok"}
    if not SANITIZED:
        assert peak(fetcher.pid) < 100


def test_those_that_stand_still_make_room(config, fetcher, site):
    """Pages that stop just before their end hold all the room there is; others get through all the same."""
    hold = threading.Event()

    def stop(handler):
        page = large_page("late", 4 << 20)
        handler.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: %d\r\n\r\n" % len(page))
        handler.wfile.write(page[:-1])
        hold.wait(DEADLINE)
        handler.wfile.write(page[-1:])

    slow = [f"slow{i}" for i in range(14)]
    for name in slow:
        site.set(f"/{name}", raw=stop)
        config.source(name, site.url(f"/{name}"), Timeout="10min")
    site.set("/good", large_page("news", 2 << 20))
    config.source("good", site.url("/good"), Timeout="10min")
    replies = {}
    try:
        fetcher.send(*slow)
        site.requests.wait(lambda all: len(all) == len(slow), "all requests")
        fetcher.send("good")
        while "good" not in replies:
            reply = fetcher.reply()
            replies[reply["source"]] = reply
    finally:
        hold.set()
    assert replies.pop("good")["state"] == "ok"
    assert replies  # at least one has made room
    for reply in replies.values():
        assert reply["state"] == "timeout" and "others needed its room" in reply["detail"]
    rest = {fetcher.reply()["state"] for _ in range(len(slow) - len(replies))}
    assert rest <= {"ok", "timeout"} and "ok" in rest


@pytest.fixture
def secure(tmp_path):
    """A site with TLS, each answer on a connection of its own, and the certificate to trust."""
    if not shutil.which("openssl"):
        pytest.skip("needs openssl")
    key, certificate = tmp_path / "key.pem", tmp_path / "authority.pem"
    subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", key, "-out", certificate,
                    "-days", "2", "-subj", "/CN=test", "-addext", "subjectAltName=IP:127.0.0.1"],
                   check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    with Site() as site:
        site._server.socket = context.wrap_socket(site._server.socket, server_side=True)
        site.set("/", strip_page(["Secret news"]), headers={"Connection": "close"})
        site.context, site.certificate = context, certificate
        site.secure_url = f"https://127.0.0.1:{site.port}/"
        yield site


def variables(certificate, folder):
    """By each of them curl(1) is told whom to trust, and so is the reader."""
    folder.mkdir()
    digest = subprocess.run(["openssl", "x509", "-hash", "-noout", "-in", certificate], check=True, capture_output=True,
                            text=True).stdout.strip()
    (folder / f"{digest}.0").write_bytes(certificate.read_bytes())
    return {"CURL_CA_BUNDLE": certificate, "SSL_CERT_FILE": certificate, "SSL_CERT_DIR": folder}


@pytest.mark.parametrize("name", ["CURL_CA_BUNDLE", "SSL_CERT_FILE", "SSL_CERT_DIR", None])
def test_whom_to_trust(secure, config, fetcher, tmp_path, name):
    config.source("one", secure.secure_url)
    fetcher.start(env={name: variables(secure.certificate, tmp_path / "hashed")[name]} if name else {})
    reply = fetcher.ask("one")
    if name:
        assert reply["state"] == "ok"
    else:
        assert reply["state"] == "network-error" and "certificate" in reply["detail"]


def test_authorities_are_read_once_and_hosts_known_again(secure, config, fetcher):
    config.source("one", secure.secure_url)
    fetcher.start(env={"CURL_CA_BUNDLE": secure.certificate})
    assert fetcher.ask("one")["state"] == "ok"
    secure.certificate.write_text("no certificate\n")
    for _ in range(2):
        assert fetcher.ask("one")["state"] == "unchanged"
    stats = secure.context.session_stats()
    assert stats["accept_good"] == 3 and stats["hits"] == 2
