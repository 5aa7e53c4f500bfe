# SPDX-License-Identifier: LGPL-2.1-or-later
"""Items in a real journal: one entry each, whatever is killed, stopped or unreadable meanwhile."""

import contextlib
import random
import re
import shutil
import signal
import sqlite3
import subprocess

import pytest

from journald import ITEM, Journald, Service, missing
from programs import ROOT
from website import strip_page

pytestmark = pytest.mark.skipif(missing() is not None, reason=missing() or "")


@pytest.fixture
def journald(request):
    it = Journald(**getattr(request, "param", {}))
    yield it
    it.close()


@pytest.fixture
def service(config, journald):
    it = Service(config, journald)
    yield it
    it.close()


class Strip:
    """A page whose strip grows at the top."""

    def __init__(self, site, config):
        self.site = site
        self.shown = []
        self.show()
        config.source("port", site.url("/"), Expect="sometimes")

    def show(self, *headlines):
        for headline in headlines:
            self.shown.insert(0, headline)
        self.site.set("/", strip_page(self.shown))

    def all(self):
        return self.shown[::-1]


@pytest.fixture
def strip(site, config):
    return Strip(site, config)


def names(n, word="Report"):
    return [f"{word} number {i} from the port" for i in range(1, n + 1)]


def finish(strip, service):
    """An item more; when it is in the journal, the others are there, or never will be."""
    last = "This is the end"
    strip.show(last)
    if service.running:
        service.poll_now()
    else:
        service.start()
    service.journald.wait_for(MESSAGE=last)
    assert service.journald.items() == strip.all()


def test_fields(site, config, service, journald):
    page = '<ul class="ticker"><li><a href="/b">Storm warning lifted</a><time>07:00</time></li></ul>'
    site.set("/", page)
    config.source("port", site.url("/"), Language="en", Published=".//time", Drop=".//time")
    service.start()
    journald.wait_for(MESSAGE="Storm warning lifted")
    site.set("/", page.replace("lifted", "lifted again"))
    service.poll_now()
    second = journald.wait_for(MESSAGE="Storm warning lifted again")
    first = journald.wait_for(MESSAGE="Storm warning lifted")
    (store, seen), = service.db("SELECT store.id, first_seen FROM store, items WHERE items.id = 1")
    wanted = {
        "PRIORITY": "5", "SYSLOG_IDENTIFIER": "tickerd", "MESSAGE_ID": ITEM, "TICKERD_ID": "1",
        "TICKERD_CURSOR": f"{store}-1", "TICKERD_SOURCE": "port", "TICKERD_FIRST_SEEN": seen,
        "TICKERD_URL": site.url("/b"), "TICKERD_LANGUAGE": "en", "TICKERD_PUBLISHED": "07:00"}
    assert {key: value for key, value in first.items() if key.startswith("TICKERD") or key in wanted} == wanted
    assert second["TICKERD_REVISES"] == "1"
    # What the daemon says of itself.
    started = journald.wait_for(MESSAGE_ID="be69e62dcf764afd9e8ecdb6105243e5")
    assert started["SYSLOG_IDENTIFIER"] == "tickerd" and started["PRIORITY"] == "6"
    run = journald.wait(lambda entries: [e["TICKERD_RUN"] for e in entries if "TICKERD_RUN" in e], "mark")
    assert len(run) == 1 and len(run[0]) == 32


# The daemon is killed


SEND = "/^send(to)?$"  # send() is not the same system call on each machine


@pytest.mark.parametrize("n", range(2, 9))
def test_killed_before_it_sends(strip, service, n):
    """Its nth message is the last thing it does: one of the first, the mark, or any item."""
    strip.show(*names(5))
    service.start(wrap=["strace", "-o", "/dev/null", "-e", f"trace={SEND}", "-e", f"inject={SEND}:signal=KILL:when={n}"],
                  ready=False, env={"ASAN_OPTIONS": "detect_leaks=0"})
    assert service.wait_exit() == -signal.SIGKILL
    finish(strip, service)


def test_killed_before_the_place_is_stored(strip, service, journald):
    strip.show(*names(5))
    service.start()
    journald.wait_for(MESSAGE=strip.all()[-1])
    service.kill()
    assert service.db("SELECT coalesce(sum(place), 0) FROM followers") == [(0,)]
    finish(strip, service)


