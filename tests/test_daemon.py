# SPDX-License-Identifier: LGPL-2.1-or-later
"""tickerd from the page on the network to the item on the tape: what it emits, keeps, and does when things go wrong."""

import contextlib
import random
import re
import shutil
import signal
import socket
import sqlite3
import subprocess
import threading

import pytest

from programs import BUILD, ROOT, run
from website import Response, strip_page

HEADLINES = ["Ferry stuck in fog", "Harbour bell stolen", "Mayor opens third bridge"]


def headlines(daemon):
    return [row[0] for row in daemon.db("SELECT headline FROM items ORDER BY id")]


def serve(site, config, pages, name="port", **keys):
    site.script("/", pages)
    return config.source(name, site.url("/"), **keys)


def test_items_on_stdout_socket_and_store(site, config, daemon):
    serve(site, config, [strip_page(HEADLINES)], Language="en")
    daemon.start()
    lines = daemon.wait_stdout(3)
    assert [line.split(": ", 1)[1] for line in lines] == HEADLINES[::-1]

    client = daemon.connect(after=0)
    assert client.line() | {"store": "", "server": ""} == {
        "type": "hello", "protocol": 1, "server": "", "store": "", "oldest": 1, "newest": 3, "after": 0}
    items = client.lines(3)
    assert [item["headline"] for item in items] == HEADLINES[::-1]
    assert [item["id"] for item in items] == [1, 2, 3]
    assert items[0]["language"] == "en" and items[0]["source"] == "port" and "url" not in items[0]

    # New ones on top of the page, while the client waits; the oldest has gone.
    site.set("/", strip_page([("Lighthouse keeper retires", "/l?a=1&b=2#top"), "Storm warning", *HEADLINES[:2]]))
    daemon.poll_now()
    storm, lighthouse = client.lines(2)
    assert (storm["id"], storm["headline"]) == (4, "Storm warning")
    assert (lighthouse["id"], lighthouse["url"]) == (5, site.url("/l?a=1&b=2#top"))
    assert daemon.db("SELECT id FROM items WHERE last_seen IS NOT NULL") == [(1,)]
    assert [row[0] for row in daemon.db("SELECT headline FROM strip WHERE source = 'port' ORDER BY position")] == [
        "Lighthouse keeper retires", "Storm warning", *HEADLINES[:2]]
    assert daemon.db("SELECT headline FROM search('lighthouse')") == [("Lighthouse keeper retires",)]
    assert daemon.db("SELECT name, state FROM sources") == [("port", "ok")]


def test_an_edit_and_a_return(site, config, daemon):
    first = ["Two boats collide", "Three hurt in fire", "Market closes early"]
    edited = ["Two boats collide", "Five hurt in fire", "Market closes early"]
    serve(site, config, [strip_page(first)])
    daemon.start()
    daemon.wait_stdout(3)
    for page in (edited, first, edited, first):
        site.set("/", strip_page(page))
        daemon.settle(site)
    assert headlines(daemon) == ["Market closes early", "Three hurt in fire", "Two boats collide", "Five hurt in fire"]
    assert daemon.db("SELECT id, revises FROM items WHERE revises IS NOT NULL") == [(4, 2)]
    # The chain is one item in latest: the wording that is on the strip.
    assert [row[0] for row in daemon.db("SELECT headline FROM latest")] == [
        "Two boats collide", "Three hurt in fire", "Market closes early"]


