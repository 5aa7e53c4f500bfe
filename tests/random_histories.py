# SPDX-License-Identifier: LGPL-2.1-or-later
"""Random histories of strips, and how one is made small."""

import dataclasses
import itertools
import json
import random
import unicodedata

from histories import SITE, Step
from model import FOREVER, HOUR, Options, merge

# -- Front pages -----------------------------------------------------------------------------------

# Few words, so that headlines are often close, and often just not.
WORDS = {
    "en": "storm ferry harbour talks Velmar closed 3 5",
    "de": "Straße größer Übung Zug Maßnahme nördlich",
    "el": "φάρος λιμένας ΔΡΌΜΟΣ νησί",
    "ru": "порт шторм мост ёлка закрыт",
    "ar": "ميناء عاصفة جسر محادثات مغلق ٣",
    "hi": "पुल तूफान बंदरगाह हड़ताल किला",
    "ko": "폭풍 항구 다리 회담",
    "ja": "港 橋 火 事 が か ガ ー 3",
    "th": "ท่า เรือ พายุ สะพาน",
    "my": "လှေ တံတား ဆိပ်ကမ်း",
    "mixed": "storm 港 ميناء 5 порт ferry",
}
UNSPACED = ("ja", "th", "my")
INVISIBLE = "\u00ad\u200b\u200c\u200d\u2060\ufeff\u200f\u2066\ufe0f\u034f\u0007\u061c"
SPACES = ("  ", "\u00a0", "\u2028", "\u202f ", "\t", " - ", ", ", " – ", ": ", "/", "\u3000", " +++ ")
QUESTIONS = ("?", " ??", "？", "؟", "?!?")
FRAMES = ("+++ {} +++", "“{}”", "«{}»", "{}.", "{}!", "… {}", "'{}'", "> {}", "({})")


def in_word(rng, text, more):
    """Something after a letter that another letter follows."""
    places = [i for i in range(1, len(text)) if text[i - 1].isalpha() and text[i].isalpha()]
    place = rng.choice(places or [0])
    return text[:place] + more + text[place:] if places else text


def arabic(text):
    return any("\u0620" <= c <= "\u064a" for c in text)


DISGUISES = (
    lambda rng, text: text.upper(),
    lambda rng, text: text.lower(),
    lambda rng, text: rng.choice(FRAMES).format(text),
    lambda rng, text: text.replace(" ", rng.choice(SPACES), 1),
    lambda rng, text: text.replace(" ", rng.choice(SPACES)),
    lambda rng, text: in_word(rng, text, rng.choice(INVISIBLE)),
    lambda rng, text: "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in text),
    lambda rng, text: unicodedata.normalize("NFD", text),
    lambda rng, text: in_word(rng, text, rng.choice("ـ\u064e\u0650\u0651") if arabic(text) else ""),
    lambda rng, text: f" {text}\u00a0",
)


def disguise(rng, text):
    """Another text with the same key."""
    for change in rng.sample(DISGUISES, rng.choice((1, 1, 2, 3))):
        text = change(rng, text)
    return text


