# SPDX-License-Identifier: LGPL-2.1-or-later
"""What goes wrong around the service, and what becomes of the items."""

import contextlib
import json
import os
import pathlib
import random
import re
import socket
import subprocess
import time

import pytest

from machine import ITEM, NOT_STORED
from website import strip_page

ROUNDS = int(os.environ.get("TICKERD_ROUNDS", 20))
CRASHES = int(os.environ.get("TICKERD_CRASHES", 100))
STOPPED = int(os.environ.get("TICKERD_STOPPED", 5))  # polls without a journald


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
        self.service.site.set(self.path, strip_page(self.shown[:1000]))

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
            strip.add(chance.randrange(1, 12))
        service.poll_now()
        service.site.wait(strips[0].path, n[0] + 1)
        time.sleep(chance.uniform(0, 0.06))  # this is the moment, not a wait for something
        machine.run("systemctl", "kill", "--signal=KILL", "--kill-whom=main", "tickerd.service")
        resuming.read()
    service.wait_started(ROUNDS + 1)
    for strip in strips:
        strip.settle()
    assert newest(service) == sum(len(strip.shown) for strip in strips)
    exits = [e["MESSAGE"] for e in service.own() if "tickerd.service: Main process exited" in str(e.get("MESSAGE"))]
    assert exits == ["tickerd.service: Main process exited, code=killed, status=9/KILL"] * ROUNDS
    resuming.resume()
    check_each_once(service, resuming)


# In the fetcher's place: what becomes of a name depends on the name.
DOUBLE = """#!/bin/bash
while read -r name; do
        case $name in
        hang) exec sleep infinity ;;
        crash) kill -SEGV $$ ;;
        rubbish) echo '<html>' ;;
        *) printf '{"source":"%s","state":"ok","items":[{"headline":"Read at %s"}]}\\n' "$name" "$EPOCHREALTIME" ;;
        esac
done
"""


@pytest.fixture
def double(machine, service):
    machine.write("/usr/local/bin/double", DOUBLE, 0o755)
    service.drop_in("tickerd-fetch@.service", "[Service]\nExecStart=\nExecStart=/usr/local/bin/double\n")
    yield
    machine.run("systemctl", "stop", "tickerd.service")
    machine.run("systemctl", "stop", "tickerd-fetch@*.service")  # those that hang


def test_a_bad_fetcher(machine, service, double):
    """One that hangs, crashes or answers rubbish: that is said, the others go on, and the watchdog stays quiet."""
    service.drop_in("tickerd.service", "[Service]\nWatchdogSec=3s\n")
    for name in ("good", "hang", "crash", "rubbish"):
        service.source(name, Timeout="1s")
    service.start()
    client, states, read = service.connect(after=0, states=True), {}, 0
    wanted = {"hang": "timeout", "crash": "bad-page", "good": "ok", "rubbish": "bad-page"}
    while states != wanted or read < 2:
        line = client.line()
        if line["type"] == "source":
            states[line["source"]] = line["state"]
        elif line["type"] == "item":
            read += 1
            if read == 1:  # the one that works is asked again while others are in trouble
                service.poll_now()
    service.journal.wait_message("fetch.sock: .*(gave no answer|not a reply|before it answered)", service.mark)
    assert service.show("NRestarts") == "0" and service.show("ActiveState") == "active"
    assert "in trouble" in service.show("StatusText")


def test_many_crashes_leave_nothing_behind(machine, service, double):
    for _ in range(CRASHES):
        with socket.socket(socket.AF_UNIX) as client:
            client.connect(str(machine.path("/run/tickerd-fetch.sock")))
            client.send(b"crash\n")
            assert client.recv(1) == b""
    service.journal.wait(
        lambda entries: sum("Failed with result" in str(e.get("MESSAGE")) for e in entries[service.mark:]) >= CRASHES,
        "end of the last reader")
    for listed in ("--failed", "--all"):
        assert machine.run("systemctl", "list-units", "--plain", "--no-legend", listed, "tickerd-fetch@*") == ""
    assert machine.show("tickerd-fetch.socket", "SubState") == "listening"