def test_killed_often(strip, service, journald):
    chance = random.Random(3)
    for n in range(12):
        strip.show(*names(3, f"Round {n}"))
        count = len(strip.site.asked("/"))
        service.start(ready=False)
        moment = chance.randrange(4)
        if moment == 0:
            strip.site.wait("/", count + 1)
        elif moment == 1:
            service.wait_ready()
        elif moment == 2:
            journald.wait_for(MESSAGE=strip.shown[chance.randrange(3)])
        service.kill()
    finish(strip, service)


# journald is stopped, or killed


def test_journald_stalls(strip, service, journald):
    """It delays nobody; more items come than fit its queue; and then the daemon is killed, too."""
    service.start()
    strip.show("First")
    service.poll_now()
    journald.wait_for(MESSAGE="First")
    client = service.connect(after=1)
    assert client.line()["type"] == "hello"
    journald.kill(signal.SIGSTOP)
    strip.show(*names(3))
    service.poll_now()
    assert [item["id"] for item in client.lines(3)] == [2, 3, 4]
    service.wait_status("journal [34] behind")  # perhaps nobody has looked for the one before yet
    strip.show(*names(1200, "More"))
    service.poll_now()
    assert client.lines(1200)[-1]["id"] == 1204
    service.kill()
    service.start()
    strip.show("Last")
    service.poll_now()
    client = service.connect(after=1204)
    assert [line["type"] for line in client.lines(2)] == ["hello", "item"]
    journald.kill(signal.SIGCONT)
    finish(strip, service)


@pytest.mark.parametrize("journald", [{"keep_socket": True}, {"keep_socket": False}], indirect=True,
                         ids=["socket kept", "socket lost"])
def test_journald_is_killed(strip, service, journald):
    strip.show(*names(3))
    service.start()
    journald.wait_for(MESSAGE=strip.shown[0])
    # What is in its queue when it dies is lost with the socket, and sending told nothing of that.
    journald.kill(signal.SIGSTOP)
    strip.show("In the queue")
    service.settle(strip.site)
    journald.end()
    strip.show("While it is dead")
    service.settle(strip.site)
    journald.start()
    journald.wait_for(MESSAGE="While it is dead")
    finish(strip, service)


def test_journald_loses_what_it_took(strip, service, journald):
    """No sending fails, and yet an item is not there: that is noticed."""
    service.start()
    journald.wait(lambda entries: any("TICKERD_RUN" in entry for entry in entries), "mark")
    journald.end(signal.SIGTERM)
    journald.configure(MaxLevelStore="err")
    journald.start()
    strip.show(*names(3))
    service.poll_now()
    service.wait_stderr("items after 0 wait: journald does not store what it is sent")
    service.wait_status("journal 3 behind")
    journald.end(signal.SIGTERM)
    journald.configure()
    journald.start()
    service.wait_stderr("the journal takes entries again")
    finish(strip, service)


@pytest.mark.parametrize("journald", [{"keep_socket": False}], indirect=True, ids=["no socket"])
def test_no_journald_at_the_start(strip, service, journald):
    journald.end()
    strip.show(*names(3))
    service.start()
    service.wait_status("journal 3 behind")
    journald.start()
    finish(strip, service)


def test_files_come_and_go(strip, service, journald):
    """From memory to the disk, and from one file to the next."""
    journald.end(signal.SIGTERM)
    journald.configure(Storage="persistent")
    journald.start()
    for n, number in enumerate([signal.SIGUSR2, signal.SIGUSR1, signal.SIGUSR2, signal.SIGUSR1]):
        strip.show(*names(3, f"Round {n}"))
        service.start()
        journald.wait_for(MESSAGE=strip.shown[0])
        journald.kill(number)
        strip.show(f"After {n}")
        service.poll_now()
        journald.wait_for(MESSAGE=f"After {n}")
        service.kill()
    finish(strip, service)
    assert list(journald.root.glob("var/log/journal/*/system@*.journal"))


