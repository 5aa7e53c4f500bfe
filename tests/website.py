# SPDX-License-Identifier: LGPL-2.1-or-later
"""
A web site on the loopback address that answers what a test tells it to, and remembers what it was asked.

    with Site() as site:
        site.set("/", strip_page(["One", ("Two", "/news/2")]))
        ...                                # the program under test polls site.url("/")
        site.wait("/", 2)                  # until it was asked twice
"""

import dataclasses
import html
import http.server
import os
import socket
import threading
import time

import pytest

# Seconds; no test is about speed, this only keeps a broken program from hanging the suite.
DEADLINE = int(os.environ.get("TICKERD_DEADLINE", "60"))


class Record:
    """What happens elsewhere, in order: one thread adds, a test waits for what it needs to see."""

    def __init__(self):
        self._changed = threading.Condition()
        self._entries = []
        self._ended = False

    def add(self, entry):
        with self._changed:
            self._entries.append(entry)
            self._changed.notify_all()

    def end(self):
        """Nothing more will come, so that nobody waits in vain."""
        with self._changed:
            self._ended = True
            self._changed.notify_all()

    def all(self):
        with self._changed:
            return list(self._entries)

    def wait(self, find, what, timeout=DEADLINE):
        """Waits until find(entries) is true, returns what it returned."""
        with self._changed:
            self._changed.wait_for(lambda: self._ended or find(self._entries), timeout)
            found = find(self._entries)
            if not found:
                why = "and nothing more will come" if self._ended else f"in {timeout} s"
                last = "".join(f"\n  {entry}" for entry in self._entries[-20:])
                pytest.fail(f"no {what} {why}; the last of {len(self._entries)}:{last}")
            return found


@dataclasses.dataclass
class Response:
    body: str | bytes = b""
    status: int = 200
    headers: dict = dataclasses.field(default_factory=dict)
    etag: str | None = None  # without quotes; a request that has it is answered 304
    hold: threading.Event | None = None  # the answer waits for it, after the request was recorded
    raw: object = None  # called with the http.server handler instead of all the above


@dataclasses.dataclass
class Request:
    path: str  # with its query, as it was sent
    headers: object  # get() takes a name in any case
    time: float  # of the monotonic clock


class Site:
    def __init__(self, address="127.0.0.1", port=0):
        self.requests = Record()
        self._lock = threading.Lock()
        self._scripts = {}
        self._connections = set()
        self._server = _Server((address, port), _Handler)
        self._server.site = self
        self.host, self.port = address, self._server.server_port
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def url(self, path="/"):
        return f"http://{self.host}:{self.port}{path}"

    def set(self, path, body=b"", **response):
        """From now on path answers this; see Response. A path that was never set is a 404."""
        self.script(path, [Response(body, **response)])

    def script(self, path, responses):
        """Answers in this order, the last one again and again. A str or bytes is a page."""
        responses = [r if isinstance(r, Response) else Response(r) for r in responses]
        assert responses
        with self._lock:
            self._scripts[path] = responses

    def asked(self, path):
        """The requests for path that have arrived."""
        return [request for request in self.requests.all() if request.path == path]

    def wait(self, path, count, timeout=DEADLINE):
        """Waits until count requests for path have arrived since the beginning; returns them all."""

        def enough(requests):
            found = [request for request in requests if request.path == path]
            return found if len(found) >= count else None

        return self.requests.wait(enough, f"request {count} of {path}", timeout)

    def close(self):
        """Stops listening and ends open connections, as a site does that goes down."""
        self._server.shutdown()
        self._server.server_close()
        with self._lock:
            connections = list(self._connections)
        for connection in connections:
            try:
                connection.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass  # it has ended by itself

    def _next(self, path, headers):
        with self._lock:
            # In one step with the choice, so that the order of the record is the order of the script.
            self.requests.add(Request(path, headers, time.monotonic()))
            script = self._scripts.get(path)
            if not script:
                return Response("not here", 404)
            return script.pop(0) if len(script) > 1 else script[0]

    def _connected(self, connection):
        with self._lock:
            self._connections.add(connection)

    def _disconnected(self, connection):
        with self._lock:
            self._connections.discard(connection)


class _Server(http.server.ThreadingHTTPServer):
    request_queue_size = 128

    def handle_error(self, *_):
        pass  # clients under test break connections as they please


class _Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def setup(self):
        super().setup()
        self.server.site._connected(self.connection)

    def finish(self):
        self.server.site._disconnected(self.connection)
        super().finish()

    def do_GET(self):
        response = self.server.site._next(self.path, self.headers)
        if response.hold:
            response.hold.wait(DEADLINE)
        if response.raw:
            self.close_connection = True
            response.raw(self)
            return

        body = response.body.encode() if isinstance(response.body, str) else response.body
        status, headers = response.status, dict(response.headers)
        if response.etag:
            headers.setdefault("ETag", f'"{response.etag}"')
            if self.headers.get("If-None-Match") == headers["ETag"]:
                status = 304
        if status in (204, 304):
            body = b""
        else:
            headers.setdefault("Content-Type", "text/html; charset=utf-8")
            headers.setdefault("Content-Length", str(len(body)))

        self.send_response(status)
        for name, value in headers.items():
            if value is not None:  # None leaves out what would be sent by default
                self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


def strip_page(headlines, title="A front page"):
    """A page with a strip, ul.ticker > li; a headline is a text, or a text and its link."""
    rows = []
    for headline in headlines:
        text, link = (headline, None) if isinstance(headline, str) else headline
        text = html.escape(text)
        rows.append(f'<li><a href="{html.escape(link)}">{text}</a></li>' if link else f"<li>{text}</li>")
    return "\n".join([
        '<!DOCTYPE html>\n<html lang="en">',
        f'<head><meta charset="utf-8"><title>{html.escape(title)}</title></head>',
        "<body>\n<h1>A front page</h1>\n<div>BREAKING</div>",
        '<ul class="ticker">', *rows, "</ul>",
        '<p><a href="/elsewhere">Something else</a></p>\n</body>\n</html>\n'])
