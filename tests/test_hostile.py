# SPDX-License-Identifier: LGPL-2.1-or-later
"""
Pages made to hurt whoever reads them, over real HTTP through the real reader: each must end in a state that says what
is wrong with it, in bounded memory, and leave a reader that reads the next page. That none takes for ever is seen to by
the reader itself, which ends by SIGALRM after Timeout= and 5 s: a test would then wait for a reply in vain.
"""

import contextlib
import itertools
import json
import pathlib
import subprocess
import threading
import zlib

import pytest

from programs import BUILD, fetch
from website import Response, strip_page

FETCHER = BUILD / "fetch/tickerd-fetch"
LIBRARIES = subprocess.run(["ldd", FETCHER], capture_output=True).stdout
SANITIZED = b"libasan" in LIBRARIES
TIMEOUT = "40s" if SANITIZED else "10s"
MEMORY = 200 << 20  # bytes, at the peak

HEAD = b"<!DOCTYPE html><meta charset=utf-8>"
STRIP = b"<ul class=ticker><li>News</ul>"
XML = {"Format": "xml", "Strip": "/r", "Item": ".//i"}
JSON = {"Format": "json", "Strip": "$.items", "Headline": "$.t"}
SCRIPT = {**JSON, "Format": "html", "Script": "//script"}


def peak(pid):
    status = pathlib.Path(f"/proc/{pid}/status").read_text()
    return int(status.split("VmHWM:")[1].split()[0]) << 10


@pytest.fixture
def hostile(site, config, fetcher):
    """Asks for such a page, and returns the reply when the same reader has read another page after it."""
    names = map("s{}".format, itertools.count())

    def hostile(body=b"", keys={}, **response):
        name = next(names)
        site.set("/good", strip_page([f"Good news, {name}"]))
        site.set(f"/{name}", body, **response)
        config.source(name, site.url(f"/{name}"), **{"Timeout": TIMEOUT, **keys})
        reply = fetcher.ask(name)
        if not SANITIZED:
            assert peak(fetcher.pid) < MEMORY
        assert [item["headline"] for item in fetcher.ask("good")["items"]] == [f"Good news, {name}"]
        # A page that was read says so by its entries, any other by a sentence.
        assert ("items" in reply) == (reply["state"] == "ok") and ("detail" in reply) != ("items" in reply)
        return reply

    config.source("good", site.url("/good"))
    return hostile


def endless(handler, head, part):
    """Sends a part again and again, until nobody wants it any more."""
    with contextlib.suppress(OSError):
        handler.wfile.write(head)
        while True:
            handler.wfile.write(part)