def test_a_daemon_that_hangs(machine, service):
    """The watchdog ends it, and nothing is lost."""
    service.drop_in("tickerd.service", "[Service]\nWatchdogSec=2s\n")
    strip = Strip(service, "one")
    service.start()
    service.wait_items(1)
    machine.run("systemctl", "kill", "--signal=STOP", "--kill-whom=main", "tickerd.service")
    strip.add(5)
    service.wait_started(2)
    service.journal.wait_message("tickerd.service: Watchdog timeout", service.mark)
    strip.settle()
    check_each_once(service)


def test_reload_with_a_bad_file(machine, service):
    """The old configuration stays, and what is wrong is said with file and line."""
    strip = Strip(service, "one")
    service.start()
    service.wait_items(1)
    pid = service.show("MainPID")
    machine.write("/etc/tickerd/tickerd.conf.d/wrong.conf", "[Ticker]\nReappear=soon\n")
    done = machine.run("systemctl", "reload", "tickerd.service", check=False)
    assert done.returncode != 0
    service.journal.wait_message(r"wrong\.conf:2: Reappear=soon is not a time span", service.mark)
    strip.add(1)
    strip.settle()
    assert service.show("MainPID") == pid and service.show("ActiveState") == "active"
    # It cannot start with it, and is not tried again and again.
    assert machine.run("systemctl", "restart", "tickerd.service", check=False).returncode != 0
    assert service.show("ActiveState") == "failed" and service.show("ExecMainStatus") == "78"
    machine.path("/etc/tickerd/tickerd.conf.d/wrong.conf").unlink()
    service.start()
    machine.run("systemctl", "reload", "tickerd.service")
    check_each_once(service)


def test_the_fetchers_socket_is_opened_anew(machine, service):
    """The daemon comes along, and its subscribers stay."""
    strip = Strip(service, "one")
    service.start()
    service.wait_items(1)
    client = service.connect(last=0)
    assert client.answer()["type"] == "hello"
    machine.run("systemctl", "restart", "tickerd-fetch.socket")
    strip.add(1)
    strip.settle()
    assert client.line()["id"] == 2


JOURNALD = ["systemd-journald.socket", "systemd-journald-dev-log.socket", "systemd-journald-audit.socket",
            "systemd-journald.service"]


def test_journald_restarts(machine, service):
    strip = Strip(service, "one")
    service.start()
    for _ in range(5):
        strip.add(20)
        service.poll_now()
        machine.run("systemctl", "restart", "systemd-journald.service")
    strip.settle()
    check_each_once(service)


def test_journald_is_stopped(machine, service):
    """Neither polls nor subscribers wait for it, and when it is back it gets what it missed."""
    strip = Strip(service, "one")
    service.start()
    service.wait_items(1)
    client = service.connect(last=0)
    assert client.line()["type"] == "hello"
    machine.run("systemctl", "stop", *JOURNALD)
    try:
        for n in range(STOPPED):
            strip.add(1)
            strip.settle()
            assert client.line()["id"] == n + 2
        assert "behind" in service.show("StatusText")
    finally:
        machine.run("systemctl", "start", *JOURNALD)
    check_each_once(service)


@contextlib.contextmanager
def small_disk(machine, folder):
    """A file system of its own, of 20 MB, on a folder of the machine; a disk error makes it read-only."""
    image, device = machine.folder.parent / "disk", None
    subprocess.run(["truncate", "--size=20M", image], check=True)
    subprocess.run(["mkfs.ext4", "-q", "-E", "root_owner=0:0", image], check=True)
    try:
        device = subprocess.run(["losetup", "--find", "--show", image], check=True, stdout=subprocess.PIPE,
                                text=True).stdout.strip()
        number = os.stat(device).st_rdev
        machine.run("mknod", device, "b", os.major(number), os.minor(number))
        machine.run("mount", "-o", "errors=remount-ro", device, folder)
        yield device
    finally:
        machine.run("umount", folder, check=False)
        if device:
            machine.path(device).unlink(missing_ok=True)
            subprocess.run(["losetup", "--detach", device], check=True)
        image.unlink()


@pytest.fixture
def disk(machine, service):
    """The store is on a small disk of its own."""
    if not os.path.exists("/dev/loop-control"):
        pytest.skip("there are no loop devices here")
    with small_disk(machine, "/var/lib/tickerd") as device:
        yield device
        service.run("systemctl", "stop", "tickerd.service")


