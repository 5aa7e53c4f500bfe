# SPDX-License-Identifier: LGPL-2.1-or-later
"""
tickerctl on a real terminal. What is on the screen is compared with screens/NAME.txt; the times of the items are fixed.
TICKERD_SCREENS=write writes those files instead, to be read by a person before they are committed.
"""

import contextlib
import json
import os
import re
import shutil
import signal
import sqlite3
import subprocess

import pytest

from programs import BUILD, ROOT, environment, false_daemon
from terminal import Terminal, attributes
from website import strip_page

FERRY = "Ferry between Port Ellory and Sundreth suspended until Wednesday because of high waves"
BILL = "Parliament in Sundreth passes water bill with a majority of 33 votes"
BILL_EDITED = "Parliament in Sundreth passes water bill with a majority of 34 votes, officials say"
ARABIC = "إغلاق مطار قلعة البيدر وتحويل 15 رحلة إلى نورفال بسبب الرماد البركاني"
WIDE = "港の橋、貨物船の衝突により日曜日まで通行止めと当局が発表した"
FLAGS = "Family 👨‍👩‍👧 and flag 🇳🇴 of café Zoë: 5 ≠ 6"


@pytest.fixture(autouse=True, scope="module")
def tmux():
    assert shutil.which("tmux"), "tmux is not installed; ./dev test would"


@pytest.fixture
def tape(site, config, daemon):
    """A daemon with six items, one of them an edit, of a day in the past; add() makes one more."""
    config.source("harbour", site.url("/"), Description="Harbour news")
    shown = []
    daemon.start()
    for n, headline in enumerate([FERRY, BILL, ARABIC, WIDE, FLAGS, BILL_EDITED], 1):
        shown = [headline if old == BILL else old for old in shown] if headline == BILL_EDITED else [headline, *shown]
        site.set("/", strip_page(shown))
        daemon.poll_now()
        daemon.wait_stdout(n)
    daemon.settle(site)
    daemon.stop()
    with contextlib.closing(sqlite3.connect(config.database)) as db:
        db.execute("UPDATE items SET first_seen = '2026-01-05T14:0' || id || ':00.000Z'")
        db.commit()

    def add(headline):
        site.set("/", strip_page([headline, *shown]))
        daemon.poll_now()

    daemon.add = add
    return daemon.start()


def ctl(config, *args):
    return [BUILD / "ctl/tickerctl", f"--config={config.path}", *args]


def same(name, screen, what=str):
    path = ROOT / f"tests/screens/{name}.txt"
    if os.environ.get("TICKERD_SCREENS") == "write":
        path.write_text(screen, encoding="utf-8")
    assert what(screen) == what(path.read_text(encoding="utf-8"))


@pytest.mark.parametrize("name, columns", [("wide", 80), ("narrow", 40), ("tiny", 22)])
def test_watch(tape, config, name, columns):
    with Terminal(config.short, ctl(config, "watch", "--color=never"), columns=columns, rows=40) as terminal:
        same(f"watch-{name}", terminal.wait("(edit)\n1 source, all well"))


def test_colors_come_from_the_palette(tape, config):
    with Terminal(config.short, ctl(config, "watch", "-n", "1")) as terminal:
        terminal.wait("(edit)\n1 source, all well")
        same("watch-colors", terminal.screen(colors=True), attributes)


@pytest.mark.parametrize("env", [{"NO_COLOR": "1"}, {"TERM": "dumb"}])
def test_no_color(tape, config, env):
    with Terminal(config.short, ctl(config, "watch", "-n", "1"), **env) as terminal:
        terminal.wait("(edit)\n1 source, all well")
        screen = terminal.screen(colors=True)
        assert "\x1b[" not in screen
        assert "*34*" in screen and "*officials say*" in screen


def test_terminal_without_utf8(tape, config):
    with Terminal(config.short, ctl(config, "watch"), LC_ALL="C", NO_COLOR="1") as terminal:
        screen = terminal.wait("(edit)\n1 source, all well")
        assert screen.isascii()
        same("watch-ascii", screen)


