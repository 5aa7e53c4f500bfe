# SPDX-License-Identifier: LGPL-2.1-or-later
"""
tickerd-suggest: pages of our own in suggest/, and real ones where TICKERD_CAPTURES says where they are.

How a proposal is judged. The true entries are what a source file written by a person reads from the page; the proposal
is read by the same program. It has the right strip if most entries of each are in the other, whatever else stands in
their texts. It has the right headlines if at least 80 % of each are in the other, with the same text and link.
"""

import concurrent.futures
import hashlib
import json
import os
import re

import pytest

from programs import ROOT, fetch, run
from website import DEADLINE

PROGRAM = "suggest/tickerd-suggest"
PAGES = ROOT / "tests/suggest"
EXPECTED = json.loads((PAGES / "expected.json").read_text(encoding="utf-8"))
URL = "https://front.example/"
NEARLY = ["german-schlagzeilen-inline", "german-vor-minuten", "polish-pilne"]  # a headline or two differ; of the others none


def suggest(page, number=None):
    """The best proposal, or the one of that number, as a source file, or None; and what was said."""
    # It counts the processor's seconds itself; how long those take is the machine's affair.
    done = run(PROGRAM, *([f"--proposal={number}"] if number else []), f"--page={page}", timeout=10 * DEADLINE)
    assert done.returncode in (0, 1), done.stderr
    assert (done.returncode == 0) == bool(done.stdout), done.stderr
    return done.stdout or None, done.stderr


def read(text, page, tmp_path):
    """What a source file reads from a page: headlines and links."""
    source = tmp_path / "read.source"
    source.write_text(text, encoding="utf-8")
    done = fetch([f"--source={source}", f"--page={page}"])
    reply = json.loads(done.stdout)
    assert reply["state"] in ("ok", "empty", "no-strip"), (reply, text)
    return [(item["headline"], item.get("url")) for item in reply.get("items", [])]


def unfold(text):
    """White space and typography do not matter."""
    return re.sub(r"\W+", "", text).casefold()


def entry(headline, url):
    """A saved page may not know its site, so that of a link does not matter."""
    return unfold(headline), re.sub(r"^https?://[^/]+", "", url or "")


def judge(found, true):
    """Has a proposal the right strip, and the right headlines and links?"""
    if not found or not true:
        return False, False
    wanted, got = ([unfold(headline) for headline, _ in entries] for entries in (true, found))
    both = [(text, own) for own in got for text in wanted if text in own or (own in text and len(own) * 2 > len(text))]
    strip = len({text for text, _ in both}) * 2 > len(set(wanted)) and len({own for _, own in both}) * 2 > len(set(got))
    a, b = ({entry(*each) for each in entries} for entries in (found, true))
    return strip, strip and len(a & b) >= 0.8 * max(len(a), len(b))


@pytest.mark.parametrize("name", sorted(EXPECTED))
def test_own_page(name, tmp_path):
    """suggest/NAME.html: what expected.json says a person sees."""
    expected, page = EXPECTED[name], PAGES / f"{name}.html"
    proposal, said = suggest(page)
    if expected["kind"] == "strip":
        assert proposal, said
        found = read(proposal, page, tmp_path)
        assert judge(found, expected["entries"]) == (True, True), proposal
        exact = {entry(*each) for each in found} == {entry(*each) for each in expected["entries"]}
        assert exact == (name not in NEARLY), proposal
    else:
        assert not proposal, proposal
    for text in expected.get("names", []):
        assert text in said


def test_source_file(tmp_path):
    """A proposal is a whole source file, with samples and without a name that a machine made."""
    page = PAGES / "css-modules.html"
    proposal, said = suggest(page)
    keys = dict(line.split("=", 1) for line in proposal.splitlines() if re.match(r"\w+=", line))
    assert keys["URL"].startswith("https://") and keys["Language"] == "en" and keys["Description"] == "Example Now"
    assert not re.search(r"__\w{5}'", proposal), "a class name with its generated part"
    headlines = [headline for headline, _ in read(proposal, page, tmp_path)]
    samples = [line[4:] for line in proposal.splitlines() if re.match(r"#   \S", line)]
    assert samples == headlines[:3]
    assert re.search(r"1\. (very likely|likely|possible): ", said)
    assert keys["Strip"] in said and f"{len(headlines)} entries" in said and headlines[0] in said


