# SPDX-License-Identifier: LGPL-2.1-or-later
"""
What is new, a second time: a slow and plain model of the tape, written from the rules alone and sharing nothing
with the daemon, so that the two can disagree. Each rule stands beside its code. Times are milliseconds.
"""

import unicodedata
from collections import Counter
from dataclasses import dataclass, field
from fractions import Fraction
from functools import lru_cache

HEADLINE_MAX = 2048
URL_MAX = 4096
PUBLISHED_MAX = 128
ALARM_AFTER = 3
HOUR = 3_600_000
FOREVER = float("inf")


# -- 1. An entry's text ---------------------------------------------------------------------------


def _chars(ranges):
    """'61-63 78' is the set of abcx."""
    pairs = ((part.split("-") * 2)[:2] for part in ranges.split())
    return {chr(c) for first, last in pairs for c in range(int(first, 16), int(last, 16) + 1)}


WHITE_SPACE = _chars("09-0D 20 85 A0 1680 2000-200A 2028-2029 202F 205F 3000")
DEFAULT_IGNORABLE = _chars(
    "AD 34F 61C 115F-1160 17B4-17B5 180B-180F 200B-200F 202A-202E 2060-206F 3164 FE00-FE0F FEFF FFA0 FFF0-FFF8 "
    "1BCA0-1BCA3 1D173-1D17A E0000-E0FFF"
)
SPELLING = _chars("200C-200D 180B-180D 180F FE00-FE0F E0100-E01EF")


def cut(text, limit):
    """Limits: cut at a character, then an ellipsis; the whole within the limit."""
    if len(text.encode()) <= limit:
        return text
    return text.encode()[: limit - len("…".encode())].decode(errors="ignore") + "…"


def is_noncharacter(c):
    return "\ufdd0" <= c <= "\ufdef" or ord(c) & 0xFFFE == 0xFFFE


def clean(text, limit=HEADLINE_MAX):
    """
    White space is folded, and with it control characters and noncharacters, so that they join nothing; invisible
    ones (Default_Ignorable_Code_Point) are dropped, except U+200C, U+200D and variation selectors, which are spelling.
    """
    kept = []
    for c in text:
        if c in WHITE_SPACE or unicodedata.category(c) == "Cc" or is_noncharacter(c):
            kept.append(" ")
        elif c in SPELLING or c not in DEFAULT_IGNORABLE:
            kept.append(c)
    return cut(" ".join(word for word in "".join(kept).split(" ") if word), limit)


def clean_link(url):
    """A url is http or https, else there is none; longer than the limit: none."""
    url = clean(url or "", URL_MAX + 1)
    ok = url.lower().startswith(("http://", "https://")) and len(url.encode()) <= URL_MAX
    return url if ok else None


# -- 2. The same text -----------------------------------------------------------------------------

TATWEEL = "\u0640"
QUESTION_MARKS = set("?؟՞፧᥅‽⳺⳻⸮꘏꛷\U00011143")
# Han, kana, Thai, Lao, Khmer and Myanmar: each character is a word.
NO_SPACES = _chars(
    "2E80-2FDF 3005-3007 3021-3029 3031-3035 3038-303B 3400-4DBF 4E00-9FFF F900-FAFF 20000-323AF "
    "3041-30FA 30FC-30FF 31F0-31FF 1AFF0-1B16F 0E01-0E5B 0E80-0EFF 1780-17FF 1000-109F A9E0-A9FF AA60-AA7F"
)


@lru_cache(maxsize=10_000)
def key(text):
    """
    The key: NFKC, case folded, invisible characters, non-spacing marks and tatweel dropped; of the rest only
    letters, digits and combining marks count, anything between them is one space; a question mark is a word of
    its own (adjacent ones are one).
    """
    seen = "".join(c for c in text if c not in DEFAULT_IGNORABLE)
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", seen).casefold())
    out = []
    for c in folded:
        category = unicodedata.category(c)
        if c in DEFAULT_IGNORABLE or c == TATWEEL or category == "Mn":
            continue
        if c in QUESTION_MARKS:
            out.append(" ? ")
        elif category[0] in "LN" or category in ("Mc", "Me"):
            out.append(c)
        else:
            out.append(" ")
    words = []
    for word in "".join(out).split():
        if not (word == "?" and words and words[-1] == "?"):
            words.append(word)
    return " ".join(words)


@lru_cache(maxsize=10_000)
def words_of(text_key):
    """In Han, kana, Thai, Lao, Khmer and Myanmar each character is a word; question marks aside."""
    spaced = "".join(f" {c} " if c in NO_SPACES else c for c in text_key)
    return Counter(word for word in spaced.split() if word != "?")


def closeness(a, b):
    """
    The words that both have (each as often as both have it), as a share of the words of the longer. Close: at
    least half.
    """
    longer = max(a.total(), b.total())
    return Fraction((a & b).total(), longer) if longer else Fraction(0)


CLOSE = Fraction(1, 2)


