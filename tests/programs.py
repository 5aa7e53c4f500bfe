# SPDX-License-Identifier: LGPL-2.1-or-later
"""
The programs under test: Daemon runs tickerd, Client is a subscriber of its socket, Fetcher runs
tickerd-fetch as the daemon does; run() and fetch() run a program once.

How a test knows that a poll has been committed, without a look at any clock: a source has one request in
flight, so when request n + 1 of a source arrives at the site, what came of request n is in the store.
Daemon.settle() makes that happen.
"""

import contextlib
import json
import os
import pathlib
import re
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import tempfile
import threading
import urllib.parse

import pytest

from website import DEADLINE, Record

ROOT = pathlib.Path(__file__).resolve().parent.parent
BUILD = pathlib.Path(os.environ.get("TICKERD_BUILD", ROOT / "build")).resolve()

SOURCE_KEYS = "Description URL Interval Timeout MaxSize Language Expect Header Charset Reappear".split()
SANITIZER = re.compile("runtime error|AddressSanitizer|LeakSanitizer")

# A program must not outlive the tests, not even tests that were killed.
GUARD = ["setpriv", "--pdeathsig", "KILL"]


def environment(**more):
    """Only what the programs may depend on: no proxy, no journal, no locale of the person who runs the tests."""
    kept = ("PATH", "TMPDIR", "TZ", "ASAN_OPTIONS", "UBSAN_OPTIONS", "LSAN_OPTIONS")
    env = {name: os.environ[name] for name in kept if name in os.environ}
    env["TICKERD_FETCH"] = str(BUILD / "fetch/tickerd-fetch")
    env.update({name: str(value) for name, value in more.items()})
    return env


def check_sanitizers(stderr):
    found = SANITIZER.search(stderr)
    if found:
        pytest.fail(f"a sanitizer spoke:\n{stderr[max(0, found.start() - 200):][:10000]}")


def decode(data):
    """Nothing is lost, and no line end translated, as subprocess would: tests look at control characters."""
    return data.decode(errors="backslashreplace")


def run(program, *args, stdin="", env={}, timeout=DEADLINE, cwd=None):
    """Runs a program of the build folder to its end; stdin, stdout and stderr are text."""
    done = subprocess.run(
        [*GUARD, BUILD / program, *map(str, args)], input=stdin.encode(), capture_output=True,
        env=environment(**env), timeout=timeout, cwd=cwd)
    done.stdout, done.stderr = decode(done.stdout), decode(done.stderr)
    check_sanitizers(done.stderr)
    return done


def fetch(args, stdin="", **options):
    """Runs tickerd-fetch once."""
    return run("fetch/tickerd-fetch", *args, stdin=stdin, **options)


def ctl(config, *args, **options):
    """Runs tickerctl once."""
    return run("ctl/tickerctl", f"--config={config.path}", *args, **options)