class FrontPage:
    """One that lives: its strip, and what was on it."""

    def __init__(self, rng, name):
        self.rng = rng
        self.name = name
        self.script = rng.choice(list(WORDS))
        self.links = rng.choice(("own", "own", "none", "row", "hub", "mixed"))
        self.length = rng.choice((1, 3, 4, 6, 10))
        self.numbers = iter(range(1, 10_000))
        self.options = Options(
            oldest_first=rng.random() < 0.2,
            reappear=rng.choice((12 * HOUR, 12 * HOUR, HOUR, 60_000, 30_000, FOREVER)),
            expect=rng.choice(("always", "always", "sometimes")),
            language=rng.choice((None, "en", "ar")),
        )
        self.page, self.gone = [], []
        self.arrive(rng.randint(1, self.length))

    def headline(self):
        words = self.rng.choices(WORDS[self.script].split(), k=self.rng.choice((1, 2, 2, 3, 3, 4, 5)))
        return ("" if self.script in UNSPACED else " ").join(words)

    def link(self):
        kind = self.rng.choice(("own", "none", "hub", "odd")) if self.links == "mixed" else self.links
        if kind == "odd":
            return self.rng.choice((
                "ftp://news.example/1", "", "/1", SITE + "1?q=1", SITE + "1#2", SITE + "1", SITE + "A", SITE + "a",
                SITE + "%31", SITE + "x" * 5000,
            ))
        return {"own": f"{SITE}{next(self.numbers)}", "hub": SITE + "live", "none": None, "row": None}[kind]

    def story(self):
        return {"headline": self.headline(), "url": self.link(), "published": self.rng.choice((None, None, "9:30"))}

    def arrive(self, n):
        self.page[:0] = [self.story() for _ in range(n)]

    def leave(self):
        """The strip has a length; what no longer fits drops off its end."""
        while len(self.page) > self.length:
            self.gone.append(self.page.pop())

    def reword(self, text):
        rng, space = self.rng, "" if self.script in UNSPACED else " "
        words = text.split() if space else list(text)
        for _ in range(rng.choice((1, 1, 2))):
            place = rng.randrange(len(words) + 1)
            words[place : place + rng.choice((0, 1, 1))] = rng.choice(([], [self.headline()], [rng.choice("357")]))
        rng.random() < 0.1 and rng.shuffle(words)
        return space.join(words) + (rng.choice(QUESTIONS) if rng.random() < 0.2 else "") or "?"

    def some(self, stories=None):
        return self.rng.choice(self.page if stories is None else stories)

    # What can happen between two fetches.

    def quiet(self):
        pass

    def arrivals(self):
        self.arrive(self.rng.choice((1, 1, 2, 3)))

    def edit(self):
        story = self.some()
        story["headline"] = self.reword(story["headline"])
        if self.rng.random() < 0.3:
            story["url"] = self.link()

    def edits(self):
        for _ in range(self.rng.randint(2, 3)):
            self.edit()

    def edits_and_arrivals(self):
        self.edits()
        self.arrivals()

    def replace(self):
        self.page[self.rng.randrange(len(self.page))] = self.story()

    def new_link(self):
        self.some()["url"] = self.link()

    def take_link(self):
        """The link of another story, of now or of long ago."""
        self.some()["url"] = self.some(self.page + self.gone)["url"]

    def disguise(self):
        story = self.some()
        story["headline"] = disguise(self.rng, story["headline"])

    def move(self):
        self.page.insert(self.rng.randrange(len(self.page)), self.page.pop(self.rng.randrange(len(self.page))))

    def shuffle(self):
        self.rng.shuffle(self.page)

    def copy(self):
        """Once more, disguised perhaps, and perhaps with another link."""
        story = dict(self.some())
        if self.rng.random() < 0.5:
            story["headline"] = disguise(self.rng, story["headline"])
        if self.rng.random() < 0.5:
            story["url"] = self.rng.choice((self.link(), None))
        self.page.insert(self.rng.randrange(len(self.page) + 1), story)

    def second_wording(self):
        story = dict(self.some())
        story["headline"] = self.reword(story["headline"])
        self.page.insert(self.rng.randrange(len(self.page) + 1), story)

    def remake(self):
        """Neighbours reworded, perhaps from one of them; no link helps."""
        start = self.rng.randrange(len(self.page))
        stories = self.page[start : start + 3]
        texts = [story["headline"] for story in stories]
        for story in stories:
            story.update(headline=self.reword(self.rng.choice(texts)), url=None)

    def come_back(self):
        if self.gone:
            story = dict(self.some(self.gone[-self.rng.choice((1, 3, 100)) :]))
            if self.rng.random() < 0.3:
                story["url"] = self.link()
            if self.rng.random() < 0.3:
                story["headline"] = disguise(self.rng, story["headline"])
            self.page.insert(self.rng.randrange(len(self.page) + 1), story)

    def drop(self):
        self.gone.append(self.page.pop(self.rng.randrange(len(self.page))))

    def other_time(self):
        self.some()["published"] = self.rng.choice((None, "9:31", " 9:32 "))

    def turn_over(self):
        self.gone += self.page
        self.page = []

    WHAT = {
        quiet: 4, arrivals: 12, edit: 10, edits: 6, edits_and_arrivals: 4, remake: 5, replace: 4, new_link: 2,
        take_link: 3, disguise: 5, move: 4, shuffle: 1, copy: 3, second_wording: 4, come_back: 10, drop: 5,
        other_time: 2, turn_over: 1,
    }

    def live(self):
        for what in self.rng.choices(list(self.WHAT), self.WHAT.values(), k=self.rng.choice((0, 1, 1, 2, 3))):
            what(self)
            if not self.page:
                self.arrive(self.rng.randint(1, self.length))
        self.leave()

    def entries(self):
        """What one fetch reads."""
        entries = [{k: v for k, v in story.items() if v is not None} for story in self.page]
        if self.links == "row":
            for n, entry in enumerate(entries, 1):
                entry["url"] = f"{SITE}top?row={n}"
        chance = self.rng.random()
        if chance < 0.04:  # a flap
            del entries[self.rng.randrange(len(entries))]
        elif chance < 0.06:  # a marquee
            entries *= 2
        elif chance < 0.08:  # decoration
            entries.insert(0, {"headline": self.rng.choice(("+++", "", "\u200b", "***"))})
        return entries[::-1] if self.options.oldest_first else entries


BAD = ("blocked", "http-error", "network-error", "timeout", "too-large", "bad-page", "empty", "no-strip")