def test_resize(tape, config):
    with Terminal(config.short, ctl(config, "watch", "-n", "2", "--color=never"), columns=80, rows=30) as terminal:
        terminal.wait("(edit)\n1 source, all well")
        terminal.resize(16, 30)
        terminal.wait("1 source, all…")
        tape.add("Missing trawler found adrift off Marrowby")
        screen = terminal.wait("Marrowby")
        assert screen.count("1 source") == 1 and screen.endswith("  Marrowby\n1 source, all…\n")
        terminal.resize(60, 30)
        terminal.wait("all well")
        tape.add("Snow cuts off 14 villages in the hills above Kesterholm")
        screen = terminal.wait("Kesterholm")
        assert screen.count("all well") == 1 and "Snow cuts off 14 villages in the hills above\n" in screen


def test_restart_of_the_daemon(tape, config):
    with Terminal(config.short, ctl(config, "watch", "-n", "1", "--color=never")) as terminal:
        terminal.wait("(edit)\n1 source, all well")
        tape.kill()
        terminal.wait("no connection to the daemon; trying again")
        tape.start()
        terminal.wait("1 source, all well")
        tape.add("Bridge at Aldane closed to lorries")
        screen = terminal.wait("closed to lorries")
        assert screen.count("*34*") == 1 and "no connection" not in screen


def test_source_in_trouble(tape, config, site):
    with Terminal(config.short, ctl(config, "watch", "-n", "0", "--color=never")) as terminal:
        terminal.wait("1 source, all well")
        site.set("/", status=403)
        tape.poll_now()
        terminal.wait("1 of 1 source in trouble: harbour blocked since ")
        tape.add("Bridge open again")
        terminal.wait("Bridge open again\n1 source, all well")


@pytest.mark.parametrize("options", [[], ["--strip"]])
def test_interrupt(tape, config, options):
    with Terminal(config.short, ctl(config, "watch", *options)) as terminal:
        terminal.wait("harbour")
        terminal.keys("C-c")
        screen = terminal.wait_end(128 + signal.SIGINT)
        assert "all well" not in screen
        assert terminal.tmux("display-message", "-p", "#{cursor_flag}") == "1\n"


# Controls of a terminal: C0, C1, and those that turn the direction of text.
EVIL = "A\x1b[2JB\x9b31mC\u202eD\u2066E"
HARMFUL = re.compile("[\x80-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066\u2067]")


def harmless(terminal):
    """Of all that was written to a terminal."""
    text = b"".join(terminal.changes.all()).decode()
    return not HARMFUL.search(text) and "\x1b[2J" not in text.partition(EVIL[0])[2]


def test_control_characters_do_no_harm(config):
    hello = {"type": "hello", "protocol": 1, "store": "5f3c9a1e", "oldest": 1, "newest": 1, "after": 0}
    source = {"type": "source", "source": f"y{EVIL}", "state": EVIL, "since": "2026-01-05T14:01:00.000Z", "detail": EVIL}
    item = {"type": "item", "id": 1, "cursor": "5f3c9a1e-1", "source": "x", "headline": "A\x1b[2JB\x9b31mC\nD",
            "first_seen": "2026-01-05T14:01:00.000Z"}
    with false_daemon(config, hello, source, item):
        with Terminal(config.short, ctl(config, "watch", "--color=never"), columns=120) as terminal:
            assert "A?[2JB??31mC?D" in terminal.wait("in trouble: yA")
            assert harmless(terminal)
        for format in ("json", "waybar", "i3bar", "tmux"):
            with Terminal(config.short, ctl(config, "watch", f"--format={format}")) as terminal:
                terminal.wait("31mC")
                assert harmless(terminal)


def test_status_does_no_harm(config):
    lines = [{"type": "status", "version": EVIL, "items": 1, "newest": 1, "journal": 1, "wal": 0, "subscribers": 1},
             {"type": "source", "source": "y", "state": EVIL, "since": "2026-01-05T14:01:00.000Z", "detail": EVIL},
             {"type": "subscriber", "pid": 1, "cursor": EVIL, "lag": 0, "filter": EVIL}, {"type": "status-end"}]
    with false_daemon(config, *lines):
        for format in ("text", "json", "prometheus"):
            with Terminal(config.short, ctl(config, "status", "--color=never", f"--format={format}"), columns=200) as terminal:
                terminal.wait_end(1)
                assert harmless(terminal)