# -- Items, entries, sources ----------------------------------------------------------------------


@dataclass(eq=False)
class Item:
    id: int
    source: str
    headline: str
    url: str
    language: str
    published: str
    first_seen: int
    key: str
    last_seen: int = None
    revises: int = None
    repeats: int = None
    removed: bool = False

    @property
    def words(self):
        """None of an item that was removed: only what identifies it is kept."""
        return None if self.removed else words_of(self.key)


@dataclass(eq=False)
class Entry:
    headline: str
    key: str
    url: str
    published: str
    own: str = None  # its link, when that belongs to it

    @property
    def words(self):
        return words_of(self.key)


@dataclass(frozen=True)
class Options:
    oldest_first: bool = False
    reappear: float = 12 * HOUR
    expect: str = "always"
    language: str = None


@dataclass
class Source:
    name: str
    enabled: bool = True
    state: str = None
    since: int = None  # of the state
    strip: list = field(default_factory=list)  # the items of the last healthy fetch, in page order
    healthy_at: int = None  # the last healthy fetch since the daemon began
    bad: int = 0
    bad_since: int = None
    alarm: dict = None  # the outage that is open


def merge(entries):
    """
    3. Copies. Entries of one fetch with the same text are one: the first in page order, with the first link that
    a copy has. An entry with an empty key is no entry. A link belongs to an entry when no other entry of the fetch
    has it.
    """
    merged = {}
    for e in entries:
        headline, url = clean(e["headline"]), clean_link(e.get("url"))
        entry = Entry(headline, key(headline), url, clean(e.get("published") or "", PUBLISHED_MAX) or None)
        if entry.key in merged:
            merged[entry.key].url = merged[entry.key].url or url
        elif entry.key:
            merged[entry.key] = entry
    result = list(merged.values())
    shared = Counter(e.url for e in result)
    for e in result:
        e.own = e.url if e.url and shared[e.url] == 1 else None
    return result


