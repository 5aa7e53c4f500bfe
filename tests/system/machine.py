# SPDX-License-Identifier: LGPL-2.1-or-later
"""
A Debian system that is really booted: a folder with mmdebstrap's minimal system, under systemd-nspawn, with a
network of its own that leads nowhere.

Machine is the system, Service is tickerd on it. Both are looked at from outside: the web site that the service
polls and its subscribers are in this process; only the site's listening socket belongs to the machine's network.
"""

import ctypes
import hashlib
import json
import os
import pathlib
import re
import shutil
import socket
import subprocess
import tempfile
import threading
import time

import pytest

from programs import BUILD, GUARD, ROOT, SOURCE_KEYS, Client, Daemon, _lines
from website import DEADLINE, Record

CLONE_NEWNET = 0x40000000
SLOW = 3 * DEADLINE  # a whole system starts
FOLDER = BUILD / "system"
ITEM, STARTED = "009f85af0eaf49de80e71bfcee9ba29b", "be69e62dcf764afd9e8ecdb6105243e5"
NOT_STORED = "de8a72884e8d4fa7ab464323001e9778"

# Fields of a journal entry that a test may look at.
KEPT = re.compile("(MESSAGE|MESSAGE_ID|PRIORITY|SYSLOG_IDENTIFIER|_SYSTEMD_UNIT|_UID|UNIT|TICKERD_.*)$")

# What the package depends on (the machine reaches no archive), and what a person at it would use.
PACKAGES = ("systemd systemd-sysv libnss-systemd dbus man-db procps ca-certificates libcurl4 libxml2 libmodest0 libutf8proc2 "
            "sqlite3 netcat-openbsd python3 libnats3.4 nats-server")
ENVIRONMENT = ["env", "-i", "PATH=/usr/sbin:/usr/bin:/sbin:/bin", "HOME=/root", "LC_ALL=C.UTF-8",
               "DEBIAN_FRONTEND=noninteractive"]


def base():
    """The folder of a system that has not been booted yet; made once, and again when PACKAGES changes."""
    key = hashlib.sha256(PACKAGES.encode()).hexdigest()[:12]
    folder = FOLDER / f"base-{key}"
    if not folder.exists():
        shutil.rmtree(FOLDER, ignore_errors=True)
        FOLDER.mkdir(parents=True)
        half = FOLDER / "half"
        subprocess.run(["mmdebstrap", "--quiet", "--variant=minbase", f"--include={PACKAGES.replace(' ', ',')}",
                        "bookworm", half], check=True, stdin=subprocess.DEVNULL, timeout=10 * SLOW)
        (half / "var/log/journal").mkdir(exist_ok=True)
        half.rename(folder)
    return folder


def build_package():
    """The package and the file that describes it, as ./dev deb makes them."""
    subprocess.run([ROOT / "dev", "deb"], check=True, stdin=subprocess.DEVNULL, timeout=10 * SLOW)
    (package,) = (ROOT / "build/deb").glob("tickerd_*.deb")
    (changes,) = (ROOT / "build/deb").glob("*.changes")
    return package, changes


def repack(package, version, folder):
    """The same package with another version."""
    tree = folder / "tree"
    subprocess.run(["dpkg-deb", "--raw-extract", package, tree], check=True)
    control = tree / "DEBIAN/control"
    lines = [f"Version: {version}" if line.startswith("Version:") else line
             for line in control.read_text(encoding="utf-8").splitlines()]
    control.write_text("\n".join(lines) + "\n", encoding="utf-8")
    done = folder / f"tickerd_{version}.deb"
    subprocess.run(["dpkg-deb", "--root-owner-group", "--build", tree, done], check=True, stdout=subprocess.DEVNULL)
    return done


def exposure(text):
    """The number in what systemd-analyze security wrote."""
    return float(re.search(r"Overall exposure level for \S+: ([0-9.]+)", text)[1])