# A page, what its source says, and the states that tell the truth of it.
PAGES = {
    "nested-html": (HEAD + STRIP + b"<div>" * 100_000, {}, ["bad-page"]),
    "nested-html-inline": (HEAD + STRIP + b"<b><i>" * 50_000, {}, ["bad-page"]),
    "nested-html-tables": (HEAD + STRIP + b"<table><tr><td>" * 33_334, {}, ["bad-page"]),
    "nested-html-strip": (HEAD + b"<ul class=ticker><li>" * 50_000, {}, ["bad-page"]),
    "nested-xml": (b"<r>" * 100_000 + b"</r>" * 100_000, XML, ["bad-page"]),
    "nested-xml-namespaces": (b"".join(b'<r xmlns="u:%d">' % i for i in range(100_000)), XML, ["bad-page"]),
    "nested-json": (b'{"items":' * 100_000 + b"1" + b"}" * 100_000, JSON, ["bad-page"]),
    "nested-json-script": (HEAD + b"<script>" + b"[" * 100_000 + b"]" * 100_000 + b"</script>", SCRIPT, ["bad-page"]),
    "entries-html": (HEAD + b"<ul class=ticker>" + b"<li>x" * 1_000_000, {}, ["too-large"]),
    "entries-xml": (b"<r>" + b"<i>x</i>" * 1_000_000 + b"</r>", XML, ["too-large"]),
    "entries-json": (b'{"items":["' + b'x","' * 1_000_000 + b'x"]}', JSON, ["too-large"]),
    "entries-in-a-script": (HEAD + b"<script>[" + b"1," * 1_000_000 + b"1]</script>", SCRIPT, ["too-large"]),
    "strips": (HEAD + b"<ul class=ticker></ul>" * 200_000, {}, ["empty"]),
    "entries-without-text": (HEAD + b"<ul class=ticker>" + b"<li>+" * 200_000, {}, ["empty"]),
    "one-headline": (HEAD + b"<ul class=ticker><li>" + b"word " * 1_600_000, {}, ["ok"]),
    "one-word": (HEAD + b"<ul class=ticker><li>" + b"w" * 8_000_000, {}, ["ok", "empty"]),
    "one-name": (HEAD + STRIP + b"<" + b"w" * 8_000_000, {}, ["ok", "empty", "no-strip"]),
    "one-value": (HEAD + STRIP + b'<a href="' + b"w" * 8_000_000, {}, ["ok"]),
    "one-comment": (HEAD + STRIP + b"<!--" + b"-" * 8_000_000, {}, ["ok"]),
    "one-text-xml": (b"<r><i>" + b"w" * 8_000_000 + b"</i></r>", XML, ["ok", "bad-page"]),
    "one-text-json": (b'{"items":["' + b"w" * 8_000_000 + b'"]}', {**JSON, "Headline": "$"}, ["ok"]),
    "brackets": (HEAD + STRIP + b"<" * 8_000_000, {}, ["ok"]),
    "ends": (HEAD + STRIP + b"</p>" * 2_000_000, {}, ["ok", "too-large"]),
    "ends-of-nothing": (HEAD + STRIP + b"</ul></x>" * 800_000, {}, ["ok"]),
    "attributes-of-one": (HEAD + STRIP + b"<p %s>" % b" ".join(b"a%d" % i for i in range(10_000)), {}, ["ok"]),
    "million-attributes": (HEAD + STRIP + b"<p %s>x" % b" ".join(b"a%d" % i for i in range(1_000_000)), {},
                           ["ok", "too-large"]),
    "tiny-attributes": (HEAD + STRIP + b"<p " + b"a " * 4_000_000 + b">", {}, ["ok"]),
    "attributes-without-end": (HEAD + STRIP + b"<p " + b"a='>' " * 1_300_000, {}, ["ok"]),
    "attributes-of-html": (HEAD + STRIP + b"".join(b"<html a%d>" % i for i in range(500_000)), {}, ["too-large"]),
    "unclosed-formatting": (HEAD + STRIP + b"<b>" * 500_000, {}, ["bad-page"]),
    "unclosed-formatting-of-paragraphs": (HEAD + STRIP + b"<p>" + b"".join(b"<b a%d>" % i for i in range(400)) + b"</p>"
                                          + b"<p>x</p>" * 800_000, {}, ["too-large"]),
    "unclosed-links": (HEAD + STRIP + b"<a><div>" * 500_000, {}, ["bad-page"]),
    "tables": (HEAD + STRIP + b"<table>" * 1_000_000, {}, ["too-large"]),
    "text-in-a-table": (HEAD + STRIP + b"<table>" + b"x<tr>" * 1_000_000, {}, ["too-large"]),
    "pieces-of-a-text": (HEAD + STRIP + b"x</y>" * 1_000_000, {}, ["ok", "too-large"]),
    # lexbor copies a text for each piece that is added to it.
    "pieces-before-a-table": (HEAD + STRIP + b"<table>" + b"x<!---->" * 200_000, {},
                              ["too-large"] if b"liblexbor" in LIBRARIES else ["ok"]),
    "texts": (HEAD + STRIP + b"<i>a</i>b" * 200_000, {}, ["ok"]),
    "names": (HEAD + STRIP + b"".join(b"<x%d></x%d>" % (i, i) for i in range(240_000)), {}, ["ok", "too-large"]),
    "doctypes": (HEAD + STRIP + b"<!DOCTYPE a PUBLIC 'x' 'y'>" * 280_000, {}, ["ok"]),
    "templates": (HEAD + STRIP + b"<template>" * 500_000, {}, ["bad-page"]),
    "foreign": (HEAD + STRIP + b"<svg><p>" * 500_000, {}, ["ok", "too-large", "bad-page"]),
    "ampersands": (HEAD + b"<ul class=ticker><li>" + b"&" * 2_000_000, {}, ["empty"]),
    "references": (HEAD + b"<ul class=ticker><li>News" + b"&amp;" * 1_600_000, {}, ["ok"]),
    "marks": (HEAD + b"<ul class=ticker><li>a" + "\u0301".encode() * 4_000_000, {}, ["ok"]),
    "ligatures": (HEAD + b"<ul class=ticker><li>" + "\ufdfa".encode() * 2_600_000, {}, ["ok"]),
    "declarations": (HEAD + STRIP + b"<meta charset=" * 500_000, {}, ["ok"]),
    "bases": (HEAD + b"<base href=x>" * 200_000 + b"<ul class=ticker><li><a href=y>News</a></ul>", {}, ["ok"]),
    "nul-text": (HEAD + b"\0<ul class=ticker>\0<li>\0N\0ews\0</li>\0</ul>\0", {}, ["ok"]),
    "nul-tags": (HEAD + b"<u\0l class=ticker><li\0>News", {}, ["no-strip"]),
    "nul-between": (b"\0".join(bytes([c]) for c in HEAD + STRIP), {}, ["no-strip"]),
    "nul-only": (b"\0" * 2_000_000, {}, ["bad-page"]),
    "nul-xml": (b"<r>\0<i>News</i></r>", XML, ["ok", "bad-page"]),
    "nul-json": (b'{"items":[{"t":"N\0ews"}]}', JSON, ["ok", "bad-page"]),
    "nul-json-escaped": (b'{"items":[{"t":"N\\u0000ews"}]}', JSON, ["ok"]),
    "half-of-a-pair": (b'{"items":[{"t":"N\\ud800ews"}]}', JSON, ["ok"]),
    "a-number": (b'{"items":[{"t":"x","n":' + b"9" * 7_000_000 + b"}]}", JSON, ["ok"]),
}