def test_power_fails(strip, service, journald):
    """What journald had not written to the disk is gone, and the place was stored: the last ten minutes come again."""
    strip.show(*names(4))
    service.start()
    journald.wait_for(MESSAGE=strip.shown[0])
    service.stop()
    with contextlib.closing(sqlite3.connect(service.config.database)) as db:
        db.execute("INSERT OR REPLACE INTO followers VALUES ('journal', 4)")
        for n, minutes in enumerate([25, 11, 9, 0], 1):
            db.execute("UPDATE items SET first_seen = strftime('%Y-%m-%dT%H:%M:%fZ', first_seen, ?1) WHERE id = ?2",
                       [f"-{minutes + 60} minutes", n])
        db.commit()
    journald.end()
    for path in journald.root.glob("run/log/journal/*/*"):
        path.unlink()
    journald.start()
    service.start()
    strip.show("Last")
    service.poll_now()
    journald.wait_for(MESSAGE="Last")
    assert journald.items() == [*names(4)[2:], "Last"]


# What is there is not ours, or cannot be read


def test_entries_of_others(strip, service, journald):
    """Anybody can send an entry with an item's cursor; it is not taken for the item's."""
    strip.show(*names(2))
    service.start()
    journald.wait_for(MESSAGE=strip.shown[0])
    (store,), = service.db("SELECT id FROM store")
    service.kill()
    forge = ("import socket; socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM).sendto("
             f"b'MESSAGE=forged\\nTICKERD_CURSOR={store}-3\\n', '/run/systemd/journal/socket')")
    journald.run("setpriv", "--reuid=65534", "--clear-groups", "/usr/bin/python3", "-c", forge)
    assert journald.wait_for(MESSAGE="forged")["_UID"] == "65534"
    finish(strip, service)


def test_another_store(strip, service, journald):
    """A backup that was restored has a new id, so its items are others, also where the numbers are the same."""
    strip.show(*names(2))
    service.start()
    journald.wait_for(MESSAGE=strip.shown[0])
    service.stop()
    for path in service.config.folder.glob("ticker.db*"):
        path.unlink()
    strip.shown.reverse()
    strip.show()
    service.start()
    journald.wait(lambda entries: sum(entry["MESSAGE"] == strip.shown[0] for entry in entries) == 2, "second entry")
    assert sorted(journald.items()) == sorted(2 * names(2))


def test_unreadable(strip, service, journald):
    """The user is not in the group: it is said, and after a crash items may be there twice, never oftener."""
    blind = ["setpriv", "--bounding-set=-all", "--inh-caps=-all"]
    journald.run("chmod", "0", "/run/log/journal")
    strip.show(*names(3))
    service.start(wrap=blind)
    service.wait_stderr("no file of the journal can be read .* so items after 0 are sent without a look")
    journald.wait_for(MESSAGE=strip.shown[0])
    service.kill()
    for n in range(2):
        strip.show(f"After {n}")
        service.start(wrap=blind)
        journald.wait_for(MESSAGE=f"After {n}")
        service.kill()
    items = journald.items()
    assert set(items) == set(strip.all())
    assert all(items.count(item) <= 2 for item in items)


# The catalog


def test_catalog(tmp_path):
    """journalctl --update-catalog has nothing to say, each language has every message id, and they name the same
    fields."""
    source = tmp_path / "usr/lib/systemd/catalog"
    for folder in (source, tmp_path / "var/lib/systemd/catalog"):
        folder.mkdir(parents=True)
    files = sorted((ROOT / "systemd").glob("*.catalog"))
    assert [path.name for path in files] == ["tickerd.ar.catalog", "tickerd.catalog", "tickerd.es.catalog"]
    for path in files:
        shutil.copy(path, source)
    command = ["journalctl", f"--root={tmp_path}", "--update-catalog"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout + done.stderr == ""

    def fields(path):
        entries = path.read_text(encoding="utf-8").split("\n-- ")[1:]
        return {entry[:32]: set(re.findall(r"@\w+@", entry)) for entry in entries}

    header = (ROOT / "daemon/journal.h").read_text(encoding="utf-8")
    ids = set(re.findall(r'"([0-9a-f]{32})"', header))
    assert len(ids) == 6
    for path in files:
        assert fields(path) == fields(files[1]) and set(fields(path)) == ids