class Machine:
    """Booted when it is made; close() ends it and removes its folder."""

    def __init__(self, folder):
        self.folder = folder
        shutil.rmtree(folder, ignore_errors=True)
        subprocess.run(["cp", "--archive", "--reflink=auto", base(), folder], check=True)
        self.journal = None
        try:
            self.boot()
        except BaseException:
            self.close()
            raise

    def boot(self):
        self._start()
        self.journal = Journal(self)
        self.run("systemctl", "is-system-running", "--wait")

    def _start(self):
        with (tempfile.TemporaryDirectory(prefix="tickerd-", dir="/tmp") as short,
              socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listener,
              open(self.folder / "console", "wb") as console):
            listener.bind(f"{short}/n")  # a socket's path may have 107 bytes
            listener.settimeout(1)
            self.process = subprocess.Popen(
                [*GUARD, "systemd-nspawn", "--quiet", "--boot", "--register=no", "--keep-unit", "--private-network",
                 "--notify-ready=yes", f"--machine=tickerd-{os.getpid()}", f"--directory={self.folder}"],
                stdin=subprocess.DEVNULL, stdout=console, stderr=console,
                env={**os.environ, "NOTIFY_SOCKET": f"{short}/n"})
            self.pid = ready = None
            deadline = time.monotonic() + SLOW
            while not (ready and self.pid):
                try:
                    notice = dict(line.split("=", 1) for line in listener.recv(65536).decode().splitlines())
                except TimeoutError:
                    if self.process.poll() is None and time.monotonic() < deadline:
                        continue
                    self.process.kill()
                    self.process.wait()
                    pytest.fail("the machine does not boot:\n" +
                                (self.folder / "console").read_text(errors="replace"))
                ready = ready or notice.get("READY")
                self.pid = int(notice.get("X_NSPAWN_LEADER_PID", self.pid or 0))

    def halt(self):
        if self.journal:
            self.journal.close()
        self.process.terminate()  # nspawn then shuts the system down in good order
        try:
            self.process.wait(SLOW)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def close(self):
        self.halt()
        shutil.rmtree(self.folder)

    def command(self, command, user=None):
        """What runs a command on the machine, as root or as a user with that user's groups."""
        as_user = []
        if user:
            group = "ticker" if user == "tickerd" else user
            as_user = ["setpriv", f"--reuid={user}", f"--regid={group}", "--init-groups"]
        return ["nsenter", f"--target={self.pid}", "--mount", "--uts", "--ipc", "--net", "--pid", "--cgroup", "--",
                *ENVIRONMENT, *as_user, *map(str, command)]

    def run(self, *command, user=None, check=True, stdin=""):
        """Runs it to its end; returns what it wrote, or with check=False the whole subprocess.CompletedProcess."""
        done = subprocess.run(self.command(command, user), input=stdin, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, text=True, errors="backslashreplace", timeout=SLOW)
        if check and done.returncode != 0:
            pytest.fail(f"{' '.join(map(str, command))}: status {done.returncode}\n{done.stdout}")
        return done.stdout if check else done

    def path(self, path):
        """A path of the machine as this process can open it."""
        return pathlib.Path(f"/proc/{self.pid}/root{path}")

    def write(self, path, text, mode=0o644):
        target = self.path(path)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")
        target.chmod(mode)

    def in_network(self, function):
        """Calls it in a thread that has the machine's network; sockets that are made there keep it."""
        result = []

        def call():
            with open(f"/proc/{self.pid}/ns/net") as network:
                if ctypes.CDLL(None, use_errno=True).setns(network.fileno(), CLONE_NEWNET) == 0:
                    result.append(function())

        thread = threading.Thread(target=call)
        thread.start()
        thread.join()
        assert result, "setns() failed"
        return result[0]

    def show(self, unit, name):
        """A property of a unit."""
        return self.run("systemctl", "show", f"--property={name}", "--value", unit).strip()


