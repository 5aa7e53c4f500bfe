# SPDX-License-Identifier: LGPL-2.1-or-later
"""
What is new: the daemon's store against model.py, on histories of strips in the notation of histories.py. Hand-written
ones say what each rule means; random ones look for histories on which the two disagree, and shrink what they find.

TICKERD_HISTORIES is the number of random histories, TICKERD_SEED another set of them.
"""

import itertools
import os
import tempfile

import pytest

from histories import SITE, Driver, Step, play, read_script, write_script
from model import Options
from programs import BUILD
from random_histories import History, shrink

SEED = os.environ.get("TICKERD_SEED", "1")
HISTORIES = int(os.environ.get("TICKERD_HISTORIES", "400"))
PARTS = 8  # so that they can run at once


@pytest.fixture(scope="module")
def driver():
    """Its databases are synced at each commit: in memory, where there is such a folder."""
    memory = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
    if not (BUILD / "tests/history").exists():
        pytest.skip(f"{BUILD}/tests/history was not built")
    with tempfile.TemporaryDirectory(dir=memory, prefix="tickerd-rules-") as folder:
        driver = Driver(folder)
        yield driver
        driver.close()


# -- Each rule by hand -----------------------------------------------------------------------------

RULES = {
    # 1. An entry's text
    "white space is folded": r"""
        @0 ok
          \u{20}Fire\u{a0}in \u{2028}the\u{9}\u{3000}harbour\u{202f}
        = 1 Fire in the harbour
    """,
    "what cannot be seen is dropped, and leaves no hole": r"""
        @0 ok
          Fi\u{ad}re\u{7} in \u{200b} \u{2066}the har\u{feff}bour\u{34f}
        @30s ok
          Fire in the harbour
        = 1 Fire in the harbour
    """,
    "joiners and variation selectors are spelling": r"""
        @0 ok
          Sun \u{2600}\u{fe0f} \u{0645}\u{06cc}\u{200c}\u{0631}\u{0648}\u{062f}
        @30s ok
          Sun \u{2600} \u{0645}\u{06cc}\u{0631}\u{0648}\u{062f}
        = 1 Sun \u{2600}\u{fe0f} \u{0645}\u{06cc}\u{200c}\u{0631}\u{0648}\u{062f}
    """,
    # 2. The same text
    "punctuation, case and width never make an item": r"""
        @0 ok
          +++ "Velmar" - harbour closed! +++
        @30s ok
          “VELMAR” — Harbour, closed…
        @60s ok
          «Ｖｅｌｍａｒ»: harbour (closed)
        = 1 +++ "Velmar" - harbour closed! +++
    """,
    "a digit always does": r"""
        @0 ok
          3 ships in Velmar
        @30s ok
          5 ships in Velmar
        = 1 3 ships in Velmar; off 30s
        = 2 5 ships in Velmar
    """,
    "a question mark is a word, several are one, and it does not count for closeness": r"""
        @0 ok
          Ferry
          Harbour closed
        @30s ok
          Ferry
          Harbour closed?
        @60s ok
          Ferry
          Harbour closed ???
        @90s ok
          Ferry ?!? Harbour
          Harbour closed؟
        = 1 Harbour closed; off 30s
        = 2 Ferry; off 90s
        = 3 Harbour closed?; revises 1
        = 4 Ferry ?!? Harbour; revises 2
    """,
    "vowel signs and tatweel are dropped, dots of kana are not": r"""
        @0 ok
          كِتَاب
          か
        @30s ok
          كتـــاب
          が
        = 1 か; off 30s
        = 2 كِتَاب
        = 3 が
    """,
    "an entry with an empty key is no entry": r"""
        @0 ok
          +++
          Storm
          \u{640}\u{301}
        = 1 Storm
    """,
    # 3. Copies
    "copies are one: the first, with the first link that a copy has": r"""
        @0 ok
          Storm [1]
          Ferry <f>
          STORM <s> [2]
          Storm <t>
        @30s ok
          Ferry <f>
          Storm nears <s>
        = 1 Ferry
        = 2 Storm; off 30s
        = 3 Storm nears; revises 2
    """,
    "a link that two entries have belongs to neither": r"""
        @0 ok
          Storm nears <hub>
          Ferry <f>
        @30s ok
          Storm nears Velmar <hub>
          Ferry <f>
          Talks go on <hub>
        = 1 Ferry
        = 2 Storm nears; off 30s
        = 3 Talks go on
        = 4 Storm nears Velmar; revises 2
    """,
    "a link that only copies share belongs to their entry": r"""
        @0 ok
          Storm nears <s>
          Ferry <f>
        @30s ok
          Ferry <f>
          Talks go on <t>
          Storm nears Velmar <s>
          Storm nears Velmar! <s>
        = 1 Ferry
        = 2 Storm nears; off 30s
        = 3 Storm nears Velmar; revises 2
        = 4 Talks go on
    """,
    "query and fragment are part of a link": r"""
        @0 ok
          Storm nears <live#1>
        @13h ok
          Ferry <live#2>
        @26h ok
          Storm nears <live#2>
          Ferry <live>
        = 1 Storm nears; off 13h
        = 2 Ferry
        = 3 Storm nears; repeats 1
    """,
    "only http and https are links": r"""
        @0 ok
          Storm <ftp://news.example/1>
          Ferry <javascript:f()>
        @1d ok
          Talks
        @2d ok
          Storm <ftp://news.example/1>
        = 1 Ferry; off 1d
        = 2 Storm; off 1d
        = 3 Talks; off 2d
        = 4 Storm; repeats 2
    """,
    # 4. Known
    "off for less than Reappear=: known; as long: new, and it repeats": r"""
        @0 ok
          Storm
          Ferry
        @1h ok
          Ferry
        @12h59m59s999ms ok
          Storm
          Ferry
        @14h ok
          Ferry
        @26h ok
          Storm
          Ferry
        = 1 Ferry
        = 2 Storm; off 14h
        = 3 Storm; repeats 2
    """,
    "with its own link it is known however long ago": r"""
        @0 ok
          Storm <s>
          Ferry
        @1h ok
          Ferry
        @40d ok
          Storm <s>
          Ferry
        = 1 Ferry
        = 2 Storm
    """,
    "a link that is shared now proves nothing": r"""
        @0 ok
          Storm <s>
          Ferry
        @1h ok
          Ferry
        @40d ok
          Storm <s>
          Ferry <s>
        = 1 Ferry
        = 2 Storm; off 1h
        = 3 Storm; repeats 2
    """,
    "the item on the strip comes before one of the entry's own link": r"""
        @0 ok
          Storm <1>
        @1h ok
          Ferry
        @14h ok
          Storm <2>
        @15h ok
          Storm <1>
        = 1 Storm; off 1h
        = 2 Ferry; off 14h
        = 3 Storm; repeats 1
    """,
    "the item on the strip comes before a newer one that left it lately": r"""
        @0 ok
          Storm <1>
        @1h ok
          Ferry
        @14h ok
          Storm <2>
        @15h ok
          Ferry <f>
        @28h ok
          Storm <1>
        @28h30m ok reappear=14h
          Storm <2>
        = 1 Storm
        = 2 Ferry; off 28h
        = 3 Storm; off 15h; repeats 1
    """,
    "of several with the text and the link, the newest": r"""
        @0 ok
          Storm <1>
        @1h ok
          Ferry
        @14h ok
          Ferry <1>
          Storm <1>
        @15h ok
          Talks
        @40h ok
          Storm <1>
        = 1 Storm; off 1h
        = 2 Ferry; off 15h
        = 3 Storm; repeats 1
        = 4 Talks; off 40h
    """,
    "a second wording beside the first, and by turns, is one item for ever": r"""
        @0 ok
          Storm nears Velmar <s>
          Velmar: storm very near <s>
        @30s ok
          Velmar: storm very near <s>
        @60s ok
          Storm nears Velmar <s>
        @90s ok
          Velmar: storm very near <s>
          Storm nears Velmar <s>
        = 1 Velmar: storm very near
        = 2 Storm nears Velmar
    """,
    # 5. New
    "what repeats does not revise": r"""
        @0 ok
          Storm nears
          Ferry
        @1h ok
          Storm nears Velmar <s>
          Ferry
        @14h ok
          Storm nears <s>
          Ferry
        = 1 Ferry
        = 2 Storm nears; off 1h
        = 3 Storm nears Velmar; off 14h; revises 2
        = 4 Storm nears; repeats 2
    """,
    "the newest item of its own link, gone long ago, is revised if close": r"""
        @0 ok
          Storm nears Velmar <s>
        @1h ok
          Ferry
        @9d ok
          Storm reaches Velmar <s>
        = 1 Storm nears Velmar; off 1h
        = 2 Ferry; off 9d
        = 3 Storm reaches Velmar; revises 1
    """,
    "of the items of its link the newest alone is looked at": r"""
        @0 ok
          Storm nears Velmar <hub>
        @1h ok
          Quiet night expected <hub>
        @2h ok
          Storm reaches Velmar <hub>
        = 1 Storm nears Velmar; off 1h
        = 2 Quiet night expected; off 2h
        = 3 Storm reaches Velmar
    """,
    "half of the words is close, less is not": r"""
        @0 ok
          one two three four <1>
          five six seven eight nine <2>
        @30s ok
          one two new words <1>
          five six new other words <2>
        = 1 five six seven eight nine; off 30s
        = 2 one two three four; off 30s
        = 3 five six new other words
        = 4 one two new words; revises 2
    """,
    "a word counts as often as both have it": r"""
        @0 ok
          no no no news <1>
        @30s ok
          no news is good news <1>
        = 1 no no no news; off 30s
        = 2 no news is good news
    """,
    "each Han character is a word": r"""
        @0 ok
          台風接近中 <1>
          港 <2>
        @30s ok
          台風上陸中 <1>
          港 <2>
        = 1 港
        = 2 台風接近中; off 30s
        = 3 台風上陸中; revises 2
    """,
    "an edit between the same neighbours, with arrivals and departures around it": r"""
        @0 ok
          Ferry delayed
          Storm nears Velmar
          Talks go on
          Old news
        @30s ok
          Bridge opens
          Ferry delayed
          Storm reaches Velmar
          Talks go on
        = 1 Old news; off 30s
        = 2 Talks go on
        = 3 Storm nears Velmar; off 30s
        = 4 Ferry delayed
        = 5 Storm reaches Velmar; revises 3
        = 6 Bridge opens
    """,
    "another gap is another story": r"""
        @0 ok
          Storm nears Velmar
          Ferry delayed
          Talks go on
        @30s ok
          Ferry delayed
          Storm reaches Velmar
          Talks go on
        = 1 Talks go on
        = 2 Ferry delayed
        = 3 Storm nears Velmar; off 30s
        = 4 Storm reaches Velmar
    """,
    "where nobody stayed there is no gap": r"""
        @0 ok
          Storm nears Velmar
        @30s ok
          Storm reaches Velmar
        = 1 Storm nears Velmar; off 30s
        = 2 Storm reaches Velmar
    """,
    "each must be the other's closest, and the first on the page is of equals": r"""
        @0 ok
          Ferry delayed
          a b c d
          a b e f
        @30s ok
          Ferry delayed
          a b x y
          a b c x
        = 1 a b e f; off 30s
        = 2 a b c d; off 30s
        = 3 Ferry delayed
        = 4 a b c x; revises 2
        = 5 a b x y
    """,
    "two new ones are as close to one that is gone: the first on the page": r"""
        @0 ok oldest-first
          Ferry delayed
          a b c d
        @30s ok oldest-first
          Ferry delayed
          a b c x
          a b c y
        = 1 Ferry delayed
        = 2 a b c d; off 30s
        = 3 a b c x; revises 2
        = 4 a b c y
    """,
    "what repeats takes no part in the gap": r"""
        @0 ok
          Ferry delayed
          a b c
        @1h ok
          Ferry delayed
          a b d
        @14h ok
          Ferry delayed
          a b c
          a b e
        = 1 a b c; off 1h
        = 2 Ferry delayed
        = 3 a b d; off 14h; revises 1
        = 4 a b e; revises 3
        = 5 a b c; repeats 1
    """,
    "one that came back is no neighbour": r"""
        @0 ok
          Ferry delayed
          Bridge opens
        @1h ok
          Ferry delayed
          Storm nears Velmar
        @2h ok
          Ferry delayed
          Bridge opens
          Storm reaches Velmar
        = 1 Bridge opens
        = 2 Ferry delayed
        = 3 Storm nears Velmar; off 2h
        = 4 Storm reaches Velmar; revises 3
    """,
    "what its link has claimed takes no part in the gap": r"""
        @0 ok
          Ferry delayed
          Storm nears Velmar <1>
          Storm nears Ostrand
        @30s ok
          Ferry delayed
          Storm nears Velmar port <1>
          Storm nears Velmar coast
        = 1 Storm nears Ostrand; off 30s
        = 2 Storm nears Velmar; off 30s
        = 3 Ferry delayed
        = 4 Storm nears Velmar coast; revises 1
        = 5 Storm nears Velmar port; revises 2
    """,
    "what moved is a neighbour only where both fetches have it so": r"""
        @0 ok
          a
          Storm nears Velmar
          b
        @30s ok
          b
          Storm reaches Velmar
          a
        = 1 b
        = 2 Storm nears Velmar; off 30s
        = 3 a
        = 4 Storm reaches Velmar
    """,
    "what is still shown is not revised; what is gone beside it may be": r"""
        @0 ok
          Storm nears Velmar <1>
          Storm now over Velmar
          Ferry delayed
        @30s ok
          Storm nears Velmar <2>
          Storm is over Velmar <1>
          Ferry delayed
        = 1 Ferry delayed
        = 2 Storm now over Velmar; off 30s
        = 3 Storm nears Velmar
        = 4 Storm is over Velmar; revises 2
    """,
    # 6. Off
    "a fetch that is not healthy changes nothing": r"""
        @0 ok
          Storm
        @1h blocked
        @2h empty
        @3h no-strip
        @20h timeout
        @21h ok
          Storm
          Ferry
        = 1 Storm
        = 2 Ferry
        = outage no-strip 1h 21h
    """,
    "an empty strip is healthy where it is expected": r"""
        @0 ok sometimes
          Storm
        @1h no-strip sometimes
        @2h empty sometimes
        @13h ok sometimes
          Storm
        = 1 Storm; off 1h
        = 2 Storm; repeats 1
    """,
    "unchanged is as it was": r"""
        @0 ok
          Storm
        @20h unchanged
        @40h ok
          Storm nears
          Storm
        = 1 Storm
        = 2 Storm nears
    """,
    "a source that is not enabled keeps its items": r"""
        @0 ok
          Storm
        @1h enable b
        @40h enable a b
        @41h ok
          Ferry
          Storm
        = 1 Storm
        = 2 Ferry
    """,
    "three bad fetches in a row are an outage, two are not, and an outage outlives the daemon": r"""
        @0 ok
          Storm
        @1m timeout
        @2m blocked
        @3m unchanged
        @4m timeout
        @5m blocked
        @6m http-error
        @7m http-error
        @8m restart
        @9m bad-page
        @10m bad-page
        @11m bad-page
        @12m ok
          Storm
        @13m blocked
        @14m blocked
        @15m blocked
        = 1 Storm
        = outage http-error 4m 12m
        = outage blocked 13m
    """,
    "a strip of three of which nothing is left may hide a gap": r"""
        @0 ok sometimes
          a
          b
          c
        @1m ok sometimes
          d
          e
          f
        @2m ok sometimes
          g
          h
        @3m ok sometimes
          i
          j
          k
        @4m empty sometimes
        = 1 c; off 1m
        = 2 b; off 1m
        = 3 a; off 1m
        = 4 f; off 2m
        = 5 e; off 2m
        = 6 d; off 2m
        = 7 h; off 3m
        = 8 g; off 3m
        = 9 k; off 4m
        = 10 j; off 4m
        = 11 i; off 4m
        = outage gap 0 1m
        = outage gap 1m 2m
        = strip
    """,
    # 7. Order
    "oldest-first": r"""
        @0 ok oldest-first
          Storm
          Ferry
        @30s ok oldest-first
          Ferry
          Talks
          Bridge
        = 1 Storm; off 30s
        = 2 Ferry
        = 3 Talks
        = 4 Bridge
    """,
    "what moved, or has another time on the page, is not new": r"""
        @0 ok
          Storm [9:30]
          Ferry [9:29]
        @30s ok
          Ferry [9:31]
          Storm
        = 1 Ferry
        = 2 Storm
    """,
    "time off the strip is never negative": r"""
        @2d ok
          Storm
        @2d30s ok
          Ferry
        @0 ok
          Storm
          Ferry
        @1s ok
          Ferry
        @12h ok
          Storm
          Ferry
        @12h1s ok
          Ferry
        @0 ok reappear=1ms
          Storm
          Ferry
        = 1 Storm
        = 2 Ferry
    """,
    # 8. Memory
    "what was removed stays known": r"""
        @0 ok
          Storm
          Ferry <f>
        @1h ok
          Talks
        @2h prune
        @12h ok
          Storm
          Talks
        @13h ok
          Talks
        @26h ok
          Storm
          Ferry <f>
          Talks
        = 3 Talks
        = 4 Storm; repeats 2
    """,
    "what was removed and came back is on the strip like any other": r"""
        @0 ok
          Storm
          Ferry
        @1h ok
          Ferry
        @2h prune
        @3h ok
          Storm
          Ferry
        @14h ok
          Storm
          Ferry
        = 1 Ferry
    """,
    "what was removed has no words to be close to": r"""
        @0 ok
          Storm nears Velmar <s>
        @1h ok
          Talks
        @2h prune
        @3h ok
          Storm reaches Velmar <s>
          Talks
        = 2 Talks
        = 3 Storm reaches Velmar
    """,
    # The views
    "latest has one item of each chain: the wording on the strip, else the newest": r"""
        @0 ok
          Storm nears Velmar <s>
          Ferry delayed <f>
          Talks go on
        @1h ok
          Storm nears Velmar <s>
          Ferry much delayed <f>
        @2h ok
          Storm nears Velmar port <s>
          Bridge opens
        @3h ok
          Bridge opens
          Storm nears Velmar <s>
        = 1 Talks go on; off 1h
        = 2 Ferry delayed; off 1h
        = 3 Storm nears Velmar
        = 4 Ferry much delayed; off 2h; revises 2
        = 5 Bridge opens
        = 6 Storm nears Velmar port; off 3h; revises 3
        = latest 5 4 3 1
        = strip 5 3
    """,
    # All or nothing
    "killed before the commit, and after it": r"""
        @0 ok
          Storm
        @30s ok kill=1
          Ferry
        @60s ok
          Talks
          Storm
        @90s ok kill=0
          Talks
        @91s restart
        = 1 Storm; off 90s
        = 2 Talks
    """,
}


