# SPDX-License-Identifier: LGPL-2.1-or-later
"""
The daemon and its page readers: several at a time, none in the way of another. The readers are scripts here, which log
what they are asked and answer when they are told to.
"""

import contextlib
import os
import shutil
import sqlite3

import pytest

from test_daemon import fake_fetcher

SEVERAL = len(os.sched_getaffinity(0)) > 1
LOG = """
import threading
def log(what):
    with open(os.environ["ASKED"], "a") as file:
        print(os.getpid(), what, file=file)
"""


@pytest.fixture
def asked(config):
    """What each reader was asked: {pid: [name, ...]}."""
    path = config.folder / "asked"
    path.touch()

    def asked():
        found = {}
        for line in path.read_text().splitlines():
            pid, name = line.split()
            found.setdefault(pid, []).append(name)
        return found

    asked.path = path
    return asked


def readers(config, asked, code):
    return {**fake_fetcher(config, LOG + "log(name)\n" + code), "ASKED": str(asked.path)}


def sources(config, *names):
    for name in names:
        config.source(name, f"http://{name}.example/", Timeout="1h", Interval="1h")  # each is a host of its own


HANGING = [f"hang{n}" for n in range(40)]
FINE = [f"fine{n}" for n in range(20)]


def test_nobody_waits_for_those_that_hang(config, daemon, asked):
    """As many are in flight as the manual says, on several readers if there are processors for them."""
    sources(config, *HANGING, *FINE)
    daemon.start(env=readers(config, asked, "if not name.startswith('hang'): ok(name, 'News of ' + name)"))
    assert {line.split(": ")[1] for line in daemon.wait_stdout(20)} == {f"News of {name}" for name in FINE}
    names = sorted(name for names in asked().values() for name in names if name.startswith("hang"))
    assert names == sorted(HANGING)
    assert len(asked()) > 1 or not SEVERAL


def test_a_source_stays_with_its_reader(config, daemon, asked):
    """For only there its page may be unchanged."""
    sources(config, *HANGING, *FINE, "clock")
    daemon.start(env=readers(config, asked, """
seen.append(name)
if name == 'clock': ok(name, f'It is {len(seen)}')
elif name.startswith('fine') and seen.count(name) > 1: say(json.dumps({"source": name, "state": "unchanged"}))
elif name.startswith('fine'): ok(name, 'News of ' + name)
"""))
    daemon.wait_stdout(21)
    for n in range(1, 5):
        daemon.poll_now()
        daemon.wait_stdout(21 + n)
    for name in FINE:
        counts = [names.count(name) for names in asked().values() if name in names]
        assert len(counts) == 1 and counts[0] >= 3, name


def test_costly_pages_are_read_elsewhere(config, daemon, asked):
    sources(config, "heavy", "light")
    daemon.start(env=readers(config, asked, """
cpu = 900 if name == "heavy" else 3
seen.append(name)
say(json.dumps({"source": name, "state": "ok", "cpu": cpu, "items": [{"headline": f"{name} {seen.count(name)} {os.getpid()}"}]}))
"""))
    daemon.wait_stdout(2)
    daemon.poll_now()
    daemon.wait_stdout(4)
    daemon.poll_now()
    lines = [line.split(": ")[1].split() for line in daemon.wait_stdout(6)]
    heavy = [pid for name, _, pid in lines if name == "heavy"]
    light = [pid for name, _, pid in lines if name == "light"]
    assert len(set(light)) == 1
    assert heavy[0] == light[0] and heavy[1] == heavy[2] != light[0]


def test_a_suspect_that_hangs_does_not_hold_up_the_next(config, daemon, asked):
    sources(config, "hang1", "hang2", "fine", "crash")
    daemon.start(env=readers(config, asked, """
seen.append(name)
if len(seen) == 4: os._exit(1)
if open(os.environ["ASKED"]).read().count(name + "\\n") > 1:
    if name == "crash": os._exit(1)
    if name == "fine": ok(name, "Fine all the same")
"""))
    assert "Fine all the same" in daemon.wait_stdout(1)[0]
    daemon.wait_notify(lambda notice: "crash: bad-page" in notice.get("STATUS", ""))
    assert daemon.db("SELECT state FROM sources WHERE name LIKE 'hang%'") == [("pending",)] * 2


def test_what_is_there_at_once_is_committed_at_once(config, daemon, asked, tmp_path):
    if not shutil.which("strace"):
        pytest.skip("strace is not here")
    names = [f"s{n}" for n in range(12)]
    sources(config, *names)
    trace = tmp_path / "trace"
    daemon.start(wrap=["strace", "-D", "-o", str(trace), "-e", "trace=fdatasync,fsync"], env={
        **readers(config, asked, """
seen.append(name)
if len(seen) % 12 == 0:
    sys.stdout.write("".join(json.dumps({"source": n, "state": "ok", "items": [{"headline": f"{n} {len(seen)}"}]}) + "\\n"
                             for n in seen[-12:]))
    sys.stdout.flush()
"""), "ASAN_OPTIONS": "detect_leaks=0"})
    daemon.wait_stdout(12)
    before = trace.read_text().count("sync(")
    daemon.poll_now()
    lines = daemon.wait_stdout(24)
    assert sorted(line.split(": ")[1] for line in lines[12:]) == sorted(f"{name} 24" for name in names)
    assert 0 < trace.read_text().count("sync(") - before < 12
    assert [id for id, in daemon.db("SELECT id FROM items ORDER BY id")] == list(range(1, 25))


def test_one_that_cannot_be_read_takes_none_along(config, daemon, asked):
    """Of replies that come at once, one is no reply: those before it count, those behind it are asked for again."""
    names = [f"s{n}" for n in range(6)]
    sources(config, *names)
    daemon.start(env=readers(config, asked, """
seen.append(name)
def line(n): return json.dumps({"source": n, "state": "ok", "items": [{"headline": "--" if n == "s3" else "News of " + n}]})
if len(seen) == 6 or open(os.environ["ASKED"]).read().count(name + "\\n") > 1:
    sys.stdout.write("".join(line(n) + "\\n" for n in seen))
    sys.stdout.flush()
    seen.clear()
"""))
    assert sorted(line.split(": ")[1] for line in daemon.wait_stdout(5)) == \
        sorted(f"News of {name}" for name in names if name != "s3")
    daemon.wait_notify(lambda notice: "s3: bad-page" in notice.get("STATUS", ""))


def test_a_reply_that_is_none_leaves_the_database_free(config, daemon, asked):
    """What was begun for it is taken back at once, although no other poll ends for long."""
    sources(config, "bad")
    daemon.start(env=readers(config, asked, """
if open(os.environ["ASKED"]).read().count("bad\\n") == 1: ok(name, "--")
"""))
    daemon.wait_stderr("its answer was not a reply")
    with contextlib.closing(sqlite3.connect(config.database, timeout=0)) as connection:
        connection.execute("BEGIN IMMEDIATE")
        connection.rollback()