def test_captures_of_al_mayadeen(site, config, daemon, captures):
    """Ten items, then exactly four, oldest first, on stdout, on the socket and in the store."""
    before = captures.page("almayadeen-arabic.2023-11-02T2208")
    after = captures.page("almayadeen-arabic.2023-11-02T2230")
    shutil.copy(ROOT / "etc/sources/almayadeen-arabic.source", config.folder / "sources/arabic.source")
    source = (config.folder / "sources/arabic.source").read_text(encoding="utf-8")
    source = re.sub("(?m)^URL=.*", f"URL={site.url('/')}", source)
    source = re.sub("(?m)^Interval=.*", "", source).replace("[Source]", "[Source]\nInterval=1h")
    (config.folder / "sources/arabic.source").write_text(source, encoding="utf-8")
    config.sources.append("arabic")
    config.set()

    site.set("/", before)
    daemon.start()
    lines = daemon.wait_stdout(10)
    client = daemon.connect(after=0)
    assert client.line()["type"] == "hello"
    tape = client.lines(10)

    site.set("/", after)
    daemon.settle(site)
    lines = daemon.wait_stdout(14)
    tape += client.lines(4)
    daemon.settle(site)
    assert [line.split(": ", 1)[1].split(" (edit of")[0] for line in lines] == [item["headline"] for item in tape]
    rows = daemon.db("SELECT id, headline, url FROM items ORDER BY id")
    assert rows == [(item["id"], item["headline"], item["url"]) for item in tape]
    assert len(rows) == 14 and daemon.stdout.all() == lines
    strip = daemon.db("SELECT id FROM strip ORDER BY position")
    assert [row[0] for row in strip[:4]] == [14, 13, 12, 11] and len(strip) == 10


def test_kill_at_any_moment(site, config, daemon):
    """After kill -9 at moments of all kinds nothing is lost, and nothing has a second id."""
    chance = random.Random(7)
    shown = [f"Report number {n} from the port" for n in range(10)]
    total = 10
    serve(site, config, [strip_page(shown)], Interval="1s")
    for _ in range(25):
        total += 1
        shown = [f"Report number {total} from the port", *shown[:9]]
        n = len(site.asked("/"))
        site.set("/", strip_page(shown))
        daemon.start()
        moment = chance.randrange(4)
        if moment == 0:
            site.wait("/", n + 1)  # the request is out
        elif moment == 1:
            daemon.wait_stdout(1)  # the item is on stdout
        elif moment == 2:
            site.wait("/", n + 2)  # the reply is committed
        daemon.kill()
    daemon.start()
    daemon.settle(site)
    daemon.stop()
    rows = daemon.db("SELECT id, headline FROM items ORDER BY id")
    assert [row[0] for row in rows] == list(range(1, len(rows) + 1))
    texts = [row[1] for row in rows]
    assert len(set(texts)) == len(texts)
    assert set(shown) <= set(texts)
    assert daemon.db("PRAGMA integrity_check") == [("ok",)]


def test_quiet_poll_writes_nothing(site, config, daemon, tmp_path):
    """strace shows that a poll that changes nothing writes to no file."""
    if not shutil.which("strace"):
        pytest.skip("strace is not here")
    serve(site, config, [strip_page(HEADLINES)])
    trace = tmp_path / "trace"
    daemon.start(wrap=["strace", "-D", "-o", str(trace), "-e", "trace=write,pwrite64,writev,ftruncate,fsync,fdatasync,unlink"],
                 env={"ASAN_OPTIONS": "detect_leaks=0"})
    daemon.wait_stdout(3)
    daemon.settle(site)
    files = {path: path.stat() for path in config.folder.iterdir() if path.name.startswith("ticker.db")}
    assert {path.name for path in files} == {"ticker.db", "ticker.db-wal", "ticker.db-shm", "ticker.db-lock"}
    size = trace.stat().st_size
    for _ in range(5):
        daemon.settle(site)
    assert trace.read_text()[size:] == ""
    for path, before in files.items():
        after = path.stat()
        assert (after.st_mtime_ns, after.st_size) == (before.st_mtime_ns, before.st_size), path
    # The trace does see writes: the next poll has something to write.
    site.set("/", strip_page(["Something new", *HEADLINES]))
    daemon.wait_stdout(3)
    daemon.settle(site)
    assert "pwrite64(" in trace.read_text()[size:]


def test_first_poll_after_restart_writes_nothing(site, config, daemon):
    serve(site, config, [strip_page(HEADLINES)])
    daemon.start()
    daemon.wait_stdout(3)
    daemon.stop()
    before = {path: path.read_bytes() for path in config.folder.glob("ticker.db*") if path.suffix != ".db-shm"}
    daemon.start()
    daemon.settle(site)
    wal = config.folder / "ticker.db-wal"
    assert wal.read_bytes() == before[wal] or wal.stat().st_size == 0
    daemon.stop()
    assert headlines(daemon) == HEADLINES[::-1]