class Model:
    def __init__(self):
        self.sources = {}
        self.all = []  # every item there ever was, in id order
        self.outages = []

    @property
    def items(self):
        return [i for i in self.all if not i.removed]

    def enable(self, names):
        """A source that is no longer enabled keeps its items as they are."""
        for name in names:
            self.sources.setdefault(name, Source(name))
        for source in self.sources.values():
            was, source.enabled = source.enabled, source.name in names
            if not source.enabled:
                source.state = "disabled"
            elif not was:
                source.state = None

    def restart(self):
        """What a daemon remembers without its store: nothing; an outage that is open, it finds there."""
        for source in self.sources.values():
            source.healthy_at, source.bad = None, 0

    def poll(self, name, now, state, entries=(), options=Options()):
        """One fetch. Returns the new items, and whether the strip turned over."""
        source = self.sources.setdefault(name, Source(name))
        known = self._last_healthy_fetch_known_of(source, now)
        if state != source.state:
            source.since = now
        source.state = state
        # Healthy: `ok`, `unchanged`, or `empty` where emptiness is normal. With Expect=sometimes an absent or empty
        # strip is healthy.
        nothing = state in ("empty", "no-strip")
        if not (state in ("ok", "unchanged") or (nothing and options.expect == "sometimes")):
            # 6. A fetch that is not healthy changes nothing in the store: nothing leaves and nothing returns.
            self._bad_poll(source, now, state)
            return [], False
        last_healthy, source.healthy_at = source.healthy_at, now
        self._good_poll(source, now)
        if state == "unchanged":
            return [], False
        merged = merge(() if nothing else entries)
        assert nothing or merged, "a strip without entries has a state of its own"
        born, turnover = self._read(source, now, merged, options)
        if turnover:
            since = known if last_healthy is None else last_healthy
            self.outages.append({"source": source.name, "state": "gap", "since": since, "until": now})
        return born, turnover

    def _last_healthy_fetch_known_of(self, source, now):
        """After a restart: the last one that changed the store, by an item that came or left, or by the state."""
        times = [time for i in self.items if i.source == source.name for time in (i.first_seen, i.last_seen)]
        times.append(source.since if source.state == "ok" else None)
        return min(max([time for time in times if time is not None], default=now), now)

    def _bad_poll(self, source, now, state):
        """After the third bad poll in a row there is an outage, with `since` of the first."""
        source.bad += 1
        if source.bad == 1:
            source.bad_since = now
        if source.bad >= ALARM_AFTER and not source.alarm:
            source.alarm = {"source": source.name, "state": state, "since": source.bad_since, "until": None}
            self.outages.append(source.alarm)

    def _good_poll(self, source, now):
        """An all-clear follows only an alarm."""
        source.bad = 0
        if source.alarm:
            source.alarm["until"] = now
            source.alarm = None

    def _read(self, source, now, entries, options):
        known = {e: self._known(source, now, e, options.reappear) for e in entries}
        shown = {i for i in known.values() if i}
        new = [e for e in entries if not known[e]]
        stayed = [i for i in source.strip if i in shown]
        turnover = bool(entries) and len(source.strip) >= 3 and not stayed

        revises = self._revisions(source, entries, known, shown, new)
        # 7. A strip's new entries get their ids oldest first.
        born = []
        for e in new if options.oldest_first else reversed(new):
            number = len(self.all) + len(born) + 1
            item = Item(number, source.name, e.headline, e.url, options.language, e.published, now, e.key)
            repeated = self._newest(source, lambda i: i.key == e.key)
            if repeated:
                item.repeats = repeated.id
            elif e in revises:
                item.revises = revises[e].id
            known[e] = item
            born.append(item)
        self.all += born

        # Off: the time of the first healthy fetch without it; empty while it is on the strip.
        for item in source.strip:
            if item not in shown:
                item.last_seen = now
        for item in shown:
            item.last_seen = None
        source.strip = [known[e] for e in entries]
        return born, turnover

    def _of(self, source):
        return (i for i in self.all if i.source == source.name)

    def _newest(self, source, wanted):
        return max(filter(wanted, self._of(source)), key=lambda i: i.id, default=None)

    def _known(self, source, now, entry, reappear):
        """
        4. An entry is a known item, and not new, when (a) an item of the source has its text and is on the strip, or
        has been off it for less than Reappear=; or (b) an item has its text and its own link, however long ago.
        (a) comes before (b); of several the one on the strip, then the newest.
        """

        def off(item):  # 7. Time off the strip is never negative.
            return max(0, now - item.last_seen)

        same = [i for i in self._of(source) if i.key == entry.key]
        recent = [i for i in same if i.last_seen is None or off(i) < reappear]
        linked = [i for i in same if entry.own and i.url == entry.own]
        return max(recent or linked, key=lambda i: (i.last_seen is None, i.id), default=None)

    def _revisions(self, source, entries, known, shown, new):
        """
        5. New. It repeats the newest item with the same text, if there is one. Otherwise it revises an item that is
        no longer shown and is close: first the newest item of its own link; else one from the same gap.
        """
        revises = {}
        free = [e for e in new if not self._newest(source, lambda i: i.key == e.key)]
        for e in free:
            item = e.own and self._newest(source, lambda i: i.url == e.own)
            if item and item not in shown and not item.removed and closeness(e.words, item.words) >= CLOSE:
                revises[e] = item

        gone = [i for i in source.strip if i not in shown and not i.removed and i not in revises.values()]
        old_gaps = gaps(source.strip, lambda i: i if i in shown else None)
        new_gaps = gaps(entries, lambda e: known[e] if known[e] in source.strip else None)
        free = [e for e in free if e not in revises]
        revises.update(self._pairs(free, gone, old_gaps, new_gaps))
        return revises

    @staticmethod
    def _pairs(free, gone, old_gaps, new_gaps):
        """
        Of the entries of the last healthy fetch that are gone from the same gap, the closest, if each is the other's
        closest. Of equally close ones the first on the page.
        """

        def closest(one, others, score):
            """max() takes the first of equals, and the others are in page order."""
            return max(others, key=lambda other: score(one, other), default=None)

        def score(e, i):
            same_gap = new_gaps[e] == old_gaps[i] != (None, None)  # some neighbour must have stayed
            return closeness(e.words, i.words) if same_gap else Fraction(-1)

        for e in free:
            item = closest(e, gone, score)
            if item and score(e, item) >= CLOSE and closest(item, free, lambda i, e: score(e, i)) is e:
                yield e, item

    def retain(self, before, at_most=1000):
        """8. Items that left their strip by a time are removed, oldest id first; they stay known."""
        due = [i for i in self.items if i.last_seen is not None and i.last_seen <= before]
        for item in due[:at_most]:
            item.removed = True
        return len(due[:at_most])

    # -- The views ------------------------------------------------------------------------------------

    def strip(self, name):
        """What is on an enabled source's strip now, in page order, with positions from 1; of a removed item is none."""
        source = self.sources[name]
        return list(enumerate((i for i in source.strip if source.enabled and not i.removed), 1))

    def latest(self):
        """
        Newest first, of each chain of revisions one item: the wording that is on the strip (the newest of several),
        else the newest.
        """
        chain = {}
        for item in self.all:
            chain[item.id] = chain[item.revises] if item.revises else item.id
        best = {}
        for item in self.items:
            best.setdefault(chain[item.id], []).append(item)
        chosen = [max(items, key=lambda i: (i.last_seen is None, i.id)) for items in best.values()]
        return sorted(chosen, key=lambda i: -i.id)


def gaps(page, stayed):
    """Of each line of a page that did not stay: between which two neighbours that stayed; None: an end."""
    before, after, result = {}, {}, {}
    for lines, neighbour in ((page, before), (page[::-1], after)):
        last = None
        for line in lines:
            neighbour[line] = last
            last = stayed(line) or last
    for line in page:
        result[line] = (before[line], after[line])
    return result