@pytest.mark.parametrize("name", RULES)
def test_rule(driver, name):
    steps, wanted = read_script(RULES[name])
    wrong, model = play(steps, driver)
    assert not wrong, wrong
    found = {
        "items": [{fact: getattr(i, fact) for fact in wanted["items"][0]} for i in model.items],
        "strip": [item.id for _, item in model.strip("a")],
        "latest": [item.id for item in model.latest()],
        "outages": [(o["state"], *filter(None, (o["since"], o["until"]))) for o in model.outages],
    }
    assert {table: found[table] for table in wanted} == wanted


def test_killed_at_every_write(driver):
    """All or nothing, whichever write to a file was the last."""
    steps, _ = read_script("""
        @0 ok
          Storm nears Velmar
          Ferry delayed
        @30s ok
          Talks go on
          Storm reaches Velmar
          Ferry delayed
        @60s ok
          Talks go on
          Ferry delayed
    """)
    early = 0
    for write in itertools.count(1):
        steps[1].kill = write
        wrong, _ = play(steps, driver)
        assert not wrong, f"at write {write}: {wrong}"
        if not driver.died_early:
            break
        early += 1
    assert early >= 2


def test_retain_removes_a_thousand_at_a_time(driver):
    entries = [{"headline": f"Ferry {n} delayed"} for n in range(1100)]
    sometimes = Options(expect="sometimes")
    steps = [Step(0, entries=entries), Step(1, state="empty", options=sometimes), *(Step(2, "prune"),) * 3]
    wrong, model = play(steps[:3], driver)
    assert not wrong, wrong
    assert [item.id for item in model.items] == list(range(1001, 1101))
    wrong, model = play(steps, driver)
    assert not wrong, wrong
    assert not model.items