# Bad input


@pytest.mark.parametrize("line, message", [
    ("Retain=soon", "Retain=soon is not a time span"),
    ("SocketMode=rw", "SocketMode=rw is not an access mode"),
    ("Journal=perhaps", "Journal=perhaps is neither yes nor no"),
    ("what is this", "neither [Section] nor Key=value"),
])
def test_bad_configuration(config, line, message):
    text = config.path.read_text()
    config.path.write_text(text + line + "\n")
    done = run("daemon/tickerd", f"--config={config.path}")
    assert done.returncode == 78
    assert f"{config.path}:{text.count(chr(10)) + 1}: {message}" in done.stderr
    assert not config.database.exists() and not config.socket.exists()
    assert run("daemon/tickerd", f"--config={config.path}", "--check").returncode == 78


def test_bad_source_and_missing_source(site, config):
    path = config.source("port", site.url("/"), Interval="soon")
    done = run("daemon/tickerd", f"--config={config.path}")
    assert done.returncode == 78 and f"{path}:3: Interval=soon" in done.stderr
    config.source("port", site.url("/"))
    config.sources.append("nowhere")
    config.set()
    done = run("daemon/tickerd", f"--config={config.path}")
    line = config.path.read_text().split("\n").index("Sources=nowhere") + 1
    assert done.returncode == 78 and f'{config.path}:{line}: no source "nowhere"' in done.stderr
    assert not config.database.exists()


def test_unknown_key_is_a_warning(site, config, daemon):
    serve(site, config, [strip_page(HEADLINES)])
    config.path.write_text(config.path.read_text() + "Colour=red\n[Extra]\nKey=1\n")
    line = config.path.read_text().count("\n") - 2
    done = run("daemon/tickerd", f"--config={config.path}", "--check")
    assert done.returncode == 0
    assert done.stderr.count(f"{config.path}:{line}: unknown key Colour=") == 1
    assert f"{config.path}:{line + 1}: unknown section [Extra]" in done.stderr
    daemon.start()
    daemon.wait_stdout(3)


def test_check_names_a_bad_selector(site, config):
    path = config.source("port", site.url("/"), Drop=[".//i", ".//b["])
    done = run("daemon/tickerd", f"--config={config.path}", "--check")
    line = path.read_text().split("\n").index("Drop=.//b[") + 1
    assert done.returncode == 78 and f"{path}:{line}: " in done.stderr
    config.source("port", site.url("/"))
    done = run("daemon/tickerd", f"--config={config.path}", "--check")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_usage():
    for arguments in (["--frobnicate"], ["once"], ["--config"]):
        done = run("daemon/tickerd", *arguments)
        assert done.returncode == 2 and done.stderr
    assert run("daemon/tickerd", "--version").stdout == "tickerd 0.1.0\n"
    assert "--check" in run("daemon/tickerd", "--help").stdout
    assert run("daemon/tickerd", "--config=/nowhere/at/all.conf").returncode == 78


@pytest.mark.parametrize("what", ["text", "foreign", "newer", "negative", "folder"])
def test_database_that_is_not_ours(site, config, what):
    serve(site, config, [strip_page(HEADLINES)])
    if what == "text":
        config.database.write_text("a letter\n" * 100)
    elif what == "folder":
        config.database.mkdir()
    else:
        with sqlite3.connect(config.database) as db:
            db.execute("CREATE TABLE songs (title)")
            version = {"newer": 4711, "negative": -1}.get(what)
            if version:
                db.executescript(f"PRAGMA application_id = 1953063787; PRAGMA user_version = {version};")
        db.close()
    before = config.database.read_bytes() if config.database.is_file() else None
    done = run("daemon/tickerd", f"--config={config.path}", "--once")
    assert done.returncode == 1 and str(config.database) in done.stderr
    assert {"newer": "made by a newer tickerd", "negative": "version -1, which no tickerd gives"}.get(what, "") in done.stderr
    if before is not None:
        assert config.database.read_bytes() == before
    assert site.asked("/") == []