@pytest.mark.parametrize("name", PAGES)
def test_pages(hostile, name):
    page, keys, states = PAGES[name]
    assert len(page) < 8 << 20  # or MaxSize= would keep it out
    # Nothing but the page says how to read it.
    assert hostile(page, keys, headers={"Content-Type": "text/html"})["state"] in states


# One text is more than the parser takes, although MaxSize= lets it in.
TEXTS = {
    "text": (HEAD + b"<ul class=ticker><li>%s", {}),
    "references": (HEAD + STRIP + b"<p>&eacute;%s", {}),
    "script": (HEAD + STRIP + b"<script>%s</script>", {}),
    "text-xml": (b"<r><i>%s</i></r>", XML),
}


@pytest.mark.parametrize("name", TEXTS)
def test_a_text_without_end(hostile, name):
    page, keys = TEXTS[name]
    body = page % (b"word " * 1_800_000)
    reply = hostile(body, {**keys, "MaxSize": "16M"}, headers={"Content-Type": "text/html"})
    assert reply["state"] == "too-large" and "8 MiB" in reply["detail"]


# Few elements, but many other nodes, each of which takes 60 bytes and more of memory.
LETTERS = "abcdefghijklmnopqrstuvwxyz"
NODES = {
    "comments": (HEAD + STRIP + b"<!---->" * 1_100_000, {}),
    "instructions": (HEAD + STRIP + b"<?x>" * 1_900_000, {}),
    "attributes": (HEAD + STRIP + b"<p %s>" % " ".join(LETTERS).encode() * 140_000, {}),
    "values": (HEAD + STRIP + b"<p %s>" % " ".join(f"{x}=1" for x in LETTERS).encode() * 74_000, {}),
    "xml-comments": (b"<r><i>News</i>" + b"<!---->" * 1_100_000 + b"</r>", XML),
    "xml-instructions": (b"<r><i>News</i>" + b"<?x?>" * 1_500_000 + b"</r>", XML),
    "xml-attributes": (b"<r><i>News</i>" + b"<p %s/>" % " ".join(f"{x}=''" for x in LETTERS).encode() * 56_000
                       + b"</r>", XML),
    "xml-references": (b"<!DOCTYPE r [<!ENTITY a 'x'>]><r><i>News</i>" + b"&a;" * 2_600_000 + b"</r>", XML),
    "xml-references-in-a-value": (b"<!DOCTYPE r [<!ENTITY a 'x'>]><r><i>News</i><i x='" + b"&a;" * 2_600_000
                                  + b"'/></r>", XML),
}


