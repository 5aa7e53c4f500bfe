# SPDX-License-Identifier: LGPL-2.1-or-later
"""tickerctl watch in pipes: nothing missed, nothing twice, and each format as its reader wants it."""

import fcntl
import json
import os
import random
import re
import shutil
import signal
import subprocess
import time

import pytest

from programs import BUILD, GUARD, Process, Watcher, ctl, environment, _collect
from terminal import Terminal
from website import DEADLINE, Record, strip_page

NASTY = 'Storm <b>&amp; "flood"</b> 100%{F#f00} #[fg=red]#(date) \\ %% done'


@pytest.fixture
def tape(site, config, daemon):
    """A daemon with the items One, Two and Three; add() makes more."""
    config.source("harbour", site.url("/"))
    config.source("quay", site.url("/quay"), Expect="sometimes")
    site.set("/quay", strip_page([]))
    shown = []

    def add(*headlines):
        shown[:0] = headlines
        site.set("/", strip_page(shown))
        daemon.poll_now()

    daemon.shown, daemon.add = shown, add
    site.set("/", strip_page([]))
    daemon.start()
    for n, headline in enumerate(["One", "Two", "Three"], 1):
        add(headline)
        daemon.wait_stdout(n)
    daemon.settle(site)
    return daemon


def headlines(lines):
    return [json.loads(line)["headline"] for line in lines]


def test_plain_lines_are_those_of_the_daemon(tape, config):
    with Watcher(config, "-n", "2") as watcher:
        watcher.wait(2)
        tape.add("Four")
        assert watcher.wait(3) == tape.wait_stdout(4)[1:]


def test_json_lines_are_those_of_the_socket(tape, config):
    client = tape.connect(last=3)
    client.line()
    with Watcher(config, "--format=json") as watcher:
        assert [json.loads(line) for line in watcher.wait(3)] == client.lines(3)


def test_reconnects_and_misses_nothing(tape, config, site):
    with Watcher(config, "--format=json") as watcher:
        watcher.wait(3)
        for n in range(4, 8):
            tape.kill()
            tape.start()
            tape.add(f"Item {n}")
            tape.wait_stdout(1)
        assert headlines(watcher.wait(7)) == ["One", "Two", "Three", *(f"Item {n}" for n in range(4, 8))]


def test_another_database(tape, config):
    with Watcher(config, "--format=json") as watcher:
        watcher.wait(3)
        tape.stop()
        for path in config.folder.glob("ticker.db*"):
            path.unlink()
        tape.start()
        watcher.wait_stderr("another database than before")
        tape.wait_stdout(3)


def test_filter(tape, config, site):
    with Watcher(config, "--format=json", "--source=quay") as watcher:
        site.set("/quay", strip_page(["At the quay"]))
        tape.add("Four")
        assert headlines(watcher.wait(1)) == ["At the quay"]


def test_since(tape, config):
    cursor = tape.connect(last=3).lines(2)[1]["cursor"]
    with Watcher(config, "--format=json", f"--since={cursor}") as watcher:
        assert headlines(watcher.wait(2)) == ["Two", "Three"]
    with Watcher(config, "--format=json", "--since=1h") as watcher:
        assert headlines(watcher.wait(3)) == ["One", "Two", "Three"]
    seen = tape.db("SELECT first_seen FROM items WHERE headline = 'Three'")[0][0]
    with Watcher(config, "--format=json", f"--since={seen}") as watcher:
        assert headlines(watcher.wait(1)) == ["Three"]


def test_output_into_head(tape, config):
    """It ends when nobody reads any more, not with the next item."""
    shell = subprocess.run([*GUARD, "bash", "-c", '"$0" --config="$1" watch -n 3 | head -1; echo "${PIPESTATUS[0]}"',
                            BUILD / "ctl/tickerctl", config.path],
                           env=environment(), capture_output=True, text=True, timeout=DEADLINE)
    assert re.fullmatch(r"\S+ harbour 1: One\n0\n", shell.stdout) and shell.stderr == ""


def wait_saved(file, cursor):
    """It is saved a moment after the item was written."""
    end = time.monotonic() + DEADLINE
    while not file.exists() or file.read_text() != cursor + "\n":
        assert time.monotonic() < end, file.exists() and file.read_text()


def test_cursor_file(tape, config, tmp_path):
    file = tmp_path / "cursor"
    with Watcher(config, "--format=json", f"--cursor-file={file}") as watcher:
        wait_saved(file, json.loads(watcher.wait(3)[2])["cursor"])
        watcher.signal(signal.SIGTERM)
        assert watcher.wait_exit() == -signal.SIGTERM
    tape.add("Four")
    with Watcher(config, "--format=json", f"--cursor-file={file}") as watcher:
        assert headlines(watcher.wait(1)) == ["Four"]
        done = ctl(config, "watch", f"--cursor-file={file}")
        assert done.returncode == 1 and "another tickerctl is using it" in done.stderr


