# SPDX-License-Identifier: LGPL-2.1-or-later
"""
Two hundred clients that behave as badly as they can (chaos.c), while items arrive and the daemon is restarted and killed:
what each of them has got is the tape, no more and no less.

TICKERD_CHAOS=N is the number of reconnections (3,000), TICKERD_SEED another order of events.
"""

import json
import os
import random
import subprocess

import pytest

from programs import BUILD, Daemon, Process, _collect
from website import Record, strip_page

RECONNECTIONS = int(os.environ.get("TICKERD_CHAOS", "3000"))
SEED = int(os.environ.get("TICKERD_SEED", "1"))
CLIENTS = 200
KEYS = ["id", "cursor", "source", "headline", "url", "language", "published", "first_seen", "revises", "repeats"]


class Crowd(Process):
    """The clients."""

    def start(self, config, seed, sources):
        self.tape = config.folder / "tape"
        self.said = Record()
        self._start([BUILD / "tests/chaos", config.socket, CLIENTS, seed, self.tape, *sources],
                    stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self._stdout_thread = _collect(self.process.stdout, self.said)
        return self

    def answer(self, wanted, what, begin):
        """The first line from there on that is wanted, and its number."""
        return self.said.wait(
            lambda lines: next(((n, line) for n, line in enumerate(lines) if n >= begin and wanted(line)), None), what)

    def tell(self, word):
        """Returns when they know; the number of their answer."""
        begin = len(self.said.all())
        self.process.stdin.write(f"{word}\n".encode())
        self.process.stdin.flush()
        return self.answer(lambda line: line == word, f"answer to {word}", begin)[0]

    def go(self):
        """Some may vanish now."""
        self._went = self.tell("go")

    def gone(self):
        """Waits until they have; returns how often clients have connected again."""
        return int(self.answer(str.isdigit, "reconnections", self._went)[1])

    def finish(self):
        """Waits until everybody has read to the end; returns counts of what happened."""
        _, line = self.answer(lambda line: "=" in line, "counts", self.tell("finish"))
        return {key: int(value) for key, value in (word.split("=") for word in line.split())}

    def close(self):
        if self.running:
            self.kill()
        self.show_stderr()


@pytest.fixture
def crowd():
    it = Crowd()
    yield it
    it.close()


class News:
    """Sources whose strips change at random, in all kinds of text."""

    TEXTS = ["Ferries stop until {}", "\u201cNo comment\u201d \\ \"{}\"", "\u0628\u064a\u0631\u0648\u062a: {}",
             "\u6771\u4eac {} \U0001f6a2", "A long one, " * 40 + "{}",
             "{} is longer than a headline may be, " * 80, "{} < &amp; >"]

    def __init__(self, site, config, chance):
        self.site, self.chance, self.n = site, chance, 0
        self.names = [f"{word}-{n}" for n, word in enumerate(["harbour", "port", "coast", "radio", "wire", "x"])]
        self.shown = {name: [] for name in self.names}
        for name in self.names:
            self.add(name, 300)
            config.source(name, site.url(f"/{name}"), Expect="sometimes", Language=self.chance.choice(["en", None]))

    def change(self):
        for name in self.chance.sample(self.names, self.chance.randrange(1, 4)):
            self.add(name, self.chance.choice([0, 1, 1, 2, 5, 20]))
            if self.chance.random() < 0.3:
                self.fail(name)

    def fail(self, name):
        self.site.set(f"/{name}", "gone", status=404)

    def add(self, name, n):
        new = []
        for self.n in range(self.n + 1, self.n + 1 + n):
            text = self.chance.choice(self.TEXTS).format(*[self.n] * 80)
            new.append(self.chance.choice([text, (text, f"/{name}/{self.n}")]))
        self.shown[name] = new + self.shown[name][:30]
        self.site.set(f"/{name}", strip_page(self.shown[name]))


class Fate:
    """What becomes of the daemon."""

    def __init__(self, service, crowd, chance):
        self.service, self.crowd, self.chance = service, crowd, chance
        self.starts = 0
        self.cards = []
        self.begin()

    def begin(self):
        # By hand there is nobody to leave the subscribers with.
        self.starts += 1
        self.by_hand = self.starts % 3 == 0
        Daemon.start(self.service) if self.by_hand else self.service.start()

    def again(self, word, end):
        self.crowd.tell(word)
        end()
        self.service.forget()
        self.begin()
        self.crowd.tell("up")

    def kill(self):
        self.again("kill", self.service.kill)

    def stop(self):
        # What the service manager gets and forgets breaks off without a word.
        self.again("stop" if self.by_hand else "kill", self.service.stop)

    def restart(self):
        if self.by_hand:
            self.stop()
        self.crowd.tell("handover")
        self.service.stop()
        self.service.start()

    def reload(self):
        self.service.reload()

    def nothing(self):
        pass

    def strike(self):
        if not self.cards:
            deeds = {self.kill: 1, self.stop: 2, self.restart: 6, self.reload: 1, self.nothing: 6}
            self.cards = [deed for deed, n in deeds.items() for _ in range(n)]
            self.chance.shuffle(self.cards)
        self.cards.pop()()


def tape_of(daemon):
    """The lines of all items, rendered by somebody else than the daemon."""
    ((store,),) = daemon.db("SELECT id FROM store")
    columns = ", ".join(f"'{store}-' || id" if key == "cursor" else key for key in KEYS)
    tape = ""
    for row in daemon.db(f"SELECT {columns} FROM items ORDER BY id"):
        line = {"type": "item"} | {key: value for key, value in zip(KEYS, row) if value is not None}
        tape += json.dumps(line, ensure_ascii=False, separators=(",", ":")) + "\n"
    return tape.encode()


def test_chaos(site, config, service, crowd):
    chance = random.Random(SEED)
    news = News(site, config, chance)
    fate = Fate(service, crowd, chance)
    for name in news.names:
        service.settle(site, f"/{name}")
    crowd.start(config, SEED, news.names)
    reconnections = 0
    while reconnections < RECONNECTIONS:
        crowd.go()
        news.change()
        service.poll_now()
        fate.strike()
        reconnections = crowd.gone()
    # Nothing happens to them now: a source that fails and recovers is seen by all who want to hear of it.
    news.fail(news.names[0])
    service.settle(site, f"/{news.names[0]}")
    news.add(news.names[0], 5)
    service.settle(site, f"/{news.names[0]}")
    counts = crowd.finish()
    print(counts, service.db("SELECT count(*) FROM items"))
    assert crowd.wait_exit() == 0
    assert crowd.tape.read_bytes() == tape_of(service)
    assert all(counts.values()), "not all that can happen did"