@pytest.mark.parametrize("name", NODES)
def test_many_nodes(hostile, name):
    assert hostile(*NODES[name], headers={"Content-Type": "text/html"})["state"] == "too-large"


BILLION = b'<!DOCTYPE r [<!ENTITY a0 "ha">%s]><r><i>&a30;</i></r>' % b"".join(
    b'<!ENTITY a%d "&a%d;&a%d;">' % (i, i - 1, i - 1) for i in range(1, 31))

ENTITIES = {
    "billion-laughs": BILLION,
    "billion-laughs-attribute": BILLION.replace(b"<i>&a30;", b'<i x="&a30;">'),
    "quadratic": b'<!DOCTYPE r [<!ENTITY a "%s">]><r><i>%s</i></r>' % (b"a" * 50_000, b"&a;" * 50_000),
    "itself": b'<!DOCTYPE r [<!ENTITY a "&a;">]><r><i>&a;</i></r>',
    "each-other": b'<!DOCTYPE r [<!ENTITY a "&b;"><!ENTITY b "&a;">]><r><i>&a;</i></r>',
    "elements": b'<!DOCTYPE r [<!ENTITY a "<i>x</i>">]><r>%s</r>' % (b"&a;" * 500_000),
    "hidden": b'<!DOCTYPE r [<!ENTITY a "&#38;b;&#38;b;"><!ENTITY b "&#38;a;">]><r><i>&a;</i></r>',
    "parameters": b'<!DOCTYPE r [<!ENTITY %% a "%%b;"><!ENTITY %% b "<!ENTITY c \'x\'>">%%a;]><r><i>&c;</i></r>',
    "attributes": b'<!DOCTYPE r [<!ATTLIST i x CDATA "%s">]><r>%s</r>' % (b"a" * 50_000, b"<i>x</i>" * 50_000),
}


@pytest.mark.parametrize("name", ENTITIES)
def test_entity_bombs(hostile, name):
    assert hostile(ENTITIES[name], XML)["state"] == "bad-page"
    # HTML has no entities of its own: what declares them is no strip.
    assert hostile(ENTITIES[name])["state"] in ("no-strip", "too-large")


@pytest.mark.parametrize("outside", ["file:///etc/hostname", "{site}/secret", "expect://id"])
def test_entities_from_outside(hostile, site, outside):
    outside = outside.format(site=site.url("")).encode()
    page = b'<!DOCTYPE r SYSTEM "%s" [<!ENTITY a SYSTEM "%s">]><r><i>News &a;</i></r>' % (outside, outside)
    reply = hostile(page, XML)
    assert reply["state"] == "bad-page" or reply["items"] == [{"headline": "News"}]
    assert not site.asked("/secret")


def large(part, n):
    def send(handler):
        head = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: %d\r\n\r\n" % (len(part) * n)
        with contextlib.suppress(OSError):
            handler.wfile.write(head)
            for _ in range(n):
                handler.wfile.write(part)

    return send


@pytest.mark.parametrize("part", [b"<li>News", b"\0" * 8, b"<!-- -->", b"Noise..."])
def test_a_large_body(hostile, part):
    assert hostile(raw=large(part * 125_000, 100))["state"] == "too-large"


def test_a_body_without_end(hostile):
    head = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n"
    part = b"<li>News</li>" * 1000
    assert hostile(raw=lambda h: endless(h, head + b"\r\n", part))["state"] == "too-large"
    chunk = b"%x\r\n%s\r\n" % (len(part), part)
    head += b"Transfer-Encoding: chunked\r\n\r\n"
    assert hostile(raw=lambda h: endless(h, head, chunk))["state"] == "too-large"
    # The body of an error page is of no interest.
    head = head.replace(b"200 OK", b"500 No")
    assert hostile(raw=lambda h: endless(h, head, chunk))["state"] in ("http-error", "too-large")