def test_begins_with_nothing(tape, config, tmp_path):
    file = tmp_path / "cursor"
    with Watcher(config, "--format=json", "-n", "0", f"--cursor-file={file}") as watcher:
        client = tape.connect(last=1)
        client.line()
        wait_saved(file, client.line()["cursor"])  # it has been answered
        tape.add("Four")
        assert headlines(watcher.wait(1)) == ["Four"]


def read_and_kill(config, n, *args):
    """The whole lines of a tickerctl that is killed when n were read, in the middle of its work: its pipe is small."""
    reading, writing = os.pipe()
    fcntl.fcntl(writing, fcntl.F_SETPIPE_SZ, 4096)
    process = subprocess.Popen([*GUARD, BUILD / "ctl/tickerctl", f"--config={config.path}", "watch", *args],
                               stdout=writing, env=environment())
    os.close(writing)
    with open(reading, encoding="utf-8") as stream:
        lines = [stream.readline() for _ in range(n)]
        process.kill()
        process.wait()
        lines += stream.readlines()
    return headlines(line for line in lines if line.endswith("\n"))


def test_cursor_file_and_kill(tape, config, tmp_path):
    """Killed at any point it misses nothing; it may say one item again, that which it was killed over."""
    wanted = ["One", "Two", "Three", *(f"Item {n}" for n in range(300))]
    tape.add(*reversed(wanted[3:]))
    tape.wait_stdout(303)
    file, got, numbers = tmp_path / "cursor", [], random.Random(7)
    while len(got) < 250:  # the rest, and what is in the pipe, is enough for one round more
        lines = read_and_kill(config, numbers.randrange(1, 20), "--format=json", "-n", "all", f"--cursor-file={file}")
        got += lines[1:] if lines[0] in got[-1:] else lines
        assert got == wanted[:len(got)]
    tape.add("Last")
    with Watcher(config, "--format=json", f"--cursor-file={file}") as watcher:
        lines = headlines(watcher.lines.wait(lambda lines: "Last" in (lines or [""])[-1] and list(lines), "the last item"))
    got += lines[1:] if lines[0] == got[-1] else lines
    assert got == [*wanted, "Last"]


def test_cursor_file_of_another_database(tape, config, tmp_path):
    file = tmp_path / "cursor"
    file.write_text("0badcafe-1234567\n")
    with Watcher(config, "--format=json", f"--cursor-file={file}") as watcher:
        watcher.wait_stderr("another database")
        wait_saved(file, json.loads(watcher.wait(3)[2])["cursor"])


def test_waybar(tape, site, config):
    with Watcher(config, "--format=waybar", env={"TZ": "UTC"}) as watcher:
        watcher.wait(1)
        tape.add(NASTY)
        line = json.loads(watcher.wait(2)[1])
        # Texts are Pango markup: a parser of markup gets back what was there.
        assert unescape(line["text"]) == NASTY and unescape(line["tooltip"]).split("\n")[1] == NASTY
        assert line["class"] == "item" and set(line) == {"text", "tooltip", "class"}
        tape.add(("Ferry stops", "/31?a=1&b=<2>"))
        head, *rest = unescape(json.loads(watcher.wait(3)[2])["tooltip"]).split("\n")
        assert head.endswith(" harbour") and rest == ["Ferry stops", site.url("/31?a=1&b=%3C2%3E")]
        tape.kill()
        assert json.loads(watcher.wait(4)[3])["class"] == "offline"


def unescape(markup):
    import xml.etree.ElementTree

    return xml.etree.ElementTree.fromstring(f"<x>{markup}</x>").text


def test_i3bar(tape, config):
    with Watcher(config, "--format=i3bar") as watcher:
        watcher.wait(3)
        tape.add(NASTY)
        head, *body = watcher.wait(4)
        assert json.loads(head) == {"version": 1}
        # An array that does not end; each element an array of blocks.
        elements = json.loads("\n".join(body) + "]")
        assert elements[0] == [] and [block["full_text"] for [block] in elements[1:]] == ["Three", NASTY]
        assert all(block["markup"] == "none" for [block] in elements[1:])


def test_polybar(tape, config):
    with Watcher(config, "--format=polybar") as watcher:
        watcher.wait(1)
        tape.add(NASTY)
        line = watcher.wait(2)[1]
        assert "%{" not in line and "%%" not in line and line.replace("\u200b", "") == NASTY


