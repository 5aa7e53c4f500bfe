# SPDX-License-Identifier: LGPL-2.1-or-later
"""What is new, through the real programs: daemon and page reader against model.py, on random and on captured pages."""

import dataclasses
import html
import html.parser
import os
import random
import re
import signal
import tarfile
import threading
import urllib.parse

import pytest

from histories import SITE, difference
from model import FOREVER, Model, Options
from programs import BUILD
from random_histories import History
from website import Response, Site, strip_page

SEED = os.environ.get("TICKERD_SEED", "1")
GROUPS = int(os.environ.get("TICKERD_GROUPS", "1"))  # of twelve sites: the daemon asks for sixteen at a time

# -- Random histories ------------------------------------------------------------------------------

ROW = {"Item": ".//li", "Headline": ".//*[has-class('h')]", "Link": ".//a/@href", "Published": ".//time"}


def page_of(step):
    """A page with such a strip, or what a site answers that has trouble."""
    if step.state == "blocked":
        return Response("no", status=403)
    if step.state not in ("ok", "empty", "no-strip"):
        return Response("no", status=503)
    rows = []
    for entry in step.entries:
        text, link, time = (entry.get(name) for name in ("headline", "url", "published"))
        line = f'<b class="h">{html.escape(text)}</b>'
        line = line if link is None else f'<a href="{html.escape(link)}">{line}</a>'
        rows.append(f"<li>{line}</li>" if time is None else f"<li><time>{html.escape(time)}</time>{line}</li>")
    strip = "" if step.state == "no-strip" else f'<ul class="ticker">{"".join(rows)}</ul>'
    body = f'<!DOCTYPE html><html><head><meta charset="utf-8"></head><body>{strip}</body></html>'
    return Response(body, etag=str(step.at))


def for_programs(seed, length):
    """A history of one source as a site can show it: in markup, and without a clock of its own."""
    polls = [step for step in History(seed).steps if step.verb == "poll"]
    steps = [step for step in polls if step.source == polls[0].source]
    options = dataclasses.replace(steps[0].options, reappear=FOREVER)
    shown = None
    for at, step in enumerate(steps[:length]):
        if step.state == "unchanged" and shown:
            shown = dataclasses.replace(shown, state="ok")
            yield shown
            continue
        entries = [
            {name: "".join(c for c in value if c == "\t" or c >= " ") for name, value in entry.items()}
            for entry in step.entries
        ]
        entries = [{k: v for k, v in e.items() if k != "url" or v.startswith(SITE)} for e in entries]
        state = step.state if step.state in ("ok", "blocked", "empty", "no-strip") else "http-error"
        step = dataclasses.replace(step, at=at, state=state, entries=entries, options=options)
        shown = step if state == "ok" else shown
        yield step


def replay(site, daemon, rounds):
    """
    In each round every path is asked once; a round is (what they answer, None or how the daemon ends while they have
    not answered yet). Yields the number of each round when it is in the store: its answers are committed when the next
    requests arrive, and those are held back.
    """
    for n, (responses, end) in enumerate([*rounds, (rounds[-1][0], None)]):
        hold = ask(site, daemon, responses)
        if n:
            yield n - 1
        if end:
            if end == "kill":
                daemon.signal(signal.SIGKILL)
                os.waitid(os.P_PID, daemon.pid, os.WEXITED | os.WNOWAIT)
                hold.set()  # so that its fetcher ends as well
                daemon.wait_exit()
            else:
                daemon.stop()
            hold.set()
            hold = ask(site, daemon, responses)
        hold.set()


def ask(site, daemon, responses):
    """Has the daemon ask every path, and returns what holds back the answers."""
    hold = threading.Event()
    asked = {path: len(site.asked(path)) for path in responses}
    for path, response in responses.items():
        site.script(path, [dataclasses.replace(response, hold=hold)])
    if daemon.running:
        daemon.poll_now()
    else:
        daemon.start()
    for path in responses:
        site.wait(path, asked[path] + 1)
    return hold


class Sites:
    """A host for each path: of one host only two things are asked for at a time."""

    def __init__(self, paths):
        self.sites = {path: Site() for path in paths}

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for site in self.sites.values():
            site.close()

    def url(self, path):
        return self.sites[path].url(path)

    def asked(self, path):
        return self.sites[path].asked(path)

    def script(self, path, responses):
        self.sites[path].script(path, responses)

    def wait(self, path, count):
        return self.sites[path].wait(path, count)