def check_not_stored(service, strip, client, why):
    """What cannot be stored is said, and nobody hears of it; the daemon lives."""
    before = newest(service)
    strip.add(1000)
    strip.settle()
    (entry, *_) = service.journal.wait(
        lambda entries: [e for e in entries[service.mark:] if e.get("MESSAGE_ID") == NOT_STORED], "entry of it")
    assert re.search(why, entry["MESSAGE"]) and entry["PRIORITY"] == "3"
    assert "The database cannot be written" in service.show("StatusText")
    assert newest(service) == before and service.show("NRestarts") == "0"
    client.send({"last": 1})
    assert client.line()["newest"] == before and client.line()["id"] == before


def test_the_disk_is_full(machine, service, disk):
    strip = Strip(service, "one")
    service.start()
    service.wait_items(1)
    client = service.connect(last=0)
    assert client.answer()["type"] == "hello"
    machine.run("sh", "-c", "! dd if=/dev/zero of=/var/lib/tickerd/filler bs=4k 2>/dev/null")
    check_not_stored(service, strip, client, "full")
    machine.path("/var/lib/tickerd/filler").unlink()
    strip.settle()
    assert [item["id"] for item in client.lines(1000)] == list(range(2, 1002))
    assert "fine" in service.show("StatusText")
    check_each_once(service)


def test_the_disk_becomes_read_only(machine, service, disk):
    """As after a disk error; it takes an administrator to mount it anew."""
    strip = Strip(service, "one")
    service.start()
    service.wait_items(1)
    client = service.connect(last=0)
    assert client.answer()["type"] == "hello"
    pathlib.Path("/sys/fs/ext4", os.path.basename(disk), "trigger_fs_error").write_text("test")
    check_not_stored(service, strip, client, "read-only|readonly|disk I/O")
    machine.run("systemctl", "stop", "tickerd.service")
    machine.run("umount", "/var/lib/tickerd")
    machine.run("e2fsck", "-p", disk, check=False)
    machine.run("mount", disk, "/var/lib/tickerd")
    service.start()
    service.wait_items(1001)
    check_each_once(service)


# Fills the file that journald has already; at most 10,000 entries in 30 s are let through, so they are large.
NOISE = """
import os, socket
journald = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
journald.connect("/run/systemd/journal/socket")
for _ in range(400):
    journald.send(b"MESSAGE=" + os.urandom(30000).hex().encode() + b"\\n")
"""


def wait_in_new_journal(machine, text):
    """For a journal that is not where it was when the machine was booted."""
    machine.run("sh", "-c", f"journalctl --follow --no-tail --output=cat | grep --max-count=1 '{text}'")


def test_the_journal_is_full(machine, service):
    """journald then drops what is old, or what is new; when there is room again, the new items are there, once."""
    if not os.path.exists("/dev/loop-control"):
        pytest.skip("there are no loop devices here")
    machine.run("systemctl", "stop", *JOURNALD)
    try:
        with small_disk(machine, "/var/log/journal"):
            machine.run("systemctl", "start", *JOURNALD)
            machine.run("journalctl", "--flush")
            strip = Strip(service, "one")
            service.start()
            wait_in_new_journal(machine, "Number 1 of")
            machine.run("sh", "-c", "! dd if=/dev/zero of=/var/log/journal/filler bs=4k 2>/dev/null")
            machine.run("python3", "-c", NOISE)
            strip.add(3)
            strip.settle()
            client = service.connect(after=1, live=False)
            assert [line["type"] for line in client.lines(5)] == ["hello", "item", "item", "item", "bye"]
            machine.path("/var/log/journal/filler").unlink()
            wait_in_new_journal(machine, "Number 4 of")
            found = machine.run("journalctl", "--output=cat", f"MESSAGE_ID={ITEM}", "--output-fields=TICKERD_ID")
            ids = found.split()
            assert sorted(set(ids) - {"1"}) == ["2", "3", "4"] and len(ids) == len(set(ids))
            machine.run("systemctl", "stop", "tickerd.service", *JOURNALD)
    finally:
        machine.run("systemctl", "start", *JOURNALD)
