# SPDX-License-Identifier: LGPL-2.1-or-later
"""
A real journald beside the machine's own: it runs in a mount namespace with its own /run and /var/log, so it needs
root. As systemd does, the test keeps journald's socket, unless told otherwise: what is sent while journald is not
there waits in it.
"""

import contextlib
import json
import os
import pathlib
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import uuid

import pytest

from programs import DEADLINE, GUARD, Daemon
from website import Record

JOURNALD = "/lib/systemd/systemd-journald"
ITEM = "009f85af0eaf49de80e71bfcee9ba29b"

# The namespace lives as long as its first process, which ends with the test.
NAMESPACE = """
mount -t tmpfs none /run && mount -t tmpfs none /var/log &&
mkdir -p /run/systemd/journal /run/log/journal /var/log/journal &&
mount --bind "$1" /etc/systemd/journald.conf && echo ready && exec cat
"""

# Starts a program with a socket as systemd does.
EXEC = """
import os, sys
fd = int(sys.argv[1])
if fd != 3:
    os.dup2(fd, 3)
os.set_inheritable(3, True)
os.environ.update(LISTEN_PID=str(os.getpid()), LISTEN_FDS="1")
os.execv(sys.argv[2], sys.argv[2:])
"""

# Says to a program that its stderr is the journal's stream.
AS_SERVICE = """
import os, sys
st = os.fstat(2)
os.environ["JOURNAL_STREAM"] = f"{st.st_dev}:{st.st_ino}"
os.execvp(sys.argv[1], sys.argv[1:])
"""


def missing():
    """Why there can be no journald; None if there can."""
    if os.geteuid() != 0:
        return "only root can run a journald of its own"
    tools = [JOURNALD, "journalctl", "nsenter", "unshare"]
    return next((f"{tool} is not here" for tool in tools if not shutil.which(tool)), None)


class Journald:
    def __init__(self, keep_socket=True, **settings):
        self.keep_socket = keep_socket
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="journald-", dir="/tmp"))
        self.configure(**settings)
        self.process = self.follower = self.socket = None
        self.holder = subprocess.Popen(
            [*GUARD, "unshare", "--mount", "sh", "-c", NAMESPACE, "sh", self.folder / "journald.conf"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        assert self.holder.stdout.readline() == b"ready\n"
        self.inside = ["nsenter", f"--mount=/proc/{self.holder.pid}/ns/mnt", "--"]
        self.root = pathlib.Path(f"/proc/{self.holder.pid}/root")
        self.path = f"{self.root}/run/systemd/journal/socket"
        self.start()
        self._follow()

    def configure(self, **settings):
        """Settings of journald.conf, for the next start."""
        settings = {"Storage": "volatile", "ReadKMsg": "no", "Audit": "", "RateLimitBurst": "0", **settings}
        text = "".join(f"{key}={value}\n" for key, value in settings.items())
        (self.folder / "journald.conf").write_text("[Journal]\n" + text, encoding="utf-8")

    def start(self):
        """Returns when it is ready."""
        notify = self.folder / "notify"
        notify.unlink(missing_ok=True)
        # It stays open: journald goes on telling what there is to tell.
        self.notices = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.notices.bind(str(notify))
        self.notices.settimeout(DEADLINE)
        command, fds = [*self.inside, JOURNALD], []
        if self.keep_socket:
            if not self.socket:
                self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
                self.socket.bind(self.path)
                os.chmod(self.path, 0o666)
            fds = [self.socket.fileno()]
            command = [*self.inside, "/usr/bin/python3", "-c", EXEC, str(fds[0]), JOURNALD]
        self.process = subprocess.Popen([*GUARD, *command], pass_fds=fds, stderr=subprocess.DEVNULL,
                                        env={"PATH": os.environ["PATH"], "NOTIFY_SOCKET": str(notify)})
        while b"READY=1" not in self.notices.recv(65536).split(b"\n"):
            pass

    def kill(self, number):
        self.process.send_signal(number)

    def end(self, number=signal.SIGKILL):
        self.kill(number)
        self.process.wait(DEADLINE)
        self.notices.close()
        self.process = None

    def run(self, *command, **options):
        return subprocess.run([*self.inside, *command], capture_output=True, text=True, timeout=DEADLINE,
                              check=True, **options).stdout

    def read(self, *matches):
        """All entries, as dicts, that are there now."""
        lines = self.run("journalctl", "--all", "--output=json", *matches).splitlines()
        return [json.loads(line) for line in lines]

    def wait(self, find, what):
        """Waits until find(entries so far) is true; returns what it returned."""
        return self.entries.wait(find, what)

    def wait_for(self, **fields):
        """Waits for an entry that has all these fields; returns it."""

        def find(entries):
            return next((entry for entry in entries if fields.items() <= entry.items()), None)

        return self.wait(find, f"entry with {fields}")

    def send(self, data):
        with contextlib.closing(socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)) as sender:
            sender.sendto(data, self.path)

    def sync(self):
        """Returns when all that was sent before is in the journal, or lost."""
        word = uuid.uuid4().hex
        self.send(f"MESSAGE=sync\nSYNC={word}\n".encode())
        self.wait_for(SYNC=word)

    def items(self):
        """What the journal has of items: headlines, in the order of the journal."""
        self.sync()
        return [entry["MESSAGE"] for entry in self.read(f"MESSAGE_ID={ITEM}")]

    def close(self):
        if self.process:
            self.end()
        if self.follower:
            self.follower.kill()
            self.follower.wait()
            self.thread.join(DEADLINE)
        if self.socket:
            self.socket.close()
        self.holder.communicate()
        shutil.rmtree(self.folder)

    def _follow(self):
        self.entries = Record()
        self.follower = subprocess.Popen(
            [*GUARD, *self.inside, "journalctl", "--follow", "--no-tail", "--all", "--output=json"],
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        self.thread = threading.Thread(target=self._collect, daemon=True)
        self.thread.start()

    def _collect(self):
        with self.follower.stdout as stream:
            for line in stream:
                self.entries.add(json.loads(line))
        self.entries.end()


class Service(Daemon):
    """tickerd, as a service whose journal is that journald."""

    def __init__(self, config, journald):
        super().__init__(config)
        self.journald = journald
        config.set(Journal="yes")

    def start(self, *args, wrap=(), **options):
        return super().start(
            *args, wrap=[*self.journald.inside, *wrap, "/usr/bin/python3", "-c", AS_SERVICE], **options)

    def wait_status(self, regex):
        """Waits for a STATUS= with something like this in it."""
        return self.wait_notify(lambda notice: re.search(regex, notice.get("STATUS", "")))