def test_which_proposal():
    page = PAGES / "boxes-alike.html"
    assert suggest(page, 1)[0] == suggest(page)[0]
    proposal, said = suggest(page, 99)
    assert proposal is None and "only" in said
    for wrong in ("0", "-1", "1.5", "100", "x"):
        done = run(PROGRAM, f"--proposal={wrong}", f"--page={page}")
        assert (done.returncode, done.stdout) == (2, "")


@pytest.mark.parametrize("arguments", [
    [],
    ["--proposal=1"],
    ["--page=a", "--url=https://front.example/"],
    ["--page=a", "--source=b"],
    ["--page=a", "b"],
])
def test_usage(arguments):
    done = run(PROGRAM, *arguments)
    assert (done.returncode, done.stdout) == (2, "") and done.stderr


def test_help_and_version():
    assert "--proposal=" in run(PROGRAM, "--help").stdout
    assert run(PROGRAM, "--version").stdout.startswith("tickerd-suggest ")


def test_configuration(site, tmp_path):
    """UserAgent= of the configuration is sent."""
    path = tmp_path / "tickerd.conf"
    path.write_text("[Ticker]\nUserAgent=a-reader/1\n", encoding="utf-8")
    site.set("/front", (PAGES / "agency-wire.html").read_bytes())
    done = run(PROGRAM, f"--config={path}", f"--url={site.url('/front')}")
    assert done.returncode == 0 and site.asked("/front")[0].headers["User-Agent"] == "a-reader/1"
    done = run(PROGRAM, f"--config={tmp_path}/nowhere.conf", f"--url={site.url('/front')}")
    assert (done.returncode, done.stdout) == (1, "") and "nowhere.conf" in done.stderr


def test_over_http(site):
    """Addresses are those of the page that answered; what HTTP says of its encoding counts."""
    page = (PAGES / "arabic-prefix.html").read_text(encoding="utf-8")
    body = page.replace('<meta charset="utf-8">', "").encode("windows-1256", "xmlcharrefreplace")
    site.set("/front", body, headers={"Content-Type": "text/html; charset=windows-1256"})
    done = run(PROGRAM, f"--url={site.url('/front')}")
    assert done.returncode == 0, done.stderr
    assert f"URL={site.url('/front')}" in done.stdout and "عاجل" in done.stdout
    site.set("/gone", b"", status=404)
    done = run(PROGRAM, f"--url={site.url('/gone')}")
    assert (done.returncode, done.stdout) == (1, "") and "http-error" in done.stderr


@pytest.mark.parametrize("growing", [True, False])
def test_order(growing, tmp_path):
    """Times that grow down the page make it one with the oldest first."""
    page = tmp_path / "page.html"
    hours = range(10, 15) if growing else range(14, 9, -1)
    page.write_text("<ul class=ticker>" + "".join(
        f"<li><time datetime=2026-11-23T{hour}:00>{hour}:00</time> <a href=/{hour}>Words of headline number {hour}</a>"
        for hour in hours) + "</ul>", encoding="utf-8")
    proposal, said = suggest(page)
    assert proposal, said
    assert ("Order=oldest-first\n" in proposal) == growing


def test_feed_is_named(tmp_path):
    page = tmp_path / "page.html"
    text = (PAGES / "two-columns.html").read_text(encoding="utf-8")
    page.write_text(text.replace("<style>", '<link rel="alternate" type="application/rss+xml" href="/feed.xml"><style>'),
                    encoding="utf-8")
    proposal, said = suggest(page)
    assert "/feed.xml" in proposal and "/feed.xml" in said