def test_tmux_shows_what_was_there(tape, config):
    """In the status line of a real tmux, which itself runs in one."""
    conf = config.short / "tmux.conf"
    # The inner server ends when its terminal does.
    conf.write_text("set -g exit-unattached on\nset -g status-left ''\nset -g status-interval 1\n"
                    "set -g status-right-length 150\nset -g window-status-current-format ''\n"
                    f"set -g status-right '#({BUILD}/ctl/tickerctl --config={config.path} watch --format=tmux)'\n")
    inner = ["env", "-u", "TMUX", "tmux", "-f", conf, "-S", config.short / "inner", "new-session", "exec sleep infinity"]
    with Terminal(config.short, inner, columns=160) as terminal:
        terminal.wait("Three")
        tape.add(NASTY)
        assert NASTY in terminal.wait("Storm")


def test_width(tape, config):
    with Watcher(config, "--format=polybar", "--width=10") as watcher:
        watcher.wait(1)
        tape.add("Bridge closed", "港の橋が閉鎖された")
        assert watcher.wait(3)[1:] == ["港の橋が…", "Bridge cl…"]


def test_strip_in_a_pipe(tape, config):
    with Watcher(config, "--strip", "--width=12", "-n", "1") as watcher:
        lines = watcher.lines.wait(lambda lines: "Thr" in (lines or [""])[-1] and list(lines), "a headline")
    assert all(len(line) == 12 for line in lines)
    assert "".join(line[-1] for line in lines).lstrip() == "harbour: Thr", "a cell at a time"


class Bus(Process):
    """A private session bus, with a recorder in the place of a notification daemon."""

    def __init__(self, folder):
        self.address = f"unix:path={folder}/bus"
        conf = folder / "bus.conf"
        conf.write_text(f"""<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig><type>session</type><listen>{self.address}</listen><auth>EXTERNAL</auth>
<policy context="default"><allow send_destination="*"/><allow own="*"/><allow eavesdrop="true"/></policy></busconfig>""")
        started = Record()
        self._start(["dbus-daemon", f"--config-file={conf}", "--nofork", "--print-address"], stdout=subprocess.PIPE,
                    env=environment())
        _collect(self.process.stdout, started)
        started.wait(lambda lines: lines, "address of the bus")
        self.recorder = None

    def record(self):
        self.recorder = Process()
        self.recorder._start([BUILD / "tests/notification-recorder"], stdout=subprocess.PIPE,
                             env=environment(DBUS_SESSION_BUS_ADDRESS=self.address))
        self.bubbles = Record()
        _collect(self.recorder.process.stdout, self.bubbles)
        self.bubbles.wait(lambda lines: lines, "recorder on the bus")

    def wait(self, n):
        """The first n notifications: id, replaced id, summary, body."""
        lines = self.bubbles.wait(lambda lines: lines[1:] if len(lines) > n else None, f"notification {n}")
        return [tuple(line.split("\t")) for line in lines]

    def close(self):
        for process in (self.recorder, self):
            if process and process.running:
                process.kill()


@pytest.fixture
def bus(config):
    assert shutil.which("dbus-daemon"), "dbus-daemon is not installed; ./dev test would"
    it = Bus(config.short)
    yield it
    it.close()


def test_notify(tape, config, site, bus):
    bus.record()
    with Watcher(config, "--notify", "-n", "1", env={"DBUS_SESSION_BUS_ADDRESS": bus.address}) as watcher:
        assert bus.wait(1) == [("1", "0", "harbour", "Three")]
        tape.add("Five boats set out from Aldane in search of <b>missing</b> trawler")
        assert bus.wait(2)[1] == ("2", "0", "harbour",
                                  "Five boats set out from Aldane in search of &#60;b&#62;missing&#60;/b&#62; trawler")
        # An edit takes the place of its bubble, and so does an edit of that.
        for edited in ("Six boats set out from Aldane in search of a missing trawler",
                       "Seven boats set out from Aldane in search of a missing trawler"):
            tape.shown.pop(0)
            tape.add(edited)
            n = len(bus.bubbles.all())
            assert bus.wait(n)[-1] == ("2", "2", "harbour", edited)
        assert watcher.lines.all() == [], "with bubbles nothing is printed"
        # When the session ends, so does it.
        bus.kill()
        assert watcher.wait_exit() != 0


def test_notify_without_anybody(tape, config, bus):
    done = ctl(config, "watch", "--notify", env={"DBUS_SESSION_BUS_ADDRESS": f"unix:path={config.short}/none"})
    assert done.returncode == 1 and "there is no session bus" in done.stderr and done.stderr.count("\n") == 1
    done = ctl(config, "watch", "--notify", env={"DBUS_SESSION_BUS_ADDRESS": bus.address})
    assert done.returncode == 1 and "no program shows notifications" in done.stderr and done.stderr.count("\n") == 1