class Tape:
    """The store, by source, in the model's numbers: ids from 1 in each source, times in rounds."""

    def __init__(self, daemon):
        self.daemon = daemon
        self.rounds = {}  # by id and time

    def items(self, n):
        """What is in the store after round n."""
        sources, numbers = {}, {None: None}
        columns = "source, id, headline, url, language, published, revises, repeats, first_seen, last_seen"
        for row in self.daemon.db(f"SELECT {columns} FROM items ORDER BY id"):
            source, number, *texts, revises, repeats, first, last = row
            items = sources.setdefault(source, [])
            numbers[number] = len(items) + 1
            times = [None if time is None else self.rounds.setdefault((number, time), n) for time in (first, last)]
            items.append((numbers[number], *texts, numbers[revises], numbers[repeats], *times))
        for source, number in self.daemon.db("SELECT source, id FROM strip"):
            sources.setdefault(source + " strip", []).append(numbers[number])
        return sources

    @staticmethod
    def of_model(models):
        sources = {}
        for name, model in models.items():
            sources[name] = [
                (i.id, i.headline, i.url, i.language, i.published, i.revises, i.repeats, i.first_seen, i.last_seen)
                for i in model.items
            ]
            sources[name + " strip"] = [i.id for _, i in model.strip(name)]
        return {name: rows for name, rows in sources.items() if rows}


@pytest.fixture
def programs():
    for program in ("daemon/tickerd", "fetch/tickerd-fetch"):
        if not (BUILD / program).exists():
            pytest.skip(f"{BUILD / program} was not built")


@pytest.mark.parametrize("group", range(GROUPS))
def test_histories_through_the_programs(programs, config, daemon, group):
    """Twelve random sites at once, each with a page in markup; a daemon that is stopped and killed."""
    names = [f"s{12 * group + n}" for n in range(12)]
    histories = {name: list(for_programs(f"{SEED}/{name}", 25)) for name in names}
    models = {name: Model() for name in names}
    # First polls are spread, and these come first, where nobody listens: so all of ours are due later than they are told to
    # be polled, and each is asked once.
    for n in range(1, len(names) + 1):
        config.source(f"nobody{n}", f"http://127.0.0.1:{n}/")
    with Sites([f"/{name}" for name in names]) as site:
        for name, steps in histories.items():
            options = steps[0].options
            models[name].enable([name])
            config.source(
                name, site.url(f"/{name}"), **ROW, Language=options.language, Expect=options.expect,
                Order="oldest-first" if options.oldest_first else None,
            )

        ends = random.Random(f"{SEED}/{group}").choices((None, "restart", "kill"), (8, 1, 1), k=25)
        rounds = [
            ({f"/{name}": page_of(steps[min(n, len(steps) - 1)]) for name, steps in histories.items()}, end)
            for n, end in enumerate(ends)
        ]
        tape = Tape(daemon)
        for n in replay(site, daemon, rounds):
            for name, steps in histories.items():
                step = steps[min(n, len(steps) - 1)]
                if rounds[n][1]:
                    models[name].restart()
                models[name].poll(name, n, step.state, step.entries, step.options)
            wrong = difference(Tape.of_model(models), tape.items(n))
            assert not wrong, f"seed {SEED}, after round {n}:\n{wrong}"
        for name, model in models.items():
            outages = daemon.db("SELECT state, until IS NULL FROM outages WHERE source = ? ORDER BY rowid", name)
            assert outages == [(o["state"], o["until"] is None) for o in model.outages]


# -- Captures of real pages ------------------------------------------------------------------------


class ListParser(html.parser.HTMLParser):
    """
    Rows of lists, read without any selector: the list begins with an element that `begins` is true of and ends with
    </ul>, a row is an element of the tag `row`, and its text is in the element that `text` is true of.
    """

    def __init__(self, begins, row, text, page):
        super().__init__()
        self.begins, self.row, self.text = begins, row, text
        self.rows, self.inside, self.reading = [], False, 0
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        attrs["class"] = (attrs.get("class") or "").split()
        if self.begins(tag, attrs):
            self.inside = True
        elif self.inside and tag == self.row:
            self.rows.append({"headline": ""})
        if not self.inside or not self.rows:
            return
        if tag == "a":
            self.rows[-1].setdefault("url", attrs.get("href"))
        elif tag == "time":
            self.rows[-1].setdefault("published", attrs.get("datetime"))
        if self.reading or self.text(tag, attrs):
            self.tag = tag if not self.reading else self.tag
            self.reading += tag == self.tag

    def handle_endtag(self, tag):
        self.reading -= self.reading > 0 and tag == self.tag
        self.inside = self.inside and tag != "ul"

    def handle_data(self, data):
        if self.reading:
            self.rows[-1]["headline"] += data