def test_limits(driver):
    """A headline and a time are cut at a character and end in an ellipsis; a link that is too long is none."""
    entries = [
        {"headline": "é" * 1500, "url": SITE + "x" * (4096 - len(SITE)), "published": "é" * 100},
        {"headline": "a " + "é" * 1023, "url": SITE + "x" * (4097 - len(SITE)), "published": "é" * 64},
    ]
    wrong, model = play([Step(0, entries=entries)], driver)
    assert not wrong, wrong
    assert [(i.headline, i.url, i.published) for i in model.items] == [
        ("a " + "é" * 1023, None, "é" * 64),
        ("é" * 1022 + "…", entries[0]["url"], "é" * 62 + "…"),
    ]


def test_notation():
    """Histories are printed as they are read."""
    for script in RULES.values():
        steps, _ = read_script(script)
        assert read_script(write_script(steps))[0] == steps


# -- All rules at random ---------------------------------------------------------------------------


def report(seed, steps, wrong, number, driver):
    steps = shrink(steps[: number + 1], lambda candidate: play(candidate, driver)[0] is not None)
    wrong, number = play(steps, driver)
    return f"history {seed} differs after its step {number + 1}:\n{wrong}\n\n{write_script(steps)}"


@pytest.mark.parametrize("part", range(PARTS))
def test_random_histories(driver, part):
    print(f"TICKERD_SEED={SEED} TICKERD_HISTORIES={HISTORIES}")
    for n in range(part, HISTORIES, PARTS):
        seed = f"{SEED}/{n}"
        steps = History(seed).steps
        wrong, number = play(steps, driver)
        if wrong:
            pytest.fail(report(seed, steps, wrong, number, driver), pytrace=False)