class Config:
    """A folder with tickerd.conf and sources/; each change is on the disk at once."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.path = self.folder / "tickerd.conf"
        self.sources = []
        # A socket's path may have 107 bytes, and a test's folder has a long name.
        self.short = pathlib.Path(tempfile.mkdtemp(prefix="tickerd-", dir="/tmp"))
        self.socket = self.short / "s"
        self.database = self.folder / "ticker.db"
        self.settings = {"Database": self.database, "Socket": self.socket, "Journal": "no"}
        (self.folder / "sources").mkdir(parents=True)
        self._write()

    def set(self, **settings):
        """Keys of [Ticker]; a list is a key given again, None takes a key out."""
        self.settings.update(settings)
        self._write()

    def source(self, name, url, enable=True, **keys):
        """Writes sources/NAME.source, again if it is there. It is polled at the start and when it is told to,
        unless an Interval= is given."""
        keys = {"URL": url, "Interval": "1h", "Strip": "//ul[has-class('ticker')]", **keys}
        inside = {key: value for key, value in keys.items() if key in SOURCE_KEYS}
        strip = {key: value for key, value in keys.items() if key not in SOURCE_KEYS}
        text = "[Source]\n" + _lines(inside) + "\n[Strip]\n" + _lines(strip)
        path = self.folder / "sources" / f"{name}.source"
        path.write_text(text, encoding="utf-8")
        if enable and name not in self.sources:
            self.sources.append(name)
            self._write()
        return path

    def disable(self, name):
        self.sources.remove(name)
        self._write()

    def close(self):
        shutil.rmtree(self.short, ignore_errors=True)

    def _write(self):
        sources = ["", *self.sources]  # the empty value drops the default
        self.path.write_text("[Ticker]\n" + _lines({"Sources": sources, **self.settings}), encoding="utf-8")


def _lines(settings):
    text = ""
    for key, value in settings.items():
        for one in value if isinstance(value, list) else [value]:
            if one is not None:
                text += f"{key}={one}\n"
    return text


def _collect(stream, record, at_end=None):
    """Reads lines until the end, in a thread of its own."""

    def collect():
        with stream:
            for line in stream:
                record.add(decode(line).removesuffix("\n"))
        record.end()
        if at_end:
            at_end()

    thread = threading.Thread(target=collect, daemon=True)
    thread.start()
    return thread


class Process:
    """A program that runs beside the test: its stderr is collected, and it is always reaped."""

    process = None
    stderr = None

    def _start(self, command, **options):
        self.stderr = Record()
        self.process = subprocess.Popen(
            [*GUARD, *map(str, command)], stderr=subprocess.PIPE, start_new_session=True, **options)
        self._stderr_thread = _collect(self.process.stderr, self.stderr)

    @property
    def pid(self):
        return self.process.pid

    @property
    def running(self):
        return self.process is not None

    def signal(self, number):
        self.process.send_signal(number)

    def wait_stderr(self, regex):
        """Waits for a line on stderr; returns the match."""
        pattern = re.compile(regex)
        return self.stderr.wait(
            lambda lines: next(filter(None, map(pattern.search, lines)), None), f"line like {regex!r} on stderr")

    def wait_exit(self):
        """Waits until the program has ended by itself, with all that it started; returns its status."""
        process, self.process = self.process, None
        try:
            status = process.wait(DEADLINE)
            self._stderr_thread.join(DEADLINE)
            if self._stderr_thread.is_alive():
                pytest.fail(f"{process.args[len(GUARD)]} has ended and left a process behind")
        finally:
            if process.returncode is None or self._stderr_thread.is_alive():
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.SIGKILL)
                process.wait()
        check_sanitizers("\n".join(self.stderr.all()))
        return status

    def kill(self):
        self.signal(signal.SIGKILL)
        return self.wait_exit()

    def show_stderr(self):
        """For the report of a test that fails."""
        if self.stderr:
            print("what it said on stderr:", *self.stderr.all(), sep="\n", file=sys.stderr)


class Daemon(Process):
    """tickerd. It can be started, stopped and started again on the same store."""

    def __init__(self, config):
        self.config = config
        self.clients = []

    def start(self, *args, env={}, wrap=(), ready=True, poll=True, **options):
        """wrap is a command that takes a command, such as strace. Returns itself, when READY=1 has come; with more
        than one source, all of them are told to be polled then."""
        assert not self.running
        self.stdout, self.notices = Record(), Record()
        self._listen_notices()
        command = [*wrap, BUILD / "daemon/tickerd", f"--config={self.config.path}", *args]
        self._start(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                    env=environment(NOTIFY_SOCKET=self._notify_path, **env), **options)
        self._stdout_thread = _collect(self.process.stdout, self.stdout, self._end_notices)
        if ready:
            self.wait_ready()
            if len(self.config.sources) > 1 and poll:
                self.poll_now()  # no test waits for first polls that are spread over half a minute
        return self

    def wait_ready(self):
        return self.wait_notify(lambda notice: notice.get("READY") == "1")

    def wait_notify(self, predicate):
        """Waits for a message to the service manager, as a dict; returns the first of this run that will do."""
        return self.notices.wait(lambda notices: next(filter(predicate, notices), None), "such notice")

    def wait_stdout(self, n):
        """Waits for n lines since the start; returns all there are."""
        return self.stdout.wait(lambda lines: list(lines) if len(lines) >= n else None, f"line {n} on stdout")

    def reload(self):
        """HUP, and waits until the daemon is ready again; returns the STATUS= that it then gave, or None."""

        def ready(notices):
            return [notice for notice in notices if notice.get("READY") == "1"]

        n = len(ready(self.notices.all()))
        self.signal(signal.SIGHUP)
        again = self.notices.wait(lambda notices: ready(notices)[n:], "READY=1 after the reload")
        return again[0].get("STATUS")

    def poll_now(self):
        self.signal(signal.SIGUSR1)

    def settle(self, site, path="/"):
        """Polls path, which the site answers as it was told before this, and returns when that is committed."""
        n = len(site.asked(path))
        self.poll_now()
        site.wait(path, n + 1)
        # If that one had begun before the signal, another follows; if not, this asks for it.
        self.poll_now()
        site.wait(path, n + 2)

    def stop(self):
        """TERM; returns when the daemon has ended, and fails unless it did so with success."""
        self.signal(signal.SIGTERM)
        status = self.wait_exit()
        assert status == 0, f"tickerd ended with {status}"

    def wait_exit(self):
        try:
            return super().wait_exit()
        finally:
            self._stdout_thread.join(DEADLINE)
            self._notices_thread.join(DEADLINE)

    def db(self, sql, *parameters):
        """Rows, as tuples, as a reader without write permission sees them."""
        uri = f"file:{urllib.parse.quote(str(self.config.database))}?mode=ro"
        with contextlib.closing(sqlite3.connect(uri, uri=True, timeout=DEADLINE)) as connection:
            return connection.execute(sql, parameters).fetchall()

    def connect(self, **request):
        """A subscriber; with arguments, one that has sent this request."""
        client = Client(self.config.socket)
        self.clients.append(client)
        if request:
            client.send(request)
        return client

    def close(self):
        """For the end of a test, whatever became of it."""
        for client in self.clients:
            client.close()
        try:
            if self.running:
                self.signal(signal.SIGCONT)  # a test may have stopped it
                self.stop()
        finally:
            self.show_stderr()

    def _listen_notices(self):
        self._notify_path = self.config.short / "n"
        self._notify_path.unlink(missing_ok=True)
        listener = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        listener.bind(str(self._notify_path))
        notices = self.notices

        def collect():
            with listener:
                while datagram := listener.recv(65536):
                    lines = decode(datagram).split("\n")
                    notices.add(dict(line.split("=", 1) for line in lines if "=" in line))
            notices.end()

        self._notices_thread = threading.Thread(target=collect, daemon=True)
        self._notices_thread.start()

    def _end_notices(self):
        # The daemon is gone; an empty datagram of our own comes after all that it sent.
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sender:
            sender.sendto(b"", str(self._notify_path))


class Watcher(Process):
    """tickerctl watch in a pipe."""

    def __init__(self, config, *args, env={}, **options):
        self.lines = Record()
        self._start([BUILD / "ctl/tickerctl", f"--config={config.path}", "watch", *args], stdin=subprocess.DEVNULL,
                    stdout=subprocess.PIPE, env=environment(**env), **options)
        self._stdout_thread = _collect(self.process.stdout, self.lines)

    def wait(self, n):
        """Waits for n lines; returns all there are."""
        return self.lines.wait(lambda lines: list(lines) if len(lines) >= n else None, f"line {n} of tickerctl watch")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.running:
            self.kill()
        self._stdout_thread.join(DEADLINE)


class Client:
    """A subscriber of the socket."""

    def __init__(self, path):
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.settimeout(DEADLINE)
        self.socket.connect(str(path))
        self.input = self.socket.makefile("rb")

    def send(self, request):
        self.send_raw(json.dumps(request).encode() + b"\n")

    def send_raw(self, data):
        self.socket.sendall(data)

    def raw_line(self):
        """The next line as bytes without its end, None at the end of the stream."""
        try:
            line = self.input.readline()
        except TimeoutError:
            pytest.fail(f"no line from the daemon in {DEADLINE} s")
        except ConnectionResetError:
            return None
        assert not line or line.endswith(b"\n"), f"half a line: {line[-200:]!r}"
        return line[:-1] if line else None

    def line(self):
        line = self.raw_line()
        assert line is not None, "the daemon has ended the stream"
        return json.loads(line)

    def lines(self, n):
        return [self.line() for _ in range(n)]

    def answer(self):
        """The next line that is not an item: a hello, an error, the beginning of a status."""
        while (line := self.line())["type"] == "item":
            pass
        return line

    def eof(self):
        line = self.raw_line()
        assert line is None, f"a line where the end should be: {line[:500]!r}"

    def shutdown(self):
        """Ends the sending side only."""
        self.socket.shutdown(socket.SHUT_WR)

    def close(self):
        self.input.close()
        self.socket.close()


class Fetcher(Process):
    """tickerd-fetch as a filter, started with the first question."""

    def __init__(self, config):
        self.config = config

    def start(self, *args, env={}):
        self.replies = Record()
        self._start([BUILD / "fetch/tickerd-fetch", f"--config={self.config.path}", *args],
                    stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment(**env))
        self._n = 0
        self._stdout_thread = _collect(self.process.stdout, self.replies)
        return self

    def send(self, *names):
        if not self.running:
            self.start()
        for name in names:
            self.process.stdin.write(f"{name}\n".encode())
        self.process.stdin.flush()

    def reply(self):
        """The next reply, parsed."""
        n = self._n
        self._n += 1
        return json.loads(self.replies.wait(lambda replies: replies[n:], f"reply {n + 1}")[0])

    def ask(self, name):
        self.send(name)
        return self.reply()

    def end(self):
        """End of input; returns the exit status."""
        self.process.stdin.close()
        return self.wait_exit()

    def close(self):
        try:
            if self.running:
                status = self.end()
                assert status == 0, f"tickerd-fetch ended with {status}"
        finally:
            self.show_stderr()


@contextlib.contextmanager
def false_daemon(config, *lines):
    """It says this and no more, whoever asks for what."""
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(config.socket))
        listener.listen()

        def serve():
            while True:
                try:
                    connection, _ = listener.accept()
                except OSError:  # the test is over
                    return
                with connection, contextlib.suppress(OSError):  # a client may end at any time
                    connection.recv(65536)
                    connection.sendall("".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines).encode())
                    connection.recv(65536)  # until it ends

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield
        listener.shutdown(socket.SHUT_RDWR)
        thread.join()