def test_second_daemon_is_refused(site, config, daemon):
    serve(site, config, [strip_page(HEADLINES)])
    daemon.start()
    daemon.wait_stdout(3)
    done = run("daemon/tickerd", f"--config={config.path}")
    assert done.returncode == 1 and "in use by another tickerd" in done.stderr
    daemon.settle(site)
    assert len(headlines(daemon)) == 3


def test_database_replaced_under_the_daemon(site, config, daemon):
    serve(site, config, [strip_page(HEADLINES)])
    daemon.start()
    daemon.wait_stdout(3)
    config.database.unlink()
    daemon.poll_now()
    assert daemon.wait_exit() == 1
    assert any("replaced or removed" in line for line in daemon.stderr.all())


# States, alarms


def trouble(site, state):
    """What a page must be for each state that a page can cause."""
    return {
        "empty": Response(strip_page([])),
        "no-strip": Response("<html><body><p>We have a new look!</p></body></html>"),
        "blocked": Response("Go away", status=403),
        "http-error": Response("Oh no", status=500),
        "too-large": Response("<p>" + "x" * 300000),
        "bad-page": Response("<i>" * 300),
        "network-error": Response(raw=lambda handler: handler.connection.shutdown(socket.SHUT_RDWR)),
    }[state]


@pytest.mark.parametrize("state", ["empty", "no-strip", "blocked", "http-error", "too-large", "bad-page", "network-error"])
def test_trouble_is_told_once_and_changes_no_item(site, config, daemon, state):
    serve(site, config, [strip_page(HEADLINES)], MaxSize="200K")
    daemon.start()
    daemon.wait_stdout(3)
    daemon.settle(site)
    before = daemon.db("SELECT * FROM items"), daemon.db("SELECT * FROM strip")

    site.script("/", [trouble(site, state)])
    daemon.settle(site)
    daemon.settle(site)
    daemon.wait_stderr("port: .*(no longer yields|cannot be read)")
    daemon.settle(site)
    assert (daemon.db("SELECT * FROM items"), daemon.db("SELECT * FROM strip")) == before
    assert daemon.db("SELECT state FROM sources") == [(state,)]
    outages = daemon.db("SELECT source, state, until FROM outages")
    assert outages == [("port", state, None)]
    told = [line for line in daemon.stderr.all() if "no longer yields" in line or "cannot be read" in line]
    assert len(told) == 1 and state in told[0] and "--source=" in told[0]

    # The outage outlives a restart, and is not told again.
    daemon.stop()
    daemon.start()
    for _ in range(2):
        daemon.settle(site)
    site.set("/", strip_page(["All is well again", *HEADLINES]))
    daemon.settle(site)
    daemon.wait_stderr("port: its strip is read again")
    assert not [line for line in daemon.stderr.all() if "no longer yields" in line or "cannot be read" in line]
    assert daemon.db("SELECT state FROM sources") == [("ok",)]
    assert daemon.db("SELECT count(*) FROM outages WHERE until > since") == [(1,)]
    assert headlines(daemon) == [*HEADLINES[::-1], "All is well again"]