def gigabyte(wbits, layers=1):
    """1 GiB of zeros, compressed: a megabyte that begins and ends at a byte, over and over. The sum at the end is
    wrong, and nobody should come so far."""
    packer = zlib.compressobj(9, zlib.DEFLATED, wbits)
    zeros = bytes(1 << 20)
    begin = packer.compress(zeros) + packer.flush(zlib.Z_FULL_FLUSH)
    again = packer.compress(zeros) + packer.flush(zlib.Z_FULL_FLUSH)
    packed = begin + again * 1023 + packer.flush()
    for _ in range(1, layers):
        packer = zlib.compressobj(9, zlib.DEFLATED, wbits)
        packed = packer.compress(packed) + packer.flush()
    return packed


@pytest.mark.parametrize("encoding, wbits", [("gzip", 31), ("deflate", 15)])
def test_a_decompression_bomb(hostile, encoding, wbits):
    assert hostile(gigabyte(wbits), headers={"Content-Encoding": encoding})["state"] == "too-large"
    reply = hostile(gigabyte(wbits, 3), headers={"Content-Encoding": ", ".join([encoding] * 3)})
    assert reply["state"] == "too-large"
    reply = hostile(gigabyte(wbits), headers={"Content-Encoding": ", ".join([encoding] * 100)})
    assert reply["state"] in ("bad-page", "http-error", "network-error")


def test_costly_selectors(hostile):
    page = HEAD + b"<ul class=ticker>" + b"<li>x" * 2000 + b"</ul>" + b"<p>x<b>y</b></p>" * 50_000
    assert hostile(page, {"Strip": "//*[count(.//*[contains(., 'z')]) > 0]"})["state"] == "no-strip"
    # An entry's selector is run for each entry.
    for keys in ({"Strip": "//*[count(preceding::*) = 1]"}, {"Headline": "//p[last()]"},
                 {"When": "count(//*[count(//*) > 1])"}):
        reply = hostile(page, keys)
        assert reply["state"] == "bad-page" and "too many steps" in reply["detail"]


def iconv_names():
    names = subprocess.run(["iconv", "-l"], capture_output=True, text=True, check=True).stdout
    return sorted({name for word in names.replace(",", " ").split() if (name := word.strip("/"))})


def test_every_charset(site, config, fetcher):
    """A page with every byte there is, in HTTP's word and the page's own."""
    page = b"<ul class=ticker><li>News %s</li></ul>" % bytes(range(256))
    names = iconv_names()
    assert len(names) > 100
    by_http = [Response(page, headers={"Content-Type": f"text/html; charset={name}"}) for name in names]
    by_meta = [Response(f"<meta charset='{name}'>".encode() + page, headers={"Content-Type": "text/html"})
               for name in names]
    by_xml = [Response(f"<?xml version='1.0' encoding='{name}'?>".encode() + page.replace(b"</li>", b""),
                       headers={"Content-Type": "text/xml"}) for name in names]
    site.script("/html", [*by_http, *by_meta])
    site.script("/xml", by_xml)
    config.source("html", site.url("/html"), Timeout=TIMEOUT)
    config.source("xml", site.url("/xml"), Timeout=TIMEOUT, **XML)
    fetcher.send(*["html"] * 2 * len(names))
    for name in names * 2:
        reply = fetcher.reply()
        # In UTF-16 there is no strip in it.
        assert reply["state"] in ("ok", "unchanged", "no-strip"), name
        if reply["state"] == "ok":
            assert "News" in reply["items"][0]["headline"], name
        elif reply["state"] == "no-strip":
            assert name.upper().startswith(("UTF-16", "UCS-2", "UNICODE", "ISO-10646", "CSUNICODE")), name
    fetcher.send(*["xml"] * len(names))
    for name in names:
        assert fetcher.reply()["state"] == "bad-page", name  # not even with what is mended is it XML
    if not SANITIZED:
        assert peak(fetcher.pid) < MEMORY