DATA = {
    "rss": ('<?xml version="1.0"?><rss version="2.0"><channel><title>Wire</title><item><title>%s</title>'
            "<link>%s</link></item></channel></rss>"),
    "atom": ('<feed xmlns="http://www.w3.org/2005/Atom"><title>Wire</title><entry><title>%s</title>'
             '<link rel="self" href="/self"/><link href="%s"/></entry></feed>'),
    "jsonfeed": '{"version": "https://jsonfeed.org/version/1.1", "items": [{"title": "%s", "url": "%s"}]}',
    "json": '{"site": {"breakingNews": [{"headline": "%s", "url": "%s"}], "menu": [{"title": "A word", "url": "/x"}]}}',
}


@pytest.mark.parametrize("name", DATA)
def test_page_that_is_data(name, tmp_path):
    """What a strip is filled from may be given as well."""
    page = tmp_path / "page"
    page.write_text(DATA[name] % ("Harbour bridge closed after a ship drifts", "/news/1"), encoding="utf-8")
    proposal, said = suggest(page)
    assert proposal, said
    assert ("Format=feed\n" in proposal) == (name != "json")
    assert read(proposal, page, tmp_path) == [("Harbour bridge closed after a ship drifts",
                                               "https://www.example.com/news/1")]


HOSTILE = {
    "empty": "",
    "not-html": "\x00\x01 just bytes \xff",
    "deep": "<div class=ticker>" * 250 + "Some words that are like a headline" + "</div>" * 250,
    "too-deep": "<div class=ticker>" * 100_000,
    "many-entries": "<ul class=ticker>" + "<li><a href=/a>A headline of some length here</a>" * 60_000 + "</ul>",
    "many-lists": "<div class=latest>" + "<ul class='a b c d e'><li>One text of some length<li>Other text of length</ul>"
                  * 20_000 + "</div>",
    "many-bars": "<b>Breaking</b><a href=/x>Some headline that is long enough</a>" * 60_000,
    "many-classes": "<div class=breaking>" + "".join(
        f"<p class='{' '.join(f'k{i % 7}x{k}' for k in range(40))}'>A text of some length {i}</p>" for i in range(3000)),
    "long-names": f"<div class='{'ticker ' * 100_000}' id='{'breaking' * 10_000}'><p>Headline one of it<p>And another one</div>",
    "quotes": "<div class=\"ticker'\" id=\"breaking'\\\"><a href='/1'>Some words like a headline</a>"
              "<a href='/2'>More words like a headline</a><a href='/3'>Third line like a headline</a></div>",
    "control": "<title>Line\\</title><div id=ticker><p>Words\x1b[31m that are red \r\n[Strip]</p><p># Other words here</p>"
               "<p>Third words \\</p></div>",
    "nested": "<div class=ticker><p>Words that are like a headline</p>" * 240,
    "long-script": "<script>" + '"breaking/api/' * 500_000 + "</script>",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile(name, tmp_path):
    """It says something before its alarm ends it, and what it proposes is a source file."""
    page = tmp_path / "page.html"
    page.write_text("<html><body>" + HOSTILE[name], encoding="utf-8")
    proposal, said = suggest(page)
    assert "\x1b" not in said + (proposal or "")
    if proposal:
        assert read(proposal, page, tmp_path)
    else:
        assert said


# C1, and what turns the direction of text around: each must not reach a terminal out of a name.
CONTROLS = ["\x9b31m", "\x85", "\u202e", "\u2066", "\u200f", "\u061c"]
NAMED = {
    "class": "<div class='breaking breaking{0}x'>%s</div>",
    "id": "<div id='breaking{0}ticker'>%s</div>",
    "data": "<div data-testid='breaking{0}ticker'>%s</div>",
    "label": "<section><h2>Breaking{0} news</h2><div>%s</div></section>",
    "aria-label": "<section aria-label='Breaking{0} news'><div>%s</div></section>",
    "tag": "<breaking-{0}ticker>%s</breaking-{0}ticker>",
    "part": "<div class=breaking>%s</div>".replace("%s", "".join(
        f"<p><b class='title{{0}}'>Words of headline number {i}</b> <i class='time{{0}}'>10:2{i}</i></p>" for i in range(4))),
    "empty": "<div class='ticker{0}'></div><div class=breaking>%s</div>",
    "attribute": "<div class=ticker{0} data-url='/breaking{0}'></div>",
    "script": "<script>var a = '/api/breaking{0}news', b = {{\"breaking{0}\": [1]}}</script>",
    "json": '<script type="application/json" id="a{0}">{{"breaking": {{"x{0}": [{{"title{0}": "Words of a headline here", '
            '"link{0}": "/a/b"}}]}}}}</script>',
    "feed": "<link rel=alternate type=application/rss+xml href='/feed{0}'><div class=breaking>%s</div>",
}


@pytest.mark.parametrize("place", NAMED)
def test_controls_of_names(place, tmp_path):
    entries = "".join(f"<p><a href='/{i}'>Words of headline number {i}</a></p>" for i in range(4))
    for control in CONTROLS:
        page = tmp_path / "page.html"
        text = NAMED[place].format(control).replace("%s", entries)
        page.write_text(f"<html><head><meta charset=utf-8></head><body>{text}", encoding="utf-8")
        for number in (1, 2):
            proposal, said = suggest(page, number)
            assert not re.search("[\x80-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]", said + (proposal or ""))
            assert "XPath" not in said


# How well it does on real pages, counted by site, and each look of a site once.

STRIP_FIRST, HEADLINES_FIRST, NONE_SILENT = 0.9, 0.8, 0.9


def true_source(strip, item, headline="", link=".//a/@href"):
    return (f"[Source]\nURL={URL}\n[Strip]\nStrip={strip}\nItem={item or '.'}\nHeadline={headline or '.'}\n"
            f"Link={link}\n")


def truths(known, page, tmp_path):
    """The entries of the strip, and of the lists that would do as well."""
    true = read(true_source(known["strip"], known["item"], known["headline"], known["link"]), page, tmp_path)
    digests = [hashlib.sha1(headline.encode()).hexdigest()[:12] for headline, _ in (true[0], true[-1])]
    assert len(true) == known["n"] and (known["first"] == digests[0] or known["last"] == digests[1])
    return [true] + [read(true_source(other["strip"], other["item"], other["headline"]), page, tmp_path)
                     for other in known.get("alt", [])]


def judge_capture(captures, known, tmp_path):
    tmp_path = tmp_path / known["file"]
    tmp_path.mkdir()
    page = tmp_path / "page.html"
    page.write_bytes(captures.page(known["file"].removesuffix(".gz")))
    proposal, said = suggest(page)
    if known["kind"] != "strip":
        return (proposal is None,), said
    found = read(proposal, page, tmp_path) if proposal else []
    return max(judge(found, true) for true in truths(known, page, tmp_path)), said


def test_captures(captures, tmp_path):
    sites = {}
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        judged = list(pool.map(lambda known: judge_capture(captures, known, tmp_path), captures.truth()))
    for known, (result, said) in zip(captures.truth(), judged, strict=True):
        year = re.search(r"\.(20\d\d)", known["file"])
        look = (known["file"].partition(".")[0], year and year[1], known["kind"] == "strip", known["item"])
        print(known["file"], known["kind"], result)
        if not all(result):
            print(said)
        sites.setdefault(look, []).append(result)
    strips = [results for look, results in sites.items() if look[2]]
    others = [results for look, results in sites.items() if not look[2]]
    right_strip = sum(all(result[0] for result in results) for results in strips) / len(strips)
    right_headlines = sum(all(result[1] for result in results) for results in strips) / len(strips)
    silent = sum(all(result[0] for result in results) for results in others) / len(others)
    print(f"right strip first {right_strip:.0%}, with right headlines {right_headlines:.0%} of {len(strips)} sites; "
          f"silent {silent:.0%} of {len(others)}")
    assert right_strip >= STRIP_FIRST and right_headlines >= HEADLINES_FIRST and silent >= NONE_SILENT