def test_polls_that_could_not_be_stored_do_not_count_for_the_alarm(site, config, daemon):
    """Otherwise the third of them would be the alarm, and nobody would hear of it."""
    serve(site, config, [strip_page(HEADLINES)])
    daemon.start()
    daemon.wait_stdout(3)
    daemon.settle(site)
    site.set("/", "gone", status=500)
    with contextlib.closing(sqlite3.connect(config.database, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        for _ in range(2):
            daemon.settle(site)
        daemon.wait_stderr("could not be stored")
        assert daemon.db("SELECT state FROM sources") == [("ok",)]
        other.execute("ROLLBACK")  # a poll that is under way can be stored from now on
    for _ in range(2):
        daemon.settle(site)
    daemon.wait_stderr("port: .*cannot be read")
    assert daemon.db("SELECT state, until FROM outages") == [("http-error", None)]
    assert len([line for line in daemon.stderr.all() if "could not be stored" in line]) == 1
    assert len([line for line in daemon.stderr.all() if "cannot be read" in line]) == 1


def test_emptiness_that_is_normal(site, config, daemon):
    serve(site, config, [strip_page(HEADLINES)], Expect="sometimes")
    daemon.start()
    daemon.wait_stdout(3)
    site.set("/", strip_page([]))
    for _ in range(3):
        daemon.settle(site)
    assert daemon.db("SELECT count(*) FROM strip") == [(0,)]
    assert daemon.db("SELECT count(*) FROM items WHERE last_seen IS NOT NULL") == [(3,)]
    assert daemon.db("SELECT state FROM sources") == [("empty",)]
    assert daemon.db("SELECT * FROM outages") == []
    site.set("/", strip_page(HEADLINES))
    daemon.settle(site)
    assert len(headlines(daemon)) == 3  # they are back, not new


def test_a_strip_replaced_as_a_whole_may_hide_a_gap(site, config, daemon):
    serve(site, config, [strip_page(HEADLINES)])
    daemon.start()
    daemon.wait_stdout(3)
    site.set("/", strip_page(["Quite", "Other", "News"]))
    daemon.settle(site)
    daemon.wait_stderr("may have come and gone unseen")
    assert daemon.db("SELECT source, state FROM outages WHERE until IS NOT NULL") == [("port", "gap")]
    daemon.settle(site)
    assert daemon.db("SELECT count(*) FROM outages") == [(1,)]


@pytest.mark.parametrize("change", ["came", "left", "recovered"])
def test_a_gap_over_a_restart_begins_at_the_last_fetch_that_the_store_knows_of(site, config, daemon, change):
    """That is the last one that changed it: an item came, or left, or the source recovered."""
    serve(site, config, [strip_page([*HEADLINES, "Quay closed"])])
    daemon.start()
    daemon.wait_stdout(4)
    if change == "left":
        site.set("/", strip_page(HEADLINES))
    elif change == "recovered":
        site.set("/", "gone", status=500)
        daemon.settle(site)
        site.set("/", strip_page([*HEADLINES, "Quay closed"]))
    daemon.settle(site)
    ((last,),) = daemon.db({"came": "SELECT max(first_seen) FROM items", "left": "SELECT max(last_seen) FROM items",
                            "recovered": "SELECT since FROM sources"}[change])
    daemon.kill()
    site.set("/", strip_page(["Quite", "Other", "News"]))
    daemon.start()
    daemon.wait_stderr("may have come and gone unseen")
    assert daemon.db("SELECT state, since, since < until FROM outages") == [("gap", last, 1)]


def test_unchanged_page_is_asked_for_with_its_etag(site, config, daemon):
    site.set("/", strip_page(HEADLINES), etag="v1")
    config.source("port", site.url("/"))
    daemon.start()
    daemon.wait_stdout(3)
    daemon.settle(site)
    assert site.asked("/")[-1].headers.get("If-None-Match") == '"v1"'
    assert daemon.db("SELECT state FROM sources") == [("ok",)]


# Signals


def test_term_says_goodbye(site, config, daemon):
    serve(site, config, [strip_page(HEADLINES)])
    daemon.start()
    daemon.wait_stdout(3)
    clients = [daemon.connect(), daemon.connect(after=1)]
    assert clients[1].line()["type"] == "hello"
    clients[1].lines(2)
    clients[0].send({"last": 0})
    assert clients[0].line()["type"] == "hello"
    daemon.stop()
    for client in clients:
        assert client.line() == {"type": "bye", "reason": "stopping"}
        client.eof()
    assert not config.socket.exists()


def test_nothing_begins_while_it_stops(site, config, daemon):
    """HUP and USR1 come late: no READY=1 and no poll after STOPPING=1. A client that does not read makes it wait."""
    text = "A headline that is as long as a headline can well be, " * 30
    serve(site, config, [strip_page([f"{n} {text}" for n in range(400)])])
    daemon.start()
    daemon.wait_stdout(400)
    daemon.settle(site)
    slow = daemon.connect(after=0)
    assert slow.line()["type"] == "hello"
    n = len(site.asked("/"))
    daemon.signal(signal.SIGTERM)
    daemon.wait_notify(lambda notice: notice.get("STOPPING") == "1")
    daemon.signal(signal.SIGHUP)
    daemon.poll_now()
    assert daemon.wait_exit() == 0
    notices = daemon.notices.all()
    first = next(i for i, notice in enumerate(notices) if notice.get("STOPPING") == "1")
    assert not [notice for notice in notices[first:] if "READY" in notice or "RELOADING" in notice]
    assert len(site.asked("/")) == n


def test_int_stops_too(site, config, daemon):
    serve(site, config, [strip_page(HEADLINES)])
    daemon.start()
    daemon.signal(signal.SIGINT)
    assert daemon.wait_exit() == 0


def test_reload(site, config, daemon):
    serve(site, config, [strip_page(HEADLINES)])
    daemon.start()
    daemon.wait_stdout(3)
    client = daemon.connect(last=0)
    assert client.line()["type"] == "hello"

    # A bad one is not used.
    good = config.path.read_text()
    config.path.write_text(good + "Retain=soon\n")
    daemon.reload()
    daemon.wait_stderr("Retain=soon")
    daemon.wait_stderr("the old one stays")
    daemon.settle(site)

    # A good one is: another source, and the first one no more.
    site.set("/other", strip_page(["From the other side"]))
    config.source("other", site.url("/other"))
    config.disable("port")
    config.set(Database=config.folder / "elsewhere.db")
    daemon.reload()
    daemon.wait_stderr("Database= has changed; restart")
    assert client.line()["headline"] == "From the other side"
    config.set(Database=config.database)
    assert daemon.db("SELECT name, state FROM sources ORDER BY name") == [("other", "ok"), ("port", "disabled")]
    # A source that is not polled keeps its items, but has no strip.
    assert daemon.db("SELECT count(*) FROM items WHERE source = 'port' AND last_seen IS NULL") == [(3,)]
    assert daemon.db("SELECT DISTINCT source FROM strip") == [("other",)]
    notices = daemon.notices.all()
    assert all("MONOTONIC_USEC" in n for n in notices if n.get("RELOADING") == "1")
    assert len([n for n in notices if n.get("READY") == "1"]) == 3


def test_status_text(site, config, daemon):
    serve(site, config, [strip_page(HEADLINES)])
    daemon.start()
    daemon.wait_notify(lambda n: n.get("STATUS", "").startswith("1 source, which is fine; 3 items"))
    site.set("/", "gone", status=500)
    daemon.poll_now()
    daemon.wait_notify(lambda n: "port: http-error" in n.get("STATUS", ""))
    daemon.stop()
    assert daemon.notices.all()[-1].get("STOPPING") == "1"


def test_the_watchdog_is_fed(site, config, daemon):
    serve(site, config, [strip_page(HEADLINES)])
    daemon.start(env={"WATCHDOG_USEC": "200000"})
    daemon.wait_notify(lambda notice: notice.get("WATCHDOG") == "1")


def test_no_control_character_in_a_message():
    """Neither C0 nor C1: a terminal obeys both."""
    done = run("daemon/tickerd", "\x9b31m\x80\x9f\xa0 \x1b[1m\x7f soon")
    assert done.returncode == 2 and '"??31m????\xa0 ?[1m? soon"' in done.stderr
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f]", done.stderr)


# --once


def test_once(site, config):
    serve(site, config, [strip_page(HEADLINES)])
    done = run("daemon/tickerd", f"--config={config.path}", "--once")
    assert done.returncode == 0
    assert [line.split(": ", 1)[1] for line in done.stdout.splitlines()] == HEADLINES[::-1]
    done = run("daemon/tickerd", f"--config={config.path}", "--once")
    assert (done.returncode, done.stdout) == (0, "")
    config.source("gone", site.url("/gone"))
    done = run("daemon/tickerd", f"--config={config.path}", "--once")
    assert (done.returncode, done.stdout) == (1, "")


def test_once_from_several_sources(site, config):
    for n in range(40):  # more than are in flight at a time
        site.set(f"/{n}", strip_page([f"Item of source {n}"]))
        config.source(f"s{n}", site.url(f"/{n}"))
    done = run("daemon/tickerd", f"--config={config.path}", "--once")
    assert done.returncode == 0
    assert len(done.stdout.splitlines()) == 40


# A fetcher that misbehaves


FAKE = """#!/usr/bin/python3
import json, os, signal, sys, time
seen = []
def say(text):
    sys.stdout.write(text + "\\n")
    sys.stdout.flush()
def ok(name, *headlines):
    say(json.dumps({"source": name, "state": "ok", "items": [{"headline": h} for h in headlines]}))
for line in sys.stdin:
    name = line.strip()
"""


def fake_fetcher(config, code):
    path = config.folder / "fetcher"
    path.write_text(FAKE + "".join(f"    {line}\n" for line in code.strip().split("\n")))
    path.chmod(0o755)
    return {"TICKERD_FETCH": path}


@pytest.mark.parametrize("misdeed", [
    "os._exit(1)",
    "os.kill(os.getpid(), signal.SIGSEGV)",
    "say('rubbish')",
    "say('{\"source\":\"bad\",\"state\":\"marvellous\"}')",
    "say('{\"source\":\"nobody\",\"state\":\"ok\",\"items\":[{\"headline\":\"forged\"}]}')",
    "say('{\"source\":\"bad\",\"state\":\"unchanged\"}')",
    "say('{\"source\":\"bad\",\"state\":\"ok\",\"items\":[]}')",
    "sys.stdout.buffer.write(b'x' * (17 << 20) + b'\\n'); sys.stdout.flush()",
    "sys.stdout.buffer.write(b'{\"source\":\"bad\",\"state\":\"ok\",\"detail\":\"\\xff\"}\\n'); sys.stdout.flush()",
])
def test_the_page_that_breaks_the_reader_is_named_and_the_others_are_read(site, config, daemon, misdeed):
    for name in ("bad", "good", "fine"):
        config.source(name, site.url("/"))
    env = fake_fetcher(config, f"if name == 'bad': {misdeed}\nelse: ok(name, 'Item of ' + name)")
    daemon.start(env=env)
    daemon.wait_stdout(2)
    daemon.wait_notify(lambda n: n.get("STATUS", "").startswith("1 of 3 sources in trouble (bad: bad-page); 2 items"))
    assert sorted(headlines(daemon)) == ["Item of fine", "Item of good"]
    assert daemon.db("SELECT state, detail FROM sources WHERE name = 'bad'") == [
        ("bad-page", "the page reader broke down on this page")]


def test_nobody_waits_for_a_source_that_is_asked_again_by_itself(site, config, daemon):
    """It has a connection of its own, and takes long; the others are polled again and again meanwhile."""
    for name in ("bad", "good", "fine"):
        config.source(name, site.url("/"), Timeout="1h")
    flag = config.folder / "broken"
    env = fake_fetcher(config, f"""
n = len(seen)
seen.append(name)
if name != 'bad': ok(name, f'Item {{n}} of {{name}} of {{os.getpid()}}')
elif os.path.exists({str(flag)!r}): time.sleep(1000)
if len(seen) == 3 and 'bad' in seen:
    open({str(flag)!r}, 'w').close(); os._exit(1)
""")
    daemon.start(env=env)
    for n in range(1, 5):
        daemon.wait_stdout(2 * n)
        daemon.wait_stderr("ended before it answered")
        daemon.poll_now()
    assert daemon.db("SELECT state FROM sources WHERE name = 'bad'") == [("pending",)]


def test_a_poll_that_was_not_committed_is_asked_for_anew(site, config, daemon):
    """The reader has told the new page once, and would say that it is unchanged. Who is in flight is not disturbed."""
    go = threading.Event()
    site.set("/", strip_page(HEADLINES), etag="v1")
    site.set("/slow", strip_page(["Slow news"]), hold=go)
    config.source("port", site.url("/"))
    config.source("slow", site.url("/slow"))
    daemon.start()
    daemon.wait_stdout(3)
    site.wait("/slow", 1)
    daemon.settle(site)
    assert site.asked("/")[-1].headers.get("If-None-Match") == '"v1"'
    site.set("/", strip_page(["New", *HEADLINES]), etag="v2")
    with contextlib.closing(sqlite3.connect(config.database, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        daemon.poll_now()
        daemon.wait_stderr("could not be stored")
        other.execute("ROLLBACK")
    n = len(site.asked("/"))
    daemon.poll_now()
    daemon.wait_stdout(4)
    assert site.asked("/")[n].headers.get("If-None-Match") is None
    daemon.settle(site)
    assert site.asked("/")[-1].headers.get("If-None-Match") == '"v2"'
    assert len(site.asked("/slow")) == 1
    go.set()
    daemon.wait_stdout(5)


def test_a_fetcher_that_says_more_than_it_was_asked(site, config, daemon):
    """Two replies, written at once, so that no second request is out when the second reply comes."""
    config.source("port", site.url("/"))
    env = fake_fetcher(config, """
reply = '{"source":"port","state":"ok","items":[{"headline":"%s"}]}'
say(reply % 'Asked for' + chr(10) + reply % 'Not asked for')
""")
    daemon.start(env=env)
    daemon.wait_stdout(1)
    daemon.wait_stderr("was not a reply")
    assert headlines(daemon) == ["Asked for"]


def test_a_fetcher_that_hangs(site, config, daemon):
    config.source("bad", site.url("/"), Timeout="1ms")
    config.source("good", site.url("/"), Timeout="1h")
    env = fake_fetcher(config, "if name == 'bad': time.sleep(1000)\nelse: ok(name, 'Item of good')")
    daemon.start(env=env)
    daemon.wait_notify(lambda n: "bad: timeout" in n.get("STATUS", ""))
    daemon.wait_stdout(1)
    assert headlines(daemon) == ["Item of good"]


def test_a_fetcher_that_is_not_there(site, config, daemon):
    config.source("port", site.url("/"))
    daemon.start(env={"TICKERD_FETCH": "/nowhere/tickerd-fetch"})
    daemon.wait_notify(lambda n: "port: network-error" in n.get("STATUS", ""))
    assert "cannot be started" in daemon.db("SELECT detail FROM sources")[0][0]


def test_a_fetcher_at_a_socket(site, config, daemon):
    """As in the service, where systemd starts a fetcher for each connection."""
    path = config.short / "fetch"
    serve(site, config, [strip_page(HEADLINES)])
    listener = subprocess.Popen(
        ["setpriv", "--pdeathsig", "KILL", "/usr/bin/python3", "-c", f"""
import socket, subprocess
s = socket.socket(socket.AF_UNIX); s.bind({str(path)!r}); s.listen(); print(flush=True)
while True:
    c = s.accept()[0]
    subprocess.run([{str(BUILD / "fetch/tickerd-fetch")!r}, "--config={config.path}"], stdin=c, stdout=c)
    c.close()
"""], stdout=subprocess.PIPE)
    try:
        listener.stdout.readline()
        daemon.start(env={"TICKERD_FETCH": path})
        daemon.wait_stdout(3)
        daemon.settle(site)
        daemon.reload()
        site.wait("/", 4)
        daemon.stop()
    finally:
        listener.kill()
        listener.wait()
        listener.stdout.close()


def test_strings_of_the_fetcher_are_cleaned(site, config, daemon):
    config.source("port", site.url("/"))
    env = fake_fetcher(config, r"""
say('{"source":"port","state":"ok","items":[{"headline":"\\u001b[31mRed\\u202e  alert\\n now","url":"javascript:x"},'
    '{"headline":"' + 'long ' * 600 + '","url":"https://h.example/' + 'x' * 5000 + '"},'
    '{"headline":"lone \\ud800 half","url":"https://h.example/ok","published":"' + 'p' * 500 + '"}]}')
""")
    daemon.start(env=env)
    daemon.wait_stdout(3)
    rows = daemon.db("SELECT headline, url, published FROM items ORDER BY id DESC")
    assert rows[0] == ("[31mRed alert now", None, None)
    assert len(rows[1][0].encode()) <= 2048 and rows[1][0].endswith("long…") and rows[1][1] is None
    assert rows[2][0] == "lone \ufffd half" or "half" in rows[2][0]
    assert rows[2][1] == "https://h.example/ok" and len(rows[2][2].encode()) <= 128
