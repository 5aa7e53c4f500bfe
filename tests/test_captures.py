# SPDX-License-Identifier: LGPL-2.1-or-later
"""
Real pages, which TICKERD_CAPTURES leads to, each read as the source file of its site says: a shipped one, or, where a
site or its page is no more, one in captures/. What should come out was read off the pages by a person and stands in
the captures' truth.json, as numbers and hashes.

The source of a page is the one whose name its file begins with: zeit-news is that of zeit.news.990f261.html.gz.
"""

import hashlib
import html
import json
import re
import shutil
import urllib.parse

import pytest

from programs import ROOT, fetch, run

SHIPPED = sorted((ROOT / "etc/sources").glob("*.source"))
SOURCES = SHIPPED + sorted((ROOT / "tests/captures").glob("*.source"))
each_source = pytest.mark.parametrize("source", SOURCES, ids=lambda path: path.stem)

# A time at either end of a headline was beside it on the page; inside of one it may be news. 87:86 is no time.
CLOCK = r"([01]?\d|2[0-3])[:.][0-5]\d( ?[ap]m| Uhr)?"
TIMES = re.compile(
    rf"^{CLOCK}(?!\S)|(?<!\S){CLOCK}$|"
    r"\b\d+ ?(min|mins|minutes?|hrs?|hours?) ago\b|"
    r"\bvor (\d+|einer) (Minuten?|Stunden?)\b|"
    r"\bhace \d+ (min|minutos?|horas?)\b|"
    r"(منذ|قبل) (\d+ )?(دقيقة|دقائق|ساعة|ساعات)|"
    r"\d+ ?(分|時間)前", re.IGNORECASE)
LABELS = re.compile(
    r"^(breaking( news)?|latest( news)?|must reads|faq|newsticker|schlagzeilen|eilmeldung|última hora|urgente|عاجل|"
    r"آخر الأخبار|شريط الأحداث|速報|新着ニュース)(\s*[:|·–-]|$)", re.IGNORECASE)

# What the contract drops from an entry's text, as far as these pages have it.
INVISIBLE = "[\u00ad\u200b\u200e\u200f\u2060\ufeff]*"


def truths(captures):
    return [{**truth, "name": truth["file"].removesuffix(".gz")} for truth in captures.truth()]


def pages_of(captures, source):
    return [page for page in truths(captures) if page["name"].replace(".", "-").startswith(source.stem + "-")]


@pytest.fixture
def read(captures, tmp_path):
    """Reads a captured page as a source file says."""
    def read(source, name):
        path = tmp_path / name
        if not path.exists():
            path.write_bytes(captures.page(name))
        done = fetch([f"--source={source}", f"--page={path}"])
        reply = json.loads(done.stdout)
        assert (done.returncode == 0) == (reply["state"] == "ok") or "Expect=sometimes" in source.read_text()
        return reply
    return read


def digest(text):
    return hashlib.sha1(text.encode()).hexdigest()[:12]


def digests(text, page):
    """Of a headline as it is, and of the ways it is written in the page, with invisible characters in it."""
    pattern = INVISIBLE + "".join((r"\s+" if c == " " else re.escape(c)) + INVISIBLE for c in text)
    written = {" ".join(match.group().split()) for match in re.finditer(pattern, page)}
    return {digest(each) for each in {text, *written}}


def is_one_of(items, page, lists):
    """Are these the entries of one of the lists that a person found on the page?"""
    first, last = (digests(items[i]["headline"], page) for i in (0, -1))
    return any(len(items) == each["n"] and each["first"] in first and each["last"] in last for each in lists)


@each_source
def test_strip(captures, read, source):
    pages = [page for page in pages_of(captures, source) if page["kind"] == "strip"]
    if not pages:
        pytest.skip("no page of this site was captured")
    for truth in pages:
        reply = read(source, truth["name"])
        assert reply["state"] == "ok", (truth["name"], reply)
        items = reply["items"]
        page = html.unescape(captures.page(truth["name"]).decode(errors="replace"))
        assert is_one_of(items, page, [truth, *truth.get("alt", [])]), (truth["name"], items[0], len(items), items[-1])
        if is_one_of(items, page, [truth]):
            assert len({item["headline"] for item in items}) == truth["n_distinct"], truth["name"]
            assert sum("url" in item for item in items) == truth["n_links"], truth["name"]
        for item in items:
            place = (truth["name"], item)
            assert not TIMES.search(item["headline"]), place
            assert not LABELS.search(item["headline"]), place
            assert "+++" not in item["headline"] and "${" not in item["headline"], place
            if "url" in item:
                url = urllib.parse.urlsplit(item["url"])
                assert url.scheme in ("http", "https") and url.hostname and "${" not in item["url"], place


def test_each_strip_has_a_source(captures):
    described = [page["name"] for source in SOURCES for page in pages_of(captures, source)]
    assert len(described) == len(set(described)), "two sources for one page"
    assert not {page["name"] for page in truths(captures) if page["kind"] == "strip"} - set(described)


@each_source
def test_pages_without_a_strip(captures, read, source):
    found = []
    for truth in truths(captures):
        if truth["kind"] != "strip":
            reply = read(source, truth["name"])
            if reply["state"] not in ("no-strip", "empty"):
                found.append(f"{source.stem} on {truth['name']}: {reply['state']}, Strip= number {reply.get('strip')}, "
                             f"{len(reply.get('items', []))} entries")
    assert not found, "\n".join(["read where nothing is:", *found])


def test_no_proposal_for_pages_without_a_strip(captures, tmp_path):
    found = []
    path = tmp_path / "page.html"
    for truth in truths(captures):
        if truth["kind"] in ("none", "false-friend"):
            path.write_bytes(captures.page(truth["name"]))
            done = run("suggest/tickerd-suggest", f"--page={path}")
            if done.returncode != 1 or done.stdout:
                strip = re.search("^Strip=.*", done.stdout, re.MULTILINE)
                found.append(f"{truth['name']}: status {done.returncode}, {strip and strip.group()}")
    assert not found, "\n".join(["proposed where nothing is:", *found])


def test_check(config):
    """The daemon has nothing to say against any of them, and each shipped one says what it is."""
    for source in SOURCES:
        shutil.copy(source, config.folder / "sources")
    config.sources = [source.stem for source in SOURCES]
    config.set()
    done = run("daemon/tickerd", f"--config={config.path}", "--check")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    for source in SHIPPED:
        text = source.read_text(encoding="utf-8")
        assert all(f"\n{key}=" in text for key in ("Description", "URL", "Language", "Interval", "Strip")), source
