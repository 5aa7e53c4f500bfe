# SPDX-License-Identifier: LGPL-2.1-or-later
"""
A terminal that a test can look at: one program in a tmux of its own.

    with Terminal(folder, [BUILD / "ctl/tickerctl", "watch"], columns=60) as terminal:
        terminal.wait("all well")         # until that stands on the screen
        assert terminal.screen() == ...
"""

import os
import shlex
import subprocess
import threading

import pytest

from programs import environment
from website import DEADLINE, Record


class Terminal:
    def __init__(self, folder, command, columns=80, rows=24, **env):
        self.socket = folder / "tmux"
        self.columns, self.rows = columns, rows
        # tmux itself has UTF-8, whatever the program is told.
        self.env = {**environment(), "LC_ALL": "C.UTF-8", "TERM": "screen-256color", "HOME": str(folder)}
        self.command = ["env", *(f"{name}={value}" for name, value in {"LC_ALL": "C.UTF-8", "TZ": "UTC", **env}.items()),
                        *map(str, command)]
        self.changes = Record()

    def tmux(self, *args):
        done = subprocess.run(["tmux", "-f", "/dev/null", "-S", self.socket, *map(str, args)], env=self.env,
                              capture_output=True, text=True, timeout=DEADLINE)
        assert done.returncode == 0, (args, done.stderr)
        return done.stdout

    def __enter__(self):
        pipe = self.socket.with_name("pane")
        os.mkfifo(pipe)
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
        return self

    def _listen(self):
        with self._stream:
            while data := self._stream.read(65536):
                self.changes.add(data)
        self.changes.end()

    def __exit__(self, *_):
        self.tmux("kill-server")
        self._thread.join(DEADLINE)

    def screen(self, colors=False):
        """The lines on the screen, without spaces at their ends and empty lines below."""
        lines = self.tmux("capture-pane", "-p", *(["-e"] if colors else [])).split("\n")
        return "\n".join(line.rstrip() for line in lines).strip("\n") + "\n"

    def wait(self, text, colors=False):
        """Waits until the text is on the screen; returns the screen."""
        return self.wait_for(lambda screen: text in screen, repr(text), colors)

    def wait_for(self, predicate, what, colors=False):
        found = []

        def look(_):
            screen = self.screen(colors)
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
