# SPDX-License-Identifier: LGPL-2.1-or-later
"""What goes wrong around the service, and what becomes of the items."""

import json
import os
import random
import socket
import time

import pytest

from machine import ITEM, NOT_STORED, STARTED
from programs import Client
from website import strip_page

ROUNDS = int(os.environ.get("TICKERD_ROUNDS", 20))
CRASHES = int(os.environ.get("TICKERD_CRASHES", 400))


class Strip:
    """A page whose strip grows."""

    def __init__(self, service, name):
        self.service, self.path = service, f"/{name}"
        self.shown = []
        service.source(name)
        self.add(1)

    def add(self, n):
        for _ in range(n):
            self.shown.insert(0, f"Number {len(self.shown) + 1} of {self.path}")
        self.service.site.set(self.path, strip_page(self.shown[:200]))

    def settle(self):
        self.service.settle(self.service.site, self.path)


class Resuming:
    """A subscriber that goes on from its cursor whenever it is cut off."""

    def __init__(self, service):
        self.service, self.cursor, self.items, self.client = service, 0, [], None

    def resume(self):
        self.client = self.service.connect(after=self.cursor)
        hello = self.client.answer()
        assert hello["type"] == "hello" and hello["after"] == (self.items[-1]["id"] if self.items else 0)

    def read(self, newest=None):
        """To the end of the stream, or to that item."""
        while not newest or not self.items or self.items[-1]["id"] < newest:
            try:
                line = self.client.input.readline()
            except ConnectionResetError:
                return
            if not line.endswith(b"\n"):
                return  # what was cut off comes again
            self.items.append(json.loads(line))
            self.cursor = self.items[-1]["cursor"]


def newest(service):
    return int(service.db("SELECT max(id) FROM items")[0])


def check_each_once(service, resuming=None):
    """Every item is in the database once, in the journal once, and the subscriber has it once."""
    ids = list(range(1, newest(service) + 1))
    assert service.db("SELECT id FROM items ORDER BY id") == [str(n) for n in ids]
    assert service.db("SELECT count(DISTINCT headline) FROM items") == [str(len(ids))]
    entries = service.wait_items(len(ids))
    assert sorted(int(entry["TICKERD_ID"]) for entry in entries) == ids
    if resuming:
        resuming.read(ids[-1])
        assert [item["id"] for item in resuming.items] == ids


def test_kill_again_and_again(machine, service):
    """Before the commit, between commit and journal, in the journal's middle: the moments are random."""
    chance = random.Random(ROUNDS)
    service.drop_in("tickerd.service", "[Service]\nRestartSec=10ms\n")
    strips = [Strip(service, f"s{n}") for n in range(3)]
    service.start()
    resuming = Resuming(service)
    for started in range(1, ROUNDS + 1):
        service.wait_started(started)
        resuming.resume()
        n = [len(service.site.asked(strip.path)) for strip in strips]
        for strip in strips:
            strip.add(chance.randrange(1, 40))
        service.poll_now()
        service.site.wait(strips[0].path, n[0] + 1)
        time.sleep(chance.uniform(0, 0.06))  # this is the moment, not a wait for something
        machine.run("systemctl", "kill", "--signal=KILL", "--kill-whom=main", "tickerd.service")
        resuming.read()
    service.wait_started(ROUNDS + 1)
    for strip in strips:
        strip.settle()
    assert newest(service) == sum(len(strip.shown) for strip in strips)
    assert int(service.show("NRestarts")) == ROUNDS
    resuming.resume()
    check_each_once(service, resuming)