def test_cut_at_every_byte(site, config, fetcher):
    """Characters of one to four bytes, in a page that ends anywhere."""
    text = "Né 新闻 خبر 🌍 ok"
    page = ('<!DOCTYPE html><meta charset="utf-8"><ul class="ticker"><li>' + text + "</li></ul>").encode()
    xml = f'<?xml version="1.0"?><r><i>{text}</i></r>'.encode()
    body = json.dumps({"items": [{"t": text}]}, ensure_ascii=False).encode()
    for name, whole, keys, content_type in [
            ("told", page, {}, "text/html; charset=utf-8"), ("untold", page, {}, "text/html"),
            ("xml", xml, XML, "text/xml"), ("json", body, JSON, "application/json")]:
        site.script(f"/{name}", [Response(whole[:i], headers={"Content-Type": content_type})
                                 for i in range(1, len(whole) + 1)])
        config.source(name, site.url(f"/{name}"), Timeout=TIMEOUT, **keys)
        fetcher.send(*[name] * len(whole))
        replies = [fetcher.reply() for _ in whole]
        assert [reply["items"] for reply in replies if reply["state"] == "ok"][-1] == [{"headline": text}]
        assert replies[-1]["state"] in ("ok", "unchanged")
        for reply in replies[:-1]:
            if keys:
                assert reply["state"] == "bad-page"
                continue
            assert reply["state"] in ("bad-page", "no-strip", "empty", "ok", "unchanged")  # nothing on it yet
            if reply["state"] == "ok" and name == "told":
                found = reply["items"][0]["headline"].removesuffix("\ufffd").rstrip()
                assert text.startswith(found) or found.startswith(text)  # half an end tag is text


def test_redirects_without_end(hostile, site):
    numbers = itertools.count()

    def further(handler):
        n = next(numbers)
        handler.wfile.write(b"HTTP/1.1 302 Found\r\nLocation: /further\r\nSet-Cookie: n=%d\r\n"
                            b"Content-Length: 0\r\n\r\n" % n)

    site.set("/further", raw=further)
    assert hostile(raw=further)["state"] == "http-error" and next(numbers) == 6
    reply = hostile(status=302, headers={"Location": "/" + "x" * 60_000})
    assert reply["state"] == "http-error"


def test_redirects_to_another_name_of_this_host(hostile, site):
    site.set("/there", strip_page(["News"]))
    there = f"http://localhost:{site.port}/there"
    keys = {"Header": ["Authorization: Bearer secret", "X-Key: secret"]}
    assert hostile(keys=keys, status=302, headers={"Location": there})["state"] == "ok"
    assert "secret" not in str(site.asked("/there")[0].headers)
    assert "secret" in str(site.asked("/s0")[0].headers)


