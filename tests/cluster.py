# SPDX-License-Identifier: LGPL-2.1-or-later
"""
Real NATS servers with JetStream, and a client that asks them what they hold, without any library:

    cluster = Cluster(folder).start()
    cluster.servers[0].kill()
    cluster.servers[0].start()
    with cluster.client() as client:
        client.stream("TICKER")["state"]["messages"]

A server has a loopback address of its own, so that it has the same port again when it is started again.
"""

import base64
import contextlib
import json
import os
import random
import shutil
import socket
import subprocess
import threading
import time

import pytest

from programs import Process, environment
from website import DEADLINE

SERVER = shutil.which("nats-server", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
PORT, CLUSTER_PORT = 4222, 6222
ANSWER = 3  # seconds; a stream that has no leader just now answers nothing, and is asked again


def until(question, what):
    """Asks again and again, since a server tells nobody when it is so; returns the answer once it is true."""
    end = time.monotonic() + 2 * DEADLINE
    while time.monotonic() < end:
        with contextlib.suppress(OSError, Refused):
            answer = question()
            if answer:
                return answer
        time.sleep(0.05)
    pytest.fail(f"{what}: not in {2 * DEADLINE} s")


def free_address():
    """An address of the loopback network on which nobody listens at our ports."""
    while True:
        address = "127." + ".".join(str(random.SystemRandom().randrange(2, 254)) for _ in range(3))
        with contextlib.ExitStack() as stack:
            try:
                for port in PORT, CLUSTER_PORT:
                    stack.enter_context(socket.socket()).bind((address, port))
            except OSError:
                continue
            return address


class Server(Process):
    def __init__(self, folder, name, options=""):
        self.folder, self.name, self.options = folder, name, options
        self.address = free_address()
        self.routes = []
        self.jetstream = True

    def url(self, scheme="nats", user=""):
        return f"{scheme}://{user}{self.address}:{PORT}"

    def start(self):
        config = self.folder / f"{self.name}.conf"
        cluster = f"""cluster {{
            name: test, listen: "{self.address}:{CLUSTER_PORT}", no_advertise: true
            routes: {json.dumps([f"nats://{address}:{CLUSTER_PORT}" for address in self.routes])}
        }}""" if self.routes else ""
        config.write_text(f"""
            server_name: {self.name}
            listen: "{self.address}:{PORT}"
            {f'jetstream {{ store_dir: "{self.folder / self.name}" }}' if self.jetstream else ""}
            {cluster}
            {self.options}
        """)
        self._start([SERVER, "-c", config], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, env=environment())
        self.wait_stderr("Server is ready")
        return self


class Cluster:
    def __init__(self, folder, n=3, options=""):
        if not SERVER:
            pytest.skip("nats-server is not installed")
        folder.mkdir(parents=True)
        self.servers = [Server(folder, f"n{i}", options) for i in range(n)]
        if n > 1:
            for server in self.servers:
                server.routes = [other.address for other in self.servers]

    def start(self):
        for server in self.servers:
            server.start()
        return self

    def urls(self, **keys):
        return [server.url(**keys) for server in self.servers]

    def kill(self):
        for server in self.servers:
            if server.running:
                server.kill()

    def ask(self, question):
        """What question(client) answers, once there is an answer that is true."""

        def attempt():
            with self.client(timeout=ANSWER) as client:
                return question(client)

        return until(attempt, "an answer of the cluster")

    def wait_messages(self, stream, n):
        """Until the stream holds so many messages, or more; returns how many."""
        return self.ask(lambda client: (held := client.stream(stream)["state"]["messages"]) >= n and held)

    def wait_current(self, stream):
        """Until each replica of the stream has what the others have."""

        def current(client):
            cluster = client.stream(stream)["cluster"]
            return cluster.get("leader") and all(
                peer["current"] and not peer.get("offline") for peer in cluster.get("replicas", []))

        self.ask(current)

    def client(self, user=None, password=None, timeout=DEADLINE):
        """Of the first server that runs."""
        for server in self.servers:
            if server.running:
                return Client(server.address, user, password, timeout)
        raise AssertionError("no server runs")


class Refused(Exception):
    """What the server said, and the code where it was JetStream's."""

    def __init__(self, text, code=None):
        super().__init__(text)
        self.code = code


class Client:
    """A connection that makes requests; many at a time, answered in any order."""

    def __init__(self, address, user=None, password=None, timeout=DEADLINE):
        self.socket = socket.create_connection((address, PORT), timeout=timeout)
        self.input = self.socket.makefile("rb")
        self.info = json.loads(self.input.readline().removeprefix(b"INFO "))
        self.inbox = f"_INBOX.{os.urandom(8).hex()}"
        options = {"verbose": False, "headers": True, "no_responders": True}
        if user:
            options |= {"user": user, "pass": password}
        self._send(f"CONNECT {json.dumps(options)}\r\nSUB {self.inbox}.* 1\r\nPING\r\n".encode())
        while (line := self._line()) != "PONG":
            pass

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.input.close()
        self.socket.close()

    def _send(self, data):
        self.socket.sendall(data)

    def _line(self):
        line = self.input.readline().decode().strip()
        if line.startswith("-ERR") or not line:
            raise Refused(line)
        if line == "PING":
            self._send(b"PONG\r\n")
        return line

    def ask(self, requests):
        """Sends (subject, data) pairs, and yields (n, headers, data) as the answers come, n counted from 0."""
        requests = list(requests)
        done, sent = 0, 0
        while done < len(requests):
            while sent < len(requests) and sent - done < 500:
                subject, data = requests[sent]
                self._send(f"PUB {subject} {self.inbox}.{sent} {len(data)}\r\n".encode() + data + b"\r\n")
                sent += 1
            kind, *words = self._line().split()
            if kind not in ("MSG", "HMSG"):
                continue
            headers = int(words[-2]) if kind == "HMSG" else 0
            payload = self.input.read(int(words[-1]) + 2)[:-2]
            done += 1
            yield int(words[0].rpartition(".")[2]), payload[:headers].decode(), payload[headers:]

    def listen(self, subject):
        """A plain subscriber: gives the data of each message that comes, for ever. Not together with ask()."""
        self._send(f"SUB {subject} 2\r\nPING\r\n".encode())
        while self._line() != "PONG":
            pass

        def listening():
            while True:
                kind, *words = self._line().split()
                if kind in ("MSG", "HMSG"):
                    headers = int(words[-2]) if kind == "HMSG" else 0
                    yield self.input.read(int(words[-1]) + 2)[headers:-2]

        return listening()

    def answer(self, subject, data):
        """Stands in for a server: answers each request on a subject with this, until the connection is closed."""
        self._send(f"SUB {subject} 2\r\nPING\r\n".encode())
        while self._line() != "PONG":
            pass

        def answering():
            with contextlib.suppress(OSError, ValueError, Refused):
                while True:
                    kind, *words = self._line().split()
                    if kind in ("MSG", "HMSG"):
                        self.input.read(int(words[-1]) + 2)
                        self._send(f"PUB {words[2]} {len(data)}\r\n".encode() + data + b"\r\n")

        threading.Thread(target=answering, daemon=True).start()

    def request(self, subject, data=b""):
        return next(iter(self.ask([(subject, data)])))

    def api(self, verb, **request):
        """A request of JetStream's interface; its answer, or Refused."""
        _, headers, data = self.request(f"$JS.API.{verb}", json.dumps(request).encode())
        if not data:
            raise Refused(headers)
        answer = json.loads(data)
        if "error" in answer:
            raise Refused(answer["error"].get("description"), answer["error"].get("err_code"))
        return answer

    def stream(self, name):
        return self.api(f"STREAM.INFO.{name}")

    def messages(self, name, first=1, last=None):
        """The messages of a stream in its order, as dicts with seq, subject, headers (a dict) and data."""
        last = last or self.stream(name)["state"]["last_seq"]
        wanted = [(f"$JS.API.STREAM.MSG.GET.{name}", json.dumps({"seq": n}).encode()) for n in range(first, last + 1)]
        found = []
        for _, _, data in self.ask(wanted):
            message = json.loads(data).get("message")
            if message:
                lines = base64.b64decode(message.get("hdrs", "")).decode().split("\r\n")[1:]
                found.append({"seq": message["seq"], "subject": message["subject"],
                              "headers": dict(line.split(": ", 1) for line in lines if line),
                              "data": base64.b64decode(message.get("data", ""))})
        return sorted(found, key=lambda message: message["seq"])