class Journal:
    """All entries of the machine's journal, as they come."""

    def __init__(self, machine):
        self._machine = machine
        self._entries = Record()
        command = machine.command(["journalctl", "--follow", "--no-tail", "--output=json", "--all"])
        self._process = subprocess.Popen([*GUARD, *command], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE)
        self._thread = threading.Thread(target=self._collect, daemon=True)
        self._thread.start()

    def _collect(self):
        with self._process.stdout as lines:
            for line in lines:
                entry = json.loads(line)
                self._entries.add({key: value for key, value in entry.items() if KEPT.match(key)})
        self._entries.end()

    def close(self):
        self._machine.run("pkill", "--exact", "journalctl")  # or the machine would wait for it when it shuts down
        self._process.wait()
        self._thread.join()

    def wait(self, find, what):
        """Waits until find() is true of the list of entries, as dicts, and returns what it returned."""
        return self._entries.wait(find, what)

    def all(self):
        return self._entries.all()

    def wait_message(self, regex, after=0):
        """Waits for entries, not counting the first so many, whose message is like this; returns them."""
        pattern = re.compile(regex)
        return self.wait(lambda entries: [e for e in entries[after:] if pattern.search(str(e.get("MESSAGE")))],
                         f"entry like {regex!r}")


class Service:
    """tickerd as a service of the machine, with the sources that a test gives it."""

    settle = Daemon.settle

    def __init__(self, machine, site):
        self.machine, self.site = machine, site
        self.run, self.journal = machine.run, machine.journal
        self.clients, self.sources, self.drop_ins = [], [], set()
        self.run("systemctl", "stop", "tickerd.service")
        self.run("sh", "-c", "rm -rf /var/lib/tickerd/* /etc/tickerd/sources /etc/tickerd/secret/* "
                             "/etc/tickerd/tickerd.conf.d")
        self.mark = len(self.journal.all())

    def source(self, name, **keys):
        """A source of that name; the site has its page at /NAME."""
        keys = {"URL": self.site.url(f"/{name}"), "Interval": "1h", **keys}
        inside = {key: value for key, value in keys.items() if key in SOURCE_KEYS}
        strip = {"Strip": "//ul[has-class('ticker')]", **{k: v for k, v in keys.items() if k not in SOURCE_KEYS}}
        text = "[Source]\n" + _lines(inside) + "\n[Strip]\n" + _lines(strip)
        self.machine.write(f"/etc/tickerd/sources/{name}.source", text)
        if name not in self.sources:
            self.sources.append(name)
        self.configure()

    def configure(self, **settings):
        self.machine.write("/etc/tickerd/tickerd.conf.d/test.conf",
                           "[Ticker]\n" + _lines({"Sources": ["", *self.sources], **settings}))

    def drop_in(self, unit, text):
        """What systemctl edit --runtime would write; the unit must be started again for most of it."""
        folder = f"/run/systemd/system/{unit}.d"
        self.drop_ins.add(folder)
        self.machine.write(f"{folder}/test.conf", text)
        self.run("systemctl", "daemon-reload")

    def start(self):
        self.run("systemctl", "start", "tickerd.service")
        return self

    def show(self, name):
        """A property of the unit."""
        return self.machine.show("tickerd.service", name)

    def poll_now(self):
        self.run("systemctl", "kill", "--signal=USR1", "--kill-whom=main", "tickerd.service")

    def connect(self, **request):
        client = Client(self.machine.path("/run/tickerd/tickerd.sock"))
        self.clients.append(client)
        if request:
            client.send(request)
        return client

    def db(self, sql):
        """Rows, as sqlite3 writes them."""
        return self.run("sqlite3", "-readonly", "/var/lib/tickerd/ticker.db", sql, user="tickerd").splitlines()

    def own(self):
        """Entries of the journal since this service was set up."""
        return self.journal.all()[self.mark:]

    def wait_started(self, n):
        """Waits until the daemon has started n times since this service was set up."""
        self.journal.wait(lambda entries: sum(e.get("MESSAGE_ID") == STARTED for e in entries[self.mark:]) >= n,
                          f"start {n}")

    def wait_items(self, n):
        """Waits until n items of this store are in the journal; returns all that are."""
        (store,) = self.db("SELECT id FROM store")

        def items(entries):
            found = [e for e in entries[self.mark:] if e.get("MESSAGE_ID") == ITEM
                     and e["TICKERD_CURSOR"].startswith(store)]
            return found if len(found) >= n else None

        return self.journal.wait(items, f"item {n}")

    def close(self):
        for client in self.clients:
            client.close()
        self.run("systemctl", "stop", "tickerd.service", check=False)
        for folder in self.drop_ins:
            shutil.rmtree(self.machine.path(folder))
        self.run("systemctl", "daemon-reload")
        self.run("systemctl", "reset-failed")