class History:
    """A random one: what the sites showed and what the daemon went through."""

    def __init__(self, seed):
        self.rng = random.Random(seed)
        self.at = self.rng.choice((0, 0, 2**31 * 1000))
        self.sites = [FrontPage(self.rng, name) for name in self.rng.choice(("a", "a", "ab", "abc"))]
        self.enabled = list(self.sites)
        self.steps = []
        for _ in range(self.rng.choice((5, 15, 30, 60))):
            self.step()

    def clock(self):
        """Mostly the interval; sometimes as long as it takes to be forgotten, give or take; sometimes it jumps."""
        rng = self.rng
        self.at += rng.choice((0, 1, 30_000, 30_000, 30_000, 30_000, 600_000))
        if rng.random() < 0.12:
            self.at += rng.choice((HOUR, 12 * HOUR, 24 * HOUR)) + rng.choice((-30_000, -1, 0, 1, 30_000))
        if rng.random() < 0.03:
            self.at -= rng.choice((1, HOUR, 13 * HOUR, 48 * HOUR))

    def add(self, verb, **more):
        self.steps.append(Step(self.at, verb, **more))

    def fetch(self, site, state="ok"):
        kill = self.rng.choice((0, 1, 2, 3, 5, 8, 13, 21)) if self.rng.random() < 0.02 else None
        entries = site.entries() if state == "ok" else []
        if state == "ok" and not merge(entries):
            state = "empty"
        self.add("poll", source=site.name, state=state, entries=entries, options=site.options, kill=kill)

    def step(self):
        rng = self.rng
        self.clock()
        chance = rng.random()
        site = rng.choice(self.enabled)
        if chance < 0.02:
            self.add("restart")
        elif chance < 0.06:
            self.steps.append(Step(self.at - rng.choice((0, 30_000, HOUR, 12 * HOUR)), "prune"))
        elif chance < 0.07:
            self.enabled = rng.sample(self.sites, rng.randint(1, len(self.sites)))
            self.add("enable", names=[site.name for site in self.enabled])
        elif chance < 0.11:
            for _ in range(rng.randint(1, 5)):
                self.fetch(site, rng.choice(BAD))
                self.clock()
        elif chance < 0.14:
            self.fetch(site, "unchanged")
        elif chance < 0.15:
            options = dataclasses.replace(site.options, reappear=rng.choice((12 * HOUR, HOUR)))
            site.options = options
        else:
            site.live()
            self.fetch(site)


# -- Making a history small ------------------------------------------------------------------------


def smaller(steps):
    """Histories that are a little less than this one, the boldest first."""
    size = len(steps)
    while size > 1:
        size //= 2
        for start in range(0, len(steps), size):
            yield steps[:start] + steps[start + size :]
    for n, step in enumerate(steps):
        plain = dataclasses.replace(step, kill=None), dataclasses.replace(step, options=Options())
        for other in plain:
            if other != step:
                yield [*steps[:n], other, *steps[n + 1 :]]
        for e, entry in enumerate(step.entries):
            less = [{k: v for k, v in entry.items() if k != name} for name in ("url", "published") if name in entry]
            words = entry["headline"].split()
            if len(words) > 1:
                less += [entry | {"headline": " ".join(words[:w] + words[w + 1 :])} for w in range(len(words))]
            for instead in [[], *([one] for one in less)]:
                entries = step.entries[:e] + instead + step.entries[e + 1 :]
                yield [*steps[:n], dataclasses.replace(step, entries=entries), *steps[n + 1 :]]


def everywhere(steps):
    """The same with one headline taken out, or made plain, wherever it stands."""
    headlines = dict.fromkeys(e["headline"] for step in steps for e in step.entries)
    for headline in headlines:
        for instead in [None, "abcdefghijklmnopqrstuvwxyz"[len(headlines) % 26], disguised(headline)]:
            if instead != headline:
                yield [
                    dataclasses.replace(step, entries=[
                        e if e["headline"] != headline else e | {"headline": instead}
                        for e in step.entries if e["headline"] != headline or instead is not None
                    ])
                    for step in steps
                ]


def disguised(headline):
    return " ".join("".join(c for c in unicodedata.normalize("NFKC", headline) if c.isalnum() or c in " ?").split())


def possible(steps):
    return all(step.state != "ok" or merge(step.entries) for step in steps if step.verb == "poll")


def weight(steps):
    return (
        sum(1 + 2 * len(s.entries) + (s.kill is not None) + (s.options != Options()) for s in steps),
        sum(len(json.dumps(s.entries)) for s in steps),
    )


def shrink(steps, fails, tries=3000):
    """The smallest history, found greedily, on which the two still differ."""
    again = True
    while again and tries > 0:
        again = False
        candidates = itertools.chain(everywhere(steps), smaller(steps))
        for candidate in filter(possible, candidates):
            tries -= 1
            if tries <= 0:
                break
            if weight(candidate) < weight(steps) and fails(candidate):
                steps, again = candidate, True
                break
    return steps