FLOODS = {
    "headers": (b"HTTP/1.1 200 OK\r\n", b"X-Long: " + b"y" * 1000 + b"\r\n"),
    "one-header": (b"HTTP/1.1 200 OK\r\nX-Long: ", b"y" * 1000),
    "status-line": (b"HTTP/1.1 200 ", b"y" * 1000),
    "continue": (b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
    "hints": (b"", b"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n"),
    "cookies": (b"HTTP/1.1 200 OK\r\n", b"Set-Cookie: a=b\r\n"),
    "encodings": (b"HTTP/1.1 200 OK\r\n", b"Content-Encoding: gzip\r\n"),
    "trailers": (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\n", b"X: y\r\n"),
    "chunk-extension": (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1;", b"y" * 1000),
    "nul-headers": (b"HTTP/1.1 200 OK\r\n", b"X: a\0b\r\n"),
    "no-http": (b"", b"\xff\xfe\0y"),
}


@pytest.mark.parametrize("name", FLOODS)
def test_floods(hostile, name):
    head, part = FLOODS[name]
    reply = hostile(raw=lambda handler: endless(handler, head, part), keys={"Timeout": "2s"})
    assert reply["state"] in ("http-error", "network-error", "timeout", "bad-page", "too-large"), reply


def test_one_byte_at_a_time(site, config, fetcher, hostile):
    """Never silent for long, never done; and whoever is asked meanwhile answers."""
    stop = threading.Event()

    def drip(handler, head=b"", bytes=b"HTTP/1.1 200 OK\r\nX-Long: " + b"y" * 1_000_000):
        with contextlib.suppress(OSError):
            handler.wfile.write(head)
            for byte in bytes:
                if stop.wait(0.02):
                    break
                handler.wfile.write(b"%c" % byte)

    def chunks(handler):
        drip(handler, b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"1\r\nx\r\n" * 100_000)

    site.set("/headers", raw=drip)
    site.set("/chunks", raw=chunks)
    for name in ("headers", "chunks"):
        config.source(name, site.url(f"/{name}"), Timeout="2s")
    try:
        fetcher.send("headers", "chunks")
        assert fetcher.ask("good")["source"] == "good"
        assert {(reply["source"], reply["state"]) for reply in (fetcher.reply(), fetcher.reply())} == {
            ("headers", "timeout"), ("chunks", "timeout")}
    finally:
        stop.set()


def test_a_page_that_kills_the_reader(site, config, daemon):
    # glibc's matcher of back references is what a page can slow down without end, where a source uses one.
    site.set("/evil", strip_page(["a" * 1900 + "b"]))
    site.set("/good", strip_page(["Good news"]))
    config.source("evil", site.url("/evil"), Timeout="1s", Strike=r"(a*)(a*)(a*)(a*)(a*)\1\2\3\4\5c")
    config.source("good", site.url("/good"), Interval="1s")
    daemon.start()
    client = daemon.connect(states=True)
    states = {}
    while states.get("good") != "ok" or states.get("evil") in (None, "new", "pending"):
        if (line := client.line())["type"] == "source":
            states[line["source"]] = line["state"]
    assert states["evil"] == "bad-page"
    n = len(site.asked("/good"))
    site.set("/good", strip_page(["Better news", "Good news"]))
    site.wait("/good", n + 2)
    assert daemon.db("SELECT headline FROM items ORDER BY id") == [("Good news",), ("Better news",)]


def test_explained(config, site, tmp_path):
    """--verbose: what became of each item, and where it stands in the page."""
    page = tmp_path / "page.html"
    path = config.source("one", site.url("/"), Strip=["//ol", "//ul", "//dl"], Drop="./i")
    page.write_text("<!DOCTYPE html><meta charset=utf-8>\n<ul></ul>\n<ul>\n<li>One\n<li>+++\n<li>ONE!\n<li><i>x</i>\n"
                    f"<li><a\n href=ftp://x/>Two</a>\n<template><li>Three</template>\n<li>{'Ž' * 61}\n</ul>\n"
                    + "\n" * 65536 + "<ul><li>Four</ul>")

    def explained(*args):
        done = fetch([f"--source={path}", f"--page={page}", *args])
        return [line.removeprefix("tickerd-fetch: ") for line in done.stderr.splitlines()]

    assert explained() == []
    assert explained("--verbose") == [
        "the page is read as UTF-8, because a <meta> says so",
        "Strip= number 1 finds nothing",
        "Strip= number 2 finds 3 node(s)",
        "its node number 1, line 2: Item= finds 0 node(s)",
        "it yields 0 entries, 0 of them copies",
        "its node number 2, line 3: Item= finds 7 node(s)",
        'item 1, line 4: "One"',
        'item 2, line 5: dropped, no letter or digit is left of its text: "+++"',
        'item 3, line 6: a copy of item 1, which tickerd merges: "ONE!"',
        "item 4, line 7: dropped, no text is left of it",
        'item 5, line 8: "Two"',
        'item 5, line 8: no link, this is none of http or https: "ftp://x/"',
        "item 6, line 10: dropped, it is a template, script or the like, or stands in one",
        f'item 7, line 11: "{"Ž" * 60}…"',
        "it yields 4 entries, 1 of them copies",
        "the state is ok, with 4 entries",
    ]
    # libxml2 counts lines up to 65535, and what it does not know is not told.
    path = config.source("one", site.url("/"), Strip="//ul[3]", Headline="@x | b")
    assert explained("-v")[1:4] == ["Strip= number 1 finds 1 node(s)", "its node number 1: Item= finds 1 node(s)",
                                    "item 1: dropped, Headline= finds nothing in it"]
    page.write_text('{"a": ["One", {}, "one", ""]}')
    path = config.source("one", site.url("/"), Format="json", Strip="$.a", Headline="$")
    assert explained("-v")[1:6] == [
        "Strip= number 1 finds an array", 'item 1: "One"', "item 2: dropped, there is no text in it at $",
        'item 3: a copy of item 1, which tickerd merges: "one"', "item 4: dropped, no text is left of it"]
