# SPDX-License-Identifier: LGPL-2.1-or-later
"""
Servers that a test drives connection by connection: HTTP/1.1 in clear text, and HTTP/2 over TLS. A connection is
numbered from 1, a request on it too; answer(connection, request) returns the bytes of a page, None to say nothing at
all, CLOSE to close, or CUT_OFF to begin a page and say no more. In HTTP/2 it may also return a function, which is
called with h2's machine and the number of the stream, and returns CLOSE to close after it has been sent.
"""

import contextlib
import socket
import ssl
import threading

from website import Record

CLOSE, CUT_OFF = object(), object()


class Wire:
    def __init__(self, answer, address="127.0.0.1", key=None):
        self.requests = Record()  # (connection, request), as they come
        self._answer = answer
        self._listener = socket.create_server((address, 0))
        self._connections = []
        self._context = None
        if key:
            import h2.connection  # which takes its time: not while the first client waits
            self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            self._context.load_cert_chain(key)
            self._context.set_alpn_protocols(["h2"])
        self.host, self.port = address, self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._listener.close()
        for connection in self._connections:
            connection.close()

    def url(self, path="/"):
        return f"{'https' if self._context else 'http'}://{self.host}:{self.port}{path}"

    def _accept(self):
        with contextlib.suppress(OSError):
            while True:
                connection, _ = self._listener.accept()
                self._connections.append(connection)
                serve = self._serve_2 if self._context else self._serve_1
                threading.Thread(target=self._run, args=(serve, connection, len(self._connections)), daemon=True).start()

    def _run(self, serve, connection, number):
        with contextlib.suppress(OSError, ssl.SSLError):
            serve(connection, number)
        self._connections[number - 1].close()

    def _next(self, number, request):
        self.requests.add((number, request))
        return self._answer(number, request)

    def _serve_1(self, connection, number):
        data, request = b"", 0
        while part := connection.recv(65536):
            data += part
            while b"\r\n\r\n" in data:
                _, _, data = data.partition(b"\r\n\r\n")
                request += 1
                page = self._next(number, request)
                if page is CLOSE:
                    return
                if page is CUT_OFF:
                    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n<html>")
                elif page is not None:
                    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n"
                                       b"Content-Length: %d\r\n\r\n%s" % (len(page), page))

    def _serve_2(self, connection, number):
        import h2.config
        import h2.connection
        import h2.events

        connection = self._context.wrap_socket(connection, server_side=True)
        self._connections[number - 1] = connection
        machine = h2.connection.H2Connection(h2.config.H2Configuration(client_side=False))
        machine.initiate_connection()
        connection.sendall(machine.data_to_send())
        request, page = 0, None
        while data := connection.recv(65536):
            for event in machine.receive_data(data):
                if not isinstance(event, h2.events.RequestReceived):
                    continue
                request += 1
                page = self._next(number, request)
                if page is CLOSE:
                    return
                if callable(page):
                    page = page(machine, event.stream_id)
                elif page is not None:
                    machine.send_headers(event.stream_id, [(":status", "200"), ("content-type", "text/html")])
                    machine.send_data(event.stream_id, page, end_stream=True)
                if page is CLOSE:
                    break
            connection.sendall(machine.data_to_send())
            if page is CLOSE:
                return