def says(path, stdout, stderr):
    """A program in the place of a page reader."""
    path.parent.mkdir(exist_ok=True)
    path.with_suffix(".out").write_text(stdout, encoding="utf-8")
    path.with_suffix(".err").write_text(stderr, encoding="utf-8")
    path.write_text(f"#!/bin/sh\ncat {path}.err >&2\ncat {path}.out\n")
    path.chmod(0o755)
    return path


def test_a_page_does_no_harm(config):
    config.source("harbour", "http://127.0.0.1/")
    reply = {"source": "x", "state": EVIL, "detail": EVIL, "bytes": 1, "ms": 1, "items": [{"headline": EVIL}]}
    reader = says(config.short / "reader", json.dumps(reply, ensure_ascii=False) + "\n", f"tickerd-fetch: item 1: dropped, {EVIL}\n")
    with Terminal(config.short, ctl(config, "try", "harbour", "--color=never"), TICKERD_FETCH=str(reader)) as terminal:
        assert "dropped, A?[2JB" in terminal.wait_end()
        assert harmless(terminal)


def test_a_suggestion_does_no_harm(config):
    """Names of classes stand in the source file; a file gets them as they are."""
    folder = config.short / "ctl"
    folder.mkdir()
    program = shutil.copy(BUILD / "ctl/tickerctl", folder / "tickerctl")
    says(config.short / "suggest/tickerd-suggest", f"Strip=//ul[has-class('{EVIL}')]\n", f"tickerd-suggest: 1. {EVIL}\n")
    command = [program, f"--config={config.path}", "suggest", "page.html"]
    with Terminal(config.short, command) as terminal:
        assert "1. A?[2JB" in terminal.wait_end()
        assert harmless(terminal)
    done = subprocess.run(command, env=environment(), capture_output=True, text=True)
    assert EVIL in done.stdout and not HARMFUL.search(done.stderr)


def test_strip(tape, config):
    with Terminal(config.short, ctl(config, "watch", "--strip", "-n", "1"), columns=30) as terminal:
        for piece in ("harbour: Parl", "in Sundreth passes"):
            assert terminal.wait(piece).count("\n") == 1, "it is one line"


def test_last_and_search(tape, config):
    with Terminal(config.short, ctl(config, "last", "-n", "3", "--color=never")) as terminal:
        same("last", terminal.wait_end())
    with Terminal(config.short, ctl(config, "search", "SUNDRETH", "--color=never", "--ago")) as terminal:
        screen = terminal.wait_end()
        assert screen.count("harbour") == 3 and "*34*" in screen


def test_sources_and_status(tape, config):
    with Terminal(config.short, ctl(config, "sources", "--color=never"), columns=70) as terminal:
        screen = terminal.wait_end()
        assert screen.startswith("SOURCE") and "harbour  enabled  Harbour news" in " ".join(screen.split("\n"))
        assert all(len(line) < 70 for line in screen.split("\n"))
    with Terminal(config.short, ctl(config, "status", "--color=never")) as terminal:
        screen = terminal.wait_end()
        assert "all is well" in screen and "harbour" in screen and "tickerctl" in screen


def test_the_terminal_itself(config):
    """It leaves nothing behind; and colours are compared as what they are, not as how they are written."""
    with Terminal(config.short, ["sleep", "infinity"]) as terminal:
        server = terminal.tmux("display-message", "-p", "#{pid}").strip()
        assert os.path.exists(f"/proc/{server}")
    assert not os.path.exists(f"/proc/{server}")
    assert attributes("\x1b[1;31ma\x1b[0m b ") == attributes("\x1b[31m\x1b[1ma\x1b[m b")
    assert attributes("\x1b[1;31ma\x1b[mb") != attributes("\x1b[31ma\x1b[mb")