def resolve(rows, page):
    """Links are resolved against the page and percent-encoded."""
    for row in rows:
        if row.get("url"):
            url = urllib.parse.urljoin(page, row["url"].strip())
            row["url"] = urllib.parse.quote(url, safe="%/:?#[]@!$&'()*+,;=~")
    return rows


def replay_captures(site, config, daemon, pages, read, **keys):
    """Each page is one poll; the model is fed by a parser of its own. Returns the model."""
    config.source("paper", site.url("/news/"), **keys)
    model, tape = Model(), Tape(daemon)
    model.enable(["paper"])
    for n in replay(site, daemon, [({"/news/": Response(page)}, None) for page in pages]):
        entries = resolve(read(pages[n].decode()), site.url("/news/"))
        assert len(entries) >= 10
        model.poll("paper", n, "ok", entries, Options(reappear=FOREVER))
        wrong = difference(Tape.of_model({"paper": model}), tape.items(n))
        assert not wrong, f"after page {n}:\n{wrong}"
    return model


def test_capture_series(programs, site, config, daemon, captures):
    """A list of some 350 entries at 45 moments of four days."""
    with tarfile.open(captures.folder / "series/heise-newsticker-2022-01.tar.xz") as series:
        files = sorted((member for member in series if member.isfile()), key=lambda member: member.name)
        pages = [series.extractfile(member).read() for member in files]
    assert len(pages) == 45

    def read(page):
        return ListParser(
            lambda tag, attrs: "archive__list" in attrs["class"], "article",
            lambda tag, attrs: "a-article-teaser__title-text" in attrs["class"], page,
        ).rows

    model = replay_captures(
        site, config, daemon, pages, read, Strip="//div[has-class('archive')]",
        Item=".//ul[has-class('archive__list')]/li/article",
        Headline=".//span[has-class('a-article-teaser__title-text')]", Link="./a/@href", Published=".//time/@datetime",
    )
    print(f"{len(model.items)} items, {sum(i.revises is not None for i in model.items)} of them revise")


def test_captures_by_turns(programs, site, config, daemon, captures):
    """Ten entries, four of them new 22 minutes later; what returns is not new, however often."""
    before, after = (captures.page(f"almayadeen-arabic.2023-11-02T{time}") for time in ("2208", "2230"))

    def read(page):
        return ListParser(
            lambda tag, attrs: attrs.get("id") == "ticker-box", "li", lambda tag, attrs: tag == "a", page
        ).rows

    model = replay_captures(
        site, config, daemon, [before, after] * 3, read, Strip="//*[@id='ticker-box']", Headline=".//a",
    )
    assert len(model.items) == 14


def test_captures_in_two_wordings(programs, site, config, daemon, captures):
    """The page has each item twice, in two wordings under one link; served by turns each wording is one item."""
    page = captures.page("almayadeen-arabic.2023-11-02T2208").decode()
    short = re.findall(r'class="breaking-text">\s*<a[^>]*href="([^"]*)"[^>]*>\s*<h5[^>]*>(.*?)</h5>', page, re.DOTALL)
    long = [(row["url"], row["headline"]) for row in ListParser(
        lambda tag, attrs: attrs.get("id") == "ticker-box", "li", lambda tag, attrs: tag == "a", page).rows]
    assert [url for url, _ in short[:10]] == [url for url, _ in long] and len(long) == 10

    def render(rows):
        return strip_page([(" ".join(html.unescape(text).split()), url) for url, text in rows])

    config.source("paper", site.url("/"))
    pages = [render(long), render(short[:10])] * 3
    counts = [len(Tape(daemon).items(n).get("paper", [])) for n in replay(
        site, daemon, [({"/": Response(page)}, None) for page in pages])]
    assert counts == [10, 20, 20, 20, 20, 20]
    assert daemon.db("SELECT count(*) FROM items WHERE revises IS NOT NULL") == [(10,)]
