# SPDX-License-Identifier: LGPL-2.1-or-later
"""
A terminal that a test can look at: one program in a tmux of its own.

    with Terminal(folder, [BUILD / "ctl/tickerctl", "watch"], columns=60) as terminal:
        terminal.wait("all well")         # until that stands on the screen
        assert terminal.screen() == ...
"""

import os
import pathlib
import re
import shlex
import subprocess
import tempfile
import threading
import time

import pytest

from programs import GUARD, environment
from website import DEADLINE, Record


def attributes(screen):
    """
    Each character of a screen with its colours and attributes, line by line; spaces that have none are left out at the ends.
    Versions of tmux write the same attributes in different order, and in one sequence or several.
    """
    lines = []
    state = {}
    for line in screen.split("\n"):
        cells = []
        for parameters, character in re.findall(r"\x1b\[([0-9;]*)m|([^\x1b])", line):
            if character:
                cells.append((character, dict(state)))
            else:
                _select(state, [int(number or 0) for number in parameters.split(";")])
        while cells and cells[-1] == (" ", {}):
            cells.pop()
        lines.append(cells)
    return lines


def _select(state, numbers):
    """ECMA-48's SGR, as far as programs here use it."""
    for number in numbers:
        if number == 0:
            state.clear()
        elif number == 22:
            state.pop(1, None), state.pop(2, None)
        elif number < 10:
            state[number] = True
        elif 30 <= number <= 37 or 90 <= number <= 97:
            state["foreground"] = number
        elif number in (39, 49):
            state.pop("foreground" if number == 39 else "background", None)
        else:
            raise AssertionError(f"attribute {number} is unknown here")


class Terminal:
    """
    The tmux server is a child of the test, in the foreground: it ends with the test, however that ends. Its socket is its own,
    so that tests can run at once and one after the other.
    """

    def __init__(self, folder, command, columns=80, rows=24, **env):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="tmux-", dir=folder))
        self.columns, self.rows = columns, rows
        # tmux itself has UTF-8, whatever the program is told.
        self.env = {**environment(), "LC_ALL": "C.UTF-8", "TERM": "screen-256color", "HOME": str(folder)}
        self.command = ["env", *(f"{name}={value}" for name, value in {"LC_ALL": "C.UTF-8", "TZ": "UTC", **env}.items()),
                        *map(str, command)]
        self.changes = Record()
        self._server = self._thread = None

    def _tmux(self, *args):
        return subprocess.run(["tmux", "-N", "-S", self.folder / "s", *map(str, args)], env=self.env, capture_output=True,
                              text=True, timeout=DEADLINE)

    def tmux(self, *args):
        done = self._tmux(*args)
        assert done.returncode == 0, (args, done.stderr)
        return done.stdout

    def _start_server(self):
        self._server = subprocess.Popen([*GUARD, "tmux", "-D", "-f", "/dev/null", "-S", self.folder / "s"], env=self.env,
                                        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        end = time.monotonic() + DEADLINE
        while self._tmux("start-server").returncode != 0:  # until it listens
            assert self._server.poll() is None, f"tmux has ended with status {self._server.returncode}"
            assert time.monotonic() < end, "tmux does not listen"

    def __enter__(self):
        try:
            self._start()
        except BaseException:
            self.__exit__()
            raise
        return self

    def _start(self):
        pipe = self.folder / "pane"
        os.mkfifo(pipe)
        self._start_server()
        # The program starts when what it will write is read along.
        start = f"trap : INT; read -r _; clear; {shlex.join(self.command)}; echo [status $?]; read -r _"
        self.tmux("new-session", "-d", "-x", self.columns, "-y", self.rows, f"exec sh -c {shlex.quote(start)}")
        self.tmux("set-option", "-g", "status", "off")
        self.tmux("resize-window", "-x", self.columns, "-y", self.rows)
        self.tmux("pipe-pane", "-O", f"exec cat >{shlex.quote(str(pipe))}")
        self._stream = open(pipe, "rb", buffering=0)
        self._thread = threading.Thread(target=self._listen, daemon=True)
        self._thread.start()
        self.tmux("send-keys", "Enter")

    def __exit__(self, *_):
        if self._server:
            self._server.terminate()
            try:
                self._server.wait(DEADLINE)
            except subprocess.TimeoutExpired:
                self._server.kill()
                self._server.wait()
        if self._thread:
            self._thread.join(DEADLINE)

    def _listen(self):
        with self._stream:
            while data := self._stream.read(65536):
                self.changes.add(data)
        self.changes.end()

    def screen(self, colors=False):
        """The lines on the screen, without spaces at their ends and empty lines below."""
        lines = self.tmux("capture-pane", "-p", *(["-e"] if colors else [])).split("\n")
        return "\n".join(line.rstrip() for line in lines).strip("\n") + "\n"

    def wait(self, text):
        """Waits until the text is on the screen; returns the screen."""
        return self.wait_for(lambda screen: text in screen, repr(text))

    def wait_for(self, predicate, what):
        found = []

        def look(_):
            screen = self.screen()
            if predicate(screen):
                found.append(screen)
            return found

        try:
            self.changes.wait(look, f"screen with {what}")
        except pytest.fail.Exception:
            print(self.screen())
            raise
        return found[0]

    def keys(self, *keys):
        self.tmux("send-keys", *keys)

    def resize(self, columns, rows):
        self.tmux("resize-window", "-x", columns, "-y", rows)

    def wait_end(self, status=0):
        """Waits until the program has ended, with this status; 128 and more: a signal."""
        screen = self.wait_for(lambda screen: "[status " in screen, "the end of the program")
        assert f"[status {status}]" in screen
        return screen
